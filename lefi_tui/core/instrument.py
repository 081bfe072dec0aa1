"""What can be traded and by which rules: tick, step, minimum, leverage; and fitting an order to it.

`conform` rounds amounts down always, a buy's limit down and a sell's up: the loser is the order's
chance to fill, never the money of who placed it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from lefi_tui.core.money import ZERO, ceil_to, floor_to, toward_zero, words
from lefi_tui.core.order import Side

MAINTENANCE: Final = Decimal("0.004")


@dataclass(frozen=True, slots=True)
class Instrument:
    """One market. A tick, step or minimum of 0 says that the market names none."""

    symbol: str
    base: str
    quote: str
    settle: str = ""  # of a perpetual
    tick: Decimal = ZERO
    step: Decimal = ZERO
    minimum_quantity: Decimal = ZERO
    minimum_notional: Decimal = ZERO
    leverage_max: Decimal = Decimal(1)
    maintenance: Decimal = MAINTENANCE
    maker: Decimal = Decimal("0.0002")
    taker: Decimal = Decimal("0.0005")

    @property
    def is_perpetual(self) -> bool:
        return bool(self.settle)


def parse_symbol(symbol: str) -> tuple[str, str, str] | None:
    """Base, quote and settle ("" on spot) of BASE/QUOTE[:SETTLE]; None when it is neither."""
    pair, _, settle = symbol.partition(":")
    base, slash, quote = pair.partition("/")
    if not (base and slash and quote) or (":" in symbol and not settle) or "/" in quote:
        return None
    return base, quote, settle


@dataclass(frozen=True, slots=True)
class Conformed:
    quantity: Decimal
    limit: Decimal | None


@dataclass(frozen=True, slots=True)
class NotConforming:
    code: str
    text: str


def conform(
    instrument: Instrument,
    side: Side,
    quantity: Decimal,
    limit: Decimal | None,
    price: Decimal,
) -> Conformed | NotConforming:
    """The order as this market takes it, or why it can't. `price` values it for the minimum."""
    fitted = toward_zero(instrument.step, quantity)
    if limit is not None:
        rounded = floor_to if side is Side.BUY else ceil_to
        limit = rounded(instrument.tick, limit)
    if fitted <= 0:
        return NotConforming(
            "QUANTITY_BELOW_STEP",
            f"{words(quantity)} {instrument.base} asked, the smallest step of {instrument.symbol} "
            f"is {words(instrument.step)}. Ask for more.",
        )
    if fitted < instrument.minimum_quantity:
        return NotConforming(
            "QUANTITY_BELOW_MINIMUM",
            f"{words(fitted)} {instrument.base} asked, {words(instrument.minimum_quantity)} is "
            f"the least {instrument.symbol} takes. Ask for more.",
        )
    notional = fitted * (limit if limit is not None else price)
    if notional < instrument.minimum_notional:
        return NotConforming(
            "NOTIONAL_BELOW_MINIMUM",
            f"{words(notional)} {instrument.quote} asked, {words(instrument.minimum_notional)} is "
            f"the least {instrument.symbol} takes. Ask for more.",
        )
    return Conformed(fitted, limit)
