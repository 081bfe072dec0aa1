"""A backtest event by event: a loop over candle files, and the numbers of what it came to."""

from __future__ import annotations

from collections import Counter
from time import perf_counter
from typing import Final

from lefi_tui.core import metrics
from lefi_tui.core.bars import moments
from lefi_tui.core.bot import Occasion
from lefi_tui.core.risk.limits import given
from lefi_tui.core.risk.on_candles import FREE_OF_LIMITS
from lefi_tui.requests import BacktestRequest, Progress
from lefi_tui.simulate.costs import fees_of
from lefi_tui.simulate.limited import LimitedTrial
from lefi_tui.simulate.prepared import Prepared, prepare
from lefi_tui.simulate.result import Result
from lefi_tui.simulate.trial import Trial

PROGRESS_EVERY: Final = 4_096  # moments


def backtest(request: BacktestRequest, progress: Progress | None = None) -> Result:
    """Simulates the script over its files; raises a LefiError when it can't."""
    started = perf_counter()
    prepared = prepare(request)
    loop = _Loop(prepared, request)
    loop.run(progress)
    return loop.result(str(request.script), perf_counter() - started)


class _Loop:
    """One backtest under way."""

    def __init__(self, prepared: Prepared, request: BacktestRequest) -> None:
        self._prepared, self._limits = prepared, request.limits
        self._fees, self._cash = fees_of(request.costs), float(request.costs.cash)
        script = (prepared.source, prepared.settings)
        if self._limits is None:
            self._trial = Trial(script, prepared.markets, self._fees, self._cash)
        else:
            self._trial = LimitedTrial(script, prepared.markets, request.costs, self._limits)
        self._equity = [self._cash]
        self._times: list[int] = []  # of the closes
        self._exposed = 0

    def run(self, progress: Progress | None) -> None:
        trial, step_ms = self._trial, self._prepared.timeframe_ms
        rows = list(moments([each.bars for each in self._prepared.files]))
        closed_ms, last = rows[0][0].time_ms, len(rows) - 1
        for number, bars in enumerate(rows):
            opened_ms = bars[0].time_ms
            if opened_ms > closed_ms:  # after a gap, candles whose time is over close first
                trial.handlers(Occasion(opened_ms, is_file=True))
            closed_ms = opened_ms + step_ms
            trial.candles(bars)
            self._equity.append(trial.equity())
            self._times.append(closed_ms)
            if trial.market.has_position():
                self._exposed += 1
            trial.handlers(
                Occasion(
                    closed_ms,
                    bars,
                    fills=trial.fills(),
                    started=number == 0,
                    stopping=number == last,
                    is_file=True,
                )
            )
            if progress is not None and number % PROGRESS_EVERY == 0:
                progress(number, len(rows))
        trial.end()

    def result(self, script: str, seconds: float) -> Result:
        prepared, trial = self._prepared, self._trial
        first = prepared.files[0]
        course = metrics.Course(
            self._equity, self._exposed, prepared.timeframe_ms, prepared.from_ms, prepared.to_ms
        )
        lot = prepared.markets[first.symbol].lot
        opening, close = first.bars[0].open, first.bars[-1].close
        return Result(
            script=script,
            symbols=tuple(each.symbol for each in prepared.files),
            timeframe_ms=prepared.handler_ms,
            data_ms=prepared.timeframe_ms,
            candles=sum(len(each.bars) for each in prepared.files),
            from_ms=prepared.from_ms,
            to_ms=prepared.to_ms,
            seconds=seconds,
            equity=tuple(self._equity),
            numbers=metrics.numbers(course, trial.book.trades),
            fees=trial.book.fees,
            funding=trial.funding,
            buy_and_hold=metrics.buy_and_hold(self._cash, opening, close, self._fees, lot),
            trades=tuple(trial.book.trades),
            open=trial.book.open(trial.readings.closes),
            refusals=tuple(trial.refusals),
            notes=dict(Counter(each.kind for each in trial.notes)),
            gaps=sum(each.gaps for each in prepared.files),
            notices=tuple(prepared.notices()) + (() if self._limits is None else (FREE_OF_LIMITS,)),
            limits=() if self._limits is None else given(self._limits.limits),
            times=tuple(self._times),
            held=(opening, close),
        )
