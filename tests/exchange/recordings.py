"""Recordings for tests: the real one beside the repository, and small ones of our own making."""

from __future__ import annotations

import gzip
import json
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from lefi_tui.adapters.recorded_depth import LEVELS
from lefi_tui.adapters.recorded_market import Playing, RecordedMarket
from lefi_tui.adapters.recording import Depths, Quotes, Recording, Trades, read_recording
from lefi_tui.core.instrument import Instrument

DATA: Final = Path(__file__).parents[3] / "shared" / "data"
STEM: Final = "binance_usdm_btcusdt_{}_2024-08-08.csv.gz"
BEGIN_NS: Final = 1_795_000_000_000_000_000
FIRST_MS: Final = 1_723_161_256_000


def real_recording() -> Recording:
    if not (DATA / STEM.format("trades")).exists():
        pytest.skip("a recorded market is in ../shared/data, and it is not there")
    return _read()


@cache
def _read() -> Recording:
    return read_recording(DATA)


def playing(
    recording: Recording, at_ms: int = 0, speed: Decimal = Decimal(1), rounds: int = 0
) -> RecordedMarket:
    return RecordedMarket(recording, Playing(BEGIN_NS, at_ms, speed, rounds))


def made(instrument: Instrument, prices: list[tuple[int, int]], seconds: int = 60) -> Recording:
    """From each second on its bid, in tenths; ten units at every half, twenty levels a side."""
    trades, quotes, depths = Trades(), Quotes(), Depths()
    for at_s, bid in (*prices, (seconds, prices[-1][1])):
        at_ms = FIRST_MS + 1_000 * at_s
        quotes.times.append(at_ms)
        quotes.bids.append(bid)
        quotes.asks.append(bid + 5)
        quotes.bid_lots.append(10_000)
        quotes.ask_lots.append(10_000)
        depths.times.append(at_ms)
        for level in range(LEVELS):
            depths.levels.extend((bid - 5 * level, 10_000))
        for level in range(LEVELS):
            depths.levels.extend((bid + 5 + 5 * level, 10_000))
        trades.times.append(at_ms)
        trades.prices.append(bid)
        trades.lots.append(50_000)
        trades.buys.append(0)
    return Recording(instrument, "2024-08-08", trades, quotes, depths)


HEADERS: Final = {
    "trades": "time_ms,id,price,qty,side",
    "bbo": "time_ms,bid,bid_qty,ask,ask_qty",
    "book20_1s": "time_ms,"
    + ",".join(f"{side}{n}_px,{side}{n}_qty" for side in ("bid", "ask") for n in range(LEVELS)),
}


def _depth(at_ms: int) -> str:
    bids = (f"{100 - n / 10:.1f},1" for n in range(LEVELS))
    asks = (f"{100.1 + n / 10:.1f},1" for n in range(LEVELS))
    return ",".join((str(at_ms), *bids, *asks))


ROWS: Final = {
    "trades": ["1000,1,100.0,0.5,sell", "2000,2,100.1,0.5,buy"],
    "bbo": ["1000,100.0,1,100.1,1", "2000,100.0,2,100.1,1"],
    "book20_1s": [_depth(1000), _depth(2000)],
}


def raw_line(**told: object) -> str:
    return f"1 {json.dumps(told)}"


def raw_book(bid: float, number: int) -> str:
    """The whole book: a unit at every tick, twenty-five levels a side."""
    bids = [[f"{bid - n / 10:.2f}", "1"] for n in range(25)]
    asks = [[f"{bid + (n + 1) / 10:.2f}", "1"] for n in range(25)]
    return raw_line(lastUpdateId=number, E=1, T=1, bids=bids, asks=asks)


def raw_change(at_ms: int, numbers: tuple[int, int, int], **sides: list[list[str]]) -> str:
    """`numbers`: its first, its last, and the last of the one before."""
    first, last, before = numbers
    both = {"b": [], "a": [], **sides}
    data = {"e": "depthUpdate", "T": at_ms, "U": first, "u": last, "pu": before, **both}
    return raw_line(stream="btcusdt@depth@0ms", data=data)


def write_stream(folder: Path, *lines: str) -> Path:
    path = folder / "binance_usdm_btcusdt_rawstream_2024-08-08.jsonl.gz"
    path.write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode()))
    return path


def write_recording(folder: Path, **changed: list[str]) -> None:
    for part, header in HEADERS.items():
        rows = changed.get(part, ROWS[part])
        text = "\n".join((header, *rows)) + "\n"
        (folder / STEM.format(part)).write_bytes(gzip.compress(text.encode()))
