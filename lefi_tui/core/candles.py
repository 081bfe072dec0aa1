"""One market's candles as columns of doubles; a Bar is made where one is asked for.

The rule it keeps: the columns are never written to once they are made, and lie as machine code
reads them, so that a file of them is used as it is.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat
from typing import TYPE_CHECKING, Final, TypeAlias, overload

from lefi_tui.core.bot import Bar

if TYPE_CHECKING:
    from typing_extensions import Buffer

# Columns lie one after the other: column c of n candles begins at c * n.
TIME: Final = 0  # when it opened, in ms
THERE: Final = 1  # 1; 0 in a row that only another market has a candle at
OPEN: Final = 2
FUNDING: Final = 7  # 0 where the file has none
COLUMNS: Final = 8
NUMBERS: Final = 5  # open high low close volume
DOUBLE: Final = 8  # bytes


Column: TypeAlias = "memoryview[float]"


def doubles(of: Buffer) -> Column:
    """The same memory."""
    return memoryview(of).cast("B").cast("d")


class Candles(Sequence[Bar]):
    """`cells` are whole columns of which the candles of `part` count."""

    __slots__ = ("cells", "has_funding", "part", "symbol", "timeframe_ms")

    def __init__(
        self,
        kind: tuple[str, int],  # market, timeframe in ms
        cells: Column,
        *,
        has_funding: bool = False,
        part: range | None = None,
    ) -> None:
        assert cells.format == "d", cells.format
        self.symbol, self.timeframe_ms = kind
        self.cells, self.has_funding = cells, has_funding
        self.part = range(len(cells) // COLUMNS) if part is None else part

    def __len__(self) -> int:
        return len(self.part)

    def column(self, number: int) -> Column:
        begin = number * (len(self.cells) // COLUMNS)
        return self.cells[begin + self.part.start : begin + self.part.stop]

    @property
    def times(self) -> Column:
        return self.column(TIME)

    @overload
    def __getitem__(self, place: int) -> Bar: ...
    @overload
    def __getitem__(self, place: slice) -> Candles: ...
    def __getitem__(self, place: int | slice) -> Bar | Candles:
        part = self.part[place]
        if isinstance(part, range):
            assert part.step == 1, "candles are told in order, each of them"
            kind = self.symbol, self.timeframe_ms
            return Candles(kind, self.cells, has_funding=self.has_funding, part=part)
        time_ms, _, *numbers = self.cells[part :: len(self.cells) // COLUMNS]
        if not self.has_funding:
            numbers.pop()
        return Bar(self.symbol, self.timeframe_ms, int(time_ms), *numbers)

    def __iter__(self) -> Iterator[Bar]:
        count = NUMBERS + self.has_funding
        columns = [self.column(OPEN + each) for each in range(count)]
        numbers: Iterable[tuple[float, ...]] = zip(*columns, strict=True)
        symbol, frame_ms = self.symbol, self.timeframe_ms
        for time_ms, cells in zip(self.times, numbers, strict=True):
            yield Bar(symbol, frame_ms, int(time_ms), *cells)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Candles) and list(self) == list(other)

    def __hash__(self) -> int:
        return hash((self.symbol, self.timeframe_ms, len(self)))


def cells_of(times: Iterable[float], numbers: Sequence[Iterable[float]]) -> Column:
    """Columns from a market's rows: open high low close volume, and funding where it has one."""
    out = array("d", times)
    count = len(out)
    out.extend(repeat(1.0, count))
    for each in numbers:
        out.extend(each)
    if len(numbers) == NUMBERS:
        out.extend(repeat(0.0, count))
    assert len(out) == COLUMNS * count
    return doubles(out)


def together(series: Sequence[Candles]) -> list[Candles]:
    """The same moments for all: where a market has no candle it has a row that is not THERE."""
    opens = [each.times for each in series]
    if any(each != opens[0] for each in opens[1:]):
        moments = sorted(set().union(*opens))
        return [_spread(each, moments) for each in series]
    return [each if len(each) == len(each.cells) // COLUMNS else _copied(each) for each in series]


def _copied(part: Candles) -> Candles:
    return _over(part, [part.column(each) for each in range(COLUMNS)])


def _over(like: Candles, columns: Iterable[Iterable[float]]) -> Candles:
    cells = doubles(array("d", chain.from_iterable(columns)))
    return Candles((like.symbol, like.timeframe_ms), cells, has_funding=like.has_funding)


def _spread(market: Candles, moments: Sequence[float]) -> Candles:
    known: dict[float, int] = dict(zip(market.times, range(len(market)), strict=True))
    places = [known.get(each) for each in moments]
    columns: list[Iterable[float]] = [moments]
    for number in range(THERE, COLUMNS):
        column, none = market.column(number), math.nan if FUNDING > number > THERE else 0.0
        columns.append([none if each is None else column[each] for each in places])
    return _over(market, columns)
