"""Which of a bot's timers are due at a moment of a candle file; live, the scheduler says so.

The rule it keeps: a timer fires at the first close at or after its time, once.
"""

from __future__ import annotations

from typing import Final

from bots.automated.plan import Timer
from lefi_tui.core.bot import Occasion
from lefi_tui.core.schedule import next_due

NS_PER_MS: Final = 1_000_000

Dates = tuple[int, ...]  # the next one of each timer, in ns


def due_at_close(
    timers: tuple[Timer, ...], dates: Dates, occasion: Occasion
) -> tuple[Dates, set[int]]:
    """The next dates after this close, and the handlers whose time has come."""
    at_ns = occasion.at_ms * NS_PER_MS
    if not dates:
        opened_ms = (bar.time_ms for bar in occasion.bars)
        began_ns = min(opened_ms, default=occasion.at_ms) * NS_PER_MS - 1
        dates = tuple(next_due(each.spec, each.zone, began_ns) for each in timers)
    due = {each.handler for each, due_ns in zip(timers, dates, strict=True) if due_ns <= at_ns}
    if due:
        dates = tuple(
            next_due(each.spec, each.zone, at_ns) if due_ns <= at_ns else due_ns
            for each, due_ns in zip(timers, dates, strict=True)
        )
    return dates, due
