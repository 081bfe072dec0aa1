"""The outbox as two lists: channels with how they fare, and notices with what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lefi_tui.core.notices import Severity, State
from lefi_tui.views import numbers
from lefi_tui.views.notices_view import ChannelRow, NoticeRow, NoticesView
from widgets.board import Listing
from widgets.ink import Ink
from widgets.lines import Column, Frame, Page, Span, table
from widgets.prices import WAITING

NO_CHANNEL: Final = "nobody is told yet: `lefi notify set phone` asks for an address"
NO_NOTICE: Final = "nothing was told yet"
TRY: Final = "; t sends a test"
_STATES: Final = {
    State.PENDING: Ink.TEXT,
    State.SENDING: Ink.TEXT,
    State.RETRY: Ink.WARN,
    State.HELD: Ink.DIM,
    State.SENT: Ink.GAIN,
    State.TOLD: Ink.DIM,
    State.DEAD: Ink.BAD,
}
_SEVERITIES: Final = {Severity.WARNING.value: Ink.WARN, Severity.URGENT.value: Ink.BAD}
_WELL: Final = {True: Ink.GAIN, False: Ink.BAD, None: Ink.DIM}


def _count(number: int, ink: Ink) -> Span:
    return (str(number) if number else "", ink)


CHANNELS: Final[tuple[Column[ChannelRow], ...]] = (
    Column("channel", 16, lambda row: (row.name, Ink.TEXT)),
    Column("state", 18, lambda row: (row.state, _WELL[row.is_well]), grows=True),
    Column("waiting", 7, lambda row: _count(row.waiting, Ink.TEXT), is_right=True, rank=2),
    Column("dead", 5, lambda row: _count(row.dead, Ink.BAD), is_right=True, rank=1),
    Column("tried", 12, lambda row: (numbers.moment(row.at_ns)[5:], Ink.DIM), rank=3),
)
NOTICES: Final[tuple[Column[NoticeRow], ...]] = (
    Column("when", 11, lambda row: (numbers.moment(row.at_ns)[5:], Ink.DIM), rank=3),
    Column("channel", 12, lambda row: (row.channel, Ink.TEXT)),
    Column("state", 9, lambda row: (row.state.value, _STATES[row.state])),
    Column("weight", 7, lambda row: (row.severity, _SEVERITIES.get(row.severity, Ink.DIM)), rank=1),
    Column("tries", 5, lambda row: _count(row.attempts, Ink.DIM), is_right=True, rank=2),
    Column("notice", 12, lambda row: (_words(row), Ink.TEXT), grows=True),
)


def _words(row: NoticeRow) -> str:
    return f"{row.title}: {row.text}" if row.text else row.title


def fate(row: NoticeRow) -> str:
    """All there is of it; what became of it first, and why."""
    tries = "1 attempt" if row.attempts == 1 else f"{row.attempts} attempts"
    why = f": {row.why}" if row.why else ""
    due = f", again at {numbers.clock(row.due_ns)} UTC" if row.due_ns else ""
    requeue = " r sends it again." if row.is_dead else ""
    return f"{row.channel} {row.state.value}, {tries}{why}{due}.{requeue} {_words(row)}"


class Channels(Listing[NoticesView]):
    IS_POINTED = True

    def draw(self, view: NoticesView | None, frame: Frame) -> Page:
        rows = () if view is None else view.channels
        return table("Channels", CHANNELS, rows, frame, WAITING if view is None else NO_CHANNEL)

    def keys(self, view: NoticesView) -> Sequence[str]:
        return tuple(row.name for row in view.channels)

    def explain(self, view: NoticesView, number: int) -> str:
        row = view.channels[number]
        return f"{row.name}: {row.state}. t sends a test, past quiet hours."

    @property
    def selected(self) -> ChannelRow | None:
        return self.view.channels[self.cursor] if self.view and self.view.channels else None


class Notices(Listing[NoticesView]):
    IS_POINTED = True

    def draw(self, view: NoticesView | None, frame: Frame) -> Page:
        if view is None:
            return table("Notices", NOTICES, (), frame, WAITING)
        empty = NO_NOTICE + TRY * bool(view.channels)
        return table("Notices", NOTICES, view.rows, frame, empty)

    def keys(self, view: NoticesView) -> Sequence[str]:
        return tuple(str(row.id) for row in view.rows)

    def explain(self, view: NoticesView, number: int) -> str:
        return fate(view.rows[number])

    @property
    def selected(self) -> NoticeRow | None:
        return self.view.rows[self.cursor] if self.view and self.view.rows else None
