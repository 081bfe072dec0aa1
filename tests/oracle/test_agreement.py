"""Both ways of the product and a plain loop written from the rules alone agree on real files."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple, Protocol

import pytest
from msgspec.structs import replace

from lefi_tui.core.metrics import Trade
from lefi_tui.requests import BacktestRequest, Costs, MarketFile
from lefi_tui.simulate.machine.runner import backtest
from lefi_tui.simulate.result import Result
from tests.oracle import plain_loop, strategies
from tests.oracle.plain_loop import Done, Loop, Market, Row, Wish, carry_out, rows_of

DATA = Path(__file__).parents[3] / "shared" / "data"
MINUTE = 60_000
MINUTES_1 = "btcusd_perp_1m_2022-01"
GAPPY = "unittestbtc_1m_gappy_2017-11"
MINUTES_5 = "ethbtc_5m_2018-01"
DAYS = "goog_1d_2004-2013"

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the shared data is not beside the repository"
)


class Player(Protocol):
    """A strategy in plain Python that knows its Lefi script."""

    source: str

    def __call__(self, candles: list[Row], position: float) -> list[Wish]: ...


class Case(NamedTuple):
    strategy: Callable[[], Player]
    file: str
    step_ms: int
    slippage: float = 0.0
    symbol: str = "BTC/USDT"


CASES = [
    Case(strategies.EmaCross, MINUTES_1, 5 * MINUTE),
    Case(strategies.EmaCross, GAPPY, 5 * MINUTE, 0.001),
    Case(strategies.EmaCross, MINUTES_5, 5 * MINUTE),
    Case(strategies.EmaCross, DAYS, 1_440 * MINUTE),
    Case(strategies.EmaCross, DAYS, 10_080 * MINUTE),
    Case(strategies.RsiReversion, MINUTES_1, 15 * MINUTE, 0.0005),
    Case(strategies.RsiReversion, GAPPY, 15 * MINUTE),
    Case(strategies.RsiReversion, MINUTES_5, 15 * MINUTE),
    Case(strategies.Breakout, MINUTES_1, 60 * MINUTE),
    Case(strategies.Breakout, GAPPY, 60 * MINUTE, 0.002),
    Case(strategies.Breakout, MINUTES_5, 60 * MINUTE),
    Case(strategies.Bollinger, MINUTES_1, 15 * MINUTE),
    Case(strategies.Bollinger, GAPPY, 15 * MINUTE, 0.001),
    Case(strategies.Bollinger, MINUTES_5, 15 * MINUTE),
    Case(strategies.Composite, MINUTES_1, 15 * MINUTE),
    Case(strategies.Composite, GAPPY, 15 * MINUTE),
    Case(strategies.Composite, MINUTES_5, 15 * MINUTE, 0.0005),
    Case(strategies.ShortTrend, MINUTES_1, 15 * MINUTE, 0.0, "BTC/USDT:USDT"),
    Case(strategies.ShortTrend, GAPPY, 15 * MINUTE, 0.001, "BTC/USDT:USDT"),
    Case(strategies.LongWithLeverage, MINUTES_1, 60 * MINUTE, 0.0, "BTC/USDT:USDT"),
    Case(strategies.LongWithLeverage, MINUTES_5, 60 * MINUTE, 0.0, "BTC/USDT:USDT"),
]


@cache
def rows(file: str) -> list[Row]:
    return rows_of(DATA / f"{file}.csv.gz")


@cache
def plainly(case: Case) -> Loop:
    market = Market(slippage=case.slippage, is_perpetual=":" in case.symbol)
    return carry_out(rows(case.file), case.step_ms, market, case.strategy())


def agree(ours: Trade, theirs: Done) -> None:
    """Times and reasons equal, units within a lot, prices to 1e-9."""
    assert (ours.side, ours.reason) == (theirs.side, theirs.reason)
    assert (ours.entry_time, ours.exit_time) == (theirs.entry_time, theirs.exit_time)
    assert ours.units == pytest.approx(theirs.units, abs=1.5e-8)
    assert ours.entry_price == pytest.approx(theirs.entry_price, rel=1e-9)
    assert ours.exit_price == pytest.approx(theirs.exit_price, rel=1e-9)
    assert ours.fees == pytest.approx(theirs.fees, abs=1e-6)
    assert ours.pnl == pytest.approx(theirs.pnl, abs=1e-6)


def is_same(one: Result, other: Result) -> bool:
    """The same doubles in every field but those that tell how it was computed."""
    how = {"seconds", "way", "notices"}
    fields = [each for each in Result.__struct_fields__ if each not in how]
    return all(
        list(a) == list(b) if isinstance(a, Sequence) else a == b
        for a, b in ((getattr(one, each), getattr(other, each)) for each in fields)
    )


@pytest.mark.parametrize("case", CASES, ids=lambda each: f"{each.strategy.__name__}-{each.file}")
def test_a_plain_loop_makes_the_same_trades_and_the_same_equity(case: Case) -> None:
    loop = plainly(case)
    request = BacktestRequest(
        Path("script.lefi"),
        case.strategy().source,
        (MarketFile(DATA / f"{case.file}.csv.gz", case.symbol),),
        timeframe_ms=case.step_ms,
        costs=Costs(slippage=Decimal(str(case.slippage))),
        way="event",
    )
    result, machine = backtest(request), backtest(replace(request, way="machine"))
    assert is_same(result, machine)
    assert len(result.trades) == len(loop.trades) > 0
    for ours, theirs in zip(result.trades, loop.trades, strict=True):
        agree(ours, theirs)
    apart = [abs(o - t) for o, t in zip(result.equity[1:], loop.equity, strict=True)]
    assert max(apart) <= 1e-6


def test_the_cases_meet_every_reason_to_leave() -> None:
    reasons: set[str] = set()
    for case in CASES:
        reasons |= {trade.reason for trade in plainly(case).trades}
    assert reasons == {"close", "stop_loss", "take_profit", "trail", "liquidation"}


def test_the_plain_loop_shares_nothing_with_the_product() -> None:
    for module in (plain_loop, strategies):
        assert module.__file__ is not None
        tree = ast.parse(Path(module.__file__).read_text())
        named = {
            name
            for node in ast.walk(tree)
            for name in (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [each.name for each in node.names]
                if isinstance(node, ast.Import)
                else []
            )
        }
        assert not [name for name in named if name.startswith(("lefi_tui", "bots"))]
