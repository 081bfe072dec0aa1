"""What can be traded and by which rules: tick, step, minimum, leverage; and fitting an order to it.

`conform` rounds amounts down always, a buy's limit down and a sell's up: the loser is the order's
chance to fill, never the money of who placed it. What is left of a wish after that is refused in
words when it can't be traded.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.money import MONEY, ZERO, ceil_to, floor_to, words
from lefi_tui.core.order import Side
from lefi_tui.core.record import Record

MAINTENANCE: Final = Decimal("0.004")
# A script's double may hold any size; past this no market has units, and no sum could be kept.
ASKED_MAX: Final = Decimal(10) ** 30
WORTH_TOO_LITTLE: Final = "NOTIONAL_BELOW_MINIMUM"


class Instrument(Record):
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


def reducing(instrument: Instrument) -> Instrument:
    """The market as an order finds it that only makes a position smaller: of a perpetual such an
    order needs no least value, so that what filled in part can always be closed."""
    return replace(instrument, minimum_notional=ZERO) if instrument.is_perpetual else instrument


class Conformed(Record):
    quantity: Decimal
    limit: Decimal | None


class NotConforming(Record):
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
    wrong = _size_wrong(instrument, quantity) or limit_wrong(instrument, side, limit)
    if wrong is not None:
        return wrong
    fitted = floor_to(instrument.step, quantity)
    if limit is not None:
        limit = _on_tick(instrument, side, limit)
    worth = MONEY.multiply(fitted, price if limit is None else limit)
    return _minimum_wrong(instrument, fitted, worth) or Conformed(fitted, limit)


def least_units(instrument: Instrument, price: Decimal) -> Decimal:
    """The smallest size that `conform` lets through at that price; 0 where any is taken."""
    worth = MONEY.divide(instrument.minimum_notional, price) if price > 0 else ZERO
    return ceil_to(instrument.step, max(worth, instrument.minimum_quantity, instrument.step))


def _on_tick(instrument: Instrument, side: Side, limit: Decimal) -> Decimal:
    return (floor_to if side is Side.BUY else ceil_to)(instrument.tick, limit)


def _size_wrong(instrument: Instrument, quantity: Decimal) -> NotConforming | None:
    asked = f"{words(quantity)} {instrument.base} asked"
    if quantity <= 0:
        return NotConforming(
            "QUANTITY_NOT_POSITIVE", f"{asked}: an order of {instrument.symbol} needs a size."
        )
    if quantity > ASKED_MAX:
        return NotConforming(
            "QUANTITY_TOO_LARGE",
            f"{asked}, more than there is of anything. Look at how the size is computed.",
        )
    if quantity < instrument.step:
        return NotConforming(
            "QUANTITY_BELOW_STEP",
            f"{asked}, the smallest step of {instrument.symbol} is {words(instrument.step)}. "
            "Ask for more.",
        )
    return None


def limit_wrong(instrument: Instrument, side: Side, limit: Decimal | None) -> NotConforming | None:
    """Whether a limit is no price at all."""
    if limit is None or (limit <= ASKED_MAX and _on_tick(instrument, side, limit) > 0):
        return None
    unit = f"{instrument.quote} per {instrument.base}"
    return NotConforming(
        "LIMIT_NOT_A_PRICE",
        f"A limit of {words(limit)} {unit} was asked, which is no price of {instrument.symbol} "
        f"(tick {words(instrument.tick)}). Look at how the limit is computed.",
    )


def _minimum_wrong(
    instrument: Instrument, quantity: Decimal, notional: Decimal
) -> NotConforming | None:
    if quantity < instrument.minimum_quantity:
        return NotConforming(
            "QUANTITY_BELOW_MINIMUM",
            f"{words(quantity)} {instrument.base} asked, {words(instrument.minimum_quantity)} is "
            f"the least {instrument.symbol} takes. Ask for more.",
        )
    if notional < instrument.minimum_notional:
        return NotConforming(
            WORTH_TOO_LITTLE,
            f"{words(notional)} {instrument.quote} asked, {words(instrument.minimum_notional)} is "
            f"the least {instrument.symbol} takes. Ask for more.",
        )
    return None
