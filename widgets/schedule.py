"""What runs when, one line each: whose, what, its next and last time, and whether it hangs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lefi_tui.core.record import Record
from lefi_tui.views import numbers
from lefi_tui.views.numbers import NS_PER_MS
from lefi_tui.views.schedule_view import ScheduleRow, ScheduleView
from widgets.board import Listing
from widgets.ink import Ink
from widgets.lines import Column, Frame, Page, Span, table
from widgets.prices import WAITING

NOTHING: Final = "nothing runs by the clock"
PASSED: Final = "now"


class Timed(Record):
    """A row at a moment: times are told as how long from then."""

    row: ScheduleRow
    at_ns: int


def _ink(each: Timed) -> Ink:
    return Ink.BAD if each.row.is_stuck else Ink.TEXT


def _next(each: Timed) -> Span:
    if not each.row.next_ns:
        return numbers.UNKNOWN, Ink.DIM
    wait_ms = (each.row.next_ns - each.at_ns) // NS_PER_MS
    return (f"in {numbers.age(wait_ms)}" if wait_ms > 0 else PASSED), _ink(each)


def _last(each: Timed) -> Span:
    if not each.row.last_ns:
        return numbers.UNKNOWN, Ink.DIM
    ago_ms = max(0, each.at_ns - each.row.last_ns) // NS_PER_MS
    return f"{numbers.age(ago_ms)} ago", Ink.DIM


def _late(each: Timed) -> Span:
    return (numbers.age(each.row.late_ms) if each.row.late_ms else ""), Ink.WARN


def _status(each: Timed) -> Span:
    return (" STUCK", Ink.BAD) if each.row.is_stuck else (f" {each.row.status}", Ink.DIM)


COLUMNS: Final[tuple[Column[Timed], ...]] = (
    Column("whose", 12, lambda each: (each.row.owner, _ink(each))),
    Column("what", 15, lambda each: (each.row.what, _ink(each)), grows=True),
    Column("next", 8, _next, is_right=True),
    Column("last", 9, _last, is_right=True, rank=2),
    Column("late", 5, _late, is_right=True, rank=3),
    Column(" status", 14, _status, rank=1),
)


class Schedule(Listing[ScheduleView]):
    IS_POINTED = True

    def draw(self, view: ScheduleView | None, frame: Frame) -> Page:
        rows = () if view is None else tuple(Timed(row, view.at_ns) for row in view.rows)
        return table("Schedule", COLUMNS, rows, frame, WAITING if view is None else NOTHING)

    def keys(self, view: ScheduleView) -> Sequence[str]:
        return tuple(f"{row.owner} {row.what}" for row in view.rows)

    def explain(self, view: ScheduleView, number: int) -> str:
        """In full, with the times themselves."""
        row = view.rows[number]
        parts = [f"{row.owner}, {row.what}: {row.status}"]
        if row.next_ns:
            parts.append(f"next {numbers.moment(row.next_ns)} UTC")
        if row.last_ns:
            late = f", {numbers.age(row.late_ms)} late" if row.late_ms else ""
            parts.append(f"last {numbers.moment(row.last_ns)} UTC{late}")
        return "; ".join(filter(None, (*parts, row.why)))
