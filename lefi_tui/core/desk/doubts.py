"""What a person says of what is in doubt: look now, adopt, declare dead.

The rules they keep: only what no look-up found may be declared dead, and with a reason; what is
adopted is the hand's, and is followed from then on like any order or position of ours.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.checked import Checked, Unknown
from lefi_tui.core.desk.draft import Draft
from lefi_tui.core.desk.reports import ended, tell_owner
from lefi_tui.core.desk.runs import stop_if_done
from lefi_tui.core.desk.state import Desk
from lefi_tui.core.messages import (
    AdoptOrder,
    AdoptUnits,
    DeclareDead,
    LetGo,
    LookAgain,
    LookUpOrder,
    OrderAdopted,
    OrderDeclaredDead,
    OrderFilled,
    TakeOver,
    UnitsAdopted,
    ViewVenue,
)
from lefi_tui.core.money import EXACT, ZERO, from_double
from lefi_tui.core.order import (
    HAND,
    Order,
    OrderKind,
    OrderStatus,
    OrderTerms,
    Side,
    Size,
    SizeKind,
)
from lefi_tui.core.position import Position, credited
from lefi_tui.core.reconcile import TheirOrder

ADOPTED: Final = "adopted"
CLOSED: Final = "close"  # what its owner hears of it


def look_again(draft: Draft, command: LookAgain) -> None:
    if not command.order:
        draft.ask(ViewVenue(command.account))
    elif draft.desk.order(command.order) is None:
        text = f"There is no order {command.order}: it is over, or was never ours."
        draft.refuse("LookAgain", command.at_ns, text)
    else:
        draft.ask(LookUpOrder(command.account, command.order, is_now=True))


def declare_dead(draft: Draft, command: DeclareDead) -> None:
    refusal = _not_dead(draft.desk, command)
    if refusal:
        draft.refuse("DeclareDead", command.at_ns, refusal)
        return
    order = draft.desk.orders[command.order]
    reason = command.reason.strip()
    draft.say(OrderDeclaredDead(order.id, command.at_ns, command.by, reason))
    draft.ask(LetGo(order.account, order.id))
    draft.ask(ViewVenue(order.account))
    ended(draft, order, f"was declared dead by {command.by}: {reason}", command.at_ns)


def _not_dead(desk: Desk, command: DeclareDead) -> str:
    order = desk.orders.get(command.order)
    if order is None:
        return f"No working order {command.order}: it is over, or was never ours."
    if not order.is_doubted:
        return (
            f"Order {order.id} is {order.status}: its venue knows it, so it is not dead. "
            "Cancel it with x on the desk."
        )
    if not command.reason.strip():
        return "Declaring an order dead asks for a reason; it stays in the audit."
    return ""


# ---- adopted


def adopt_order(draft: Draft, command: AdoptOrder) -> None:
    known = draft.desk.checked.get(command.account, Checked())
    found = [each for each in known.foreign if each.venue_order_id == command.venue_order_id]
    if not found:
        text = f"No order {command.venue_order_id} of another hand works on {command.account}."
        draft.refuse("AdoptOrder", command.at_ns, text)
        return
    theirs = found[0]
    refusal = _not_adoptable(draft.desk, command.account, theirs)
    if refusal:
        draft.refuse("AdoptOrder", command.at_ns, refusal)
        return
    order = _taken_over(command, theirs)
    draft.say(OrderAdopted(order, command.at_ns, command.by))
    draft.ask(TakeOver(order.account, order))
    draft.ask(LookUpOrder(order.account, order.id, is_now=True))


def _not_adoptable(desk: Desk, account: str, theirs: TheirOrder) -> str:
    if (account, theirs.symbol) not in desk.instruments:
        return _unlisted(account, theirs.symbol)
    if not theirs.client_id or desk.order(theirs.client_id) is not None:
        why = "has no name of its own" if not theirs.client_id else "has the name of one of ours"
        return (
            f"Order {theirs.venue_order_id} of {theirs.symbol} {why}, by which it could be "
            "followed. It stays as it is; cancel it where it was placed."
        )
    if theirs.filled:
        return (
            f"Order {theirs.venue_order_id} of {theirs.symbol} is filled in part already; those "
            "units are nobody's of ours. Adopt the units; cancel the order where it was placed."
        )
    if theirs.is_trigger or theirs.price is None:
        return (
            f"Order {theirs.venue_order_id} of {theirs.symbol} waits for a price to be met (a "
            "stop, a target); only limit orders are adopted. It stays as it is there."
        )
    return ""


def _unlisted(account: str, symbol: str) -> str:
    return (
        f"{symbol} is no market of {account} here. Name it under `symbols` of the account in "
        "config.toml, start again, and adopt it then."
    )


def _taken_over(command: AdoptOrder, theirs: TheirOrder) -> Order:
    """Its name there is its name here. Its fills are told by the look-up, from the first one."""
    size = Size(SizeKind.UNITS, theirs.quantity)
    terms = OrderTerms(theirs.symbol, theirs.side, OrderKind.LIMIT, size, limit=theirs.price)
    return Order(
        id=theirs.client_id,
        account=command.account,
        terms=terms,
        owner=HAND,
        group=theirs.client_id,
        status=OrderStatus.ACCEPTED,
        quantity=theirs.quantity,
        venue_order_id=theirs.venue_order_id,
        placed_at_ns=command.at_ns,
    )


def adopt_units(draft: Draft, command: AdoptUnits) -> None:
    """Units that are there are the hand's now; where ours are gone, who held them gives them up."""
    account, symbol = command.account, command.symbol
    unknown = draft.desk.checked.get(account, Checked()).unknown.get(symbol)
    if unknown is None:
        text = f"All units of {symbol} on {account} have their owner; nothing to adopt."
        draft.refuse("AdoptUnits", command.at_ns, text)
        return
    price = _price(draft.desk, command, unknown)
    if (account, symbol) not in draft.desk.instruments or price is None:
        no_price = f"No price of {symbol} is known, at which to book it. Wait until one is seen."
        is_listed = (account, symbol) in draft.desk.instruments
        draft.refuse(
            "AdoptUnits", command.at_ns, no_price if is_listed else _unlisted(account, symbol)
        )
        return
    draft.say(UnitsAdopted(account, symbol, unknown.units, price, command.at_ns, command.by))
    position = draft.desk.positions.get((account, symbol)) or Position(account, symbol)
    side = Side.BUY if unknown.units > 0 else Side.SELL
    parts = credited(position, side, abs(unknown.units), HAND)
    for number, (owner, units) in enumerate(parts.items(), 1):
        fill = _fill(command, (owner, number), side, (units, price))
        draft.say(fill)
        heard = replace(fill, reason=CLOSED, heard_ns=command.at_ns)
        tell_owner(draft, owner, heard, command.at_ns)
        stop_if_done(draft, owner, command.at_ns)


def _price(desk: Desk, command: AdoptUnits, unknown: Unknown) -> Decimal | None:
    """What opens, at what the venue says it cost; what is gone, at the newest price."""
    key = command.account, command.symbol
    position = desk.positions.get(key)
    opens = position is None or position.units * unknown.units >= 0
    if opens and unknown.entry:
        return _cost(position, unknown, unknown.entry)
    quote = desk.quotes.get(key)
    return from_double(quote.last) if quote is not None else unknown.entry


def _cost(position: Position | None, unknown: Unknown, entry: Decimal) -> Decimal:
    """The venue's average is of all units: what ours cost of it is taken out."""
    ours = ZERO if position is None else abs(position.units)
    if not ours or position is None:
        return entry
    units = abs(unknown.units)
    rest = EXACT.subtract(EXACT.multiply(entry, ours + units), ours * position.entry)
    return rest / units if rest > 0 else entry


def _fill(
    command: AdoptUnits, whose: tuple[str, int], side: Side, what: tuple[Decimal, Decimal]
) -> OrderFilled:
    owner, number = whose
    units, price = what
    return OrderFilled(
        "",
        f"{ADOPTED} {command.symbol} {command.at_ns} {number}",
        command.at_ns,
        command.account,
        command.symbol,
        side.value,
        price,
        units,
        ZERO,
        "none",
        ADOPTED,
        owner,
        is_last=True,
    )
