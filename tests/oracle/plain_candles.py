"""Of the second opinion: files, candles of longer timeframes and crontab lines, read plainly."""

from __future__ import annotations

import csv
import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

MINUTE: Final = 60_000
DAY: Final = 24 * 60 * MINUTE


class Row(NamedTuple):
    """One candle; its time is its opening, in ms."""

    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float


def rows_of(path: Path) -> list[Row]:
    with gzip.open(path, "rt") as file:
        lines = csv.reader(file)
        heads = [each.lower() for each in next(lines)]
        places = [heads.index(each) for each in ("time", *Row._fields[1:])]
        return [
            Row(
                round(datetime.fromisoformat(line[places[0]]).timestamp() * 1_000),
                *(float(line[each]) for each in places[1:]),
            )
            for line in lines
        ]


def bucket_of(time: int, step: int) -> int:
    monday = 4 * DAY if step % (7 * DAY) == 0 else 0
    return (time - monday) // step * step + monday


class Longer:
    """Candles of `step` ms built from rows; an incomplete first one is left out."""

    def __init__(self, step: int) -> None:
        self.step, self.built = step, list[Row]()
        self._making, self._skipped = list[Row](), -1

    def add(self, row: Row) -> None:
        bucket = bucket_of(row.time, self.step)
        if not self.built and not self._making and bucket != row.time and self._skipped < 0:
            self._skipped = bucket
        if bucket != self._skipped:
            self._making.append(row)

    def is_closed_by(self, now: int) -> bool:
        """Whether a candle's time is over; it then is the last of those built."""
        made = self._making
        if not made or bucket_of(made[0].time, self.step) + self.step > now:
            return False
        start, high, low = (
            bucket_of(made[0].time, self.step),
            max(each.high for each in made),
            min(each.low for each in made),
        )
        volume = sum(each.volume for each in made)
        self.built.append(Row(start, made[0].open, high, low, made[-1].close, volume))
        made.clear()
        return True


def is_due(cron: str, after: int, until: int) -> bool:
    """Whether a minute of `* * * * *` (numbers and stars alone, UTC) lies in (after, until]."""
    fields = cron.split()
    for minute in range(after // MINUTE + 1, until // MINUTE + 1):
        at = datetime.fromtimestamp(minute * 60, tz=UTC)
        found = (at.minute, at.hour, at.day, at.month, at.isoweekday() % 7)
        if all(each in ("*", str(one)) for each, one in zip(fields, found, strict=True)):
            return True
    return False
