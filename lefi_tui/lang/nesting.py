"""How deep brackets stand in brackets when a form is written out as Python, which takes 199.

Counted here, so that a script can be refused without writing it out.
"""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import astuple

from lefi_tui.core.record import Record
from lefi_tui.lang.form import Form, V

BRACKETS_MAX: Final = 190  # what stands around a value takes up to three of them, an index two
_TWO: Final = frozenset({"at", "isnone", "isthere", "coalesce", "text"})


def brackets(form: Form) -> int:
    """Of its deepest value."""
    deepest = 0
    waiting: list[Any] = [form]
    while waiting:
        now = waiting.pop()
        if isinstance(now, V):
            deepest = max(deepest, _brackets(now))
        elif isinstance(now, tuple):
            waiting += now
        elif isinstance(now, Record):
            waiting += astuple(now)
    return deepest


def _brackets(of: V) -> int:
    return max(map(_brackets, of.args), default=0) + (2 if of.op in _TWO else 1)
