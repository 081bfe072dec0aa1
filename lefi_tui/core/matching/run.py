"""The run through a candle: from the open to its low and high, and what the price meets on the way.

First against the position, then for it. What it meets fires in the order met; at one price:
liquidation, stop or trail, orders as sent, target.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from lefi_tui.core.bot import Bar
from lefi_tui.core.matching.exits import Exits, liquidation_level
from lefi_tui.core.matching.holding import Holding
from lefi_tui.core.matching.records import LIQUIDATION, TARGET
from lefi_tui.core.matching.rules import MarketRules
from lefi_tui.core.matching.waiting import Waiting

FIRST_LIQUIDATION: Final = 0
THEN_STOP: Final = 1
THEN_ORDERS: Final = 2
THEN_TARGET: Final = 3


class Meeting(NamedTuple):
    """What the price meets next; tuples compare as it meets them: place, rank, order sent."""

    place: float  # rises along the way
    rank: int
    number: int
    at: float  # the price on the way
    leg: str  # "" for a resting order
    level: float


def path(holding: Holding, bar: Bar) -> tuple[tuple[float, int], tuple[float, int]]:
    """The two ways of the candle after its open: where each ends, and which way it goes."""
    if holding.units >= 0:
        return (bar.low, -1), (bar.high, 1)
    return (bar.high, 1), (bar.low, -1)


def exit_met(
    rules: MarketRules, holding: Holding, exits: Exits, way: tuple[float, float, int]
) -> Meeting | None:
    """The first exit of the position between two prices; one already passed acts at once."""
    sign = holding.sign
    if not sign:
        return None
    best = None
    liquidation = liquidation_level(holding, rules.maintenance)
    if liquidation is not None:
        best = _reached(way, -sign, (FIRST_LIQUIDATION, LIQUIDATION, liquidation))
    nearer = exits.nearer(sign, holding.entry)
    if nearer is not None:
        level = rules.level(nearer[1])
        best = _sooner(best, _reached(way, -sign, (THEN_STOP, nearer[0], level)))
    target = exits.target_level(sign, holding.entry)
    if target is not None:
        best = _sooner(best, _reached(way, sign, (THEN_TARGET, TARGET, rules.level(target))))
    return best


def is_untouched(rules: MarketRules, holding: Holding, exits: Exits, bar: Bar) -> bool:
    """Whether no exit lies between the candle's low and high: then nothing can fire in it."""
    sign = holding.sign
    worst, best = (bar.low, bar.high) if sign > 0 else (-bar.high, -bar.low)
    liquidation = liquidation_level(holding, rules.maintenance)
    if liquidation is not None and worst <= liquidation * sign:
        return False
    nearer = exits.nearer(sign, holding.entry)
    if nearer is not None and worst <= rules.level(nearer[1]) * sign:
        return False
    target = exits.target_level(sign, holding.entry)
    return target is None or best < rules.level(target) * sign


def has_both(rules: MarketRules, holding: Holding, exits: Exits, bar: Bar) -> bool:
    """Whether the candle reaches what ends the position in a loss and its target too.

    Then only the rule of the run says which came first. The target of an entry filled inside the
    candle counts here, though by the rule it waits for the next one.
    """
    sign = holding.sign
    worst, best = (bar.low, bar.high) if sign > 0 else (-bar.high, -bar.low)
    target = exits.whole_target(sign, holding.entry)
    if target is None or best < rules.level(target) * sign:
        return False
    liquidation = liquidation_level(holding, rules.maintenance)
    if liquidation is not None and worst <= liquidation * sign:
        return True
    nearer = exits.nearer(sign, holding.entry)
    return nearer is not None and worst <= rules.level(nearer[1]) * sign


def _reached(
    way: tuple[float, float, int], side: int, exit_: tuple[int, str, float]
) -> Meeting | None:
    """An exit that fires when the price is at its level or past it, to `side` (1 is above)."""
    start, end, direction = way
    rank, leg, level = exit_
    if start * side >= level * side:
        return Meeting(start * direction, rank, 0, start, leg, level)
    if direction == side and end * side >= level * side:
        return Meeting(level * direction, rank, 0, level, leg, level)
    return None


def _sooner(one: Meeting | None, other: Meeting | None) -> Meeting | None:
    if one is None or other is None:
        return one or other
    return min(one, other)


def order_met(resting: Iterable[Waiting], way: tuple[float, float, int]) -> Meeting | None:
    """The first resting limit that the price goes through, strictly, on its way."""
    start, end, direction = way
    best = None
    for order in resting:
        assert order.limit is not None
        if order.sign == -direction and end * direction > order.limit * direction:
            at = max(order.limit * direction, start * direction) * direction
            met = Meeting(at * direction, THEN_ORDERS, order.number, at, "", order.limit)
            best = _sooner(best, met)
    return best


def next_met(
    rules: MarketRules,
    holding: Holding,
    exits: Exits,
    resting: Iterable[Waiting],
    way: tuple[float, float, int],
) -> Meeting | None:
    return _sooner(exit_met(rules, holding, exits, way), order_met(resting, way))
