"""A backtest by the machine way: the loop in machine code, what it leaves as the event way has it.

The rule it keeps: what the compiled loop can't do for certain it leaves, moment by moment, to the
very code of the event way, with slots, market and asks as they stand there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from time import perf_counter
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.bot import Bar, Occasion
from lefi_tui.core.metrics import Numbers, Trade, numbers_from
from lefi_tui.errors import MachineWayError
from lefi_tui.requests import BacktestRequest, Progress
from lefi_tui.simulate import event_way
from lefi_tui.simulate.event_way import PROGRESS_EVERY, Loop
from lefi_tui.simulate.kept import Kept
from lefi_tui.simulate.lanes.curve_numbers import fall_and_sums
from lefi_tui.simulate.machine import wanted_layout as ask
from lefi_tui.simulate.machine.columns import Columns
from lefi_tui.simulate.machine.compiled import Compiled, compile_script
from lefi_tui.simulate.machine.equity_room import equity_room
from lefi_tui.simulate.machine.loop_state import LoopState
from lefi_tui.simulate.machine.machine_trial import MachineTrial
from lefi_tui.simulate.machine.market_door import CrowdedError
from lefi_tui.simulate.machine.steps import NOTES
from lefi_tui.simulate.machine.timers import Due
from lefi_tui.simulate.prepared import Prepared, prepare, reading
from lefi_tui.simulate.result import Result

AT_ONCE: Final = 131_072  # moments, a few milliseconds: then whoever waits is told
STREAMED: Final = 2_000_000  # moments: candles on disk of more than these leave memory when passed


def backtest(
    request: BacktestRequest, progress: Progress | None = None, kept: Kept | None = None
) -> Result:
    """By the way that was asked for; raises a LefiError when it can't. `kept` is what runs before
    it have left of the data."""
    kept = kept or Kept(reading(request.columns))
    read = partial(kept.read, progress=progress)
    if request.way == "event":
        return event_way.backtest(request, progress, read)
    started = perf_counter()
    prepared = prepare(request, read)
    compiled = compile_script(prepared, request)
    if isinstance(compiled, Compiled):
        columns = kept.columns(prepared.files, prepared.bound, request.columns)
        run = MachineLoop(prepared, request, compiled, columns)
        try:
            run.run(progress)
            result = run.result(str(request.script), perf_counter() - started)
            return replace(result, way="machine")
        except CrowdedError as error:
            compiled = 0, f"{error}"
    line, why = compiled
    if request.way == "machine":
        raise MachineWayError(f"{why[:1].upper()}{why[1:]}.", where=f"{request.script}:{line}")
    result = event_way.backtest(request, progress, read)
    told = (
        f"by the event way, because of line {line}: {why}" if line else f"by the event way: {why}"
    )
    return replace(result, notices=(*result.notices, told))


class MachineLoop(Loop):
    trial: MachineTrial

    def __init__(
        self, prepared: Prepared, request: BacktestRequest, compiled: Compiled, columns: Columns
    ) -> None:
        super().__init__(prepared, request)
        self._columns, self.compiled, self._folder = columns, compiled, request.columns
        self.times = columns.closes
        self.equity = equity_room(len(columns.rows) + 1)
        self.equity[0] = self._cash
        self.trial.listen(compiled.templates.trades)
        due = Due(prepared.bound.timers, int(columns.opens[0]), columns.closes)
        self._state = LoopState(self.trial, compiled, prepared, due)
        self._state.give(columns, self.equity)
        self._next = 0  # moment
        self.left = 0  # moments that the loop left to Python

    def _trial(self, _request: BacktestRequest) -> MachineTrial:
        prepared = self._prepared
        script = (prepared.source, prepared.settings)
        return MachineTrial(script, prepared.markets, self._fees, self._cash)

    def run(self, progress: Progress | None) -> None:
        self.run_until(len(self._columns.rows), progress)
        self.trial.end()

    def run_until(self, limit: int, progress: Progress | None = None) -> None:
        """The moments before that one are carried out; a later call goes on from there."""
        last, told = len(self._columns.rows) - 1, self._next
        self._state.put_in()
        while self._next < limit:
            begin, until = self._next, min(limit, self._next + AT_ONCE)
            self._next = self.compiled.run(*(begin, until, 0, last, last + 1), *self._state.given)
            self._came_back(self._state.why)
            if last >= STREAMED:
                self._columns.passed(begin, self._next)
            if progress is not None and self._next - told >= PROGRESS_EVERY:
                progress(self._next, last + 1)
                told = self._next
        self.exposed = self._state.exposed
        self.trial.at(int(self._columns.opens[self._next - 1]))
        self._state.take_out(self._columns, self._next - 1)

    def _came_back(self, why: int) -> None:
        match why:
            case ask.CROWDED:
                raise CrowdedError("more orders are at work than the machine way has places for")
            case ask.MOMENT | ask.HANDLERS:
                self.left += 1
                bars = self._columns.rows[self._next]
                self.trial.hear(bars[0].time_ms if why == ask.HANDLERS else None)
                self._by_python(bars, is_whole=why == ask.MOMENT)
            case _:
                self.trial.hear()

    def _by_python(self, bars: tuple[Bar, ...], *, is_whole: bool) -> None:
        """A moment, or its handlers: its candle may be over already."""
        trial, number, opened_ms = self.trial, self._next, bars[0].time_ms
        self._state.take_out(self._columns, number - 1)
        if is_whole:
            if number and opened_ms > self.times[number - 1]:
                # After a gap, candles whose time is over close first.
                trial.handlers(Occasion(opened_ms, is_file=True))
            trial.candles(bars)
            self.equity[number + 1] = trial.equity()
            self._state.exposed += trial.market.has_position()
        trial.handlers(
            Occasion(
                self.times[number],
                bars,
                fills=trial.fills(),
                started=number == 0,
                stopping=number == len(self._columns.rows) - 1,
                is_file=True,
            )
        )
        self._state.put_in()
        self._next += 1

    def numbers(self) -> Numbers:
        known = fall_and_sums(self.equity, self._folder)
        return numbers_from(self.course, self.trial.heard.trades.pnl, known)

    def trades(self) -> Sequence[Trade]:
        return self.trial.heard.trades

    def notes(self) -> Counter[str]:
        counted = super().notes()
        counts = zip(NOTES, self._state.notes, strict=True)
        counted.update({name: n for name, n in counts if n})
        return counted
