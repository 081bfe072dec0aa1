"""The cells of a candle file as doubles, checked: high and low enclose the rest, nothing missing.

A batch of good rows is found good as a whole; only where it is not is each row looked at, for the
line of the one that is wrong, in words.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import repeat
from operator import le, lt, mul
from typing import Any, Final

from lefi_tui.adapters.candle_rows import Batch, wrong
from lefi_tui.core.record import Record
from lefi_tui.core.timeframe import SECONDS_MAX
from lefi_tui.errors import MarketFileError

TIME_NAMES: Final = ("timestamp", "time", "date", "datetime")
PRICES: Final = ("open", "high", "low", "close")
NUMBERS: Final = (*PRICES, "volume")
LATEST_MS: Final = SECONDS_MAX * 1_000
PRICE_MAX: Final = 1e18
HEADER_SHOWN: Final = 200  # letters

Rows = tuple[Sequence[float], ...]  # as columns: time, open high low close volume, funding


class Places(Record):
    """Where in a row each field stands."""

    time: int
    numbers: tuple[int, ...]  # open high low close volume
    funding: int | None
    count: int

    @property
    def all(self) -> tuple[int, ...]:
        return self.numbers if self.funding is None else (*self.numbers, self.funding)


def places(name: str, line: int, header: Sequence[str]) -> Places:
    names = [each.strip().lower() for each in header]
    times = [place for place, each in enumerate(names) if each in TIME_NAMES]
    missing = [each for each in NUMBERS if each not in names]
    if not times or missing:
        lacks = ", ".join(missing if times else ["a time column", *missing])
        raise wrong(
            name,
            line,
            f"The header lacks {lacks}; it has {_clipped(', '.join(names))}.",
            f"Name the columns {' or '.join(TIME_NAMES)}, and {', '.join(NUMBERS)}",
        )
    twice = [each for each in (*NUMBERS, "funding") if names.count(each) > 1]
    if twice:
        raise wrong(name, line, f"The header names {twice[0]} twice.", "Keep one of them")
    funding = names.index("funding") if "funding" in names else None
    return Places(times[0], tuple(map(names.index, NUMBERS)), funding, len(names))


def _clipped(text: str) -> str:
    """A file that is no candle file may have all of itself in its first line."""
    return text if len(text) <= HEADER_SHOWN else f"{text[:HEADER_SHOWN]}…"


class Cells(Record):
    """Of one file. `scale` makes milliseconds of a number of its time column."""

    name: str
    at: Places
    scale: int

    def of(self, batch: Batch) -> Rows:
        try:
            found = self._at_once(batch.rows)
        except (ValueError, TypeError):
            found = None
        return self._one_by_one(batch) if found is None else found

    def _at_once(self, rows: Sequence[Sequence[Any]]) -> Rows | None:
        """None where a row is not good, or its time is no plain number."""
        cells = list(zip(*rows, strict=True))
        if len(cells) != self.at.count:
            return None
        times = self._times(cells[self.at.time])
        if times is None:
            return None
        numbers = [list(map(float, cells[place])) for place in self.at.all]
        return (times, *numbers) if _are_good(numbers) else None

    def _times(self, cells: Sequence[Any]) -> Sequence[float] | None:
        """All numbers or all ISO 8601, as a file's are."""
        if number_of(text_of(cells[0])) is None:
            found = [_iso_ms(text_of(each).strip()) for each in cells]
            return None if None in found else [float(each) for each in found if each is not None]
        times = list(map(mul, map(float, cells), repeat(self.scale)))
        is_whole = all(map(float.is_integer, times)) and max(map(abs, times)) < LATEST_MS
        return times if is_whole else None

    def _one_by_one(self, batch: Batch) -> Rows:
        found = [
            self._row(line, [text_of(each) for each in row])
            for line, row in zip(batch.lines, batch.rows, strict=True)
        ]
        return tuple(zip(*found, strict=True))

    def _row(self, line: int, row: Sequence[str]) -> tuple[float, ...]:
        if len(row) != self.at.count:
            why = f"The row has {len(row)} cells, the header {self.at.count}."
            raise wrong(self.name, line, why)
        time_ms = _time(self.name, line, row[self.at.time].strip(), self.scale)
        try:
            numbers = [float(row[place]) for place in self.at.all]
        except ValueError:
            raise self._bad(line, row) from None
        if not _are_good([[each] for each in numbers]):
            raise self._bad(line, row)
        return time_ms, *numbers

    def _bad(self, line: int, row: Sequence[str]) -> MarketFileError:
        """Which cell of a bad row is wrong, in words."""
        named = dict(zip(NUMBERS, self.at.numbers, strict=True))
        if self.at.funding is not None:
            named["funding"] = self.at.funding
        values: dict[str, float] = {}
        for each, place in named.items():
            text = row[place].strip()
            value = number_of(text)
            if value is None:
                said = f"{text!r} is no number" if text else "is missing"
                return wrong(self.name, line, f"{each} {said}.")
            if value < 0 and each != "funding":
                return wrong(self.name, line, f"{each} is negative: {text}.")
            values[each] = value
        return wrong(self.name, line, _out_of_place(values))


def _are_good(columns: Sequence[Sequence[float]]) -> bool:
    """Of all rows; what is not a number fails every comparison."""
    opening, high, low, close, volume, *funding = columns
    return (
        all(map(lt, repeat(0.0), low))
        and all(map(le, low, opening))
        and all(map(le, opening, high))
        and all(map(le, low, close))
        and all(map(le, close, high))
        and all(map(lt, high, repeat(PRICE_MAX)))
        and all(map(le, repeat(0.0), volume))
        and all(map(le, volume, repeat(PRICE_MAX)))
        and all(map(lt, map(abs, funding[0] if funding else ()), repeat(1.0)))
    )


def _out_of_place(values: Mapping[str, float]) -> str:
    if not all(values[each] for each in PRICES):
        return "A price is 0."
    high, low = values["high"], values["low"]
    for each in ("open", "close"):
        if not low <= values[each] <= high:
            return f"{each} {values[each]:g} lies outside low {low:g} and high {high:g}."
    return "A number is too large to be a price, a volume or a funding rate."


# ---- numbers and times


def text_of(cell: Any) -> str:
    """As a CSV would have it."""
    if cell is None:
        return ""
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def number_of(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return None if math.isnan(value) else value


def scale_of(text: str) -> int:
    """What makes milliseconds of a file's times: the first tells whether they count seconds."""
    number = number_of(text)
    return 1_000 if number is not None and abs(number) < SECONDS_MAX else 1


def moment_ms(text: str, scale: int) -> int | None:
    """A number so scaled, or ISO 8601 (UTC where it names no offset); None if it is neither."""
    number = number_of(text)
    return _iso_ms(text) if number is None else _whole_ms(number * scale)


def _whole_ms(time_ms: float) -> int | None:
    if not abs(time_ms) < LATEST_MS:
        return None
    whole = round(time_ms)
    return whole if abs(time_ms - whole) < 0.01 else None  # 1643639400.123 s is not exact


def _iso_ms(text: str) -> int | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1_000)


def _time(name: str, line: int, text: str, scale: int) -> int:
    """One cell of the time column, in ms."""
    time_ms = moment_ms(text, scale)
    if time_ms is None:
        raise wrong(
            name,
            line,
            f"{text!r} is no time.",
            "Write ms or s since 1970 UTC, or ISO 8601 as 2022-01-31T14:30:00Z",
        )
    return time_ms
