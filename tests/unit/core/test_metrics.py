"""Trades from fills, and the numbers of a run's equity."""

from __future__ import annotations

import math
import statistics
from itertools import pairwise

import pytest

from lefi_tui.core.matching import Fees, Filled, Lot, MarketRules
from lefi_tui.core.metrics import (
    Course,
    FillRow,
    Trade,
    TradeBook,
    buy_and_hold,
    max_drawdown,
    numbers,
)
from lefi_tui.core.order import Side
from tests.unit.core.candle_tables import PERPETUAL, SPOT, Table, rules

DAY = 86_400_000


def book(*symbols: str) -> TradeBook:
    markets: dict[str, MarketRules] = {each: rules(each) for each in symbols or (SPOT, PERPETUAL)}
    return TradeBook(markets)


def fill(side: str, units: float, price: float, time: int, fee: float = 0.0) -> FillRow:
    return FillRow(SPOT, Side(side), price, units, fee, "order", time)


def trade(pnl: float) -> Trade:
    return Trade(SPOT, "long", 1, 0, 100, 1, 100 + pnl, 0, pnl, "order")


def course(*equity: float, exposed: int = 0, timeframe_ms: int = DAY) -> Course:
    return Course(equity, exposed, timeframe_ms, 0, (len(equity) - 1) * timeframe_ms)


def test_a_trade_is_each_fill_that_reduces_with_its_share_of_entry_fees() -> None:
    trades = book()
    trades.add(fill("buy", 2, 100, 10, fee=1.0))
    trades.add(fill("buy", 2, 110, 20, fee=2.0))
    trades.add(fill("sell", 1, 120, 30, fee=0.5))
    trades.add(fill("sell", 3, 90, 40, fee=0.7))
    first, second = trades.trades
    assert first == Trade(SPOT, "long", 1, 10, 105, 30, 120, 1.25, 13.75, "order")
    assert (second.units, second.entry_time, second.fees) == (3, 10, 0.7 + 2.25)
    assert second.pnl == -45 - second.fees
    assert trades.fees == 4.2
    assert trades.open({SPOT: 1.0}) == ()


def test_a_turn_closes_one_trade_and_opens_the_other_side() -> None:
    trades = book()
    trades.add(FillRow(PERPETUAL, Side.BUY, 100, 1, 0.1, "order", 10, 2.0))
    trades.add(FillRow(PERPETUAL, Side.SELL, 110, 3, 0.3, "order", 20, 2.0))
    (closed,) = trades.trades
    assert (closed.side, closed.units) == ("long", 1)
    assert closed.pnl == pytest.approx(10 - 0.2)
    (held,) = trades.open({PERPETUAL: 105.0})
    assert (held.side, held.units, held.entry_time, held.entry_price) == ("short", 2, 20, 110)
    assert held.pnl == pytest.approx(10 - 0.2)


def test_what_is_open_is_marked_at_the_last_close() -> None:
    trades = book()
    trades.add(fill("buy", 2, 100, 10, fee=1.0))
    (held,) = trades.open({SPOT: 104.0})
    assert (held.price, held.pnl, held.fees) == (104, 7, 1)


def test_a_book_of_trades_has_the_markets_doubles_and_its_cash() -> None:
    table = Table(Fees(0.0002, 0.0005, 0.001))
    trades = book()
    for number in range(40):
        price = 100 + (number * 37 % 11) - 5
        if number % 3 == 0:
            table.send("buy", "30%", PERPETUAL, leverage="10", stop_loss="3%")
        if number % 4 == 1:
            table.send("sell", "2.5", PERPETUAL, leverage="10")
        for told in table.candle(price, price + 3, price - 3, price + 1, symbol=PERPETUAL):
            if isinstance(told, Filled):
                row = (told.symbol, told.side, told.price, told.units, told.fee)
                trades.add(FillRow(*row, told.reason, told.time_ms, told.leverage))
    held = sum(each.pnl for each in trades.open({PERPETUAL: float(price + 1)}))
    earned = math.fsum(each.pnl for each in trades.trades) + held
    assert len(trades.trades) > 5
    assert table.market.equity() - 10_000 == pytest.approx(earned, abs=1e-6)


def test_return_drawdown_and_exposure() -> None:
    found = numbers(course(100, 120, 90, 110, exposed=2), [])
    assert found.total_return == pytest.approx(0.1)
    assert found.max_drawdown == (120 - 90) / 120
    assert found.exposure == 2 / 3
    assert max_drawdown([100, 110, 120]) == 0
    assert max_drawdown([100, 50]) == 0.5, "the starting cash is the first peak"


def test_sharpe_and_sortino_are_of_candle_returns_for_a_year_of_candles() -> None:
    equity = (100.0, 101.0, 99.0, 102.0, 101.0)
    returns = [after / before - 1 for before, after in pairwise(equity)]
    found = numbers(course(*equity, timeframe_ms=3_600_000), [])
    yearly = math.sqrt(365 * 24)
    assert found.sharpe == pytest.approx(
        statistics.mean(returns) / statistics.stdev(returns) * yearly
    )
    falls = [each for each in returns if each < 0]
    downside = math.sqrt(sum(each * each for each in falls) / len(falls))
    assert found.sortino == pytest.approx(statistics.mean(returns) / downside * yearly)


def test_cagr_is_on_365_days() -> None:
    found = numbers(Course((100.0, 121.0), 0, DAY, 0, 2 * 365 * DAY), [])
    assert found.cagr == pytest.approx(0.1)


def test_win_rate_and_profit_factor_are_of_trades_after_fees() -> None:
    found = numbers(course(1, 1), [trade(3), trade(-2), trade(0), trade(1)])
    assert (found.win_rate, found.profit_factor) == (0.5, 2.0)


def test_a_ratio_without_a_divisor_is_none() -> None:
    still = numbers(course(100, 100, 100), [trade(1)])
    assert (still.sharpe, still.sortino, still.profit_factor) == (None, None, None)
    assert numbers(course(100, 101), []).sharpe is None
    assert numbers(course(100, 101), []).win_rate is None
    assert numbers(course(100), []).exposure is None
    assert numbers(course(100), []).cagr is None
    assert numbers(course(0, 0), []).total_return is None
    assert buy_and_hold(0, 1, 1, Fees(), Lot()) is None
    assert numbers(Course((1.0, 1e300), 0, 1, 0, 1), []).cagr is None


def test_buy_and_hold_enters_at_the_first_open_for_the_taker_fee() -> None:
    found = buy_and_hold(10_000, 100, 110, Fees(0, 0.001), Lot())
    assert found == pytest.approx(110 / 100 / 1.001 - 1, abs=1e-9)
