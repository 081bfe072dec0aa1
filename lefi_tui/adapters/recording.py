"""A recording of a real market: its trades, best quotes and depth, read once and kept small.

The rule it keeps: a file that is missing, cut off or out of order is refused with its place and
its reason; nothing in it is mended. Prices are whole ticks and sizes whole lots from here on.
"""

from __future__ import annotations

import gzip
import re
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from msgspec import Struct, field

from lefi_tui.adapters.recorded_depth import LEVELS, ROW, DepthStream
from lefi_tui.core.instrument import Instrument
from lefi_tui.errors import MarketFileError

# A file of one market and day, unpacked: a hundred times the one that was tried.
FILE_BYTES_MAX: Final = 400_000_000
MARKETS: Final[Mapping[str, Instrument]] = MappingProxyType(
    {
        # Binance's own terms of that market: its base fees, and 125 times at most.
        "binance_usdm_btcusdt": Instrument(
            "BTC/USDT:USDT",
            "BTC",
            "USDT",
            "USDT",
            tick=Decimal("0.1"),
            step=Decimal("0.001"),
            minimum_quantity=Decimal("0.001"),
            minimum_notional=Decimal(100),
            leverage_max=Decimal(125),
        )
    }
)
_NAME: Final = re.compile(r"(?P<market>[a-z0-9_]+)_trades_(?P<day>\d{4}-\d\d-\d\d)\.csv\.gz")
_TRADES: Final = "time_ms,id,price,qty,side"
_QUOTES: Final = "time_ms,bid,bid_qty,ask,ask_qty"
_DEPTHS: Final = ",".join(
    (
        "time_ms",
        *(f"bid{level}_px,bid{level}_qty" for level in range(LEVELS)),
        *(f"ask{level}_px,ask{level}_qty" for level in range(LEVELS)),
    )
)
_NEXT: Final = "Take a whole copy of the recording, or name another folder"


def _column() -> array[int]:
    return array("q")


class Trades(Struct):
    times: array[int] = field(default_factory=_column)  # ms since 1970
    prices: array[int] = field(default_factory=_column)
    lots: array[int] = field(default_factory=_column)
    buys: bytearray = field(default_factory=bytearray)  # 1: a buyer took


class Quotes(Struct):
    """Each change of the best bid or ask, or of what stands there."""

    times: array[int] = field(default_factory=_column)
    bids: array[int] = field(default_factory=_column)
    bid_lots: array[int] = field(default_factory=_column)
    asks: array[int] = field(default_factory=_column)
    ask_lots: array[int] = field(default_factory=_column)


class Depths(Struct):
    """Twenty levels of both sides, about once a second."""

    times: array[int] = field(default_factory=_column)
    levels: array[int] = field(default_factory=_column)  # price and lots: of the bids, of the asks


class Recording(Struct):
    instrument: Instrument
    day: str
    trades: Trades
    quotes: Quotes
    depths: Depths
    stream: DepthStream | None = None  # each change of the depth, where it was recorded

    def depth(self, at_ms: int) -> tuple[int, Sequence[int]] | None:
        """The newest levels that are known then, and since when they stood so."""
        told = None if self.stream is None else self.stream.at(at_ms)
        if told is not None:
            return told
        number = bisect_right(self.depths.times, at_ms) - 1
        if number < 0:
            return None
        return self.depths.times[number], self.depths.levels[number * ROW : (number + 1) * ROW]

    @property
    def detail(self) -> str:
        """How finely its depth is known, in words."""
        if self.stream is None:
            return "depth each second"
        damage = self.stream.damage
        rest = f", each second where that can't be read ({damage})" if damage else ""
        return f"depth as it changed{rest}"

    @property
    def begins_ms(self) -> int:
        """When its best quotes and its depth are both known."""
        return max(self.quotes.times[0], self.depths.times[0])

    @property
    def ends_ms(self) -> int:
        return self.quotes.times[-1]

    @property
    def tick_digits(self) -> int:
        return _digits(self.instrument.tick)

    @property
    def lot_digits(self) -> int:
        return _digits(self.instrument.step)

    @property
    def bytes_held(self) -> int:
        """What its columns take in memory."""
        parts = (self.trades, self.quotes, self.depths)
        columns = (getattr(part, name) for part in parts for name in part.__struct_fields__)
        streamed = 0 if self.stream is None else self.stream.bytes_held
        return streamed + sum(memoryview(each).nbytes for each in columns)


def _digits(unit: Decimal) -> int:
    exponent = unit.as_tuple().exponent
    assert isinstance(exponent, int), unit
    return -exponent


def read_recording(folder: Path) -> Recording:
    """The first recording of a market we know in this folder; raises MarketFileError."""
    market, day = find_recording(folder)
    instrument = MARKETS[market]
    price, lot = 10 ** _digits(instrument.tick), 10 ** _digits(instrument.step)
    trades, quotes, depths = Trades(), Quotes(), Depths()
    takes = (
        (_TRADES, _trade_into(trades, price, lot)),
        (_QUOTES, _quote_into(quotes, price, lot)),
        (_DEPTHS, _depth_into(depths, price, lot)),
    )
    for path, (header, take) in zip(_files(folder, market, day), takes, strict=True):
        _read(path, header, take)
    raw = folder / f"{market}_rawstream_{day}.jsonl.gz"
    stream = DepthStream(raw, price, lot) if raw.is_file() else None
    read = Recording(instrument, day, trades, quotes, depths, stream)
    if not read.begins_ms < read.ends_ms or trades.times[-1] < read.begins_ms:
        why = "trades, quotes and depth have no time in common"
        raise MarketFileError(why, where=str(folder), next_step=_NEXT)
    return read


def find_recording(folder: Path) -> tuple[str, str]:
    """Market and day of the one that would be read; its rows are not looked at."""
    where = str(folder)
    if not folder.is_dir():
        step = "Name the folder that holds the recording: --data FOLDER, or folder in config.toml"
        raise MarketFileError("there is no such folder", where=where, next_step=step)
    named = [match for each in sorted(folder.iterdir()) if (match := _NAME.fullmatch(each.name))]
    known = [each for each in named if each["market"] in MARKETS]
    if not known:
        names = ", ".join(f"{market}_trades_DAY.csv.gz" for market in MARKETS)
        why = f"it holds no recording of a market that is known here ({names})"
        raise MarketFileError(why, where=where, next_step=_NEXT)
    market, day = known[0]["market"], known[0]["day"]
    for path in _files(folder, market, day):
        if not path.is_file():
            raise MarketFileError("the recording lacks this file", where=str(path), next_step=_NEXT)
    return market, day


def _files(folder: Path, market: str, day: str) -> list[Path]:
    return [folder / f"{market}_{part}_{day}.csv.gz" for part in ("trades", "bbo", "book20_1s")]


# ---- rows

Take = Callable[[list[str]], None]  # raises ValueError for a row that can't be


def _read(path: Path, header: str, take: Take) -> None:
    rows = 0
    for number, row in _lines(path, header):
        try:
            take(row)
        except (ValueError, IndexError) as error:
            raise MarketFileError(str(error), where=f"{path}:{number}", next_step=_NEXT) from error
        rows = number
    if not rows:
        raise MarketFileError("it has no rows", where=str(path), next_step=_NEXT)


def _lines(path: Path, header: str) -> Iterator[tuple[int, list[str]]]:
    try:
        with gzip.open(path) as file:
            text = file.read(FILE_BYTES_MAX + 1)
        if len(text) > FILE_BYTES_MAX:
            raise MarketFileError(f"over {FILE_BYTES_MAX:,} bytes unpacked", where=str(path))
        lines = text.decode("ascii").splitlines()
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise MarketFileError(why, where=str(path), next_step=_NEXT) from error
    if not lines or lines[0] != header:
        why = f"its first line is not {header[:60]}"
        raise MarketFileError(why, where=f"{path}:1", next_step=_NEXT)
    for number, line in enumerate(lines[1:], 2):
        yield number, line.split(",")


def _whole(text: str, scale: int, what: str) -> int:
    """So many ticks or lots."""
    exact = float(text) * scale
    whole = round(exact)
    if whole <= 0 or abs(exact - whole) > 1e-6 * whole:
        raise ValueError(f"{text} is no {what} of this market")
    return whole


def _time(times: array[int], text: str) -> int:
    at_ms = int(text)
    if times and at_ms < times[-1]:
        raise ValueError(f"its time {at_ms} is before the row above, {times[-1]}")
    return at_ms


def _trade_into(columns: Trades, price: int, lot: int) -> Take:
    def take(row: list[str]) -> None:
        at, _, paid, units, side = row
        if side not in {"buy", "sell"}:
            raise ValueError(f"its side is {side!r}, neither buy nor sell")
        columns.times.append(_time(columns.times, at))
        columns.prices.append(_whole(paid, price, "price"))
        columns.lots.append(_whole(units, lot, "size"))
        columns.buys.append(side == "buy")

    return take


def _quote_into(columns: Quotes, price: int, lot: int) -> Take:
    def take(row: list[str]) -> None:
        at, bid, bid_units, ask, ask_units = row
        lower, upper = _whole(bid, price, "price"), _whole(ask, price, "price")
        if lower >= upper:
            raise ValueError(f"its bid {bid} is not below its ask {ask}")
        columns.times.append(_time(columns.times, at))
        columns.bids.append(lower)
        columns.bid_lots.append(_whole(bid_units, lot, "size"))
        columns.asks.append(upper)
        columns.ask_lots.append(_whole(ask_units, lot, "size"))

    return take


def _depth_into(columns: Depths, price: int, lot: int) -> Take:
    def take(row: list[str]) -> None:
        if len(row) != 1 + ROW:
            raise ValueError(f"it has {len(row)} columns, not {1 + ROW}")
        at_ms = _time(columns.times, row[0])
        values = [_whole(each, price, "price") for each in row[1::2]]
        sizes = [_whole(each, lot, "size") for each in row[2::2]]
        _sorted(values)
        columns.times.append(at_ms)
        for pair in zip(values, sizes, strict=True):
            columns.levels.extend(pair)

    return take


def _sorted(prices: list[Any]) -> None:
    bids, asks = prices[:LEVELS], prices[LEVELS:]
    if bids != sorted(set(bids), reverse=True) or asks != sorted(set(asks)):
        raise ValueError("its levels are not in order, the best first")
    if bids[0] >= asks[0]:
        raise ValueError("its bids are not below its asks")
