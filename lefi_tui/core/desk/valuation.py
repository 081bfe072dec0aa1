"""What an account is worth and what of it is free, from the books, the marks and working orders."""

from __future__ import annotations

from decimal import Decimal

from lefi_tui.core import position as positions
from lefi_tui.core.desk.state import Account, Desk
from lefi_tui.core.messages import Sizing
from lefi_tui.core.money import ZERO, exact_sum, from_double
from lefi_tui.core.order import Order, OrderKind, OrderStatus, Side
from lefi_tui.core.position import Position
from lefi_tui.core.risk.facts import MARK_NS_MAX, NS_PER_MS, NS_PER_S


def mark(desk: Desk, position: Position) -> Decimal:
    """The last price seen of the symbol; the entry where none was seen yet."""
    quote = desk.quotes.get((position.account, position.symbol))
    return position.entry if quote is None else from_double(quote.last)


def unrealized(desk: Desk, position: Position) -> Decimal:
    """Profit of what is open at its own mark, before fees, in quote."""
    return positions.unrealized(position, mark(desk, position))


def set_aside(desk: Desk, order: Order) -> Decimal:
    """Free cash that a working entry keeps for itself: only what may still open something."""
    terms = order.terms
    remaining = order.remaining
    if remaining is None or terms.is_reduce_only or order.leg != "entry":
        return ZERO
    instrument = desk.instruments[order.account, terms.symbol]
    if not instrument.is_perpetual and terms.side is Side.SELL:
        return ZERO
    price = terms.limit if terms.kind is OrderKind.LIMIT and terms.limit is not None else None
    if price is None:
        quote = desk.quotes.get((order.account, terms.symbol))
        price = ZERO if quote is None else from_double(quote.ask)
    share = 1 / (terms.leverage or Decimal(1)) if instrument.is_perpetual else Decimal(1)
    return remaining * price * (share + instrument.taker)


def units_offered(desk: Desk, account: str, symbol: str) -> Decimal:
    """Spot units that working sells have promised already: no unit is offered twice.

    An order on its way out offers none: the venue takes a cancel before what is sent after it.
    """
    offers = (
        order.remaining or ZERO
        for order in desk.orders.values()
        if order.account == account
        and order.terms.symbol == symbol
        and order.terms.side is Side.SELL
        and order.leg == "entry"
        and order.status is not OrderStatus.CANCEL_PENDING
    )
    return exact_sum(offers)


def free_cash(desk: Desk, account: str, owner: str = "") -> Decimal:
    """Cash that is not set aside for working orders nor as margin, in the account's currency.

    Nor for the transactions of bots other than `owner`, which were found to be funded as a whole.
    """
    currency = desk.accounts[account].currency
    orders = (order for order in desk.orders.values() if order.account == account)
    kept = sum((set_aside(desk, order) for order in orders), ZERO)
    for bot in desk.bots.values():
        if bot.reserved and bot.account == account and bot.id != owner:
            kept += from_double(bot.reserved)
    return desk.ledger.of(account, "cash", currency) - kept


def worth(desk: Desk, account: Account) -> tuple[Decimal, Decimal]:
    """Free cash and equity; a simulated venue's own doubles where it tells them."""
    reading = account.reading
    if account.sizing is Sizing.AT_FILL and reading is not None:
        return from_double(reading.cash), from_double(reading.equity)
    return free_cash(desk, account.name), equity(desk, account.name)


def equity(desk: Desk, account: str) -> Decimal:
    """Cash plus positions at their marks: units on spot, margin and profit on perpetuals."""
    total = desk.ledger.of(account, "cash", desk.accounts[account].currency)
    for (owner, symbol), position in desk.positions.items():
        if owner == account:
            is_perpetual = desk.instruments[account, symbol].is_perpetual
            total += (
                position.margin + unrealized(desk, position)
                if is_perpetual
                else position.units * mark(desk, position)
            )
    return total


def old_marks(desk: Desk, account: str, at_ns: int) -> tuple[str, ...]:
    """Open positions that can't be valued now, in words: their price is unknown or old."""
    out = []
    for (owner, symbol), position in desk.positions.items():
        if owner != account or not position.units:
            continue
        quote = desk.quotes.get((owner, symbol))
        if quote is None or not quote.last > 0:
            out.append(f"no price of {symbol} was seen")
        elif at_ns - quote.time_ms * NS_PER_MS > MARK_NS_MAX:
            age_s = at_ns // NS_PER_S - quote.time_ms // 1_000
            out.append(f"the price of {symbol} is {age_s} s old")
    return tuple(out)
