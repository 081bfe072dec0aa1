"""A moment as people type it: a date, a date and time, or seconds or milliseconds since 1970.

The rules it keeps: without a zone it is UTC; no time is read in the wrong unit.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

DAY_MS: Final = 86_400_000
# Before 1973 in milliseconds, after year 5000 in seconds: so no time is read in the wrong unit.
_FIRST_IN_MS: Final = 100_000_000_000
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def moment_ms(text: str) -> int:
    """Raises ValueError that says in words what to write."""
    if text.isdecimal():
        number = int(text)
        return number if number >= _FIRST_IN_MS else number * 1_000
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"{text!r} is no time; write 2022-01-31, 2022-01-31T14:00Z or ms since 1970"
        ) from None
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return round(aware.timestamp() * 1_000)


def last_ms(text: str) -> int:
    """A moment as above; a day alone means to its end."""
    begins = moment_ms(text)
    return begins + DAY_MS - 1 if _DAY.fullmatch(text) else begins
