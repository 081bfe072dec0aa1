"""Other candles of a handler: `Candles(…)` series step by them, and hand over what they are.

The rule it keeps: a feed runs at each of its own closed candles, before any run of that moment, so
a handler reads nothing that has not closed.
"""

from __future__ import annotations

from functools import reduce

from lefi_tui.core.record import Record
from lefi_tui.lang.form import Form, Op, Put, Slots, V, When
from lefi_tui.lang.tree import JOINED, Clock

Needs = tuple[tuple[Clock, int], ...]


class Feed(Record):
    """Of one handler; its event is the candle's `open high low close volume`."""

    handler: int
    symbol: str
    timeframe_ms: int
    warmup: int  # candles its handler waits for
    form: Form
    outputs: tuple[int, ...]  # slots that the handler reads


def counters(slots: Slots, needs: Needs, always: list[Op]) -> tuple[tuple[int, int], ...]:
    """A slot that counts each other clock's events, and how many of them the handler waits for."""
    counted = {clock: (slots.take(_name(clock)), need) for clock, need in needs}
    joined = counted.get(JOINED)
    if joined is not None:
        others = [each for clock, each in counted.items() if clock != JOINED]
        there = [V("slot", value=slot) >= float(need) for slot, need in others]
        all_there = reduce(lambda a, b: V("and", (a, b)), there)
        counter = V("slot", value=joined[0])
        always.append(When(all_there, (Put(joined[0], None, counter + 1.0),)))
    return tuple(counted.values())


def _name(clock: Clock) -> str:
    symbol, timeframe_ms = clock
    return f"{symbol} {timeframe_ms}.events"
