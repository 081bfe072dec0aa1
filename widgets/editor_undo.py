"""What undo knows of texts that were open before, so that coming back to one finds it.

The rule it keeps: steps are taken back only in the very text that they led to.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lefi_tui.core.record import Record

if TYPE_CHECKING:
    from textual.document._history import EditHistory

TEXTS_MAX: Final = 20  # the one left longest ago is forgotten first


class _Left(Record):
    text: str
    history: EditHistory


class UndoOfTexts:
    """By name, while the program runs."""

    def __init__(self) -> None:
        self._left: dict[str, _Left] = {}

    def keep(self, name: str, text: str, history: EditHistory) -> None:
        """`text` is what stands there when it is left."""
        history.checkpoint()
        self._left.pop(name, None)
        self._left[name] = _Left(text, history)
        for oldest in list(self._left)[:-TEXTS_MAX]:
            del self._left[oldest]

    def of(self, name: str, text: str, other: EditHistory) -> EditHistory:
        """Of this text; one without a step, set as the `other` is, where another one was left."""
        left = self._left.pop(name, None)
        return emptied(other) if left is None or left.text != text else left.history


def emptied(history: EditHistory) -> EditHistory:
    """Another one, set as this is, without a step."""
    return replace(history)
