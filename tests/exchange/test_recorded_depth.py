"""The depth of a recording as it changed: the book that the exchange had, read as it is played."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from lefi_tui.adapters.recorded_depth import ROW
from lefi_tui.adapters.recorded_market import Place
from lefi_tui.adapters.recording import Recording, read_recording
from tests.exchange.hand_market import PERPETUAL
from tests.exchange.recordings import (
    playing,
    raw_book,
    raw_change,
    raw_line,
    real_recording,
    write_recording,
    write_stream,
)

TRADE = raw_line(stream="btcusdt@trade", data={"e": "trade", "T": 1_100, "p": "100.0"})
BEGUN = (raw_book(100.0, 10), raw_change(1_050, (8, 12, 7)))


def levels(recording: Recording, at_ms: int) -> tuple[int, list[int], list[int]]:
    """Since when, and the prices of bids and asks."""
    told = recording.depth(at_ms)
    assert told is not None
    since_ms, row = told
    return since_ms, list(row[: ROW // 2 : 2]), list(row[ROW // 2 :: 2])


def test_the_stream_comes_to_the_same_books_as_were_kept_each_second() -> None:
    real = real_recording()
    if real.stream is None:
        pytest.skip("the raw stream of the recorded market is not in ../shared/data")
    for number in range(60):
        at_ms = real.depths.times[number]
        kept = real.depths.levels[number * ROW : (number + 1) * ROW]
        told = real.depth(at_ms)
        assert told is not None
        assert list(told[1]) == list(kept)
    ages = [each - levels(real, each)[0] for each in range(real.begins_ms, at_ms, 10)]
    assert sum(ages) / len(ages) < 60
    assert real.bytes_held < 7_000_000  # as much as all of it comes to


def test_each_change_moves_the_book_from_its_own_time_on(tmp_path: Path) -> None:
    write_recording(tmp_path)
    gone = raw_change(
        1_200, (13, 15, 12), b=[["100.00", "0"]], a=[["100.10", "0"], ["100.15", "9"]]
    )
    write_stream(tmp_path, raw_change(900, (1, 5, 0)), BEGUN[0], TRADE, *BEGUN[1:], gone,
                 raw_change(1_900, (16, 16, 15)))  # fmt: skip
    read = read_recording(tmp_path)
    assert levels(read, 1_199)[0] == 1_050
    since_ms, bids, asks = levels(read, 1_200)
    assert (since_ms, bids[:2], asks[:2]) == (1_200, [999, 998], [1_002, 1_003])
    market = playing(read)
    book = market.book(PERPETUAL, market.now_of(Place(0, 300)))
    # The best is the quotes' word, what stands behind it the stream's.
    assert [each.price for each in book.bids[:2]] == [Decimal("100.0"), Decimal("99.9")]


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ((raw_change(1_300, (20, 21, 19)),), ":4: changes before 20 are missing"),
        (("1 {nothing",), "malformed"),
        (("nothing",), ":4: Input data was truncated"),
        ((raw_change(1_300, (13, 13, 12), b=[["99.90", "much"]]),), "could not convert"),
    ],
)
def test_a_stream_that_breaks_off_leaves_the_book_of_each_second_and_says_so(
    tmp_path: Path, lines: tuple[str, ...], why: str
) -> None:
    write_recording(tmp_path)
    write_stream(tmp_path, *BEGUN, raw_change(1_100, (12, 12, 12)), *lines)
    read = read_recording(tmp_path)
    assert read.detail == "depth as it changed"
    assert levels(read, 1_060)[0] == 1_050
    assert levels(read, 1_500)[0] == 1_000  # of the file with a book each second
    assert why in read.detail
    assert levels(read, 1_060)[0] == 1_050  # what was read stays


def test_a_stream_that_is_cut_off_is_no_end_of_the_recording(tmp_path: Path) -> None:
    write_recording(tmp_path)
    path = write_stream(tmp_path, *BEGUN, raw_change(1_300, (13, 13, 12)))
    path.write_bytes(path.read_bytes()[:-8])
    read = read_recording(tmp_path)
    assert levels(read, 2_000)[0] == 2_000
    assert "can't be read" in read.detail


def test_without_a_stream_the_depth_is_that_of_each_second(tmp_path: Path) -> None:
    write_recording(tmp_path)
    read = read_recording(tmp_path)
    assert read.detail == "depth each second"
    assert levels(read, 1_999)[0] == 1_000
