"""When something is due next: crontab lines in a time zone, and `every` so many milliseconds.

Five fields (minute hour day month weekday) as crontab reads them: lists, ranges, steps, names,
0 and 7 are Sunday, and when day and weekday are both restricted either may match. A local time
that comes twice fires once; one that a clock change skips fires at the next instant.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

NS: Final = 1_000_000_000
NS_PER_MS: Final = 1_000_000
_MONTHS: Final = (
    *("jan", "feb", "mar", "apr", "may", "jun"),
    *("jul", "aug", "sep", "oct", "nov", "dec"),
)
_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
# 29 February on a given weekday comes within 28 years, 40 over a century that is no leap year.
SEARCH_DAYS_MAX: Final = 366 * 41


class ScheduleError(ValueError):
    """A schedule that can't be read, or that never comes due; says why."""


@dataclass(frozen=True, slots=True)
class Cron:
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]  # 0 is Sunday
    any_day: bool
    any_weekday: bool

    def has(self, date: datetime) -> bool:
        """Whether this date (not its time) is one of the schedule."""
        if date.month not in self.months:
            return False
        day = date.day in self.days
        weekday = date.isoweekday() % 7 in self.weekdays
        if self.any_day or self.any_weekday:
            return day and weekday
        return day or weekday


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
            raise ScheduleError(f"{part!r} runs backwards; write the smaller number first.")
        out.update(range(first, last + 1, step))
    return frozenset(out)


def _number(text: str, low: int, high: int, names: tuple[str, ...] | None) -> int:
    if names is not None and text.lower() in names:
        return names.index(text.lower()) + (1 if len(names) == 12 else 0)
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise ScheduleError(f"{text!r} is no number from {low} to {high}.")
    return int(text)


def zone_of(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ScheduleError(f"{name!r} is no time zone; write one like Europe/Berlin.") from error


def next_due(spec: str, zone: str, after_ns: int) -> int:
    """The first instant after `after_ns` (ns since 1970 UTC) at which `spec` is due.

    `spec` is a crontab line, or `every MILLISECONDS`, counted from 1970 so that restarts agree.
    """
    if spec.startswith("every "):
        period = _period(spec)
        return (after_ns // period + 1) * period
    cron = parse_cron(spec)
    place = zone_of(zone)
    after = datetime.fromtimestamp(after_ns // NS, UTC).astimezone(place)
    day = after.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None, fold=0)
    # A skipped time fires after its own date may have ended, so begin a day early.
    day -= timedelta(days=1)
    for _ in range(SEARCH_DAYS_MAX):
        if cron.has(day):
            for instant in _instants(cron, day, place):
                if instant > after_ns:
                    return instant
        day += timedelta(days=1)
    raise ScheduleError(f"{spec!r} never comes due.")


def _period(spec: str) -> int:
    text = spec.removeprefix("every ")
    if not text.isdigit() or int(text) < 1:
        raise ScheduleError(f"{spec!r} is no period; write `every 300000` for five minutes.")
    return int(text) * NS_PER_MS


def _instants(cron: Cron, day: datetime, place: ZoneInfo) -> list[int]:
    """The instants of one local date, in order; each local time fires once."""
    local = (day.replace(hour=h, minute=m) for h in cron.hours for m in cron.minutes)
    return sorted({_instant(each, place) for each in local})


def _instant(local: datetime, place: ZoneInfo) -> int:
    """Where a local time lies: the first of two, or the end of the gap that skipped it."""
    aware = local.replace(tzinfo=place, fold=0)
    utc = aware.astimezone(UTC)
    if utc.astimezone(place).replace(tzinfo=None) != local:
        utc = _gap_end(utc, place)
    return int(utc.timestamp()) * NS


def _gap_end(inside: datetime, place: ZoneInfo) -> datetime:
    """The instant at which the zone's offset changed, near a local time that does not exist."""
    low, high = inside - timedelta(hours=26), inside + timedelta(hours=26)
    before = low.astimezone(place).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(place).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)
