"""Candle files, CSV (plain or gzipped): read as they are, or refused with the line that is wrong.

The rules it keeps: rows are sorted, without duplicates, high and low enclose the rest, no number is
missing or negative; gaps are counted and reported; nothing is silently mended.
"""

from __future__ import annotations

import csv
import gzip
import io
import math
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from lefi_tui.adapters.parquet_rows import parquet_rows
from lefi_tui.core.bot import Bar
from lefi_tui.core.record import Record
from lefi_tui.errors import FileUnreadableError, MarketFileError, UsageError

TIME_NAMES: Final = ("timestamp", "time", "date", "datetime")
PRICES: Final = ("open", "high", "low", "close")
NUMBERS: Final = (*PRICES, "volume")
DELIMITERS: Final = (",", ";", "\t")
# Seconds since 1970 reach this in the year 5138, milliseconds passed it in 1973.
SECONDS_MAX: Final = 100_000_000_000
PRICE_MAX: Final = 1e18

Row = tuple[int, Sequence[str]]  # its line in the file, its cells


class CandleFile(Record):
    """One symbol's candles, checked; `gaps` are places where candles are missing."""

    name: str
    symbol: str
    timeframe_ms: int
    bars: tuple[Bar, ...]
    gaps: int
    missing: int  # candles that the gaps lack
    has_funding: bool

    @property
    def from_ms(self) -> int:
        return self.bars[0].time_ms

    @property
    def to_ms(self) -> int:
        """The close of the last candle."""
        return self.bars[-1].time_ms + self.timeframe_ms

    def between(self, from_ms: int | None, to_ms: int | None) -> CandleFile:
        """The candles that open at or after `from_ms` and close at or before `to_ms`."""
        last = None if to_ms is None else to_ms - self.timeframe_ms
        bars = tuple(
            bar
            for bar in self.bars
            if (from_ms is None or bar.time_ms >= from_ms) and (last is None or bar.time_ms <= last)
        )
        if not bars:
            raise MarketFileError(
                f"No candle lies in the time asked; the file runs from {iso(self.from_ms)} "
                f"to {iso(self.to_ms)}.",
                where=self.name,
                next_step="Change --from or --to",
            )
        gaps, missing = _gaps(bars, self.timeframe_ms)
        return replace(self, bars=bars, gaps=gaps, missing=missing)


def iso(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).isoformat().replace("+00:00", "Z")


def parse_time(text: str) -> int:
    """`--from` and `--to`: ms or s since 1970 UTC, or ISO 8601 (UTC where it names no offset)."""
    number = _number(text)
    time_ms = _iso_ms(text) if number is None else _whole_ms(number, _scale(number))
    if time_ms is None:
        raise UsageError(
            f"{text!r} is no time.",
            next_step="Write one like 2022-01-31, 2022-01-31T14:30:00Z or 1643639400",
        )
    return time_ms


def read_candles(path: str | Path, symbol: str) -> CandleFile:
    """Reads and checks a file; its timeframe is the distance most of its rows have."""
    name = str(path)
    if name.lower().endswith(".parquet"):
        header, rows = parquet_rows(Path(path))
        return _candles(name, symbol, header, rows)
    reader = csv.reader(io.StringIO(_text(Path(path))), delimiter=",")
    lines = _lines(reader, name)
    first = next(lines, None)
    if first is None:
        raise _wrong(name, 1, "The file is empty.", "Give a file with a header and candles")
    header = first[1]
    if len(header) == 1:
        for delimiter in DELIMITERS[1:]:
            if delimiter in header[0]:
                reader = csv.reader(io.StringIO(_text(Path(path))), delimiter=delimiter)
                lines = _lines(reader, name)
                header = next(lines)[1]
    return _candles(name, symbol, header, lines)


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        return data.decode("utf-8-sig")
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        why = f"It is not a whole gzip file: {error}."
        raise MarketFileError(why, where=str(path), next_step="Fetch the file again") from error
    except UnicodeDecodeError as error:
        why = f"Its byte {error.start} is no UTF-8 text."
        raise MarketFileError(why, where=str(path), next_step="Save it as UTF-8 CSV") from error
    except OSError as error:
        raise FileUnreadableError(f"{error.strerror}.", where=str(path)) from error


def _lines(reader: Iterator[list[str]], name: str) -> Iterator[Row]:
    """Each line with its number; a line that is wholly blank holds nothing and is passed over."""
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            if cells:
                yield getattr(reader, "line_num", number), cells
    except csv.Error as error:
        raise _wrong(name, number + 1, f"It is no CSV: {error}.") from error


def _wrong(name: str, line: int, why: str, next_step: str = "") -> MarketFileError:
    return MarketFileError(why, where=f"{name}:{line}", next_step=next_step)


class _Columns(Record):
    """Where in a row each field stands."""

    time: int
    numbers: tuple[int, ...]  # open high low close volume
    funding: int | None
    count: int


def _columns(name: str, header: Sequence[str]) -> _Columns:
    names = [each.strip().lower() for each in header]
    times = [place for place, each in enumerate(names) if each in TIME_NAMES]
    missing = [each for each in NUMBERS if each not in names]
    if not times or missing:
        lacks = ", ".join(missing if times else ["a time column", *missing])
        raise _wrong(
            name,
            1,
            f"The header lacks {lacks}; it has {', '.join(names)}.",
            f"Name the columns {' or '.join(TIME_NAMES)}, and {', '.join(NUMBERS)}",
        )
    twice = [each for each in (*NUMBERS, "funding") if names.count(each) > 1]
    if twice:
        raise _wrong(name, 1, f"The header names {twice[0]} twice.", "Keep one of them")
    funding = names.index("funding") if "funding" in names else None
    return _Columns(times[0], tuple(map(names.index, NUMBERS)), funding, len(names))


def _candles(name: str, symbol: str, header: Sequence[str], rows: Iterable[Row]) -> CandleFile:
    columns = _columns(name, header)
    times: list[int] = []
    cells: list[tuple[float, ...]] = []
    lines: list[int] = []
    scale = 0
    for line, row in rows:
        if len(row) != columns.count:
            why = f"The row has {len(row)} cells, the header {columns.count}."
            raise _wrong(name, line, why)
        text = row[columns.time].strip()
        if not scale:
            scale = _scale_of(text)
        times.append(_time(name, line, text, scale))
        cells.append(_numbers(name, line, row, columns))
        lines.append(line)
    if len(times) < 2:
        why = f"It has {len(times)} candles; two at least tell the timeframe."
        raise MarketFileError(why, where=name, next_step="Give a longer file")
    timeframe_ms = _timeframe(times)
    _check_times(name, lines, times, timeframe_ms)
    bars = tuple(
        Bar(symbol, timeframe_ms, time_ms, *numbers)
        for time_ms, numbers in zip(times, cells, strict=True)
    )
    gaps, missing = _gaps(bars, timeframe_ms)
    return CandleFile(name, symbol, timeframe_ms, bars, gaps, missing, columns.funding is not None)


def _scale(number: float) -> int:
    """What makes milliseconds of it."""
    return 1_000 if abs(number) < SECONDS_MAX else 1


def _scale_of(text: str) -> int:
    """The first row's number tells whether the file counts seconds or milliseconds."""
    number = _number(text)
    return 1 if number is None else _scale(number)


def _whole_ms(number: float, scale: int) -> int | None:
    time_ms = number * scale
    if not abs(time_ms) < SECONDS_MAX * 1_000:
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
    number = _number(text)
    time_ms = _iso_ms(text) if number is None else _whole_ms(number, scale)
    if time_ms is None:
        raise _wrong(
            name,
            line,
            f"{text!r} is no time.",
            "Write ms or s since 1970 UTC, or ISO 8601 as 2022-01-31T14:30:00Z",
        )
    return time_ms


def _numbers(name: str, line: int, row: Sequence[str], columns: _Columns) -> tuple[float, ...]:
    """open high low close volume [funding] of a row, checked."""
    places = columns.numbers
    try:
        opening, high, low, close, volume = (float(row[place]) for place in places)
        rate = None if columns.funding is None else float(row[columns.funding])
    except ValueError:
        raise _bad_number(name, line, row, columns) from None
    # One comparison chain for a good row; a NaN fails every comparison.
    if not (0 < low <= opening <= high < PRICE_MAX and low <= close <= high and volume >= 0):
        raise _bad_number(name, line, row, columns)
    if volume > PRICE_MAX or (rate is not None and not abs(rate) < 1):
        raise _bad_number(name, line, row, columns)
    if rate is None:
        return opening, high, low, close, volume
    return opening, high, low, close, volume, rate


def _bad_number(name: str, line: int, row: Sequence[str], columns: _Columns) -> MarketFileError:
    """Which cell of a bad row is wrong, in words."""
    places = dict(zip(NUMBERS, columns.numbers, strict=True))
    if columns.funding is not None:
        places["funding"] = columns.funding
    values: dict[str, float] = {}
    for each, place in places.items():
        text = row[place].strip()
        value = _number(text)
        if value is None:
            said = f"{text!r} is no number" if text else "is missing"
            return _wrong(name, line, f"{each} {said}.")
        if value < 0 and each != "funding":
            return _wrong(name, line, f"{each} is negative: {text}.")
        values[each] = value
    if not all(values[each] for each in PRICES):
        return _wrong(name, line, "A price is 0.")
    high, low = values["high"], values["low"]
    for each in ("open", "close"):
        if not low <= values[each] <= high:
            why = f"{each} {values[each]:g} lies outside low {low:g} and high {high:g}."
            return _wrong(name, line, why)
    return _wrong(name, line, "A number is too large to be a price, a volume or a funding rate.")


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return None if math.isnan(value) else value


def _timeframe(times: Sequence[int]) -> int:
    """The commonest distance of two rows; of equally common ones the shortest."""
    steps = Counter(after - before for before, after in pairwise(times) if after > before)
    if not steps:
        return 1  # not sorted at all; the check of the times says where
    common = max(steps.values())
    return min(step for step, count in steps.items() if count == common)


def _check_times(name: str, lines: Sequence[int], times: Sequence[int], timeframe_ms: int) -> None:
    for place in range(1, len(times)):
        step = times[place] - times[place - 1]
        if step >= timeframe_ms:
            continue
        line, now, before = lines[place], iso(times[place]), iso(times[place - 1])
        if step == 0:
            raise _wrong(name, line, f"The time {now} comes twice.", "Keep one of the rows")
        if step < 0:
            raise _wrong(name, line, f"{now} comes after {before}.", "Sort the rows by time")
        raise _wrong(
            name,
            line,
            f"{now} is {step / 1000:g} s after the row before, but the file's candles are "
            f"{timeframe_ms / 1000:g} s long: the two overlap.",
        )


def _gaps(bars: Sequence[Bar], timeframe_ms: int) -> tuple[int, int]:
    """How often candles are missing, and how many."""
    gaps = missing = 0
    for before, after in pairwise(bars):
        step = after.time_ms - before.time_ms
        if step > timeframe_ms:
            gaps += 1
            missing += (step - 1) // timeframe_ms
    return gaps, missing
