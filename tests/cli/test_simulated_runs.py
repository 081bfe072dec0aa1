"""`lefi backtest`, `lefi run --data` and `lefi replay` as typed: one story, told thrice."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from lefi_tui.adapters.replay_market import ReplayMarket, ReplayVenue
from lefi_tui.cli import main
from lefi_tui.core import messages as m
from lefi_tui.core.order import Order
from lefi_tui.simulate.event_way import backtest
from tests.engine.file_run import request, through_the_engine, written

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
SCRIPT = ROOT / "scripts" / "ema_cross.lefi"
WINDOW = ["--from", "2018-01-12", "--to", "2018-01-16"]

Lefi = Callable[..., tuple[int, list[Any]]]


def file(name: str) -> Path:
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"real candles are in ../shared/data, and {name} is not there")
    return path


@pytest.fixture
def lefi(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Lefi:
    monkeypatch.setenv("LEFI_HOME", str(tmp_path / "home"))

    def call(*words: object) -> tuple[int, list[Any]]:
        status = main([str(word) for word in words])
        return status, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return call


def journal(tmp_path: Path, run: str) -> sqlite3.Connection:
    return sqlite3.connect(tmp_path / "home" / "runs" / run / "desk.sqlite")


def test_a_run_through_the_engine_makes_the_trades_of_the_backtest(
    lefi: Lefi, tmp_path: Path
) -> None:
    data = ["--data", f"BTC/USDT={file('ethbtc_5m_2018-01.csv.gz')}", *WINDOW, "--json"]
    _, (report,) = lefi("backtest", SCRIPT, *data)
    _, lines = lefi("run", SCRIPT, *data)
    end = lines[-1]
    assert len(report["trades"]) > 5
    assert end["trades"] == report["trades"]
    assert end["open"] == report["open"]
    assert end["final_equity"] == report["final_equity"]
    assert end["fees"] == report["fees"]
    with closing(journal(tmp_path, end["run"])) as database:
        (rows,) = database.execute("SELECT count(*) FROM journal").fetchone()
        (fills,) = database.execute(
            "SELECT count(*) FROM journal WHERE type = 'OrderFilled'"
        ).fetchone()
    assert rows == end["rows"]
    assert fills >= 2 * len(report["trades"])
    assert sum(line["kind"] == "fill" for line in lines) == fills


def test_a_recorded_run_is_carried_out_again_and_a_changed_constant_is_named(
    lefi: Lefi, tmp_path: Path
) -> None:
    data = ["--data", f"BTC/USDT={file('ethbtc_5m_2018-01.csv.gz')}", *WINDOW, "--json"]
    _, lines = lefi("run", SCRIPT, *data)
    run = lines[-1]["run"]
    status, (answer,) = lefi("replay", run, "--json")
    assert (status, answer["same"], answer["difference"]) == (0, True, None)
    changed = tmp_path / "changed.lefi"
    changed.write_text(SCRIPT.read_text().replace("setting fast = 12", "setting fast = 13"))
    status, (answer,) = lefi("replay", run, "--script", changed, "--json")
    assert (status, answer["same"]) == (1, False)
    assert "message" in answer["difference"]


def test_the_same_run_twice_writes_the_same_journal(lefi: Lefi, tmp_path: Path) -> None:
    data = ["--data", f"BTC/USDT={file('ethbtc_5m_2018-01.csv.gz')}", *WINDOW, "--json"]
    chains, rows = [], []
    for _ in range(2):
        _, lines = lefi("run", SCRIPT, *data)
        chains.append(lines[-1]["chain"])
        with closing(journal(tmp_path, lines[-1]["run"])) as database:
            rows.append(database.execute("SELECT * FROM journal ORDER BY seq").fetchall())
    assert chains[0] == chains[1]
    assert rows[0] == rows[1]


def test_the_gaps_of_a_file_are_counted_and_told(lefi: Lefi) -> None:
    thin = file("unittestbtc_1m_gappy_2017-11.csv.gz")
    _, (report,) = lefi("backtest", SCRIPT, "--data", f"BTC/USDT={thin}", "--json")
    assert report["gaps"] == 538


class LateVenue(ReplayVenue):
    """Holds every order back for one candle: what a wrong port would do."""

    def __init__(self, replay: ReplayMarket) -> None:
        super().__init__(replay)
        self.held: list[tuple[Order, ...]] = []

    async def submit(self, orders: tuple[Order, ...]) -> tuple[m.Report, ...]:
        self.held.append(orders)
        return tuple(m.VenueAccepted(each.id, each.placed_at_ns, "late") for each in orders)


class LateMarket(ReplayMarket):
    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.late = self.venue = LateVenue(self)

    def move(self) -> None:
        held, self.late.held = self.late.held, []
        super().move()
        for orders in held:
            for order in orders:
                self.market.send(order.id, order.terms)


def test_an_order_that_the_port_holds_for_one_candle_makes_the_comparison_fail(
    tmp_path: Path,
) -> None:
    path = file("ethbtc_5m_2018-01.csv.gz")
    asked = request(SCRIPT.read_text(), {"BTC/USDT": path})
    direct = backtest(asked)
    on_time, late = tmp_path / "on_time", tmp_path / "late"
    for folder in (on_time, late):
        folder.mkdir()
    assert through_the_engine(asked, on_time).trades == list(direct.trades)
    assert through_the_engine(asked, late, LateMarket).trades != list(direct.trades)


def test_limits_of_a_file_are_asked_in_both_ways_and_named_in_the_result(
    lefi: Lefi, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script, candles, limits = (tmp_path / each for each in ("a.lefi", "a.csv", "limits.toml"))
    script.write_text(
        'on Candle("BTC/USDT", 1m) { Buy("BTC/USDT", 600 USDT) }\n'
        'on Candle("BTC/USDT", 5m) { Close("BTC/USDT") }'
    )
    written(candles, [(minute, 100, 101, 99, 100) for minute in range(10)])
    words = [script, "--data", candles, "--limits", limits, "--json"]
    limits.write_text("[limits]\nposition_notional_max = 1_000\nslippage_bps_max = 20\n")
    _, (report,) = lefi("backtest", *words)
    assert report["way"] == "event"
    assert report["limits"] == {"position_notional_max": "1000", "slippage_bps_max": "20"}
    assert any("slippage" in each for each in report["notices"])
    first = report["refused"][0]
    assert (first["code"], first["time"]) == ("POSITION_EXCEEDS_MAXIMUM", 120_000)
    assert {each["name"] for each in first["verdicts"] if not each["passed"]} == {"position"}
    _, lines = lefi("run", *words)
    by_limits = [each for each in report["refused"] if "verdicts" in each]
    assert lines[-1]["refused"] == by_limits
    assert lines[-1]["trades"] == report["trades"]
    _, (bare,) = lefi("backtest", script, "--data", candles, "--json")
    assert "limits" not in bare
    assert [each["code"] for each in bare["refused"]] == ["LAPSED"]
    assert "verdicts" not in bare["refused"][0]
    limits.write_text("daily_los = 3")
    assert main(["backtest", *map(str, words)]) == 2
    assert "`daily_los` is no limit" in capsys.readouterr().err
