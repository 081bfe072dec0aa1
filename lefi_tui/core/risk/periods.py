"""Days, weeks and months of an account: what it was worth when they began, and at its highest.

The rule it keeps: a day begins at the trader's own hour in the trader's own zone, and what was lost
over the boundary while nobody looked counts to the new day.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from lefi_tui.core.record import Record

NS: Final = 1_000_000_000
_HOUR: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def hour_wrong(text: str) -> str:
    """Why this is no hour of a day; empty when it is."""
    return "" if _HOUR.fullmatch(text) else f"{text[:20]!r} is no time of day; write 00:00 to 23:59"


def zone_wrong(text: str) -> str:
    """Why this is no time zone; empty when it is."""
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):  # unknown, a path, a folder of zones
        return f"{text[:40]!r} is no time zone; write UTC or Europe/Berlin"
    return ""


@lru_cache(maxsize=16)
def _beginning(starts_at: str, zone: str) -> tuple[ZoneInfo, timedelta]:
    hours, minutes = starts_at.split(":")
    return ZoneInfo(zone), timedelta(hours=int(hours), minutes=int(minutes))


class Calendar(Record):
    """When a day begins, and where."""

    starts_at: str = "00:00"
    zone: str = "UTC"

    def day(self, at_ns: int) -> tuple[int, int, int]:
        """The numbers of the day, the week (from Monday) and the month that a moment lies in."""
        zone, begins = _beginning(self.starts_at, self.zone)
        local = datetime.fromtimestamp(at_ns // NS, UTC).astimezone(zone)
        day = (local.replace(tzinfo=None) - begins).date()
        return day.toordinal(), (day.toordinal() - 1) // 7, day.year * 12 + day.month


class Worth(Record):
    """What an account is worth, beside what it was."""

    at_ns: int
    equity: Decimal
    day: int
    day_start: Decimal
    day_peak: Decimal
    week: int
    week_peak: Decimal
    month: int
    month_peak: Decimal

    @property
    def day_loss(self) -> Decimal:
        """Realized and not, since the day began; negative for a gain."""
        return self.day_start - self.equity

    def below(self, peak: Decimal) -> Decimal:
        """How far below, as a share."""
        return (peak - self.equity) / peak if peak > 0 else Decimal(0)


def first_worth(at_ns: int, equity: Decimal, calendar: Calendar) -> Worth:
    day, week, month = calendar.day(at_ns)
    return Worth(at_ns, equity, day, equity, equity, week, equity, month, equity)


def worth_after(before: Worth, at_ns: int, equity: Decimal, calendar: Calendar) -> Worth:
    """A new day begins with what the account was worth last. A clock set back begins none."""
    day, week, month = calendar.day(at_ns)
    begins = day > before.day
    last = before.equity
    return Worth(
        at_ns,
        equity,
        max(day, before.day),
        last if begins else before.day_start,
        max(last if begins else before.day_peak, equity),
        max(week, before.week),
        max(last if week > before.week else before.week_peak, equity),
        max(month, before.month),
        max(last if month > before.month else before.month_peak, equity),
    )
