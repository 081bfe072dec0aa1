"""`lefi data`: candles of an exchange on disk, fetched on from where it stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lefi_tui.adapters.history_files import read_candles
from lefi_tui.cli import main
from tests.exchange.public_rest import BEGIN_MS, LISTED_MS, MINUTE, Fault, PublicRest, public_rest

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0
MAIN = "binanceusdm"
DAY = 24 * 60 * MINUTE
BTC = "BTC/USDT:USDT"
HOLD = 'script "Holds"\non Candle("BTC/USDT:USDT", 1m) { }\n'


@pytest.fixture(scope="module")
def server() -> Iterator[PublicRest]:
    with public_rest() as rest:
        yield rest


@pytest.fixture
def rest(server: PublicRest) -> PublicRest:
    server.begin_anew()
    return server


class Home:
    """A profile whose account `main` is this exchange on loopback."""

    def __init__(
        self, folder: Path, rest: PublicRest, captured: pytest.CaptureFixture[str]
    ) -> None:
        self.folder = folder
        self._captured = captured
        self.file = folder / "candles" / "binanceusdm" / "BTC-USDT-USDT-1m.csv"
        accounts = (("main", "binanceusdm", rest.binance), ("second", "okx", rest.okx))
        (folder / "config.toml").write_text(
            "".join(
                f'[accounts.{name}]\nexchange = "{exchange}"\nccxt = {text(table)}\n'
                for name, exchange, table in accounts
            )
        )

    def started(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "lefi_tui", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "LEFI_HOME": str(self.folder)},
            cwd=ROOT,
        )

    def lefi(self, *arguments: str) -> tuple[int, str, str]:
        status = main(arguments)
        said = self._captured.readouterr()
        return status, said.out, said.err

    def answer(self, *arguments: str) -> Any:
        status, out, err = self.lefi(*arguments, "--json")
        assert status == 0, err
        assert out.count("\n") == 1
        return json.loads(out)

    def times(self) -> list[int]:
        return [bar.time_ms for bar in read_candles(self.file, BTC).bars]


def text(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {text(each)}" for key, each in value.items()) + " }"
    return json.dumps(value)


@pytest.fixture
def home(
    tmp_path: Path,
    rest: PublicRest,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Home:
    monkeypatch.setenv("LEFI_HOME", str(tmp_path))
    return Home(tmp_path, rest, capsys)


def fetch(from_ms: int, to_ms: int) -> tuple[str, ...]:
    return ("data", "fetch", "main", BTC, "--from", str(from_ms), "--to", str(to_ms))


def minutes(from_ms: int, to_ms: int) -> list[int]:
    return list(range(from_ms, to_ms, MINUTE))


# ---- fetch


def test_what_is_fetched_is_what_a_backtest_reads(home: Home, rest: PublicRest) -> None:
    begin, end = BEGIN_MS - 200 * MINUTE, BEGIN_MS
    told = home.answer(*fetch(begin, end))
    assert (told["candles"], told["fetched"], told["gaps"]) == (200, 200, [])
    assert (told["from"], told["to"], told["timeframe"]) == (begin, end, "1m")
    assert told["file"] == str(home.file)
    bars = read_candles(home.file, BTC).bars
    for bar in bars[:3]:
        told_bar = [bar.open, bar.high, bar.low, bar.close, bar.volume]
        assert told_bar == rest.candle("BTC", bar.time_ms, MINUTE)
    script = home.folder / "hold.lefi"
    script.write_text(HOLD)
    assert home.answer("backtest", str(script), "--data", str(home.file))["candles"] == 200


def test_a_fetch_goes_on_from_the_last_candle_or_before_the_first_and_asks_for_nothing_twice(
    home: Home, rest: PublicRest
) -> None:
    home.answer(*fetch(BEGIN_MS - 80 * MINUTE, BEGIN_MS - 50 * MINUTE))
    told = home.answer(*fetch(BEGIN_MS - 100 * MINUTE, BEGIN_MS - 50 * MINUTE))
    assert (told["fetched"], told["candles"]) == (20, 50)
    rest.requests.clear()
    told = home.answer("data", "fetch", "main", BTC)
    assert (told["fetched"], told["candles"]) == (50, 100)
    asked = [query for _, path, query in rest.requests if path.endswith("/klines")]
    assert [int(query["startTime"]) for query in asked] == [BEGIN_MS - 50 * MINUTE]
    rest.requests.clear()
    assert home.answer("data", "fetch", "main", BTC)["fetched"] == 0
    assert rest.asked("/klines") == 0
    assert home.times() == minutes(BEGIN_MS - 100 * MINUTE, BEGIN_MS)


def test_gaps_are_found_and_said_and_filled_once_the_exchange_has_them(
    home: Home, rest: PublicRest
) -> None:
    begin = BEGIN_MS - 20 * MINUTE
    rest.gaps = {begin + 5 * MINUTE, begin + 6 * MINUTE, begin + 10 * MINUTE}
    status, out, _ = home.lefi(*fetch(begin, BEGIN_MS))
    assert status == 0
    assert "2 gaps, 3 candles missing" in out
    gap = datetime.fromtimestamp((begin + 5 * MINUTE) / 1_000, UTC)
    assert f"{gap:%Y-%m-%d %H:%M}" in out
    rest.gaps = set()
    told = home.answer(*fetch(begin, BEGIN_MS))
    assert (told["fetched"], told["gaps"]) == (3, [])
    assert home.times() == minutes(begin, BEGIN_MS)


def test_years_before_the_listing_are_not_asked_for_minute_by_minute(
    home: Home, rest: PublicRest
) -> None:
    rest.now_ms = LISTED_MS + 2 * DAY
    begin, end = LISTED_MS - 1_000 * DAY, LISTED_MS + 2 * DAY
    arguments = fetch(begin, end)
    told = home.answer(*arguments[:2], "second", *arguments[3:])
    assert (told["exchange"], told["candles"]) == ("okx", 2 * DAY // MINUTE)
    assert told["from"] == LISTED_MS
    assert len(rest.requests) < 40


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_fetch_that_is_ended_in_the_middle_leaves_a_whole_file_and_goes_on(
    number: signal.Signals, home: Home, rest: PublicRest
) -> None:
    begin = BEGIN_MS - 1_500 * MINUTE
    home.answer("data", "import", str(old_file(home, rest)), "--symbol", BTC, "--exchange", MAIN)
    before, rest.page_most = home.times(), 50
    rest.fail(Fault("/klines", hang_s=0.05, times=1_000))
    with home.started(*fetch(begin, BEGIN_MS)) as process:
        wait_for(lambda: rest.asked("/klines") > 8)
        process.send_signal(number)
        _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == (130 if number is signal.SIGINT else -number)
    there = home.times()
    assert there[: len(before)] == before
    assert there == minutes(there[0], there[-1] + MINUTE)
    if number is signal.SIGINT:
        assert len(there) > len(before)
        assert "the same command goes on" in err
    else:
        torn = home.file.with_suffix(".part")
        torn.write_bytes(torn.read_bytes() + b"1795000000")  # as if cut in the middle of a line
    rest.faults.clear()
    told = home.answer(*fetch(begin, BEGIN_MS))
    assert 0 < told["fetched"] < 1_500
    assert home.times() == minutes(BEGIN_MS - 1_600 * MINUTE, BEGIN_MS)
    assert home.answer("data", "list")[0]["is_partial"] is False


def old_file(home: Home, rest: PublicRest) -> Path:
    """A hundred candles before those that are fetched."""
    begin = BEGIN_MS - 1_600 * MINUTE
    rows = rest.candles("BTC", MINUTE, begin, 100)
    lines = (",".join(map(str, row)) for row in rows)
    file = home.folder / "old.csv"
    file.write_text("\n".join(["time,open,high,low,close,volume", *lines]) + "\n")
    return file


def wait_for(is_so: Any) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def test_an_exchange_that_fails_now_and_then_delays_a_fetch_and_spoils_nothing(
    home: Home, rest: PublicRest
) -> None:
    rest.page_most = 50
    rest.fail(
        Fault("/klines", status=502, body="<html></html>"),
        Fault("/klines"),
        Fault("/klines", is_cut=True),
        Fault("/klines"),
        Fault("/klines", status=429, headers={"Retry-After": "1"}, body="{}"),
    )
    status, _, err = home.lefi(*fetch(BEGIN_MS - 200 * MINUTE, BEGIN_MS))
    assert status == 0, err
    assert home.times() == minutes(BEGIN_MS - 200 * MINUTE, BEGIN_MS)
    assert "Exchange asks us to wait" in err


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("data", "fetch", "main"), 2, "an exchange and a market are needed"),
        (("data", "fetch", "main", BTC), 2, "from when on?"),
        (("data", "fetch", "main", "btc"), 2, "no market"),
        (("data", "fetch", "main", "NOPE/USDT", "--from", "2026-01-01"), 1, "LE515"),
        (("data", "fetch", "binanceusd", BTC, "--from", "2026-01-01"), 1, "LE516"),
        (("data", "export", "main", BTC), 1, "there are no such candles"),
        (("data", "import", "nothing.csv"), 2, "a file and its market are needed"),
        (("data", "import", "a.csv", "--symbol", BTC, "--exchange", "../out"), 2, "'../out' is no"),
        (("data", "import", "a.csv", "--symbol", BTC, "--from", "2026-01-01"), 2, "whole"),
        (("data", "export", "../out", BTC), 2, "'../out' is no"),
        (
            ("data", "export", "main", BTC, "--from", "2026-01-02", "--to", "2026-01-01"),
            2,
            "--from 2026-01-02T00:00:00Z --to 2026-01-01T00:00:00Z",
        ),
    ],
)
def test_what_can_not_be_is_refused_in_four_parts(
    arguments: tuple[str, ...], status: int, words: str, home: Home
) -> None:
    done, out, err = home.lefi(*arguments)
    assert (done, out) == (status, "")
    assert words in err
    assert "Why:" in err
    assert "Next:" in err


# ---- list, import, export


def test_what_is_there_is_listed_and_an_empty_shelf_says_how_to_fill_it(home: Home) -> None:
    status, out, _ = home.lefi("data")
    assert status == 0
    assert "lefi data fetch" in out
    home.answer(*fetch(BEGIN_MS - 10 * MINUTE, BEGIN_MS))
    status, out, _ = home.lefi("data", "list")
    assert "binanceusdm BTC/USDT:USDT 1m: 10 candles" in out


def test_a_file_from_elsewhere_is_taken_in_and_given_out_again(home: Home) -> None:
    foreign = home.folder / "foreign.csv"
    rows = "".join(
        f"{at / 1000:.0f},1,2,0.5,1.5,7\n" for at in minutes(BEGIN_MS, BEGIN_MS + 5 * MINUTE)
    )
    foreign.write_text(f"time,open,high,low,close,volume\n{rows}")
    told = home.answer("data", "import", str(foreign), "--symbol", "BTC/USDT")
    assert (told["candles"], told["exchange"]) == (5, "imported")
    other = home.folder / "other.csv"
    other.write_text(
        foreign.read_text().replace(",7\n", ",9\n") + f"{BEGIN_MS // 1000 + 300},1,2,1,2,9\n"
    )
    told = home.answer("data", "import", str(other), "--symbol", "BTC/USDT")
    # What was there stays, none is there twice, and what the file tells otherwise is said.
    assert (told["candles"], told["differing"]) == (6, 5)
    status, _, err = home.lefi("data", "import", str(other), "--symbol", "BTC/USDT")
    assert "5 candles of" in err
    assert "with other numbers than those kept" in err
    assert home.answer("data", "import", str(foreign), "--symbol", "BTC/USDT")["differing"] == 0
    status, out, _ = home.lefi("data", "export", "imported", "BTC/USDT")
    assert status == 0
    first = json.loads(out.splitlines()[0])
    assert first == {
        "timestamp": BEGIN_MS, "open": 1.0, "high": 2.0, "low": 0.5, "close": 1.5, "volume": 7.0,
    }  # fmt: skip
    copy = home.folder / "copy.csv"
    arguments = ("data", "export", "imported", "BTC/USDT", "--csv", "--out", str(copy))
    status, out, _ = home.lefi(*arguments)
    assert (status, out) == (0, "")
    assert read_candles(copy, BTC).bars[:5] == read_candles(foreign, BTC).bars


def test_what_comes_as_parquet_goes_out_as_parquet_gzip_and_csv_the_same(home: Home) -> None:
    foreign = home.folder / "foreign.csv"
    begin = BEGIN_MS // MINUTE * MINUTE
    at = [begin + MINUTE * (number + 2 * (number > 3)) for number in range(9)]
    rows = "".join(f"{each},1.1,2.7,0.3,{1.1 + number / 9!r},7\n" for number, each in enumerate(at))
    foreign.write_text(f"time,open,high,low,close,volume\n{rows}")
    assert home.lefi("data", "import", str(foreign), "--symbol", BTC)[0] == 0
    told, bars = home.answer("data", "list")[0], read_candles(foreign, BTC).bars
    assert told["gaps"] == [{"from": at[3] + MINUTE, "to": at[4], "missing": 2}]
    for name in ("out.parquet", "out.csv", "out.csv.gz"):
        out = home.folder / name
        arguments = ("data", "export", "imported", BTC, "--out", str(out))
        status, said, err = home.lefi(*arguments)
        assert (status, said) == (0, "")
        assert f"{out} has 9 candles." in err
        assert read_candles(out, BTC).bars == bars
        status, said, _ = home.lefi("data", "import", str(out), "--symbol", BTC, "--exchange", name)
        assert status == 0
        assert "1 gap, 2 candles missing" in said
    kept = {each["exchange"]: each["candles"] for each in home.answer("data", "list")}
    assert kept == dict.fromkeys(("imported", "out.parquet", "out.csv", "out.csv.gz"), 9)


def test_a_part_of_the_time_is_given_out_and_funding_that_is_not_kept_is_said(home: Home) -> None:
    foreign = home.folder / "foreign.csv"
    rows = "".join(
        f"{at},1,2,0.5,1.5,7,0.0001\n" for at in minutes(BEGIN_MS, BEGIN_MS + 9 * MINUTE)
    )
    foreign.write_text(f"time,open,high,low,close,volume,funding\n{rows}")
    status, _, err = home.lefi("data", "import", str(foreign), "--symbol", BTC)
    assert status == 0
    assert "funding column is not kept" in err
    out = home.folder / "part.parquet"
    part = ("--from", str(BEGIN_MS + 2 * MINUTE), "--to", str(BEGIN_MS + 5 * MINUTE))
    assert home.lefi("data", "export", "imported", BTC, "--out", str(out), *part)[0] == 0
    times = [bar.time_ms for bar in read_candles(out, BTC).bars]
    assert times == minutes(BEGIN_MS + 2 * MINUTE, BEGIN_MS + 5 * MINUTE)
    nowhere = home.folder / "nowhere" / "out.parquet"
    status, _, err = home.lefi("data", "export", "imported", BTC, "--out", str(nowhere))
    assert status == 1
    assert "Next:" in err
