"""Every and Schedule handlers: when each is due next, and which are due now.

A time that passed while the machine slept or was busy runs once, late, and says how late; a time
is computed by `core.schedule.next_due` alone, for the real clock and for a virtual one alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lefi_tui.core.messages import TimersDue
from lefi_tui.core.schedule import next_due

NS_PER_MS: Final = 1_000_000
# Closer than this a timer counts as on time, and its handler's `time` is the time it was set to.
ON_TIME_NS: Final = 2_000_000_000
CATCH_UP_NS: Final = 3_600_000_000_000  # a date missed for longer is not for now any more
STUCK_NS: Final = 60_000_000_000  # due for so long and not carried out: something hangs

Spec = tuple[int, str, str]  # handler, crontab line or `every MILLISECONDS`, zone


def is_date(spec: str) -> bool:
    """A date is missed when it has passed; a period only begins anew."""
    return not spec.startswith("every ")


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

    def set(
        self, bot: str, specs: tuple[Spec, ...], now_ns: int, since: Mapping[int, int] | None = None
    ) -> None:
        """All timers of one bot from now on; none clears them.

        `since` says for each handler when it was due last, or could first be: a date that was
        missed while the engine was down runs once, late, unless it is long past.
        """
        for handler, _, _ in self._specs.pop(bot, ()):
            del self._due[bot, handler]
        if specs:
            self._specs[bot] = specs
        for handler, spec, zone in specs:
            last_ns = (since or {}).get(handler, now_ns)
            begins_ns = max(last_ns, now_ns - CATCH_UP_NS) if is_date(spec) else now_ns
            self._due[bot, handler] = next_due(spec, zone, min(begins_ns, now_ns))

    def dates(self, bot: str) -> Mapping[int, int]:
        """When each of its handlers is due next."""
        return {each[0]: self._due[bot, each[0]] for each in self._specs.get(bot, ())}

    def stuck(self, now_ns: int) -> tuple[str, ...]:
        """Bots with something due that nobody carried out."""
        return tuple(
            bot for bot in self.bots() if (self.next_of(bot) or now_ns) <= now_ns - STUCK_NS
        )

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
        handlers = tuple(handler for handler, _, _ in due)
        return TimersDue(bot, handlers, at_ns, late_ms, tuple(spec for _, spec, _ in due))

    def clock_went_back(self, now_ns: int) -> None:
        """Periods begin anew from the earlier hour; a date of a schedule never comes twice."""
        for bot, specs in self._specs.items():
            for handler, spec, zone in specs:
                if not is_date(spec):
                    self._due[bot, handler] = next_due(spec, zone, now_ns)
