"""Both ways of the product and a plain loop written from the rules alone agree on real files."""

from __future__ import annotations

import ast
import gzip
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from lefi_tui.core.metrics import Trade
from lefi_tui.requests import BacktestRequest, Costs, MarketFile
from lefi_tui.simulate.machine.runner import backtest
from lefi_tui.simulate.result import Result
from tests.oracle import (
    plain_account,
    plain_candles,
    plain_indicators,
    plain_loop,
    plain_makers,
    plain_market,
    plain_orders,
    plain_portfolios,
    plain_trends,
    strategies,
)
from tests.oracle.plain_candles import MINUTE, Row, rows_of
from tests.oracle.plain_loop import Loop, Player, carry_out
from tests.oracle.plain_makers import Asks, Bids, Turns
from tests.oracle.plain_orders import Costs as PlainCosts
from tests.oracle.plain_orders import Done
from tests.oracle.plain_portfolios import BySchedule, Rebalance, SmartDca
from tests.oracle.plain_trends import Grid, ManyViews, Timeframes

DATA = Path(__file__).parents[3] / "shared" / "data"
HOUR = 60 * MINUTE
MINUTES_1 = "btcusd_perp_1m_2022-01"
GAPPY = "unittestbtc_1m_gappy_2017-11"
MINUTES_5 = "ethbtc_5m_2018-01"
MINUTES_5_TOO = "ltcbtc_5m_2018-01"
DAYS = "goog_1d_2004-2013"
HOURS = "tv_golden_bars"

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the shared data is not beside the repository"
)


Settings = tuple[tuple[str, str], ...]


class Case(NamedTuple):
    strategy: Callable[[], Player]
    file: str
    step_ms: int = 0  # of its candles; 0: as the script says, which then hears of one timeframe
    slippage: float = 0.0
    settings: Settings = ()
    others: tuple[tuple[str, str], ...] = ()  # file of each further symbol

    def __str__(self) -> str:
        told = " ".join(value for _, value in self.settings)
        return f"{type(self.strategy()).__name__}-{self.file}-{self.slippage}-{told}"


def quick_frames() -> Timeframes:
    return Timeframes((2 * HOUR, 4 * HOUR), (3, 5, 8, 13), threshold=0.5)


QUICK: Settings = (
    *(("middle", "2h"), ("long", "4h"), ("fastest", "3"), ("fast", "5")),
    *(("slow", "8"), ("slowest", "13"), ("threshold", "0.5")),
)


def hourly() -> BySchedule:
    return BySchedule("17 * * * *", budget=20_000, stop=0.06)


HOURLY: Settings = (("when", "17 * * * *"), ("budget", "20_000 USDT"), ("stop", "6%"))


def nervous() -> SmartDca:
    return SmartDca(3, stop=0.05)


NERVOUS: Settings = (("length", "3"), ("stop", "5%"))
COINS = ("ETH/BTC", "LTC/BTC", "TWIN/BTC")
NAMED: Settings = (("first", COINS[0]), ("second", COINS[1]), ("third", COINS[2]))
GAPS = ((MINUTES_5, 50), (MINUTES_5_TOO, 7), (MINUTES_5_TOO, 90))  # rows of a stretch
OTHERS = ((COINS[1], MINUTES_5_TOO), (COINS[2], MINUTES_5_TOO))


def often() -> Rebalance:
    return Rebalance(COINS, when="30 * * * *", band=0.001)


OFTEN: Settings = (*NAMED, ("when", "30 * * * *"), ("band", "0.1%"))


def daily() -> Rebalance:
    return Rebalance(COINS, when="0 9 * * *", band=0.002, stop=0.05)


DAILY: Settings = (*NAMED, ("when", "0 9 * * *"), ("band", "0.2%"), ("stop", "5%"))

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
    Case(strategies.ShortTrend, MINUTES_1, 15 * MINUTE),
    Case(strategies.ShortTrend, GAPPY, 15 * MINUTE, 0.001),
    Case(strategies.LongWithLeverage, MINUTES_1, 60 * MINUTE),
    Case(strategies.LongWithLeverage, MINUTES_5, 60 * MINUTE),
    Case(Timeframes, HOURS),
    *(
        case
        for file in (GAPPY, MINUTES_5)
        for case in (
            Case(Grid, file, 15 * MINUTE, 0.001),
            Case(ManyViews, file, 15 * MINUTE, 0.0005),
            Case(quick_frames, file, 0, 0.0005, QUICK),
            Case(hourly, file, 0, 0.001, HOURLY),
            Case(Bids, file, 0, 0.001),
            Case(Asks, file, 0, 0.001),
            Case(Turns, file, 0, 0.001),
        )
    ),
    Case(nervous, MINUTES_5, 0, 0.001, NERVOUS),
    Case(often, MINUTES_5, 0, 0.001, OFTEN, OTHERS),
    Case(daily, MINUTES_5, 0, 0.0005, DAILY, OTHERS),
]


@cache
def rows(file: str) -> list[Row]:
    return rows_of(DATA / f"{file}.csv.gz")


@cache
def plainly(case: Case) -> Loop:
    player = case.strategy()
    player.step = case.step_ms or player.step
    files = {player.symbol: case.file, **dict(case.others)}
    given = {symbol: rows(file) for symbol, file in files.items()}
    return carry_out(given, player, PlainCosts(slippage=case.slippage))


def agree(ours: Trade, theirs: Done) -> None:
    """Times and reasons equal, units within a lot, prices to 1e-9."""
    assert (ours.symbol, ours.side, ours.reason) == (theirs.symbol, theirs.side, theirs.reason)
    assert (ours.entry_time, ours.exit_time) == (theirs.entry_time, theirs.exit_time)
    # Of millions of units a double knows a lot, and no more.
    assert ours.units == pytest.approx(theirs.units, abs=1.5e-8, rel=4e-15)
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


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_plain_loop_makes_the_same_trades_and_the_same_equity(case: Case) -> None:
    loop = plainly(case)
    files = ((loop.player.symbol, case.file), *case.others)
    request = BacktestRequest(
        Path("script.lefi"),
        loop.player.source,
        tuple(MarketFile(DATA / f"{file}.csv.gz", symbol) for symbol, file in files),
        timeframe_ms=case.step_ms or None,
        settings=case.settings,
        costs=Costs(slippage=Decimal(str(case.slippage))),
        way="event",
    )
    agree_in_all(request, loop)
    assert len(set(loop.equities)) > 1  # something was bought


def agree_in_all(request: BacktestRequest, loop: Loop) -> None:
    """Both ways with each other to the last bit, and with the plain loop as the page says."""
    result, machine = backtest(request), backtest(replace(request, way="machine"))
    assert is_same(result, machine)
    assert len(result.trades) == len(loop.trades)
    for ours, theirs in zip(result.trades, loop.trades, strict=True):
        agree(ours, theirs)
    apart = [abs(o - t) for o, t in zip(result.equity[1:], loop.equities, strict=True)]
    assert max(apart) <= 1e-6


def cut(path: Path, name: str, keeps: Callable[[int], object]) -> Path:
    """A copy of a file with some of its rows, by their number."""
    with gzip.open(DATA / f"{name}.csv.gz", "rt") as file:
        head, *lines = file.readlines()
    with gzip.open(path, "wt") as file:
        file.writelines([head, *(line for at, line in enumerate(lines) if keeps(at))])
    return path


def test_a_target_that_an_entry_inside_a_candle_has_passed_acts_there(tmp_path: Path) -> None:
    path = cut(tmp_path / "a.csv.gz", MINUTES_1, range(33_000, 34_200).__contains__)
    loop = carry_out({Bids.symbol: rows_of(path)}, Bids(), PlainCosts())
    agree_in_all(BacktestRequest(path, Bids.source, (MarketFile(path, Bids.symbol),)), loop)
    targets = [(each, each.entry_price * 1.009) for each in loop.trades]
    assert any(
        each.exit_price > target + 1 and each.reason == "take_profit" for each, target in targets
    )


def is_between(gap: int, at: int) -> bool:
    """One of five stretches of so many rows is left out."""
    return at // gap % 5 > 0


def test_orders_wait_for_a_symbol_whose_candles_are_missing(tmp_path: Path) -> None:
    paths = {
        symbol: cut(tmp_path / f"{symbol[:3]}.csv.gz", name, partial(is_between, gap))
        for symbol, (name, gap) in zip(COINS, GAPS, strict=True)
    }
    files = tuple(MarketFile(path, symbol) for symbol, path in paths.items())
    loop = carry_out({each: rows_of(path) for each, path in paths.items()}, often(), PlainCosts())
    source, way = loop.player.source, "event"
    request = BacktestRequest(Path("script.lefi"), source, files, settings=OFTEN, way=way)
    agree_in_all(request, loop)
    refused = {each.code for each in backtest(request).refusals}
    assert refused == {"STILL_WORKING"}
    assert len(loop.trades) > 100


def test_the_cases_meet_every_reason_to_leave() -> None:
    short = [case for case in CASES if case.file == MINUTES_5]
    reasons = {trade.reason for case in short for trade in plainly(case).trades}
    assert reasons == {"close", "order", "stop_loss", "take_profit", "trail", "liquidation"}


PLAIN = (
    *(plain_account, plain_candles, plain_indicators, plain_loop, plain_makers, plain_market),
    *(plain_orders, plain_portfolios, plain_trends, strategies),
)


def test_the_plain_loop_shares_nothing_with_the_product() -> None:
    for module in PLAIN:
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
        ours = {name for name in named if name.startswith("tests")}
        assert ours <= {each.__name__ for each in PLAIN}
