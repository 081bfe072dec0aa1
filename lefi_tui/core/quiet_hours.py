"""Hours of the day in which a person is told only what is urgent: "22:00-07:00", in their zone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

NS: Final = 1_000_000_000


def hours_wrong(text: str) -> str:
    """Why these are no quiet hours; empty when they are."""
    start, dash, end = text.partition("-")
    is_right = dash and _minute(start) is not None and _minute(end) is not None
    return "" if is_right else f"{text[:40]!r} are no hours; write 22:00-07:00"


def is_quiet(hours: str, zone: str, now_ns: int) -> bool:
    """By the clock on the wall there, from the first minute on, without the last."""
    start, _, end = hours.partition("-")
    first, last = _minute(start), _minute(end)
    assert first is not None, hours
    assert last is not None, hours
    local = datetime.fromtimestamp(now_ns // NS, UTC).astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    if first <= last:
        return first <= minute < last
    return minute >= first or minute < last


def _minute(clock: str) -> int | None:
    """Of the day; None where it is no time."""
    hour, colon, minute = clock.strip().partition(":")
    if not colon or not (hour + minute).isascii() or not (hour.isdigit() and minute.isdigit()):
        return None
    is_time = len(hour) <= 2 and len(minute) == 2 and int(hour) < 24 and int(minute) < 60
    return int(hour) * 60 + int(minute) if is_time else None
