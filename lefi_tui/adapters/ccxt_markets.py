"""A market as ccxt describes it, as an instrument of ours: tick, step, minimums, fees, leverage.

The rule it keeps: units are units of the base. Where an exchange counts contracts, steps, minimums
and every size it tells are multiplied by the contract. What it does not say is 0, "none named".
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from lefi_tui.core.instrument import Instrument
from lefi_tui.core.money import ZERO
from lefi_tui.core.symbol import parse_symbol

DECIMAL_PLACES: Final = 2  # ccxt's own numbers for what its precisions mean
SIGNIFICANT_DIGITS: Final = 3
# Without keys some exchanges keep their brackets to themselves; most give at least this.
LEVERAGE_UNSAID: Final = Decimal(20)


def decimal_of(value: Any) -> Decimal:
    """ccxt tells doubles and texts; the shortest digits are what the exchange wrote."""
    return ZERO if value is None else Decimal(str(value))


def contract_of(market: Mapping[str, Any]) -> Decimal:
    """Units of the base in one unit of the exchange's sizes."""
    size = decimal_of(market.get("contractSize"))
    return size if market.get("contract") and size else Decimal(1)


def is_ours(market: Mapping[str, Any], currency: str) -> bool:
    """Spot, or a perpetual whose profit is paid in what it is priced in; open, in our currency."""
    if market.get("active") is False or market.get("quote") != currency:
        return False
    if parse_symbol(str(market.get("symbol"))) is None:
        return False
    if market.get("spot"):
        return ":" not in market["symbol"]
    return bool(market.get("swap") and market.get("linear")) and market.get("settle") == currency


def instrument_of(market: Mapping[str, Any], mode: int) -> Instrument:
    """`mode` is the exchange's: precisions are steps, decimal places or significant digits."""
    is_swap, contract = bool(market.get("swap")), contract_of(market)
    precision, limits = market.get("precision") or {}, market.get("limits") or {}
    ranges = {name: limits.get(name) or {} for name in ("amount", "cost", "leverage")}
    # Digits of significance bound no price for good: the tick then goes with the price.
    tick = ZERO if mode == SIGNIFICANT_DIGITS else _step(precision.get("price"), mode)
    leverage = decimal_of(ranges["leverage"].get("max")) or LEVERAGE_UNSAID
    usual = Instrument("", "", "")
    return Instrument(
        symbol=market["symbol"],
        base=market["base"],
        quote=market["quote"],
        settle=market["settle"] if is_swap else "",
        tick=tick,
        step=_plain(_step(precision.get("amount"), mode) * contract),
        minimum_quantity=_plain(decimal_of(ranges["amount"].get("min")) * contract),
        minimum_notional=decimal_of(ranges["cost"].get("min")),
        leverage_max=leverage if is_swap else Decimal(1),
        maker=_fee(market.get("maker"), usual.maker),
        taker=_fee(market.get("taker"), usual.taker),
    )


def _step(precision: Any, mode: int) -> Decimal:
    if precision is None:
        return ZERO
    if mode in {DECIMAL_PLACES, SIGNIFICANT_DIGITS}:
        return Decimal(1).scaleb(-int(precision))
    return decimal_of(precision)


def _plain(value: Decimal) -> Decimal:
    """0.0010 is 0.001: a rule that means the same is the same at the next start."""
    return Decimal(format(value.normalize(), "f"))


def _fee(value: Any, usual: Decimal) -> Decimal:
    return usual if value is None else decimal_of(value)
