"""What undo knows of texts that were open before, so that coming back to one finds it.

The rule it keeps: steps are taken back only in the very text that they led to.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from textual.widgets.text_area import Selection

from lefi_tui.core.record import Record

if TYPE_CHECKING:
    from textual.document._history import EditHistory

TEXTS_MAX: Final = 20  # the one left longest ago is forgotten first


class Place(Record):
    """Cells that are scrolled away to the left and above, and what is selected."""

    scroll: tuple[int, int] = (0, 0)
    selection: Selection = Selection()


class _Left(Record):
    text: str
    history: EditHistory
    place: Place


class UndoOfTexts:
    """By name, while the program runs."""

    def __init__(self) -> None:
        self._left: dict[str, _Left] = {}

    def keep(self, name: str, text: str, history: EditHistory, place: Place) -> None:
        """`text` is what stands there when it is left."""
        history.checkpoint()
        self._left.pop(name, None)
        self._left[name] = _Left(text, history, place)
        for oldest in list(self._left)[:-TEXTS_MAX]:
            del self._left[oldest]

    def of(self, name: str, text: str, other: EditHistory) -> tuple[EditHistory, Place]:
        """Of this text, and where a person was in it; no step, set as the `other` is, and its
        beginning where another one was left."""
        left = self._left.pop(name, None)
        if left is None or left.text != text:
            return emptied(other), Place()
        return left.history, left.place


def emptied(history: EditHistory) -> EditHistory:
    """Another one, set as this is, without a step."""
    return replace(history)
