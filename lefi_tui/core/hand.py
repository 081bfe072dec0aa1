"""An order of a person: what it comes to in units, and what of it looks like a slip of the finger.

The rules it keeps: money at risk over the distance to the stop is the size, never more; a limit far
through the market, and a size far from the usual, are meant only when they are said twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from lefi_tui.core.messages import Verdict
from lefi_tui.core.money import MONEY, ZERO, words
from lefi_tui.core.order import ExitPlan, Side
from lefi_tui.core.risk.facts import stop_price
from lefi_tui.core.risk.limits import Limits

USUAL_LEAST: Final = 3  # orders before anything can be called usual
USUAL_MOST: Final = 20  # the newest count
SHOWN_DIGITS: Final = Decimal("0.01")
AGAIN: Final = "Send it once more if it is meant"


def units_at_risk(risk: Decimal, price: Decimal, plan: ExitPlan, side: Side) -> Decimal | str:
    """Units that lose this money at their stop; or why there are none, in words."""
    if risk <= 0:
        return f"{words(risk)} at risk is no size. Give money that may be lost."
    stop = stop_price(plan, price, side.sign)
    if stop is None:
        return "Money at risk needs a stop: the size is the money over the distance to it."
    distance = MONEY.subtract(price, stop) * side.sign
    if distance <= 0:
        where = "below" if side is Side.BUY else "above"
        return f"The stop at {words(stop)} is not {where} the price {words(price)}. Move it."
    return MONEY.divide(risk, distance)


def exits_wrong(plan: ExitPlan, price: Decimal, side: Side) -> str:
    """An entry's stop lies where it loses, its target where it earns; empty when they do."""
    legs = (("stop", plan.stop_loss, -side.sign), ("target", plan.take_profit, side.sign))
    for leg, level, sign in legs:
        if level is None:
            continue
        found = (
            level.value if level.kind == "price" else MONEY.fma(price, level.value * sign, price)
        )
        if (found - price) * sign <= 0 or found <= 0:
            where = "above" if sign > 0 else "below"
            return (
                f"A {leg} at {words(found)} for a {side} at {words(price)} would be met at once. "
                f"Take one {where} it."
            )
    return ""


def doubts(
    order: tuple[Side, Decimal | None, Decimal],
    market: tuple[Decimal, Decimal] | None,
    usual: Sequence[Decimal],
    limits: Limits,
) -> tuple[Verdict, ...]:
    """What must be said twice. `order`: side, limit, what it is worth as far as it opens."""
    side, limit, worth = order
    found = []
    if limit is not None and market is not None:
        found.append(_price(side, limit, market, limits.hand_price_percent_max))
    if worth > 0:
        found += _size(worth, usual, limits.hand_size_times_max)
    return tuple(found)


def _price(side: Side, limit: Decimal, market: tuple[Decimal, Decimal], most: Decimal) -> Verdict:
    best, name = (market[1], "ask") if side is Side.BUY else (market[0], "bid")
    through = MONEY.divide((limit - best) * side.sign * 100, best)
    value, bound = f"{words(through.quantize(SHOWN_DIGITS))}% through", f"{words(most)}%"
    if through <= most:
        return Verdict("hand price", value, bound, passed=True)
    text = (
        f"The limit {words(limit)} is {words(through.quantize(SHOWN_DIGITS))}% beyond the {name} "
        f"{words(best)}, {bound} is let without a word. {AGAIN}, or change hand_price_percent_max."
    )
    return Verdict("hand price", value, bound, passed=False, code="HAND_PRICE_FAR", text=text)


def _size(worth: Decimal, usual: Sequence[Decimal], most: Decimal) -> list[Verdict]:
    if len(usual) < USUAL_LEAST:
        return []
    middle = sorted(usual)[len(usual) // 2]
    if middle <= ZERO:
        return []
    times = MONEY.divide(worth, middle)
    value, bound = f"{words(times.quantize(SHOWN_DIGITS))} times the usual", f"{words(most)} times"
    if times <= most:
        return [Verdict("hand size", value, bound, passed=True)]
    text = (
        f"It is worth {words(times.quantize(SHOWN_DIGITS))} times what your orders usually are "
        f"here, {bound} is let without a word. {AGAIN}, or change hand_size_times_max."
    )
    return [Verdict("hand size", value, bound, passed=False, code="HAND_SIZE_ODD", text=text)]
