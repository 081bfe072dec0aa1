"""The event log, newest first: when, whose, what happened, why, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lefi_tui.views import numbers
from lefi_tui.views.desk_view import DeskView, LogRow, Weight
from widgets.board import Board
from widgets.ink import Glyphs, Ink, Palette
from widgets.lines import Column, Frame, Page, Span, table
from widgets.prices import WAITING

EMPTY: Final = "nothing has happened yet"
WIDE: Final = 100
WHERE_WIDE: Final = 30
WHERE: Final = 20
# The sign says it without color.
SIGNS: Final = {Weight.PLAIN: " ", Weight.GOOD: "+", Weight.WARN: "?", Weight.BAD: "!"}
INKS: Final = {
    Weight.PLAIN: Ink.TEXT,
    Weight.GOOD: Ink.GAIN,
    Weight.WARN: Ink.WARN,
    Weight.BAD: Ink.BAD,
}


def sentence(row: LogRow, glyphs: Glyphs) -> str:
    """What, why and next in one line; how often, where it came again."""
    text = row.what if row.times == 1 else f"{row.what} (x{row.times})"
    if row.why:
        text += f" {glyphs.dot} {row.why}"
    return f"{text} {glyphs.arrow} {row.next}" if row.next else text


def columns(glyphs: Glyphs, where: int) -> tuple[Column[LogRow], ...]:
    def words(row: LogRow) -> Span:
        return sentence(row, glyphs), INKS[row.weight]

    return (
        Column("log", 8, lambda row: (numbers.clock(row.at_ns), Ink.FAINT)),
        Column("", 1, lambda row: (SIGNS[row.weight], INKS[row.weight])),
        Column("where", where, lambda row: (row.where, Ink.DIM), rank=1),
        Column("what, why, next", 20, words, grows=True),
    )


def layout(view: DeskView | None, frame: Frame) -> Page:
    rows = () if view is None else view.log
    where = WHERE_WIDE if frame.width >= WIDE else WHERE
    empty = WAITING if view is None else EMPTY
    return table("Log", columns(frame.glyphs, where), rows, frame, empty)


class Log(Board):
    def show(self, view: DeskView | None, palette: Palette | None = None) -> None:
        """Nobody reads it: it follows the newest. Somebody does: it stays with its line."""
        if not self.has_focus and view is not None and view.log:
            self.cursor_key = str(view.log[0].number)
        super().show(view, palette)

    def draw(self, view: DeskView | None, frame: Frame) -> Page:
        return layout(view, frame)

    def keys(self, view: DeskView) -> Sequence[str]:
        return tuple(str(row.number) for row in view.log)

    def explain(self, view: DeskView, number: int) -> str:
        row = view.log[number]
        return f"{numbers.clock(row.at_ns)} {row.where}: {sentence(row, self.palette.glyphs)}"
