"""One cell of a sweep: the script with these settings over these candles, and its numbers.

The rule it keeps: its numbers are those of `lefi backtest` with the same settings, to the last
digit.
"""

from __future__ import annotations

from collections.abc import Sequence

from lefi_tui.errors import LefiError
from lefi_tui.requests import BacktestRequest
from lefi_tui.simulate.event_way import Loop
from lefi_tui.simulate.lanes.grid import Grid, grid_of
from lefi_tui.simulate.lanes.lanes import Lanes, Rooms, unfit
from lefi_tui.simulate.lanes.parts import UnfitError
from lefi_tui.simulate.lanes.text import LaneText
from lefi_tui.simulate.machine.columns import Columns, Kind, columns_of
from lefi_tui.simulate.machine.compiled import Compiled, compile_script
from lefi_tui.simulate.machine.market_door import CrowdedError
from lefi_tui.simulate.machine.runner import MachineLoop
from lefi_tui.simulate.machine.why_not import Why
from lefi_tui.simulate.prepared import Prepared, rebound
from lefi_tui.simulate.result import Result
from lefi_tui.simulate.sweep_grid import Settings
from lefi_tui.views.sweep_view import EVENT, LANES, MACHINE, SweepAxis, SweepCell

Done = tuple[SweepCell, str, Why | None]  # the way it took, and what kept it from a quicker one


class CellRunner:
    """Runs cells one after the other; what depends on the data alone is made once."""

    def __init__(self, prepared: Prepared, request: BacktestRequest) -> None:
        self._prepared, self._request = prepared, request
        self._columns: dict[tuple[Kind, ...], Columns] = {}
        self._lanes: dict[tuple[Kind, ...], tuple[Lanes, Rooms]] = {}

    def run(self, settings: Settings) -> Done:
        try:
            prepared = rebound(self._prepared, dict(settings))
        except LefiError as error:
            prepared = error.why
        if isinstance(prepared, str):
            return SweepCell(settings, is_done=True, refused=prepared), "", None
        in_lane, why_none = self._lane(settings, prepared)
        if in_lane is not None:
            return in_lane, LANES, None
        loop, why = self._loop(prepared)
        try:
            loop.run(None)
        except CrowdedError as crowded:
            loop, why = Loop(prepared, self._request), (0, f"{crowded}")
            loop.run(None)
        result = loop.result(str(self._request.script), 0.0)
        cell = cell_of(settings, result)
        return (cell, MACHINE, why_none) if why is None else (cell, EVENT, why)

    def _loop(self, prepared: Prepared) -> tuple[Loop, Why | None]:
        request = self._request
        if request.way == EVENT:
            return Loop(prepared, request), (0, "the event way is asked for (--way event)")
        compiled = compile_script(prepared, request)
        if not isinstance(compiled, Compiled):
            return Loop(prepared, request), compiled
        return MachineLoop(prepared, request, compiled, self._columns_of(prepared)), None

    def _lane(self, settings: Settings, prepared: Prepared) -> tuple[SweepCell | None, Why | None]:
        """Or what keeps it from being one; no line of the script alone is to blame."""
        if self._request.way != "auto":
            return None, None
        try:
            lanes, rooms = self._lanes_of(prepared)
            (told,) = lanes.cells([(settings, lanes.text(prepared))], rooms)
        except UnfitError as error:
            told = f"{error}"
        return (None, (0, f"no lanes: {told}")) if isinstance(told, str) else (told, None)

    def _lanes_of(self, prepared: Prepared) -> tuple[Lanes, Rooms]:
        """Raises UnfitError."""
        columns = self._columns_of(prepared)
        words = unfit(prepared, self._request, columns)
        if words:
            raise UnfitError(words)
        kinds = prepared.bound.kinds_of_candles
        if kinds not in self._lanes:
            lanes = Lanes(prepared, self._request, columns)
            self._lanes[kinds] = lanes, lanes.rooms()
        return self._lanes[kinds]

    def grid(self, axes: Sequence[SweepAxis]) -> tuple[Lanes, Grid] | None:
        """What tells the lanes of all cells, where their settings act apart."""
        if self._request.way != "auto":
            return None
        try:
            lanes, _ = self._lanes_of(self._prepared)
        except UnfitError:
            return None

        def text_of(settings: Settings) -> LaneText | None:
            try:
                prepared = rebound(self._prepared, dict(settings))
                if isinstance(prepared, str) or self._lanes_of(prepared)[0] is not lanes:
                    return None
                text = lanes.text(prepared)
                lanes.coded(text)
            except (LefiError, UnfitError):
                return None
            return text

        grid = grid_of(self._prepared.source, axes, text_of)
        return None if grid is None else (lanes, grid)

    def _columns_of(self, prepared: Prepared) -> Columns:
        kinds = prepared.bound.kinds_of_candles
        if kinds not in self._columns:
            self._columns[kinds] = columns_of(prepared.files, prepared.bound)
        return self._columns[kinds]


def cell_of(settings: Settings, result: Result) -> SweepCell:
    numbers = result.numbers
    return SweepCell(
        settings,
        is_done=True,
        final_equity=result.equity[-1],
        total_return=numbers.total_return,
        max_drawdown=numbers.max_drawdown,
        sharpe=numbers.sharpe,
        sortino=numbers.sortino,
        cagr=numbers.cagr,
        win_rate=numbers.win_rate,
        profit_factor=numbers.profit_factor,
        exposure=numbers.exposure,
        fees=result.fees,
        trades=len(result.trades),
    )
