"""The scripts that ship, on real candles: they trade, and little of what they ask is refused."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from lefi_tui.requests import BacktestRequest, MarketFile
from lefi_tui.simulate.event_way import backtest

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
BTC = "btcusd_perp_1m_2022-01.csv.gz"
EUR = "tv_golden_bars.csv.gz"


class Case(NamedTuple):
    script: str
    data: Mapping[str, str]  # symbol ("" the script's own): file
    settings: tuple[tuple[str, str], ...] = ()
    trades_min: int = 5


COINS = (("first", "ETH/BTC"), ("second", "LTC/BTC"), ("third", "TWIN/BTC"))
CASES = (
    Case("rsi_reversion", {"": BTC}),
    Case("ema_cross", {"": BTC}),
    Case("bollinger", {"": BTC}),
    Case("breakout_atr", {"": BTC}),
    Case("composite", {"": BTC}),
    Case("grid", {"": BTC}, trades_min=100),
    Case("smart_dca", {"": EUR}, trades_min=1),
    Case("dca_schedule", {"": BTC}, trades_min=1),  # one position, bought on five Mondays
    Case("timeframes", {"": EUR}, trades_min=20),
    Case(
        "rebalance",
        {
            "ETH/BTC": "ethbtc_5m_2018-01.csv.gz",
            "LTC/BTC": "ltcbtc_5m_2018-01.csv.gz",
            "TWIN/BTC": "ltcbtc_5m_2018-01.csv.gz",
        },
        (*COINS, ("band", "1%")),
        trades_min=3,
    ),
    Case("many_views", {"": BTC}),
)


def simulated(case: Case) -> Mapping[str, Any]:
    file = ROOT / "scripts" / f"{case.script}.lefi"
    files = tuple(MarketFile(DATA / name, symbol) for symbol, name in case.data.items())
    request = BacktestRequest(file, file.read_text(), files, settings=case.settings)
    return backtest(request).report()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.script)
def test_a_script_trades_and_is_seldom_refused(case: Case) -> None:
    report = simulated(case)
    trades = len(report["trades"]) + len(report["open"])
    assert trades >= case.trades_min
    assert len(report["refused"]) * 20 <= trades


WATCHERS = ("regime", "price_alert")


@pytest.mark.parametrize("script", WATCHERS)
def test_a_script_that_watches_tells_of_changes_and_never_trades(script: str) -> None:
    report = simulated(Case(script, {"": BTC}))
    assert report["notes"]["notify"] > 10
    assert not report["trades"] + report["open"]


PLAYED = "ttadak"


def test_a_script_played_by_keys_does_nothing_by_itself() -> None:
    report = simulated(Case(PLAYED, {"": BTC}))
    assert not report["trades"] + report["open"] + report["refused"]


def test_every_script_is_here() -> None:
    scripts = {file.stem for file in (ROOT / "scripts").glob("*.lefi")}
    assert {*(case.script for case in CASES), *WATCHERS, PLAYED} == scripts
