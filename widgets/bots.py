"""The bots: kind, run mode and status on one line, then what it did last and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lefi_tui.core.desk.state import ENDED
from lefi_tui.views import numbers
from lefi_tui.views.desk_view import BotRow, DeskView
from widgets.board import Board
from widgets.ink import Ground, Ink
from widgets.lines import (
    Column,
    Frame,
    Page,
    Row,
    Span,
    chosen,
    filled,
    fit,
    ground_of,
    header,
    line,
    padded,
    titled,
    window,
)
from widgets.prices import WAITING

EMPTY: Final = "no bot yet: n starts one, t is a tour"
BEGIN: Final = "Alt+J lessons, Alt+H gallery"
WIDE: Final = 66  # from here on, what a bot did fits beside its status
_STATUS_INKS: Final = {"running": Ink.GAIN, "faulted": Ink.BAD, "stopped": Ink.DIM}


def _status(row: BotRow) -> Span:
    return row.status, _STATUS_INKS.get(row.status, Ink.WARN)


def _did(row: BotRow) -> Span:
    if not row.did:
        return "idle since engine start", Ink.FAINT
    return f"{numbers.age(row.did_age_ms)} ago: {row.did}", Ink.TEXT


def _name(row: BotRow) -> Span:
    return row.id, Ink.TEXT if row.is_alive else Ink.DIM


NARROW_COLUMNS: Final[tuple[Column[BotRow], ...]] = (
    Column("bot", 14, _name, grows=True),
    Column("kind", 9, lambda row: (row.kind, Ink.DIM), rank=1),
    Column("mode", 6, lambda row: (row.mode.value, Ink.FRAME)),
    Column("status", 10, _status),
)
WIDE_COLUMNS: Final[tuple[Column[BotRow], ...]] = (
    Column("bot", 16, _name),
    Column("kind", 9, lambda row: (row.kind, Ink.DIM), rank=1),
    Column("mode", 6, lambda row: (row.mode.value, Ink.FRAME)),
    Column("status", 10, _status),
    Column("last action", 14, _did, grows=True),
)


def lines_each(width: int, height: int, count: int) -> int:
    """Lines a bot gets: all it has to say when there is room, one when there is not."""
    most = 2 if width >= WIDE else 3
    return next((n for n in range(most, 1, -1) if count * n <= height - 1), 1)


def layout(view: DeskView | None, frame: Frame) -> Page:
    if frame.height < 1:
        return Page(())
    items = () if view is None else view.bots
    fitting = chosen(WIDE_COLUMNS if frame.width >= WIDE else NARROW_COLUMNS, frame.width)
    each = lines_each(frame.width, frame.height, len(items))
    room = max(1, (frame.height - 1) // each)
    top = window(frame, len(items), room)
    rows = [header(titled("Bots", len(items), room), fitting, frame)]
    for number in range(top, min(len(items), top + room)):
        ground = ground_of(number, frame)
        rows.append(line(items[number], fitting, frame, ground))
        rows.extend(_below(items[number], frame, ground)[: each - 1])
    if not items:
        told = (WAITING,) if view is None else (EMPTY, BEGIN)
        rows += [padded([(f"  {each}", Ink.DIM)], frame) for each in told]
    return filled(rows, frame, top)


def _below(item: BotRow, frame: Frame, ground: Ground) -> list[Row]:
    why = padded([("   " + _why(item, frame), Ink.DIM)], frame, ground)
    if frame.width >= WIDE:
        return [why]
    text, ink = _did(item)
    return [
        why,
        padded([("   " + fit(text, frame.width - 3, frame.glyphs.cut), ink)], frame, ground),
    ]


def _why(item: BotRow, frame: Frame) -> str:
    age = "" if item.why_age_ms is None else f"{numbers.age(item.why_age_ms)} ago, "
    return fit(f"{age}{item.why}", frame.width - 3, frame.glyphs.cut)


def explain(row: BotRow) -> str:
    title = f"{row.title} " if row.title else ""
    symbols = ", ".join(row.symbols)
    return f"{row.id}: {title}on {row.account} {symbols}. {_did(row)[0]}. Last run: {row.why}"


def meant(rows: Sequence[BotRow]) -> Sequence[BotRow]:
    """Of whom one speaks who names none: one that has ended is not meant beside others."""
    return [each for each in rows if each.status not in ENDED] or rows


class Bots(Board):
    IS_POINTED = True

    def draw(self, view: DeskView | None, frame: Frame) -> Page:
        return layout(view, frame)

    def keys(self, view: DeskView) -> Sequence[str]:
        return tuple(row.id for row in view.bots)

    def wanted(self, view: DeskView, width: int) -> int:
        return 1 + max(2, len(view.bots) * (2 if width >= WIDE else 3))

    @property
    def selected(self) -> BotRow | None:
        """The bot under the cursor."""
        if self.view is None or not self.view.bots:
            return None
        return self.view.bots[self.cursor]

    def explain(self, view: DeskView, number: int) -> str:
        return explain(view.bots[number])
