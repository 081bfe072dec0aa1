"""Screens on which every widget hears of its size, whoever has looked at the layout before.

Textual compares a layout with the one that was last looked up. Behind a scroll, a look-up may be of
the layout that is still to come; then nobody would be told that he is in sight, or how wide, and
what is drawn to a width stays empty. It leans on private names of Textual 8.2.8; tests/screens
keeps a tripwire each.
"""

from __future__ import annotations

from typing import Any

from textual._compositor import Compositor, ReflowResult
from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget


class Told(Compositor):
    """It compares with the layout that it told of last."""

    def __init__(self) -> None:
        super().__init__()
        self._sizes: dict[Widget, Size] = {}

    def reflow(self, parent: Widget, size: Size) -> ReflowResult:
        hidden, shown, resized = super().reflow(parent, size)
        before = self._sizes
        self._sizes = {each: placed.region.size for each, placed in self._full_map.items()}
        untold = {each for each, now in self._sizes.items() if before.get(each) != now}
        return ReflowResult(hidden, shown, resized | untold)


class LaidOut(Screen[None]):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._compositor = Told()
