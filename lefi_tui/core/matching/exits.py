"""Stop, target and trail of a position: one of each, for all its units.

The rules they keep: percent levels hang on the average entry price; a trail keeps its distance
from the best price and never steps back; when one fires, the others are gone.
"""

from __future__ import annotations

from msgspec import Struct

from lefi_tui.core.matching.holding import Holding
from lefi_tui.core.matching.records import STOP, TARGET, TRAIL
from lefi_tui.core.order import ExitPlan, Level, LevelKind
from lefi_tui.core.record import Record


class Hung(Record):
    """One exit as an entry asked for it."""

    order: str  # the entry that named it
    is_percent: bool
    value: float


def _hung(order: str, level: Level) -> Hung:
    return Hung(order, level.kind is LevelKind.PERCENT, float(level.value))


class Exits(Struct):
    """The exits of one symbol's position, and what of them counts in the present candle."""

    stop: Hung | None = None
    target: Hung | None = None
    trail: Hung | None = None
    best: float = 0.0  # the trail keeps its distance from it
    entry_order: str = ""  # the newest entry: a liquidation is told under it
    opened_at: float | None = None  # fill price of a position opened at this candle's open
    is_target_late: bool = False  # an entry filled inside: its target counts from the next candle
    is_trail_late: bool = False

    def clear(self) -> None:
        self.stop = self.target = self.trail = self.opened_at = None
        self.is_target_late = self.is_trail_late = False

    def hang(self, order: str, plan: ExitPlan, price: float, *, is_inside: bool) -> None:
        """An entry filled at `price`: what it names is set anew, what it does not name stays.

        A candle does not tell whether its high came after the dip that filled an entry inside it,
        so the trail of such an entry begins with the next candle, and so does its target.
        """
        self.entry_order = order
        self.opened_at = None if is_inside else self.opened_at
        if plan.stop_loss is not None:
            self.stop = _hung(order, plan.stop_loss)
        if plan.take_profit is not None:
            self.target = _hung(order, plan.take_profit)
        if plan.trail is not None:
            self.trail, self.best = _hung(order, plan.trail), price
            self.is_trail_late = is_inside

    def next_candle(self, sign: int, high: float, low: float) -> None:
        """The candle is over: the trail follows its best, unless it began inside it."""
        self.opened_at = None
        self.is_target_late = False
        if self.trail is not None and not self.is_trail_late:
            self.best = max(self.best, high) if sign > 0 else min(self.best, low)
        self.is_trail_late = False

    def owner(self, leg: str) -> str:
        """The entry that a firing leg is told under."""
        hung = {STOP: self.stop, TARGET: self.target, TRAIL: self.trail}.get(leg)
        return self.entry_order if hung is None else hung.order

    def drop(self, leg: str) -> None:
        """One exit is canceled; the others stay."""
        assert leg in {STOP, TARGET, TRAIL}, leg
        setattr(self, leg, None)

    def placed(self) -> tuple[tuple[str, str], ...]:
        """(leg, entry that named it) of each exit the position has."""
        legs = ((STOP, self.stop), (TARGET, self.target), (TRAIL, self.trail))
        return tuple((leg, hung.order) for leg, hung in legs if hung is not None)

    def stop_level(self, sign: int, entry: float) -> float | None:
        if self.stop is None:
            return None
        return entry * (1 - sign * self.stop.value) if self.stop.is_percent else self.stop.value

    def trail_level(self, sign: int) -> float | None:
        if self.trail is None or self.is_trail_late:
            return None
        if self.trail.is_percent:
            return self.best * (1 - sign * self.trail.value)
        return self.best - sign * self.trail.value

    def target_level(self, sign: int, entry: float) -> float | None:
        return None if self.is_target_late else self.whole_target(sign, entry)

    def whole_target(self, sign: int, entry: float) -> float | None:
        """Also where it counts from the next candle only."""
        if self.target is None:
            return None
        if self.target.is_percent:
            return entry * (1 + sign * self.target.value)
        return self.target.value

    def nearer(self, sign: int, entry: float) -> tuple[str, float] | None:
        """Stop or trail, whichever the price would meet first; at one level, the stop."""
        stop, trail = self.stop_level(sign, entry), self.trail_level(sign)
        if stop is None:
            return None if trail is None else (TRAIL, trail)
        if trail is None or stop * sign >= trail * sign:
            return STOP, stop
        return TRAIL, trail


def liquidation_level(holding: Holding, maintenance: float) -> float | None:
    """Where the isolated margin of a perpetual is taken; None on spot."""
    if not holding.is_perpetual:
        return None
    if holding.units > 0:
        return holding.entry * (1 - 1 / holding.leverage + maintenance)
    return holding.entry * (1 + 1 / holding.leverage - maintenance)


def bankruptcy_price(holding: Holding) -> float:
    """What a liquidation sells or buys at: all of the margin is gone there."""
    if holding.units > 0:
        return holding.entry * (1 - 1 / holding.leverage)
    return holding.entry * (1 + 1 / holding.leverage)
