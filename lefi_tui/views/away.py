"""What happened while nobody looked: counts, and the lines of the log since then.

It is the difference of two states of the screen; nothing is read for it and nothing is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import field

from lefi_tui.core.messages import Event
from lefi_tui.core.record import Record
from lefi_tui.views.desk_view import LogRow
from lefi_tui.views.fold import ScreenState, fold
from lefi_tui.views.tally import Tally

LINES_MAX: Final = 60


class AwayView(Record):
    """Empty where somebody was looking all the time."""

    since_ns: int = 0
    until_ns: int = 0
    tally: Tally = field(default_factory=Tally)
    is_cut: bool = False  # more happened than is remembered: the counts are the least there were
    lines: tuple[LogRow, ...] = ()  # newest first
    lines_in_all: int = 0
    bots: tuple[str, ...] = ()  # that run now

    @property
    def is_any(self) -> bool:
        """An engine that was closed and opened again is news only where a bot had to wait."""
        return self.tally.is_any or self.tally.starts < len(self.lines) or self.has_paused

    @property
    def has_paused(self) -> bool:
        return bool(self.bots and self.tally.starts)


class Memory(Record):
    """What the journal's newest events say: the screen as it was last seen, and as it is."""

    seen: ScreenState = field(default_factory=ScreenState)
    now: ScreenState = field(default_factory=ScreenState)
    is_cut: bool = False


def remembered(events: Iterable[tuple[int, Event]], seen_ns: int, *, is_whole: bool) -> Memory:
    """From events with their times, oldest first. Without `is_whole` there were earlier ones."""
    state = ScreenState()
    seen: ScreenState | None = None
    oldest_ns = 0
    for at_ns, event in events:
        oldest_ns = oldest_ns or at_ns
        if seen is None and at_ns > seen_ns:
            seen = state
        state = fold(state, event)
    is_cut = not is_whole and oldest_ns > seen_ns
    return Memory(state if seen is None else seen, state, is_cut)


def away(seen: ScreenState, now: ScreenState) -> AwayView:
    """What came between the two."""
    newest = seen.log[0] if seen.log else None
    lines = tuple(row for row in now.log if _is_new(row, newest))
    return AwayView(
        tally=now.tally.less(seen.tally),
        lines=lines[:LINES_MAX],
        lines_in_all=max(len(lines), now.number - seen.number),
    )


def _is_new(row: LogRow, newest: LogRow | None) -> bool:
    """Also the line that was there, and came again since."""
    if newest is None or row.number > newest.number:
        return True
    return row.number == newest.number and row.times > newest.times
