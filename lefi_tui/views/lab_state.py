"""The Lab as it stands: the run in sight, what it is compared with, what is under way or wrong."""

from __future__ import annotations

from enum import StrEnum

from msgspec.structs import replace

from lefi_tui.core.metrics import Trade
from lefi_tui.core.record import Record
from lefi_tui.views.chart_view import ChartView
from lefi_tui.views.honest_view import HonestView
from lefi_tui.views.lab_view import Busy, Run, Swept, Trusted
from lefi_tui.views.sweep_view import SweepCell


class Side(StrEnum):
    """What the picture shows."""

    CURVE = "curve"
    TRADES = "trades"
    TRUST = "trust"
    BESIDE = "beside"
    MAP = "map"


class LabState(Record):
    run: Run | None = None
    base: Run | None = None  # kept, to compare with
    before: Run | None = None  # over the same candles: the last that stood a while before this run
    has_stood: bool = False  # the run has
    is_old: bool = False  # the run is of another text or ground than those in sight
    trouble: str = ""  # why there is no newer run
    is_asked: bool = False  # one is under way
    busy: Busy | None = None  # what it says of itself
    waited_s: float = 0.0
    side: Side = Side.CURVE
    back: int = 0  # trades from the newest
    chart: ChartView | None = None  # around that trade
    trust: HonestView | None = None  # of the run
    swept: Swept | None = None
    cell: tuple[int, ...] = ()  # under the cursor, by axis
    is_cell: bool = False  # the run is of a cell, with other settings than those chosen

    @property
    def trade(self) -> Trade | None:
        """Under the cursor."""
        trades = () if self.run is None else self.run.trades
        return trades[-1 - min(self.back, len(trades) - 1)] if trades else None

    @property
    def sides(self) -> tuple[Side, ...]:
        """Those that have something to show."""
        shown = (Side.CURVE, Side.TRADES, Side.TRUST, Side.BESIDE)
        return (*shown, Side.MAP) if self.swept is not None else shown

    @property
    def under(self) -> SweepCell | None:
        """The cell under the cursor."""
        return None if self.swept is None else cell_at(self.swept, self.cell)


def with_run(state: LabState, run: Run, *, is_last: bool) -> LabState:
    """The newest run, of what is wanted; `is_last` of all that was asked."""
    is_same = state.run is not None and state.run.key == run.key
    before = state.before
    if not is_same and (before is None or state.has_stood):
        before = state.run
    if before is not None and before.ground.files != run.ground.files:
        before = None
    return replace(
        state,
        run=run,
        before=before,
        has_stood=is_same and state.has_stood,
        is_asked=state.is_asked and not is_last,
        busy=None,
        trouble="",
        is_old=False,
        trust=state.trust if is_same else None,
    )


def unfit(state: LabState) -> LabState:
    """It can't run over these candles: what an other text or other candles gave goes."""
    if not state.is_old:
        return state
    side = Side.CURVE if state.side is Side.MAP else state.side
    return replace(
        state, run=None, before=None, chart=None, trust=None, is_old=False, is_cell=False, side=side
    )


def with_trust(state: LabState, said: Trusted) -> LabState:
    is_of_it = state.run is not None and state.run.key == said.key
    return replace(state, trust=said.trust) if is_of_it else state


def cell_at(swept: Swept, at: tuple[int, ...]) -> SweepCell:
    """The last axis runs fastest."""
    number = 0
    for axis, place in zip(swept.sweep.axes, at, strict=True):
        number = number * len(axis.values) + place
    return swept.sweep.cells[number]


def place_of(swept: Swept, number: int) -> tuple[int, ...]:
    """Of a cell by its number."""
    places = []
    for axis in reversed(swept.sweep.axes):
        number, place = divmod(number, len(axis.values))
        places.append(place)
    return tuple(reversed(places))


def moved(swept: Swept, at: tuple[int, ...], axis: int, step: int) -> tuple[int, ...]:
    """A step along an axis, counted from the last one; no further than its end."""
    number = len(at) - 1 - axis
    if number < 0:
        return at
    last = len(swept.sweep.axes[number].values) - 1
    return (*at[:number], max(0, min(last, at[number] + step)), *at[number + 1 :])
