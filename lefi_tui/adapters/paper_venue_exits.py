"""Stop, target and trail that a paper venue holds for a position: one of each, for all its units.

The rules they keep: percents hang on the average entry price; a trail keeps its distance from the
best price and never steps back; a fill at the target earns at least the target.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from msgspec import Struct

from lefi_tui.adapters.paper_venue_account import Holding
from lefi_tui.core.money import ZERO, ceil_to, floor_to, nearest_to
from lefi_tui.core.order import ExitPlan, Level, LevelKind

STOP: Final = "stop"
TARGET: Final = "target"
TRAIL: Final = "trail"
LIQUIDATION: Final = "liquidation"
REASONS: Final = {STOP: "stop_loss", TARGET: "take_profit", TRAIL: "trail"}


class Exit(Struct):
    id: str
    entry_order: str
    leg: str
    asked: Level
    best: Decimal = ZERO  # a trail keeps its distance from it
    is_fired: bool = False  # a stop that met a thin book goes on until all is sold
    queue: Decimal = ZERO  # a target stands in line like any limit order
    queued_at: Decimal | None = None  # the level that the queue is at

    def level(self, holding: Holding) -> Decimal:
        """On the tick: a target in our favor, a stop and a trail to the nearest."""
        tick, sign = holding.instrument.tick, holding.sign
        if self.leg == TARGET:
            exact = self._away(holding.entry, sign)
            return ceil_to(tick, exact) if sign > 0 else floor_to(tick, exact)
        base = self.best if self.leg == TRAIL else holding.entry
        return nearest_to(tick, self._away(base, -sign))

    def _away(self, base: Decimal, sign: int) -> Decimal:
        if self.asked.kind is LevelKind.PERCENT:
            return base * (1 + sign * self.asked.value)
        return base + sign * self.asked.value if self.leg == TRAIL else self.asked.value

    def is_met(self, holding: Holding, price: Decimal) -> bool:
        """A stop or trail that this price has reached or passed."""
        return (price - self.level(holding)) * holding.sign <= 0

    def follow(self, sign: int, price: Decimal) -> None:
        if self.leg == TRAIL and (price - self.best) * sign > 0:
            self.best = price


def asked_legs(plan: ExitPlan) -> tuple[tuple[str, Level], ...]:
    legs = ((STOP, plan.stop_loss), (TARGET, plan.take_profit), (TRAIL, plan.trail))
    return tuple((leg, level) for leg, level in legs if level is not None)
