"""When the timers of a script are due on a run's candles: by the data alone, so before the run."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from bots.automated.plan import Timer
from bots.automated.timers import NS_PER_MS
from lefi_tui.core.schedule import next_due


class Due:
    """Of all timers: `column` has a bit each where a moment's close is the first at or after its
    time."""

    def __init__(self, timers: Sequence[Timer], began_ms: int, closes: Sequence[int]) -> None:
        self.column = array("d", bytes(8 * (len(closes) if timers else 1)))
        self._dates: list[tuple[list[int], list[int]]] = []  # of a timer: moments, next dates
        for number, timer in enumerate(timers):
            moments, dates = _fires(timer, began_ms, closes)
            for each in moments:
                self.column[each] += 1 << number
            self._dates.append((moments, dates))

    def behind(self, moment: int) -> tuple[int, ...]:
        """The next date of each timer behind that moment; none before the first."""
        if moment < 0:
            return ()
        return tuple(dates[bisect_right(moments, moment)] for moments, dates in self._dates)


def _fires(timer: Timer, began_ms: int, closes: Sequence[int]) -> tuple[list[int], list[int]]:
    moments: list[int] = []
    dates = [next_due(timer.spec, timer.zone, began_ms * NS_PER_MS - 1)]
    while True:
        # The first close at or after the date, in ms: no date lies within one.
        moment = bisect_left(closes, -(-dates[-1] // NS_PER_MS))
        if moment == len(closes):
            return moments, dates
        moments.append(moment)
        dates.append(next_due(timer.spec, timer.zone, closes[moment] * NS_PER_MS))
