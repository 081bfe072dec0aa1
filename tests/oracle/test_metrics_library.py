"""Our numbers against empyrical's, which shares nothing with us; where a definition differs, the
test says how and holds it to that."""

from __future__ import annotations

import importlib
import math
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

import numpy as np
import pytest

from lefi_tui.core.metrics import YEAR_MS, Course, Numbers, Trade, numbers
from lefi_tui.requests import BacktestRequest, MarketFile
from lefi_tui.simulate.machine.runner import backtest
from lefi_tui.simulate.result import Result

ROOT: Final = Path(__file__).parents[2]
DATA: Final = ROOT.parent / "shared" / "data"
HOUR: Final = 3_600_000
CLOSE_TO: Final = 1e-9


@cache
def library() -> Any:
    """Loaded only when it is asked: it brings all of pandas and scipy, two seconds."""
    return importlib.import_module("empyrical")


class Run(NamedTuple):
    equity: Sequence[float]
    step_ms: int
    span_ms: int  # from the first opening to the last close
    numbers: Numbers
    trades: Sequence[Trade] = ()

    @property
    def returns(self) -> Any:
        return np.array([after / before - 1 for before, after in pairwise(self.equity)])

    @property
    def yearly(self) -> float:
        """Candles of 365 days."""
        return YEAR_MS / self.step_ms


def of_chance(seed: int) -> Run:
    chance, equity = Random(seed), [10_000.0]
    for _ in range(chance.choice((50, 400, 3_000))):
        is_held = chance.random() < 0.7
        equity.append(equity[-1] * (1 + chance.gauss(0.0002, 0.01) * is_held))
    span_ms = (len(equity) - 1) * HOUR
    return Run(equity, HOUR, span_ms, numbers(Course(equity, 0, HOUR, 0, span_ms), ()))


REAL: Final = {
    "ema_cross-minutes": ("ema_cross", "btcusd_perp_1m_2022-01", "BTC/USDT"),
    "rsi_reversion-gaps": ("rsi_reversion", "unittestbtc_1m_gappy_2017-11", "BTC/USDT"),
    "bollinger-5m": ("bollinger", "ethbtc_5m_2018-01", "ETH/BTC"),
}


@cache
def real(name: str) -> Run:
    script, file, symbol = REAL[name]
    path = ROOT / "scripts" / f"{script}.lefi"
    files = (MarketFile(DATA / f"{file}.csv.gz", symbol),)
    result: Result = backtest(BacktestRequest(path, path.read_text(), files))
    span_ms = result.to_ms - result.from_ms
    return Run(result.equity, result.data_ms, span_ms, result.numbers, result.trades)


def run_of(name: str) -> Run:
    if name in REAL and not DATA.is_dir():
        pytest.skip(f"the real candles are not here: {DATA}")
    return real(name) if name in REAL else of_chance(int(name))


every_run = pytest.mark.parametrize("name", [*REAL, "1", "2", "3", "4", "5", "6"])


@every_run
def test_return_largest_fall_and_sharpe_are_the_librarys(name: str) -> None:
    run, theirs = run_of(name), library()
    ours = run.numbers
    assert ours.total_return == pytest.approx(theirs.cum_returns_final(run.returns), abs=CLOSE_TO)
    assert ours.max_drawdown == pytest.approx(-theirs.max_drawdown(run.returns), abs=CLOSE_TO)
    sharpe = theirs.sharpe_ratio(run.returns, annualization=run.yearly)
    assert ours.sharpe == pytest.approx(sharpe, rel=CLOSE_TO)


@every_run
def test_sortino_divides_by_the_falls_alone_where_the_library_counts_all_candles(
    name: str,
) -> None:
    """Its downside is the root of the mean over all returns, a rise counted as nothing; ours is
    over the falls alone, so it is larger by the root of how few they are."""
    run = run_of(name)
    falls = int((run.returns < 0).sum())
    theirs = library().sortino_ratio(run.returns, annualization=run.yearly)
    assert 0 < falls < len(run.returns)
    wanted = theirs * math.sqrt(falls / len(run.returns))
    assert run.numbers.sortino == pytest.approx(wanted, rel=CLOSE_TO)


@every_run
def test_yearly_growth_counts_days_where_the_library_counts_candles(name: str) -> None:
    """Its years are candles over candles a year, ours the time from first opening to last close:
    the same where no candle is missing."""
    run = run_of(name)
    theirs = library().cagr(run.returns, annualization=run.yearly)
    candles_ms = len(run.returns) * run.step_ms
    assert (candles_ms < run.span_ms) == (name == "rsi_reversion-gaps")
    wanted = (1 + theirs) ** (candles_ms / run.span_ms) - 1
    assert run.numbers.cagr == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize("name", REAL)
def test_profit_factor_and_win_rate_are_the_librarys_over_trades(name: str) -> None:
    """Its omega ratio at nothing, and its batting average against nothing: of profits, not of
    returns."""
    run, theirs = run_of(name), library()
    profits = np.array([each.pnl for each in run.trades])
    omega = theirs.omega_ratio(profits, risk_free=0.0, required_return=0.0, annualization=1)
    assert run.numbers.profit_factor == pytest.approx(omega, rel=CLOSE_TO)
    won = theirs.batting_average(profits, np.zeros(len(profits)))
    assert run.numbers.win_rate == pytest.approx(won.iloc[0], abs=CLOSE_TO)
