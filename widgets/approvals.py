"""What waits for a person, beside each other, and one of them in full: all pure rows of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from lefi_tui.core.approval import BAND
from lefi_tui.views import numbers
from lefi_tui.views.approvals_view import (
    AnsweredRow,
    ApprovalRow,
    ApprovalsView,
    EffectRow,
    effect,
)
from widgets.block import wrapped
from widgets.board import Listing
from widgets.ink import Ground, Ink
from widgets.lines import Column, Frame, Page, Row, Span, filled, padded, table
from widgets.prices import WAITING

EMPTY: Final = "nothing waits for a person"
MUCH: Final = 100
WHY_MAX: Final = 8  # lines of the conditions
STATUS: Final = {"approved": Ink.GAIN, "declined": Ink.DIM}


def left(row: ApprovalRow) -> str:
    """4:05 while it counts down; in hours and days while there is time."""
    seconds = row.left_ms // 1_000
    if seconds >= 3_600:
        return numbers.age(row.left_ms)
    return f"{seconds // 60}:{seconds % 60:02}"


def _left(row: ApprovalRow) -> Span:
    return left(row), Ink.BAD if row.is_urgent else Ink.TEXT


def _what(row: ApprovalRow) -> Span:
    what = ", ".join(map(effect, row.orders)) or "nothing"
    return what, Ink.DIM if row.refusal else Ink.TEXT


COLUMNS: Final[tuple[Column[ApprovalRow], ...]] = (
    Column("Waits for you", 22, _what, grows=True),
    Column("bot", 9, lambda row: (row.bot, Ink.DIM), rank=1),
    Column("left", 5, _left, is_right=True),
)


class Inbox(Listing[ApprovalsView]):
    """The list on the left; its cursor says which question stands on the right."""

    IS_POINTED = True

    def draw(self, view: ApprovalsView | None, frame: Frame) -> Page:
        rows = () if view is None else view.rows
        return table("Waits for you", COLUMNS, rows, frame, WAITING if view is None else EMPTY)

    def keys(self, view: ApprovalsView) -> Sequence[str]:
        return tuple(row.id for row in view.rows)

    def explain(self, view: ApprovalsView, number: int) -> str:
        return view.rows[number].refusal

    @property
    def selected(self) -> ApprovalRow | None:
        return self.view.rows[self.cursor] if self.view and self.view.rows else None


# ---- one question, and what came of those before


def page(view: ApprovalsView | None, row: ApprovalRow | None, frame: Frame) -> Page:
    """As much as fits from line `frame.top` on."""
    if view is None:
        return filled([padded([(f" {WAITING}", Ink.DIM)], frame)], frame)
    rows = [*(_question(row, frame) if row is not None else _nothing(view, frame))]
    rows += _answered(view.answered, frame)
    top = max(0, min(frame.top, len(rows) - frame.height))
    return filled(rows[top : top + frame.height], frame, top)


def _nothing(view: ApprovalsView, frame: Frame) -> Iterator[Row]:
    yield _titled("Approvals", f"you are {view.me}, {view.role}", frame)
    yield _line(EMPTY, Ink.DIM, frame)


def _question(row: ApprovalRow, frame: Frame) -> Iterator[Row]:
    yield _titled(f"{row.id}  {row.bot}", f"{left(row)} left", frame)
    if row.is_over:
        yield _line("Its time is over; nothing is sent.", Ink.BAD, frame)
    for order in row.orders:
        yield from _effect(order, str(row.mode), frame)
    if not row.orders:
        yield _line("It would send nothing.", Ink.WARN, frame)
    yield _titled("Why", row.title, frame)
    for line in row.why[:WHY_MAX]:
        yield from _prose(line, Ink.TEXT, frame)
    yield _titled("Who may answer", row.role, frame)
    yield from _who(row, frame)


def _who(row: ApprovalRow, frame: Frame) -> Iterator[Row]:
    if row.refusal:
        yield from _prose(row.refusal, Ink.WARN, frame)
    else:
        started = f"; {row.asked_by} started the bot" if row.asked_by else ""
        yield _line(f"you may: a approves, x declines{started}", Ink.TEXT, frame)


def _effect(order: EffectRow, mode: str, frame: Frame) -> Iterator[Row]:
    spans: list[Span] = [(f" {effect(order)}", Ink.TITLE)]
    spans += [(f"  on {order.account}", Ink.TEXT), (f"  {mode}", Ink.FRAME)]
    yield padded(spans, frame)
    if order.worst is not None:
        cost = "at its fill" if order.cost is None else f"{amount(order)} {order.unit}"
        worst = numbers.price(order.worst, order.places)
        yield _line(f"  worst price {worst}, costs at most {cost}", Ink.TEXT, frame)
    if order.asked is not None:
        yield _band(order, frame)
    says = f"  the gate would refuse it: {order.refusal}" if order.refusal else "  the gate: yes"
    yield from _prose(says, Ink.BAD if order.refusal else Ink.DIM, frame)


def amount(order: EffectRow) -> str:
    """Cents of hundreds; of what is less, all its digits."""
    if order.cost is None:
        return "all"
    return numbers.price(order.cost, 2) if order.cost >= MUCH else numbers.amount(order.cost)


def _band(order: EffectRow, frame: Frame) -> Row:
    asked, now = (numbers.price(each, order.places) for each in (order.asked, order.now))
    text = f"  price {asked} when asked, {now} now"
    ink = Ink.WARN if order.is_past_band else Ink.DIM
    moved = f" ({numbers.share(order.drift)})"
    over = f", past {BAND * 100:.0f}%: a yes asks again" if order.is_past_band else ""
    return padded([(f" {text}", Ink.DIM), (moved + over, ink)], frame)


def _answered(rows: Sequence[AnsweredRow], frame: Frame) -> Iterator[Row]:
    if rows:
        yield _titled("What came of the last answers", "newest first, UTC", frame)
    for row in rows:
        by = f" by {row.by}" if row.by else ""
        text = f"{numbers.clock(row.at_ns)} {row.id} {row.status}{by}: {row.what}"
        yield from _prose(text, STATUS.get(row.status, Ink.WARN), frame)
        told = "; ".join(filter(None, (row.outcome, row.reason)))
        yield from _prose(f"  {told}", Ink.DIM, frame)


def _titled(left_: str, right: str, frame: Frame) -> Row:
    gap = max(1, frame.width - len(left_) - len(right) - 2)
    spans = [(f" {left_}", Ink.TITLE), (" " * gap + right + " ", Ink.DIM)]
    return padded(spans, frame, Ground.HEAD)


def _line(text: str, ink: Ink, frame: Frame) -> Row:
    return padded([(f" {text}", ink)], frame)


def _prose(text: str, ink: Ink, frame: Frame, most: int = 3) -> Iterator[Row]:
    indent = " " * (len(text) - len(text.lstrip()))
    room = frame.width - 2 - len(indent)
    for line in wrapped(text.strip(), room, most, frame.glyphs.cut):
        yield padded([(f" {indent}{line}", ink)], frame)


def whole(row: ApprovalRow) -> list[str]:
    """The whole effect once more, for the last question before it is sent."""
    lines: list[str] = []
    for order in row.orders:
        lines.append(f"{effect(order)} on account {order.account} ({row.mode})")
        if order.worst is not None:
            worst = numbers.price(order.worst, order.places)
            lines.append(f"  at worst {worst}, costs at most {amount(order)} {order.unit}")
        if order.refusal:
            lines.append(f"  the gate would refuse it: {order.refusal}")
    return lines or ["It would send nothing."]
