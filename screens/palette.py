"""Every action by its name: what the keys of the screen below do, found by typing a part of it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, Final

from textual.app import App, SystemCommand
from textual.screen import Screen

from screens.keys import KEYS

# The palette itself, and the second key of help.
ALREADY: Final = frozenset({"palette", "ask"})
BY_ID: Final = {each.id: each for each in KEYS}


def commands(app: App[Any], screen: Screen[Any]) -> Iterable[SystemCommand]:
    """One a binding that is in force there; moving about has its keys and needs no name."""
    seen: set[str] = set()
    for active in screen.active_bindings.values():
        known = BY_ID.get(active.binding.id or "")
        if known is None or not known.label or known.id in seen or known.id in ALREADY:
            continue
        seen.add(known.id)
        act = partial(app.run_action, active.binding.action, active.node)
        title = f"{known.label[0].upper()}{known.label[1:]}   ({known.shown})"
        yield SystemCommand(title, known.tooltip, act)
