"""One symbol of a candle market: its position, its exits, its resting limits, its last close."""

from __future__ import annotations

import math

from msgspec import Struct, field

from lefi_tui.core.matching.exits import Exits
from lefi_tui.core.matching.holding import Holding
from lefi_tui.core.matching.rules import MarketRules
from lefi_tui.core.matching.waiting import Waiting


class Book(Struct):
    rules: MarketRules
    holding: Holding
    exits: Exits = field(default_factory=Exits)
    resting: list[Waiting] = field(default_factory=list)
    close: float = math.nan

    @property
    def free_units(self) -> float:
        """Spot units that no resting sell has set aside."""
        aside = 0.0
        for order in self.resting:
            aside += order.aside_units
        return self.rules.lot.nearest(self.holding.units - aside)

    @property
    def is_idle(self) -> bool:
        return not self.holding.units and not self.resting

    def worth(self) -> float:
        return self.holding.worth(self.close) if self.holding.units else 0.0


def new_book(rules: MarketRules) -> Book:
    return Book(rules, Holding(rules.lot, rules.is_perpetual))
