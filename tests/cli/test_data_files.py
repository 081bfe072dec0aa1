"""`lefi data` with files: what is said of one holds, and a copy is whole or is not there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lefi_tui.cli import main
from lefi_tui.wiring.demo_candles import COUNT, FOLDER, DemoCandles

BTC = "BTC/USDT:USDT"
MINUTE = 60_000
BEGIN_MS = 1_700_000_040_000
HOLD = 'script "Holds"\non Candle("BTC/USDT:USDT", 1m) { }\n'

Lefi = Callable[..., tuple[int, str, str]]


@pytest.fixture
def lefi(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Lefi:
    monkeypatch.setenv("LEFI_HOME", str(tmp_path))

    def call(*words: object) -> tuple[int, str, str]:
        status = main([str(each) for each in words])
        said = capsys.readouterr()
        return status, said.out, said.err

    return call


def imported(lefi: Lefi, place: Path, count: int) -> Path:
    """A file of so many minutes that is kept under `imported`, too."""
    foreign = place / "foreign.csv"
    rows = (f"{BEGIN_MS + number * MINUTE},1,2,0.5,1.5,7\n" for number in range(count))
    foreign.write_text("time,open,high,low,close,volume\n" + "".join(rows))
    assert lefi("data", "import", foreign, "--symbol", BTC)[0] == 0
    return foreign


def kept(place: Path) -> Path:
    return place / "candles" / "imported" / "BTC-USDT-USDT-1m.csv"


def test_an_import_holds_a_file_to_the_length_that_is_said_of_it(
    lefi: Lefi, tmp_path: Path
) -> None:
    foreign = imported(lefi, tmp_path, 5)
    said = ("data", "import", foreign, "--symbol", BTC)
    assert lefi(*said, "--exchange", "other", "--timeframe", "1m")[0] == 0
    status, out, err = lefi(*said, "--exchange", "another", "--timeframe", "1h")
    assert (status, out) == (2, "")
    assert "--timeframe 1h" in err
    assert f"the candles of {foreign} are 1m long" in err
    assert sorted(each.name for each in (tmp_path / "candles").iterdir()) == ["imported", "other"]


def test_an_export_that_ends_in_the_middle_leaves_the_file_that_was_there(
    lefi: Lefi, tmp_path: Path
) -> None:
    imported(lefi, tmp_path, 5)
    out = tmp_path / "out" / "copy.csv"
    out.parent.mkdir()
    export = ("data", "export", "imported", BTC, "--out", out)
    assert lefi(*export)[0] == 0
    whole = out.read_text()
    file = kept(tmp_path)
    file.write_text(file.read_text().replace(f"{BEGIN_MS + 3 * MINUTE},", "9 broken,"))
    assert lefi(*export)[0] != 0
    assert out.read_text() == whole
    assert list(out.parent.iterdir()) == [out]


def test_one_candle_is_told_as_one(lefi: Lefi, tmp_path: Path) -> None:
    imported(lefi, tmp_path, 3)
    window = ("--from", BEGIN_MS, "--to", BEGIN_MS + MINUTE)
    out, script = tmp_path / "one.csv", tmp_path / "hold.lefi"
    _, _, err = lefi("data", "export", "imported", BTC, *window, "--out", out)
    assert f"{out} has 1 candle." in err
    script.write_text(HOLD)
    _, told, _ = lefi("backtest", script, "--data", kept(tmp_path), *window)
    assert f"{BTC}  1 candle\n" in told


def test_candles_of_the_demo_market_that_the_desk_has_made_are_listed_and_given_out(
    lefi: Lefi, tmp_path: Path
) -> None:
    demo = DemoCandles(tmp_path / FOLDER)
    assert demo.make(demo.shelf("BTC/USDT", 15 * MINUTE), lambda _done, _of: True)
    _, out, _ = lefi("data", "list")
    assert f"demo BTC/USDT 15m: {COUNT:,} candles" in out
    _, out, _ = lefi("data", "export", "demo", "BTC/USDT", "--timeframe", "15m")
    assert out.count("\n") == COUNT
