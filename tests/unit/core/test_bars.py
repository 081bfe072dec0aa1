"""Candles of a longer timeframe, built in UTC buckets from shorter ones."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lefi_tui.core.bars import Bucket, bucket_start, fits, moments
from lefi_tui.core.bot import Bar

MINUTE = 60_000
DAY = 86_400_000


def minute(number: int, price: float = 100.0) -> Bar:
    return Bar("BTC/USDT", MINUTE, number * MINUTE, price, price + 1, price - 1, price, 2.0)


def built(bars: list[Bar], timeframe_ms: int) -> list[Bar]:
    """Each bucket told as soon as its time is over: at its last candle's close, or at the next."""
    bucket, told = Bucket("BTC/USDT", timeframe_ms), []
    for bar in bars:
        if bucket.is_due(bar.time_ms):
            told.append(bucket.bar())
            bucket = bucket.closed()
        bucket = bucket.after(bar)
        if bucket.is_due(bar.time_ms + MINUTE):
            told.append(bucket.bar())
            bucket = bucket.closed()
    return told


def test_five_minutes_make_one_candle() -> None:
    (bar,) = built([minute(number, 100.0 + number) for number in range(5)], 5 * MINUTE)
    assert bar == Bar("BTC/USDT", 5 * MINUTE, 0, 100.0, 105.0, 99.0, 104.0, 10.0)


def test_an_incomplete_first_and_last_candle_are_left_out() -> None:
    told = built([minute(number) for number in range(3, 18)], 5 * MINUTE)
    assert [bar.time_ms for bar in told] == [5 * MINUTE, 10 * MINUTE]


def test_a_gap_inside_is_kept_as_it_is() -> None:
    told = built([minute(number) for number in (0, 1, 4, 6, 7, 8, 11)], 5 * MINUTE)
    assert [(bar.time_ms, bar.volume) for bar in told] == [(0, 6.0), (5 * MINUTE, 6.0)]


def test_only_the_datas_own_beginning_makes_a_first_candle_incomplete() -> None:
    told = built([minute(number) for number in (3, 4, 6, 7, 8, 9)], 5 * MINUTE)
    assert [(bar.time_ms, bar.volume) for bar in told] == [(5 * MINUTE, 8.0)]


def test_weeks_begin_on_monday_and_days_at_midnight_utc() -> None:
    sunday = datetime(2026, 3, 29, 23, 59, tzinfo=UTC)
    start = bucket_start(int(sunday.timestamp()) * 1_000, 7 * DAY)
    assert datetime.fromtimestamp(start / 1_000, UTC) == datetime(2026, 3, 23, tzinfo=UTC)
    start = bucket_start(int(sunday.timestamp()) * 1_000, DAY)
    assert datetime.fromtimestamp(start / 1_000, UTC) == datetime(2026, 3, 29, tzinfo=UTC)


@pytest.mark.parametrize(
    ("timeframe", "data", "answer"),
    [(5, 1, True), (1, 1, True), (1, 5, False), (7, 5, False)],
)
def test_data_must_be_as_fine_as_the_candles_it_builds(
    timeframe: int, data: int, *, answer: bool
) -> None:
    assert fits(timeframe * MINUTE, data * MINUTE) is answer


@given(st.sets(st.integers(0, 80), min_size=1), st.sampled_from([2, 5, 15]))
def test_every_whole_bucket_with_a_candle_is_told_once_and_encloses_it(
    numbers: set[int], length: int
) -> None:
    bars = [minute(number, 100.0 + number) for number in sorted(numbers)]
    told = built(bars, length * MINUTE)
    starts = [bar.time_ms for bar in told]
    assert starts == sorted(set(starts))
    first, last = min(numbers), max(numbers)
    whole = {number // length * length for number in numbers}
    whole -= {first // length * length} if first % length else set()
    whole -= {last // length * length} if (last + 1) % length else set()
    assert starts == [number * MINUTE for number in sorted(whole)]
    for bar in told:
        inside = [each for each in bars if 0 <= each.time_ms - bar.time_ms < length * MINUTE]
        assert (bar.open, bar.close) == (inside[0].open, inside[-1].close)
        assert bar.high == max(each.high for each in inside)
        assert bar.volume == sum(each.volume for each in inside)


def test_candles_of_several_markets_that_open_together_make_one_moment() -> None:
    one = [minute(number) for number in (0, 1, 3)]
    two = [minute(number) for number in (1, 2, 3, 4)]
    together = [[bar.time_ms // MINUTE for bar in bars] for bars in moments([one, two])]
    assert together == [[0], [1, 1], [2], [3, 3], [4]]
    assert [len(bars) for bars in moments([one])] == [1, 1, 1]
