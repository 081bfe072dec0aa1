"""Fills, funding and opening cash in positions and in the books."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from lefi_tui.core.desk.state import Desk
from lefi_tui.core.ledger import Line, moved
from lefi_tui.core.messages import AccountOpened, FundingBooked, OrderFilled
from lefi_tui.core.money import EXACT, MONEY, grained
from lefi_tui.core.order import Order, Side
from lefi_tui.core.position import Fill, Position, without
from lefi_tui.core.position import filled as position_filled


def opening(desk: Desk, event: AccountOpened) -> Desk:
    lines = moved(event.account, event.currency, event.cash, ("opening", "cash"))
    for currency, amount in event.others:
        lines += moved(event.account, currency, amount, ("opening", "cash"))
    return replace(desk, ledger=desk.ledger.posted(lines))


def filled(desk: Desk, event: OrderFilled, order: Order | None) -> Desk:
    """Position and books after a fill; spot moves units and cash, a perpetual margin and gain."""
    key = (event.account, event.symbol)
    before = desk.positions.get(key) or Position(event.account, event.symbol)
    fill = Fill(
        Side(event.side),
        event.price,
        event.quantity,
        event.fee,
        event.owner,
        _leverage(before, order),
    )
    after, gain = position_filled(before, fill)
    currency, instrument = desk.accounts[event.account].currency, desk.instruments[key]
    pays = "cash"
    if instrument.is_perpetual:
        lines = _perpetual(event, before, after, (currency, gain))
    else:
        lines = _spot(event, currency, instrument.base)
        if event.other_fee and event.other_currency == instrument.base:  # of what was bought
            after, pays = without(after, event.owner, event.other_fee), "units"
    lines += moved(event.account, currency, event.fee, ("cash", "fees"))
    lines += moved(event.account, event.other_currency, event.other_fee, (pays, "fees"))
    positions = {**desk.positions, key: after}
    return replace(desk, positions=positions, ledger=desk.ledger.posted(lines))


def _leverage(before: Position, order: Order | None) -> Decimal:
    asked = order.terms.leverage if order is not None else None
    return asked or (before.leverage if before.units else Decimal(1))


def _perpetual(
    event: OrderFilled, before: Position, after: Position, money: tuple[str, Decimal]
) -> list[Line]:
    currency, gain = money
    margin = EXACT.subtract(after.margin, before.margin)
    return [
        *moved(event.account, currency, margin, ("cash", "margin")),
        *moved(event.account, currency, gain, ("profit", "cash")),
    ]


def _spot(event: OrderFilled, currency: str, base: str) -> list[Line]:
    units = event.quantity.copy_sign(Decimal(Side(event.side).sign))
    cost = MONEY.multiply(event.price, units)
    return [
        *moved(event.account, currency, cost, ("cash", "trading")),
        *moved(event.account, base, units, ("trading", "units")),
    ]


def funding(desk: Desk, event: FundingBooked) -> Desk:
    currency = desk.accounts[event.account].currency
    lines = moved(event.account, currency, event.amount, ("cash", "funding"))
    key = (event.account, event.symbol)
    position = desk.positions.get(key) or Position(event.account, event.symbol)
    paid = replace(position, funding=EXACT.add(position.funding, grained(event.amount)))
    positions = {**desk.positions, key: paid}
    return replace(desk, positions=positions, ledger=desk.ledger.posted(lines))
