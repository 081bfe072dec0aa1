"""A backtest event by event: a loop over candle files, and the numbers of what it came to."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from time import perf_counter
from typing import Final

from lefi_tui.adapters.history_files import Read
from lefi_tui.core import metrics
from lefi_tui.core.bars import moments
from lefi_tui.core.bot import Bar, Occasion
from lefi_tui.core.risk.limits import given
from lefi_tui.core.risk.on_candles import FREE_OF_LIMITS
from lefi_tui.requests import BacktestRequest, Progress
from lefi_tui.simulate.costs import fees_of
from lefi_tui.simulate.limited import LimitedTrial
from lefi_tui.simulate.prepared import Prepared, prepare
from lefi_tui.simulate.result import Result
from lefi_tui.simulate.trial import Trial

PROGRESS_EVERY: Final = 4_096  # moments


def backtest(
    request: BacktestRequest, progress: Progress | None = None, read: Read | None = None
) -> Result:
    """Simulates the script over its files; raises a LefiError when it can't."""
    started = perf_counter()
    prepared = prepare(request, read)
    loop = Loop(prepared, request)
    loop.run(progress)
    return loop.result(str(request.script), perf_counter() - started)


class Loop:
    """One backtest under way."""

    def __init__(self, prepared: Prepared, request: BacktestRequest) -> None:
        self._prepared, self._limits = prepared, request.limits
        self._fees, self._cash = fees_of(request.costs), float(request.costs.cash)
        self.trial = self._trial(request)
        self.equity = array("d", [self._cash])
        self._closed = array("q")
        self.times: Sequence[int] = self._closed  # of the closes
        self.exposed = 0
        self._next = 0  # moment

    def _trial(self, request: BacktestRequest) -> Trial:
        prepared, limits = self._prepared, request.limits
        script = (prepared.source, prepared.settings)
        if limits is None:
            return Trial(script, prepared.markets, self._fees, self._cash)
        return LimitedTrial(script, prepared.markets, request.costs, limits)

    def run(self, progress: Progress | None) -> None:
        self.run_until(len(self._rows), progress)
        self.trial.end()

    def run_until(self, limit: int, progress: Progress | None = None) -> None:
        """The moments before that one are carried out; a later call goes on from there."""
        rows = self._rows
        for number in range(self._next, limit):
            self.moment(rows[number], stopping=number == len(rows) - 1)
            if progress is not None and number % PROGRESS_EVERY == 0:
                progress(number, len(rows))
        self._next = limit

    @cached_property
    def _rows(self) -> list[tuple[Bar, ...]]:
        return list(moments([each.bars for each in self._prepared.files]))

    def moment(self, bars: tuple[Bar, ...], *, stopping: bool) -> None:
        """The candles that open together, and what the script does at their close."""
        trial, opened_ms = self.trial, bars[0].time_ms
        if self.times and opened_ms > self.times[-1]:
            # After a gap, candles whose time is over close first.
            trial.handlers(Occasion(opened_ms, is_file=True))
        closed_ms = opened_ms + self._prepared.timeframe_ms
        trial.candles(bars)
        self.equity.append(trial.equity())
        started = not self.times
        self._closed.append(closed_ms)
        if trial.market.has_position():
            self.exposed += 1
        trial.handlers(
            Occasion(
                closed_ms,
                bars,
                fills=trial.fills(),
                started=started,
                stopping=stopping,
                is_file=True,
            )
        )

    def notes(self) -> Counter[str]:
        """How many of each kind."""
        return Counter(each.kind for each in self.trial.notes)

    @property
    def course(self) -> metrics.Course:
        prepared = self._prepared
        spans = prepared.timeframe_ms, prepared.from_ms, prepared.to_ms
        return metrics.Course(self.equity, self.exposed, *spans)

    def numbers(self) -> metrics.Numbers:
        return metrics.numbers(self.course, self.trial.book.trades)

    def trades(self) -> Sequence[metrics.Trade]:
        return tuple(self.trial.book.trades)

    def result(self, script: str, seconds: float) -> Result:
        prepared, trial = self._prepared, self.trial
        first = prepared.files[0]
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
            equity=self.equity,
            numbers=self.numbers(),
            fees=trial.book.fees,
            funding=trial.funding,
            buy_and_hold=metrics.buy_and_hold(self._cash, opening, close, self._fees, lot),
            trades=self.trades(),
            open=trial.open_positions(),
            refusals=tuple(trial.refusals),
            notes=dict(self.notes()),
            gaps=sum(each.gaps for each in prepared.files),
            notices=tuple(prepared.notices()) + (() if self._limits is None else (FREE_OF_LIMITS,)),
            limits=() if self._limits is None else given(self._limits.limits),
            times=self.times,
            held=(opening, close),
            both=tuple(trial.book.both),
            unfunded=prepared.unfunded,
        )
