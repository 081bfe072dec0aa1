"""Longer candles are what anyone would build with a calendar and a pencil, in both ways."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from bots.automated import bind
from lefi_tui.adapters.history_files import CandleFile, read_candles
from lefi_tui.core.bars import Bucket
from lefi_tui.core.bot import Bar
from lefi_tui.core.timeframe import span
from lefi_tui.simulate.machine import longer
from lefi_tui.simulate.machine.columns import columns_of
from tests.scripts.test_on_real_data import DATA

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
SYMBOL = "BTC/USDT"
CASES = [
    ("unittestbtc_1m_gappy_2017-11.csv.gz", 15 * MINUTE),
    ("unittestbtc_1m_gappy_2017-11.csv.gz", HOUR),
    ("unittestbtc_1m_gappy_2017-11.csv.gz", DAY),
    ("ethbtc_5m_2018-01.csv.gz", 4 * HOUR),
    ("ethbtc_5m_2018-01.csv.gz", 7 * DAY),
    ("goog_1d_2004-2013.csv.gz", 7 * DAY),
]
Row = tuple[float, ...]  # its opening, open high low close volume


def opening(time_ms: int, size_ms: int) -> datetime:
    """By the calendar: of its week, its day, or so many minutes since midnight."""
    moment = datetime.fromtimestamp(time_ms / 1_000, UTC)
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if size_ms == 7 * DAY:
        return midnight - timedelta(days=moment.weekday())
    if size_ms == DAY:
        return midnight
    step = timedelta(milliseconds=size_ms)
    return midnight + (moment - midnight) // step * step


def by_hand(bars: Sequence[Bar], size_ms: int) -> list[Row]:
    """All candles of the whole file at once, the incomplete first and last left out."""
    groups: dict[int, list[Bar]] = {}
    out: list[Row] = []
    for bar in bars:
        groups.setdefault(int(opening(bar.time_ms, size_ms).timestamp() * 1_000), []).append(bar)
    begin, end = bars[0].time_ms, bars[-1].time_ms + bars[0].timeframe_ms
    for start, group in groups.items():
        if start >= begin and start + size_ms <= end:
            high, low = max(bar.high for bar in group), min(bar.low for bar in group)
            volume = 0.0
            for bar in group:
                volume += bar.volume
            out.append((start, group[0].open, high, low, group[-1].close, volume))
    return out


def by_the_machine(file: CandleFile, size_ms: int) -> list[Row]:
    bound = bind(f'on Candle("{SYMBOL}", {span(size_ms)}) {{ x = close }}', {})
    columns = columns_of([file], bound)
    count, cells = len(columns.rows), columns.candles[SYMBOL, size_ms]
    out: list[Row] = []
    for at in range(count):
        if cells[at]:
            numbers = cells[longer.FIRST * count + at : longer.LAST * count : count]
            out.append((int(cells[longer.LAST * count + at]), *numbers))
    return out


def by_events(file: CandleFile, size_ms: int) -> list[Row]:
    bucket, told = Bucket(SYMBOL, size_ms), []
    for bar in file.bars:
        for at_ms in (bar.time_ms, bar.time_ms + bar.timeframe_ms):
            if at_ms > bar.time_ms:
                bucket = bucket.after(bar)
            if bucket.is_due(at_ms):
                told.append(bucket.bar())
                bucket = bucket.closed()
    return [
        (each.time_ms, each.open, each.high, each.low, each.close, each.volume) for each in told
    ]


@pytest.mark.parametrize(("name", "size_ms"), CASES)
def test_both_ways_build_what_a_calendar_builds_from_real_candles(name: str, size_ms: int) -> None:
    if not DATA.exists():
        pytest.skip(f"the real candles are not here: {DATA}")
    file = read_candles(DATA / name, SYMBOL)
    expected = by_hand(file.bars, size_ms)
    assert expected
    assert by_the_machine(file, size_ms) == expected
    assert by_events(file, size_ms) == expected
