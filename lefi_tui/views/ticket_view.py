"""What a person sees of an order before it is sent: what it comes to, and what the gate says."""

from __future__ import annotations

from decimal import Decimal

from lefi_tui.core.record import Record
from lefi_tui.views.desk_view import Mode


class TicketView(Record):
    """None is what is not known. `refusal` and `doubts` are words; without both it may go."""

    account: str
    symbol: str
    mode: Mode = Mode.DEMO
    currency: str = ""
    base: str = ""
    bid: Decimal | None = None
    ask: Decimal | None = None
    age_ms: int | None = None  # of the quote
    is_stale: bool = False
    tick: Decimal = Decimal(0)
    places: int = 2
    leverage_max: Decimal = Decimal(1)
    held: Decimal = Decimal(0)  # units, signed
    free: Decimal = Decimal(0)
    quantity: Decimal | None = None
    worth: Decimal | None = None
    margin: Decimal | None = None
    fee: Decimal | None = None
    is_taker: bool = False
    at_risk: Decimal | None = None  # what it loses at its stop
    gain: Decimal | None = None  # at its target
    liquidation: Decimal | None = None
    words: str = ""  # what is sent
    is_limit: bool = False
    refusal: str = ""
    doubts: tuple[str, ...] = ()
    order_max: Decimal | None = None  # limits that count for it
    price_max: Decimal = Decimal(0)
    number: int = 0  # of the question
