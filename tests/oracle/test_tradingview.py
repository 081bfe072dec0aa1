"""TradingView's own MACD strategy on its own candles: each of its 1,808 trades is ours.

Nothing differs. What TradingView calls a trade that is `Open` at the last candle, and marks there,
is what our report calls open; and it writes profits with one digit, shares of them with two.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from lefi_tui.core.metrics import OpenPosition, Trade
from lefi_tui.requests import BacktestRequest, Costs, MarketFile
from lefi_tui.simulate.machine.runner import backtest
from lefi_tui.simulate.result import Result
from tests.oracle.plain_candles import rows_of
from tests.oracle.plain_loop import carry_out
from tests.oracle.plain_orders import Costs as PlainCosts
from tests.oracle.strategies import MacdTurns
from tests.oracle.test_agreement import agree, is_same

DATA = Path(__file__).parents[3] / "shared" / "data"
BARS = DATA / "tv_golden_bars.csv.gz"
TRADES = DATA / "tv_golden_macd_trades.csv.gz"
HOUR = 3_600_000
SIGNALS = {"long": "MacdLE", "short": "MacdSE"}

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the shared data is not beside the repository"
)


class Theirs(NamedTuple):
    """One trade as TradingView lists it."""

    side: str
    entry: tuple[int, float, str]  # time, price, signal
    exit: tuple[int, float, str]
    units: float
    profit: float
    percent: float


@cache
def listed() -> tuple[Theirs, ...]:
    with gzip.open(TRADES, "rt") as file:
        rows = list(csv.DictReader(file))
    return tuple(_theirs(*pair) for pair in zip(rows[::2], rows[1::2], strict=True))


def _theirs(entry: Mapping[str, str], leaving: Mapping[str, str]) -> Theirs:
    assert entry["Trade #"] == leaving["Trade #"]
    (verb, side), (other, _) = entry["Type"].split(), leaving["Type"].split()
    assert (verb, other) == ("Entry", "Exit")
    return Theirs(
        side,
        _moment(entry),
        _moment(leaving),
        float(entry["Position size (qty)"]),
        float(entry["Net P&L USD"]),
        float(entry["Net P&L %"]),
    )


def _moment(row: Mapping[str, str]) -> tuple[int, float, str]:
    time = datetime.fromisoformat(row["Date/Time"]).timestamp()
    return round(time * 1_000), float(row["Price USD"]), row["Signal"]


@cache
def ours(way: str) -> Result:
    free = Costs(maker=Decimal(0), taker=Decimal(0))
    file = MarketFile(BARS)
    request = BacktestRequest(Path("m.lefi"), MacdTurns.source, (file,), costs=free, way=way)
    return backtest(request)


def _told(trade: Trade | OpenPosition) -> tuple[Any, ...]:
    return trade.side, trade.entry_time, trade.entry_price, trade.units


@pytest.mark.parametrize("way", ["event", "machine"])
def test_every_trade_of_tradingviews_list_is_ours(way: str) -> None:
    result, theirs = ours(way), listed()
    closed, held = theirs[:-1], theirs[-1]
    assert result.way == way
    assert len(closed) == 1_807
    got = [(*_told(each), each.exit_time, each.exit_price) for each in result.trades]
    assert got == [(t.side, *t.entry[:2], t.units, *t.exit[:2]) for t in closed]
    (left,) = result.open
    assert _told(left) == (held.side, *held.entry[:2], held.units)
    assert (left.price, held.exit[2]) == (held.exit[1], "Open")
    assert not result.refusals


def test_its_profits_are_ours_to_the_digits_that_it_writes() -> None:
    result = ours("machine")
    profits = [each.pnl for each in result.trades] + [each.pnl for each in result.open]
    for profit, theirs in zip(profits, listed(), strict=True):
        digit = Decimal(str(theirs.profit)).adjusted()  # it writes one
        assert abs(profit - theirs.profit) <= 0.51 * 10.0**digit
        assert abs(profit / theirs.entry[1] * 100 - theirs.percent) <= 0.00501
    assert result.equity[-1] - result.equity[0] == pytest.approx(sum(profits), abs=1e-9)


def test_each_trade_ends_where_the_next_begins_by_the_signal_of_the_other_side() -> None:
    for trade, after in zip(listed(), listed()[1:], strict=False):
        assert trade.entry[2] == SIGNALS[trade.side]
        assert trade.exit == after.entry


def test_a_plain_loop_agrees_with_both() -> None:
    player = MacdTurns()
    player.step = HOUR
    loop = carry_out({player.symbol: rows_of(BARS)}, player, PlainCosts(0.0, 0.0))
    result = ours("event")
    assert len(loop.trades) == len(result.trades)
    for one, other in zip(result.trades, loop.trades, strict=True):
        agree(one, other)
    apart = [abs(a - b) for a, b in zip(result.equity[1:], loop.equities, strict=True)]
    assert max(apart) <= 1e-6
    assert is_same(result, ours("machine"))
