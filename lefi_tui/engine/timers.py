"""Every and Schedule handlers: when each is due next, and which are due now.

A time that passed while the machine slept or was busy runs once, late, and says how late; a time
is computed by `core.schedule.next_due` alone, for the real clock and for a virtual one alike.
"""

from __future__ import annotations

from typing import Final

from lefi_tui.core.messages import TimersDue
from lefi_tui.core.schedule import next_due

NS_PER_MS: Final = 1_000_000
# Closer than this a timer counts as on time, and its handler's `time` is the time it was set to.
ON_TIME_NS: Final = 2_000_000_000

Spec = tuple[int, str, str]  # handler, crontab line or `every MILLISECONDS`, zone


class Timers:
    def __init__(self) -> None:
        self._specs: dict[str, tuple[Spec, ...]] = {}
        self._due: dict[tuple[str, int], int] = {}
        self._alarms: dict[str, int] = {}

    def set_alarm(self, bot: str, at_ns: int) -> None:
        """One moment at which something a bot waits for is over; 0 for none."""
        if at_ns:
            self._alarms[bot] = at_ns
        else:
            self._alarms.pop(bot, None)

    def set(self, bot: str, specs: tuple[Spec, ...], now_ns: int) -> None:
        """All timers of one bot from now on; none clears them."""
        for handler, _, _ in self._specs.pop(bot, ()):
            del self._due[bot, handler]
        if specs:
            self._specs[bot] = specs
        for handler, spec, zone in specs:
            self._due[bot, handler] = next_due(spec, zone, now_ns)

    def next_of(self, bot: str) -> int | None:
        dates = [self._due[bot, each[0]] for each in self._specs.get(bot, ())]
        if bot in self._alarms:
            dates.append(self._alarms[bot])
        return min(dates, default=None)

    def bots(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self._specs, *self._alarms)))

    def take_due(self, bot: str, now_ns: int) -> TimersDue | None:
        """What is due, each handler once however often it was missed; its next time is set.

        Without a handler it is an alarm: something that the bot waits for is over.
        """
        due = [each for each in self._specs.get(bot, ()) if self._due[bot, each[0]] <= now_ns]
        dates = [self._due[bot, handler] for handler, _, _ in due]
        if self._alarms.get(bot, now_ns + 1) <= now_ns:
            dates.append(self._alarms.pop(bot))
        if not dates:
            return None
        first = min(dates)
        for handler, spec, zone in due:
            self._due[bot, handler] = next_due(spec, zone, now_ns)
        late = now_ns - first
        at_ns = first if late < ON_TIME_NS else now_ns
        late_ms = 0 if late < ON_TIME_NS else late // NS_PER_MS
        return TimersDue(bot, tuple(handler for handler, _, _ in due), at_ns, late_ms)

    def clock_went_back(self, now_ns: int) -> None:
        """Periods begin anew from the earlier hour; a date of a schedule never comes twice."""
        for bot, specs in self._specs.items():
            for handler, spec, zone in specs:
                if spec.startswith("every "):
                    self._due[bot, handler] = next_due(spec, zone, now_ns)
