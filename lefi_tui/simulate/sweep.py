"""A script with every combination of some settings, ranked.

The rule it keeps: a cell's numbers are those of `lefi backtest` with its settings; what was stopped
in the middle answers with what is done, and says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import closing
from time import perf_counter
from typing import Final

from msgspec import Struct, field

from lefi_tui.core.timeframe import span
from lefi_tui.requests import Progress, SweepRequest
from lefi_tui.simulate.machine.why_not import Why
from lefi_tui.simulate.prepared import Prepared, prepare
from lefi_tui.simulate.sweep_cells import CellRunner, Done
from lefi_tui.simulate.sweep_grid import Settings, axes_of, cells_of, check_ends
from lefi_tui.simulate.sweep_lanes import lanes_of
from lefi_tui.simulate.sweep_warnings import warnings_of
from lefi_tui.simulate.sweep_workers import Workers
from lefi_tui.views.sweep_view import SweepAxis, SweepCell, SweepView, measured

WHY_MAX: Final = 5


class Sweep(Struct):
    """One under way: what is known of each cell so far."""

    prepared: Prepared
    request: SweepRequest
    axes: tuple[SweepAxis, ...]
    cells: list[SweepCell]
    ways: Counter[str] = field(default_factory=Counter)
    why: dict[Why, None] = field(default_factory=dict)
    is_stopped: bool = False

    def hear(self, number: int, done: Done) -> None:
        self.cells[number], way, why = done
        if way:
            self.ways[way] += 1
        if why is not None:
            self.why[why] = None

    def view(self, seconds: float) -> SweepView:
        prepared, request = self.prepared, self.request
        ranked = ranked_by(request.rank, self.cells)
        return SweepView(
            script=str(request.run.script),
            symbols=tuple(each.symbol for each in prepared.files),
            timeframe=span(prepared.handler_ms),
            candles=sum(len(each.bars) for each in prepared.files),
            from_ms=prepared.from_ms,
            to_ms=prepared.to_ms,
            axes=self.axes,
            cells=tuple(self.cells),
            rank=request.rank,
            ranked=ranked,
            ways=tuple(self.ways.most_common()),
            why=tuple(self.why)[:WHY_MAX],
            warnings=warnings_of(self.axes, self.cells, request.rank, ranked),
            notices=tuple(prepared.notices()),
            seconds=seconds,
            workers=request.workers,
            is_stopped=self.is_stopped,
        )


def sweep(request: SweepRequest, progress: Progress | None = None) -> SweepView:
    """Raises a LefiError when it can't begin. Ctrl-C ends it with what is done."""
    started = perf_counter()
    prepared = prepare(request.run, progress=progress)
    axes = axes_of(request.over, prepared.bound.program.settings)
    check_ends(axes, prepared.source, prepared.settings)
    settings = tuple(cells_of(axes))
    now = Sweep(prepared, request, axes, [SweepCell(each) for each in settings])
    try:
        with closing(_done(now, settings)) as told:
            for count, (number, done) in enumerate(told, 1):
                now.hear(number, done)
                if progress is not None:
                    progress(count, len(settings))
    except KeyboardInterrupt:
        now.is_stopped = True
    return now.view(perf_counter() - started)


def _done(now: Sweep, settings: Sequence[Settings]) -> Generator[tuple[int, Done]]:
    runner, workers = CellRunner(now.prepared, now.request.run), max(now.request.workers, 1)
    rest = dict.fromkeys(range(len(settings)))
    for number, done in lanes_of(runner, now.axes, settings, workers):
        del rest[number]
        yield number, done
    if not rest:
        return
    # The first one makes what all share: columns, machine code. Workers begin with it.
    first, *others = rest
    yield first, runner.run(settings[first])
    workers = min(workers, len(others))
    if workers <= 1:
        for number in others:
            yield number, runner.run(settings[number])
        return
    with Workers(lambda number: runner.run(settings[number]), workers) as begun:
        yield from begun.answers(others)


def ranked_by(rank: str, cells: Sequence[SweepCell]) -> tuple[int, ...]:
    """Those that have the measure, the best first, equals in the order of the cells."""
    values = [(number, measured(each, rank)) for number, each in enumerate(cells)]
    found = [(value, number) for number, value in values if value is not None]
    return tuple(number for _, number in sorted(found, key=lambda each: (-each[0], each[1])))
