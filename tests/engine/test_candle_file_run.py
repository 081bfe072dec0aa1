"""A run through engine, journal and ports makes the trades of the direct loop: the same doubles."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from lefi_tui.core import messages as m
from lefi_tui.requests import Costs
from lefi_tui.simulate.event_way import backtest
from tests.engine.file_run import EngineRun, request, through_the_engine, written

DATA = Path(__file__).parents[3] / "shared" / "data"
SCRIPTS = Path(__file__).parents[2] / "scripts"

ENTRIES = """
script "all kinds of orders"
setting symbol = "BTC/USDT"
setting size = 30%
on Candle(symbol, 2m) {
    if close > open { Buy(symbol, size, stop_loss = 1%, take_profit = 2%) }
    if close < close[2] { Buy(symbol, 500 USDT, at = close * 99.5%, trail = 2%) }
    if close > close[3] { Sell(symbol, 40%) }
    if close < close[5] { Sell(symbol, 50%, at = close * 100.8%) }
}
on Candle(symbol, 5m) {
    if close < close[1] and Position(symbol) > 0 { Close(symbol) }
    if OpenOrders(symbol) > 3 { Cancel(symbol) }
}
"""
SHORTS = """
script "shorts"
setting symbol = "BTC/USDT:USDT"
on Candle(symbol, 1m) {
    if close < close[1] { Sell(symbol, 20%, leverage = 20, stop_loss = 3%, take_profit = 1%) }
    if close > close[3] { Buy(symbol, 1, leverage = 20) }
    if AccountBalance() < 5000 { Close(symbol) }
}
"""
FILLS = """
script "hears its fills"
setting symbol = "BTC/USDT"
state heard = 0
on Start { Buy(symbol, 10%) }
on Fill { heard = heard + 1; if event.reason == "stop_loss" { Buy(symbol, 5%, stop_loss = 0.5%) } }
on Every(5m) { if heard < 40 { Buy(symbol, 1%, stop_loss = 0.4%) } }
on Schedule("*/7 * * * *", "Europe/Berlin") { Sell(symbol, 50%) }
on PriceUpdate(symbol) { if event.price > 130 { Close(symbol) } }
on Stop { Notify("bye") }
"""


WAITS = """
script "waits"
policy { timeout = 3m }
state n = 0
state got = 0
on Candle("BTC/USDT", 2m) {
    n = n + 1
    if n mod 5 == 0 {
        execute {
            Buy("BTC/USDT", 500 USDT, stop_loss = 3%)
            o = Buy("BTC/USDT", 5%, at = close * 99.6%)
            got = got + o.units
            if n mod 3 == 0 { Buy("BTC/USDT", 100_000 USDT) }
        } else { got = got - 1 }
    }
    if n mod 7 == 0 {
        authorize {
            if Sell("BTC/USDT", 60%, at = close * 100.3%) { got = 0 } else { Close("BTC/USDT") }
        }
    }
}
on Candle("BTC/USDT", 17m) { o = Close("BTC/USDT"); if o and got > 1 { Buy("BTC/USDT", 2%) } }
"""


def market(
    path: Path, seed: int, *, has_gaps: bool = False, funding: bool = False, step_s: int = 60
) -> Path:
    """A wild walk of 400 minutes, or as many longer candles."""
    chance, price = random.Random(seed), 100.0
    rows: list[tuple[float, ...]] = []
    for minute in range(400):
        opening, close = price, price * (1 + chance.gauss(0, 0.01))
        high = max(opening, close) * (1 + abs(chance.gauss(0, 0.004)))
        low = min(opening, close) * (1 - abs(chance.gauss(0, 0.004)))
        price = close * (1 + chance.gauss(0, 0.002))
        if has_gaps and chance.random() < 0.2:
            continue
        row = (minute, *(round(each, 2) for each in (opening, max(high, close), low, close)))
        rows.append((*row, chance.choice((0.0, 0.0005, -0.0003))) if funding else row)
    return written(path, rows, step_s)


def check_same(tmp_path: Path, source: str, files: dict[str, Path], costs: Costs) -> EngineRun:
    asked = request(source, files, costs)
    direct = backtest(asked)
    journal = tmp_path / "journal"
    journal.mkdir()
    run = through_the_engine(asked, journal)
    assert run.trades == list(direct.trades)
    assert run.equity == list(direct.equity[1:])
    assert direct.trades, "a test of equality needs trades"
    return run


OTHERS = """
script "reads other timeframes"
setting symbol = "BTC/USDT"
on Candle(symbol, 2m) {
    quick = EMA(Candles(symbol, 5m).close, 3)
    calm = EMA(Candles(symbol, 15m).close, 2)
    if quick > calm and CrossesAbove(close, quick) { Buy(symbol, 30%, stop_loss = 2%) }
    if quick < quick[1] and close < calm { Close(symbol) }
}
on Every(7m) { if Candles(symbol, 3m).close > Candles(symbol, 3m).open { Sell(symbol, 20%) } }
"""
COSTS = Costs(slippage=Costs().taker)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("has_gaps", [False, True])
def test_all_kinds_of_orders_on_spot(tmp_path: Path, seed: int, *, has_gaps: bool) -> None:
    path = market(tmp_path / "a.csv", seed, has_gaps=has_gaps)
    check_same(tmp_path, ENTRIES, {"BTC/USDT": path}, COSTS)


@pytest.mark.parametrize("seed", [4, 5])
def test_shorts_with_leverage_liquidation_and_funding(tmp_path: Path, seed: int) -> None:
    path = market(tmp_path / "a.csv", seed, funding=True)
    run = check_same(tmp_path, SHORTS, {"BTC/USDT:USDT": path}, COSTS)
    assert any(isinstance(event, m.FundingBooked) for event in run.events)
    reasons = {trade.reason for trade in run.trades}
    assert {"stop_loss", "take_profit", "order"} <= reasons


def test_fills_timers_starts_and_stops_of_a_script(tmp_path: Path) -> None:
    path = market(tmp_path / "a.csv", 6, has_gaps=True)
    run = check_same(tmp_path, FILLS, {"BTC/USDT": path}, COSTS)
    assert sum(isinstance(event, m.NoteWritten) for event in run.events) == 1


@pytest.mark.parametrize("has_gaps", [False, True])
def test_other_timeframes_of_a_market(tmp_path: Path, *, has_gaps: bool) -> None:
    path = market(tmp_path / "a.csv", 11, has_gaps=has_gaps)
    check_same(tmp_path, OTHERS, {"BTC/USDT": path}, COSTS)


def test_two_markets_share_the_cash(tmp_path: Path) -> None:
    source = """
    on Candle("A/USDT", 1m) { if close > close[1] { Buy("A/USDT", 60%, stop_loss = 1%) } }
    on Candle("B/USDT", 3m) {
        if close > close[1] { Buy("B/USDT", 60%, trail = 1%) } else { Close("A/USDT") }
    }
    """
    files = {
        "A/USDT": market(tmp_path / "a.csv", 7, has_gaps=True),
        "B/USDT": market(tmp_path / "b.csv", 8, has_gaps=True),
    }
    check_same(tmp_path, source, files, COSTS)


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_runs_that_wait_go_on_alike(tmp_path: Path, seed: int) -> None:
    path = market(tmp_path / "a.csv", seed, has_gaps=seed == 4)
    run = check_same(tmp_path, WAITS, {"BTC/USDT": path}, COSTS)
    assert len(run.trades) > 30
    assert run.trades[-1].exit_time > 300 * 60_000


def test_the_desks_books_agree_with_the_venues_doubles(tmp_path: Path) -> None:
    path = market(tmp_path / "a.csv", 9)
    run = check_same(tmp_path, ENTRIES, {"BTC/USDT": path}, COSTS)
    desk = run.desk
    position = desk.positions["main", "BTC/USDT"]
    quote = desk.quotes["main", "BTC/USDT"]
    cash = desk.ledger.of("main", "cash", "USDT")
    equity = float(cash) + float(position.units) * quote.last
    assert equity == pytest.approx(run.equity[-1], abs=1e-6)


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared data is not beside the repository")
@pytest.mark.parametrize(
    ("script", "file"),
    [
        ("ema_cross", "unittestbtc_1m_gappy_2017-11"),
        ("rsi_reversion", "unittestbtc_1m_gappy_2017-11"),
    ],
)
def test_shipped_scripts_on_a_real_file_with_gaps(tmp_path: Path, script: str, file: str) -> None:
    source = (SCRIPTS / f"{script}.lefi").read_text()
    check_same(tmp_path, source, {"BTC/USDT": DATA / f"{file}.csv.gz"}, Costs())


PROFITS = """
script "stops at a profit"
setting symbol = "BTC/USDT"
state best = 0
on Candle(symbol, 1m) {
    best = Max(best, PnL(symbol))
    if best < 20 and Position(symbol) == 0 { Buy(symbol, 30%, stop_loss = 1%, take_profit = 1%) }
    if PnL(symbol) < best - 5 { Close(symbol) }
}
"""


def test_profit_as_a_script_reads_it_is_realized_and_unrealized_on_both_paths(
    tmp_path: Path,
) -> None:
    path = market(tmp_path / "a.csv", 3)
    run = check_same(tmp_path, PROFITS, {"BTC/USDT": path}, COSTS)
    assert len(run.trades) < 60, "a script that ends for good at its profit"
