"""The calendar of releases that move markets: a trader's own file, and the usual ones.

The usual ones come at approximate times, by the rule of thumb that each has; they say so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from lefi_tui.core.risk.release import HIGH, Release

BEFORE_MS: Final = 30 * 60_000
AFTER_MS: Final = 60 * 60_000
DAY_MS: Final = 86_400_000
NEW_YORK: Final = "America/New_York"
RELEASES_MAX: Final = 5_000  # of one file: ten years of all there are
_WEDNESDAY, _THURSDAY, _FRIDAY = 2, 3, 4


def _nth(day: date, weekday: int, number: int) -> bool:
    """Whether it is the number-th such weekday of its month; -1 is the last one."""
    if day.weekday() != weekday:
        return False
    if number < 0:
        return (day + timedelta(days=7)).month != day.month
    return (day.day - 1) // 7 + 1 == number


# Month and which Wednesday: where the eight meetings of a year lie, give or take a week.
_FOMC: Final = {1: -1, 3: 3, 5: 1, 6: 3, 7: -1, 9: 3, 11: 1, 12: 2}
_MORNING: Final = time(8, 30)

# Name, impact, hour in New York, and on which days.
TEMPLATES: Final[tuple[tuple[str, str, time, Callable[[date], bool]], ...]] = (
    ("FOMC", HIGH, time(14), lambda day: _nth(day, _WEDNESDAY, _FOMC.get(day.month, 0))),
    ("NFP", HIGH, _MORNING, lambda day: _nth(day, _FRIDAY, 1)),
    ("CPI", HIGH, _MORNING, lambda day: _nth(day, _WEDNESDAY, 2)),
    ("PPI", HIGH, _MORNING, lambda day: _nth(day, _THURSDAY, 2)),
    ("retail sales", HIGH, _MORNING, lambda day: _nth(day, _WEDNESDAY, 3)),
    ("GDP", HIGH, _MORNING, lambda day: _nth(day, _THURSDAY, -1)),
    ("PCE", HIGH, _MORNING, lambda day: _nth(day, _FRIDAY, -1)),
    ("jobless claims", "medium", _MORNING, lambda day: _nth(day, _THURSDAY, (day.day + 6) // 7)),
)


def templates(since_ms: int, until_ms: int) -> Iterator[Release]:
    """The usual releases between two moments, oldest day first."""
    zone = ZoneInfo(NEW_YORK)
    day = datetime.fromtimestamp(since_ms // 1_000, UTC).astimezone(zone).date()
    last = datetime.fromtimestamp(until_ms // 1_000, UTC).astimezone(zone).date()
    while day <= last:
        for name, impact, hour, is_due in TEMPLATES:
            at = datetime.combine(day, hour, zone)
            at_ms = int(at.timestamp()) * 1_000
            if is_due(day) and since_ms <= at_ms <= until_ms:
                yield Release(at_ms, name, impact, is_approximate=True)
        day += timedelta(days=1)


def between(
    releases: Iterable[Release], since_ms: int, until_ms: int, *, with_templates: bool
) -> tuple[Release, ...]:
    """What the calendar names between two moments, oldest first."""
    own = [each for each in releases if since_ms <= each.at_ms <= until_ms]
    usual = templates(since_ms, until_ms) if with_templates else ()
    return tuple(sorted((*own, *usual), key=lambda each: (each.at_ms, each.name)))


def locking(
    releases: Iterable[Release], now_ms: int, *, with_templates: bool
) -> tuple[Release, ...]:
    """Those of high impact that keep entries out now."""
    near = between(releases, now_ms - AFTER_MS, now_ms + BEFORE_MS, with_templates=with_templates)
    return tuple(each for each in near if each.impact == HIGH)
