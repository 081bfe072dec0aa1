"""A report's words on the screen: whose it is and since when, its facts, all bots side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.record import Record
from lefi_tui.views import numbers
from lefi_tui.views.report_view import Hold, ReportView, Subject
from lefi_tui.views.report_words import HOLD, Fact, facts, name_of, subject
from widgets.ink import Ink
from widgets.lines import Column, Frame, Row, Span, filled, padded, table
from widgets.report_picture import marks

WAITING: Final = "The report is being put together."
NO_CURVE: Final = "No equity was sampled in this period: nothing ran and nothing was open."
FACTS: Final = 16
FACT_WIDTH: Final = 26
SIDE_WIDTH: Final = 42
HOLDS_SHOWN: Final = 3
WIDE: Final = 100  # from here on there is room beside the curve
TALL: Final = 30
VALUE_WIDTH: Final = 9


class Split(Record):
    """The heights of a report's parts, from above, and the width of what stands beside."""

    facts: int
    curve: int
    fall: int
    side: int


def split(width: int, height: int) -> Split:
    """The trades below get what is left: five of them at least, on the smallest common screen."""
    across = max(1, width // FACT_WIDTH)
    facts_height = min(-(-FACTS // across), 4 if height < TALL else 6)
    if height < 16:
        return Split(min(facts_height, 3), 0, 0, 0)
    curve = max(7, height * 2 // 5) if height >= TALL else 7
    fall = 5 if height >= TALL else 3
    return Split(facts_height, curve, fall, SIDE_WIDTH if width >= WIDE else 0)


def head(view: ReportView | None, periods: Sequence[tuple[str, bool]], frame: Frame) -> Row:
    """Whose report, and the periods; the one that is shown stands in brackets."""
    name = "" if view is None or not view.account else subject(view)
    left: list[Span] = [(f" {name} ", Ink.TITLE)]
    if view is not None and len(view.subjects) > 1:
        left.append((f"{_place(view)} ", Ink.DIM))
    right: list[Span] = [
        (f" [{words}]" if is_shown else f"  {words} ", Ink.KEY if is_shown else Ink.DIM)
        for words, is_shown in periods
    ]
    room = frame.width - sum(len(text) for text, _ in (*left, *right)) - 1
    return padded([*left, (" " * max(1, room), Ink.DIM), *right], frame)


def _place(view: ReportView) -> str:
    shown = [(each.account, each.bot) for each in view.subjects]
    place = (view.account, view.bot)
    number = shown.index(place) + 1 if place in shown else 0
    return f"{number}/{len(shown)}"


def fact_rows(view: ReportView | None, frame: Frame) -> tuple[Row, ...]:
    """As many facts as fit, in columns, read from left to right."""
    if view is None:
        return (padded([(f" {WAITING}", Ink.DIM)], frame),)
    return fact_rows_of(facts(view), frame)


def fact_rows_of(told: Sequence[Fact], frame: Frame) -> tuple[Row, ...]:
    across = max(1, frame.width // FACT_WIDTH)
    shown = told[: across * frame.height]
    rows = [shown[first : first + across] for first in range(0, len(shown), across)]
    mark = marks(frame.glyphs).hold
    return tuple(
        padded([span for each in row for span in _fact(each, mark)], frame) for row in rows
    )


def _fact(fact: Fact, mark: str) -> tuple[Span, Span]:
    """A gain or a loss has its sign in the text; what is compared with has its curve's mark."""
    named = f"{mark * 2} {fact.name}" if fact.name == HOLD else fact.name
    ink = Ink.GAIN if fact.tone > 0 else Ink.LOSS if fact.tone < 0 else Ink.TEXT
    value = fact.text.rjust(VALUE_WIDTH)
    name = f" {named:<{FACT_WIDTH - VALUE_WIDTH - 2}}"
    return (name, Ink.WARN if fact.name == HOLD else Ink.DIM), (f"{value} ", ink)


def _profit(row: Subject) -> Span:
    tone = 0 if row.pnl is None else row.pnl
    ink = Ink.GAIN if tone > 0 else Ink.LOSS if tone < 0 else Ink.TEXT
    return numbers.signed(row.pnl, 2), ink


SIDE: Final[tuple[Column[Subject], ...]] = (
    Column("", 14, lambda row: (name_of(row.bot, row.title), Ink.TEXT), grows=True),
    Column("profit", 10, _profit, is_right=True),
    Column("yield", 8, lambda row: (numbers.share(row.yield_share), Ink.TEXT), is_right=True),
    Column("trades", 6, lambda row: (f"{row.trades:,}", Ink.DIM), is_right=True, rank=1),
)


def side_rows(view: ReportView | None, frame: Frame) -> tuple[Row, ...]:
    """The whole and each bot over the same period; below them what holding would have made."""
    if view is None:
        return ()
    shown = [each for each in view.subjects if each.account == view.account]
    places = [each.bot for each in shown]
    at = places.index(view.bot) if view.bot in places else 0
    held = view.holds[:HOLDS_SHOWN]
    room = min(len(shown) + 1, frame.height - len(held))
    inner = replace(frame, height=room, cursor=at)
    rows = [*table("Side by side", SIDE, shown, inner, "nothing was traded").rows]
    rows += [padded(_held(each), frame) for each in held]
    return filled(rows, frame).rows


def _held(hold: Hold) -> list[Span]:
    name = f" {hold.symbol} held"
    return [(f"{name:<27}", Ink.WARN), (numbers.share(hold.yield_share).rjust(8), Ink.TEXT)]
