"""Dust is known before it is there: what an order would leave that no other order can sell.

The rule it keeps: it is told and stops nothing; an exit goes whatever it leaves.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from lefi_tui.core.instrument import Instrument
from lefi_tui.core.messages import Verdict
from lefi_tui.core.money import EXACT, MONEY, ZERO, words
from lefi_tui.core.order import Order, Side
from lefi_tui.core.protection import is_dust, rest_of

NAME: Final = "dust"
CODE: Final = "DUST_LEFT"


def dust_left(
    instrument: Instrument, order: Order, held: Decimal, price: Decimal, fee: Decimal
) -> tuple[Verdict, ...]:
    """`order` with its units, on top of `held`; `fee` is the share that is taken in base."""
    quantity, sign = order.quantity or ZERO, order.terms.side.sign
    bought = quantity if order.terms.side is Side.BUY else ZERO
    after = EXACT.add(held, quantity.copy_sign(Decimal(sign)))
    after = EXACT.subtract(after, MONEY.multiply(bought, fee))
    rest = _rest(instrument, after, price)
    if not rest:
        return ()
    left = f"{words(rest)} {instrument.base}"
    step, least = words(instrument.step), words(instrument.minimum_notional)
    why = f" The fee of a purchase is taken in {instrument.base}." if fee and bought else ""
    text = (
        f"{left} of {instrument.symbol} would be left that no order can sell: its step is {step}, "
        f"its least order is worth {least} {instrument.quote}.{why} It goes with a later purchase, "
        "or at the venue; nothing is stopped by it."
    )
    return (Verdict(NAME, left, "none left", passed=False, code=CODE, text=text, is_soft=True),)


def _rest(instrument: Instrument, after: Decimal, price: Decimal) -> Decimal:
    size = after.copy_abs()
    if is_dust(instrument, after, price):
        return size
    return rest_of(instrument, size, ZERO) if instrument.step else ZERO
