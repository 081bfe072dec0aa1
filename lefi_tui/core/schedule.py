"""When something is due next: crontab lines in a time zone, and `every` so many milliseconds.

Five fields (minute hour day month weekday) as crontab reads them: lists, ranges, steps, names,
0 and 7 are Sunday, and when day and weekday are both restricted either may match. A local time
that comes twice fires once; one that a clock change skips fires at the next instant.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from importlib import import_module
from typing import Final

from lefi_tui.core.record import Record

NS: Final = 1_000_000_000
NS_PER_MS: Final = 1_000_000
_MONTHS: Final = (
    *("jan", "feb", "mar", "apr", "may", "jun"),
    *("jul", "aug", "sep", "oct", "nov", "dec"),
)
_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
# 29 February on a given weekday comes within 28 years, 40 over a century that is no leap year.
SEARCH_DAYS_MAX: Final = 366 * 41
DIGITS_MAX: Final = 15  # of a number in a schedule: 30,000 years of milliseconds


class ScheduleError(ValueError):
    """A schedule that can't be read, or that never comes due; says why."""


class Cron(Record):
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]  # 0 is Sunday
    any_day: bool
    any_weekday: bool

    def has(self, local: date) -> bool:
        """Whether this date is one of the schedule."""
        if local.month not in self.months:
            return False
        day = local.day in self.days
        weekday = local.isoweekday() % 7 in self.weekdays
        if self.any_day or self.any_weekday:
            return day and weekday
        return day or weekday


@lru_cache(maxsize=256)
def parse_cron(text: str) -> Cron:
    fields = text.split()
    if len(fields) != 5:
        raise ScheduleError(
            f"{text!r} has {len(fields)} fields; a crontab line has five: "
            "minute hour day month weekday."
        )
    minute, hour, day, month, weekday = fields
    return Cron(
        _field(minute, 0, 59),
        _field(hour, 0, 23),
        _field(day, 1, 31),
        _field(month, 1, 12, _MONTHS),
        frozenset(each % 7 for each in _field(weekday, 0, 7, _DAYS)),
        any_day=day.startswith("*"),
        any_weekday=weekday.startswith("*"),
    )


def _field(text: str, low: int, high: int, names: tuple[str, ...] | None = None) -> frozenset[int]:
    out: set[int] = set()
    for part in text.split(","):
        span, slash, step_text = part.partition("/")
        step = _number(step_text, 1, high, None) if slash else 1
        if span == "*":
            first, last = low, high
        else:
            start, dash, end = span.partition("-")
            first = _number(start, low, high, names)
            last = _number(end, low, high, names) if dash else (high if slash else first)
        if first > last:
            hint = "; at a range's end Sunday is 7" if names is _DAYS else ""
            raise ScheduleError(f"{part!r} runs backwards; write the smaller one first{hint}.")
        out.update(range(first, last + 1, step))
    return frozenset(out)


def _number(text: str, low: int, high: int, names: tuple[str, ...] | None) -> int:
    if names is not None and text.lower() in names:
        return names.index(text.lower()) + (1 if len(names) == 12 else 0)
    number = _whole(text)
    if number is None or not low <= number <= high:
        named = f" or a name like {names[1]}" if names else ""
        raise ScheduleError(f"{text!r} is no number from {low} to {high}{named}.")
    return number


def _whole(text: str) -> int | None:
    is_plain = text.isascii() and text.isdigit() and len(text) <= DIGITS_MAX
    return int(text) if is_plain else None


def zone_of(name: str) -> tzinfo:
    # Loaded when a schedule is read: it takes as long as a whole script, and most have none.
    zoneinfo = import_module("zoneinfo")
    try:
        zone: tzinfo = zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ScheduleError(f"{name!r} is no time zone; write one like Europe/Berlin.") from error
    return zone


def next_due(spec: str, zone: str, after_ns: int) -> int:
    """The first instant after `after_ns` (ns since 1970 UTC) at which `spec` is due.

    `spec` is a crontab line, or `every MILLISECONDS`, counted from 1970 so that restarts agree.
    """
    if spec.startswith("every "):
        period = _period(spec)
        return (after_ns // period + 1) * period
    cron = parse_cron(spec)
    place = zone_of(zone)
    # A time skipped at its day's end fires as the next day begins, so never after it began.
    day = datetime.fromtimestamp(after_ns // NS, UTC).astimezone(place).toordinal()
    for ordinal in range(day, day + SEARCH_DAYS_MAX):
        if cron.has(date.fromordinal(ordinal)):
            instants = _instants(spec, zone, ordinal)
            found = bisect_right(instants, after_ns)
            if found < len(instants):
                return instants[found]
    raise ScheduleError(f"{spec!r} never comes due: no month of its months has such a day.")


def _period(spec: str) -> int:
    period = _whole(spec.removeprefix("every "))
    if not period:
        raise ScheduleError(f"{spec!r} is no period; write `every 300000` for five minutes.")
    return period * NS_PER_MS


# A day of `* * * * *` is 1,440 instants: made once, then looked up by each of them.
@lru_cache(maxsize=64)
def _instants(spec: str, zone: str, ordinal: int) -> tuple[int, ...]:
    """The instants of one local date, in order; each local time fires once."""
    cron, place = parse_cron(spec), zone_of(zone)
    day = datetime.combine(date.fromordinal(ordinal), time.min)
    local = (day.replace(hour=h, minute=m) for h in cron.hours for m in cron.minutes)
    return tuple(sorted({_instant(each, place) for each in local}))


def _instant(local: datetime, place: tzinfo) -> int:
    """Where a local time lies: the first of two, or the end of the gap that skipped it."""
    early = local.replace(tzinfo=place, fold=0).astimezone(UTC)
    late = local.replace(tzinfo=place, fold=1).astimezone(UTC)
    # By PEP 495 the two readings of a time in a gap come in the wrong order, around its end.
    return int((early if early <= late else _gap_end(late, early, place)).timestamp()) * NS


def _gap_end(before: datetime, after: datetime, place: tzinfo) -> datetime:
    """The instant between the two at which the zone's offset changed, to the second."""
    old = before.astimezone(place).utcoffset()
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        is_old = (before + timedelta(seconds=middle)).astimezone(place).utcoffset() == old
        low, high = (middle, high) if is_old else (low, middle)
    return before + timedelta(seconds=high)
