"""Why the market refuses an order, in words: what, where, why, next. From numbers alone."""

from __future__ import annotations

from lefi_tui.core.matching.rules import MarketRules
from lefi_tui.core.record import Record


class Wrong(Record):
    code: str
    text: str


def said(value: float) -> str:
    """12500.5 -> 12,500.5: a number for people."""
    text = f"{value:,.8f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def leverage_invalid(rules: MarketRules, asked: float) -> Wrong:
    text = f"Leverage {said(asked)} of {rules.symbol}: ask for 1 or more."
    return Wrong("LEVERAGE_INVALID", text)


def leverage_on_spot(rules: MarketRules, asked: float) -> Wrong:
    return Wrong(
        "LEVERAGE_ON_SPOT",
        f"{said(asked)}x asked, {rules.symbol} is spot and has no leverage. Leave it out.",
    )


def leverage_differs(rules: MarketRules, asked: float, held: float) -> Wrong:
    return Wrong(
        "LEVERAGE_DIFFERS",
        f"{said(asked)}x asked, the open position of {rules.symbol} has {said(held)}x. "
        "Close it first, or use the same.",
    )


def limit_not_a_price(rules: MarketRules, limit: float) -> Wrong:
    return Wrong(
        "LIMIT_NOT_A_PRICE",
        f"A limit of {limit:,.8g} was asked, which is no price of {rules.symbol}. "
        "Look at how the limit is computed.",
    )


def nothing_to_reduce(rules: MarketRules, sign: float) -> Wrong:
    side = "buy" if sign > 0 else "sell"
    return Wrong(
        "NOTHING_TO_REDUCE",
        f"There is no {rules.symbol} position that a {side} makes smaller.",
    )


def nothing_to_sell(rules: MarketRules) -> Wrong:
    return Wrong("UNITS_TOO_FEW", f"There is no {rules.base} to sell: spot can't go below zero.")


def size_zero(rules: MarketRules) -> Wrong:
    return Wrong(
        "SIZE_ZERO",
        f"The size comes to 0 {rules.base}: less than one lot of {said(rules.lot.size)}. "
        "Ask for more.",
    )


def quantity_below_minimum(rules: MarketRules, units: float) -> Wrong:
    return Wrong(
        "QUANTITY_BELOW_MINIMUM",
        f"{said(units)} {rules.base} asked, {said(rules.minimum_units)} is the least "
        f"{rules.symbol} takes. Ask for more.",
    )


def notional_below_minimum(rules: MarketRules, notional: float) -> Wrong:
    return Wrong(
        "NOTIONAL_BELOW_MINIMUM",
        f"{said(notional)} {rules.quote} asked, {said(rules.minimum_notional)} is "
        f"the least {rules.symbol} takes. Ask for more.",
    )


def units_too_few(rules: MarketRules, units: float, free: float) -> Wrong:
    return Wrong(
        "UNITS_TOO_FEW",
        f"{said(units)} {rules.base} to sell, {said(max(free, 0.0))} free. "
        "Ask for less, or close the position.",
    )


def cash_too_little(
    rules: MarketRules, cost: float, units: float, at: tuple[float, float]
) -> Wrong:
    """`at`: the price, and the cash that is free."""
    price, free = at
    return Wrong(
        "CASH_TOO_LITTLE",
        f"{said(cost)} {rules.quote} needed for {said(units)} {rules.base} at "
        f"{said(price)}, {said(max(free, 0.0))} free. Ask for less.",
    )
