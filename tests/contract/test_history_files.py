"""Candle files are read as they are, or refused with the line that is wrong."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from lefi_tui.adapters.candle_blocks import iso
from lefi_tui.adapters.history_files import parse_time, read_candles
from lefi_tui.errors import (
    FileUnreadableError,
    LefiError,
    MarketFileError,
    NotThereYetError,
    UsageError,
)

HEADER = "time,open,high,low,close,volume"
DATA = Path(__file__).parents[3] / "shared" / "data"


def written(tmp_path: Path, *rows: str, header: str = HEADER) -> Path:
    path = tmp_path / "candles.csv"
    path.write_text("\n".join((header, *rows)) + "\n")
    return path


def refusal(path: Path) -> LefiError:
    with pytest.raises(MarketFileError) as caught:
        read_candles(path, "BTC/USDT")
    return caught.value


def row(time: str, prices: str = "100,101,99,100,5") -> str:
    return f"{time},{prices}"


GOOD = (row("1643639400"), row("1643639460"), row("1643639520"))


@pytest.mark.parametrize(
    "times",
    [
        ("1643639400", "1643639460"),
        ("1643639400000", "1643639460000"),
        ("1643639400.0", "1643639460.0"),
        ("2022-01-31T14:30:00Z", "2022-01-31T14:31:00Z"),
        ("2022-01-31T15:30:00+01:00", "2022-01-31T15:31:00+01:00"),
        ("2022-01-31T09:30:00-0500", "2022-01-31T09:31:00-0500"),
        ("2022-01-31 14:30:00", "2022-01-31 14:31"),
    ],
)
def test_times_are_seconds_milliseconds_or_iso_with_offsets(
    tmp_path: Path, times: tuple[str, ...]
) -> None:
    file = read_candles(written(tmp_path, *map(row, times)), "BTC/USDT")
    assert [bar.time_ms for bar in file.bars] == [1_643_639_400_000, 1_643_639_460_000]
    assert (file.timeframe_ms, file.gaps) == (60_000, 0)


@pytest.mark.parametrize("name", ["timestamp", "time", "Date", "DATETIME"])
def test_columns_come_in_any_case_and_order_beside_others(tmp_path: Path, name: str) -> None:
    header = f"Volume,note,CLOSE,Low,high,{name},Open"
    rows = ("5,x,100,99,102,1643639400,101", "5,y,100,99,102,1643639460,101")
    (first, _) = read_candles(written(tmp_path, *rows, header=header), "BTC/USDT").bars
    assert (first.open, first.high, first.low, first.close, first.volume) == (101, 102, 99, 100, 5)


def test_gzip_bom_and_semicolons_are_read(tmp_path: Path) -> None:
    path = tmp_path / "candles.csv.gz"
    text = "\n".join((HEADER, *GOOD)).replace(",", ";")
    path.write_bytes(gzip.compress(b"\xef\xbb\xbf" + text.encode()))
    assert len(read_candles(path, "BTC/USDT").bars) == 3


def test_a_funding_column_is_read_and_may_be_negative(tmp_path: Path) -> None:
    rows = (row("1643639400") + ",-0.0001", row("1643639460") + ",0")
    file = read_candles(written(tmp_path, *rows, header=HEADER + ",Funding"), "BTC/USDT:USDT")
    assert [bar.funding for bar in file.bars] == [-0.0001, 0]
    assert file.has_funding


@pytest.mark.parametrize(
    ("prices", "why"),
    [
        ("100,99.5,99,100,5", "open 100 lies outside low 99 and high 99.5"),
        ("100,101,100.5,101,5", "open 100 lies outside low 100.5 and high 101"),
        ("100,101,99,98,5", "close 98 lies outside low 99 and high 101"),
        ("-1,101,-2,98,5", "open is negative: -1"),
        ("100,101,99,100,-5", "volume is negative: -5"),
        ("100,,99,100,5", "high is missing"),
        ("100,nan,99,100,5", "high 'nan' is no number"),
        ("100,abc,99,100,5", "high 'abc' is no number"),
        ("0,1,0,1,5", "A price is 0"),
        ("100,inf,99,100,5", "A number is too large"),
        ("100,101,99,100", "The row has 5 cells, the header 6"),
    ],
)
def test_a_bad_row_is_named_by_its_line(tmp_path: Path, prices: str, why: str) -> None:
    path = written(tmp_path, *GOOD, row("1643639580", prices))
    error = refusal(path)
    assert error.where == f"{path}:5"
    assert error.why.startswith(why)
    assert error.next_step


@pytest.mark.parametrize(
    ("time", "why"),
    [
        ("1643639520", "The time 2022-01-31T14:32:00Z comes twice."),
        ("1643639500", "2022-01-31T14:31:40Z comes after 2022-01-31T14:32:00Z."),
        ("1643639550", "2022-01-31T14:32:30Z is 30 s after the row before"),
        ("yesterday", "'yesterday' is no time."),
        ("", "'' is no time."),
    ],
)
def test_times_that_repeat_turn_back_or_overlap_are_named_by_line(
    tmp_path: Path, time: str, why: str
) -> None:
    path = written(tmp_path, *GOOD, row(time))
    error = refusal(path)
    assert error.where == f"{path}:5"
    assert error.why.startswith(why)


def test_missing_columns_are_named(tmp_path: Path) -> None:
    error = refusal(written(tmp_path, "1,2", header="open,close"))
    assert error.why == "The header lacks a time column, high, low, volume; it has open, close."
    assert refusal(written(tmp_path, *GOOD, header=HEADER + ",close")).why == (
        "The header names close twice."
    )


def test_what_is_no_candle_file_is_refused_in_few_words(tmp_path: Path) -> None:
    assert len(refusal(written(tmp_path, header="x" * 5_000)).why) < 300
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"no table")
    error = refusal(broken)
    assert error.why.startswith("It is no Parquet file: ")
    assert not error.why.endswith("..")
    assert "row" not in error.next_step


def test_gaps_are_counted_and_nothing_is_mended(tmp_path: Path) -> None:
    rows = [row(str(1_643_639_400 + 60 * minute)) for minute in (0, 1, 2, 5, 6, 8)]
    file = read_candles(written(tmp_path, *rows), "BTC/USDT")
    assert (file.gaps, file.missing, len(file.bars)) == (2, 3, 6)


def test_a_part_of_a_file_counts_its_own_gaps(tmp_path: Path) -> None:
    rows = [row(str(1_643_639_400 + 60 * minute)) for minute in (0, 1, 2, 5, 6, 8)]
    file = read_candles(written(tmp_path, *rows), "BTC/USDT")
    part = file.between(file.from_ms + 60_000, file.from_ms + 7 * 60_000)
    assert (len(part.bars), part.gaps, part.to_ms) == (4, 1, file.from_ms + 7 * 60_000)
    with pytest.raises(MarketFileError, match="No candle in the time asked"):
        file.between(file.to_ms, None)


def test_broken_files_say_what_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "candles.csv.gz"
    path.write_bytes(gzip.compress(b"a" * 1_000)[:-20])
    assert "not a whole gzip file" in refusal(path).why
    path.write_bytes(b"\xff\xfe\x00")
    assert "no UTF-8" in refusal(path).why
    path.write_bytes(b"")
    assert refusal(path).why == "The file is empty."
    assert "two at least" in refusal(written(tmp_path, GOOD[0])).why
    with pytest.raises(FileUnreadableError):
        read_candles(tmp_path / "absent.csv", "BTC/USDT")


def test_parquet_without_its_library_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow.parquet", None)
    with pytest.raises(NotThereYetError, match="pyarrow"):
        read_candles(tmp_path / "candles.parquet", "BTC/USDT")


def test_from_and_to_are_read_in_the_same_forms() -> None:
    assert parse_time("2022-01-31T14:30:00Z") == parse_time("1643639400") == 1_643_639_400_000
    assert parse_time("1643639400000") == 1_643_639_400_000
    assert iso(parse_time("2022-01-31")) == "2022-01-31T00:00:00Z"
    with pytest.raises(UsageError, match="is no time"):
        parse_time("soon")


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared data is not beside the repository")
def test_real_files_are_read_whole_and_the_thin_market_reports_its_538_gaps() -> None:
    thin = read_candles(DATA / "unittestbtc_1m_gappy_2017-11.csv.gz", "UNITTEST/BTC")
    assert (len(thin.bars), thin.gaps, thin.timeframe_ms) == (13_681, 538, 60_000)
    whole = read_candles(DATA / "btcusd_perp_1m_2022-01.csv.gz", "BTC/USD:USD")
    assert (len(whole.bars), whole.gaps, iso(whole.from_ms)) == (45_031, 0, "2021-12-31T23:01:00Z")
