"""A name written anew at all its places, or why not.

The rule it keeps: every name of the script means the same thing before and after.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from lefi_tui.lang.authoring.binding import Bound, bound
from lefi_tui.lang.authoring.records import Renamed
from lefi_tui.lang.diagnostic import Diagnostic, Edit, Fix, applied
from lefi_tui.lang.examine import read
from lefi_tui.lang.tokens import KEYWORDS, shown

_NAME: Final = re.compile(r"[a-z_][A-Za-z0-9_]*")
_SYNTAX: Final = ("LF0", "LF1")


def renamed(text: str, names: Sequence[Bound], name: Bound | None, new: str) -> Renamed:
    if name is None or name.kind == "field" or not name.key:
        return Renamed(refusal="There is no name of this script here.")
    refusal = _refused(text, new)
    if refusal:
        return Renamed(refusal=refusal)
    edits = tuple(Edit(each.span, new) for each in names if each.key == name.key)
    if new == name.name:
        return Renamed()
    after = bound(read(applied(text, Fix("", edits)), "script")[1].script)
    if _meanings(names) != _meanings(after):
        message = f"`{new}` is taken: another name would be mixed up with it."
        return Renamed(refusal=message)
    return Renamed(edits)


def _refused(text: str, new: str) -> str:
    if new in KEYWORDS:
        return f"`{new}` is a word of the language; choose another name."
    if not _NAME.fullmatch(new):
        return f"`{shown(new)}` is no name: a small letter or _, then letters, digits and _."
    if any(_is_unread(each) for each in read(text, "script")[1].diagnostics):
        return "The script can't be read whole; mend its mistakes first."
    return ""


def _is_unread(found: Diagnostic) -> bool:
    return found.is_error and found.code.startswith(_SYNTAX)


def _meanings(names: Sequence[Bound]) -> list[tuple[str, int]]:
    """Each name by where its thing is first met: two scripts that differ in names only agree."""
    first: dict[str, int] = {}
    out = []
    for number, each in enumerate(names):
        at = first.setdefault(each.key, number) if each.key else -1
        out.append((each.name if at < 0 or each.kind == "field" else "", at))
    return out
