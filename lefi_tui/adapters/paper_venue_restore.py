"""A paper venue that lives in the engine's own process dies with it; this is how it comes back.

The rule it keeps: what the desk knows is what was. The venue stood still meanwhile: nothing was
filled, no funding was charged, and a stop that was passed acts at the first price after.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from lefi_tui.adapters.paper_book import BookMarket
from lefi_tui.adapters.paper_venue_account import Holding, grained
from lefi_tui.adapters.paper_venue_exits import Exit, asked_legs
from lefi_tui.adapters.paper_venue_floor import Live
from lefi_tui.adapters.paper_venue_matching import PaperExchange
from lefi_tui.core.messages import VenueAccepted
from lefi_tui.core.money import ZERO
from lefi_tui.core.order import Order, OrderKind, OrderStatus, Side, TimeInForce
from lefi_tui.core.record import Record

_AT_WORK: Final = {
    OrderStatus.ACCEPTED,
    OrderStatus.PARTIALLY_FILLED,
    OrderStatus.CANCEL_PENDING,
}


class HeldPosition(Record):
    symbol: str
    units: Decimal  # signed
    entry: Decimal  # average entry price
    leverage: Decimal = Decimal(1)
    entry_order: str = ""  # the newest order that opened or enlarged it, where known


class PaperState(Record):
    """What the desk knows of a paper account, as plain data.

    `cash` is all the account's cash with the margins of perpetuals in it: what it began with, plus
    what trades realized, less fees, funding, and the entry cost of spot that is held now.
    `orders` are the desk's working orders as they stand, exits among them (kind stop_loss,
    take_profit, trail; terms.exits names the level; group is their entry's id). Those without an
    answer (submitted, unconfirmed) may be among them and are left out here: they never arrived.
    So are those that never rest, canceled on their way or not heard of to their end.
    `seen` are ids of final orders, which must never be carried out again.
    `at_ns` is the last moment the desk knows of; a trail keeps the best price until then.
    """

    cash: Decimal
    positions: tuple[HeldPosition, ...] = ()
    orders: tuple[Order, ...] = ()
    seen: tuple[str, ...] = ()
    at_ns: int = 0


def restored(market: BookMarket, account: str, state: PaperState, now_ns: int) -> PaperExchange:
    exchange = PaperExchange(market, account, state.cash, now_ns)
    for each in state.positions:
        if each.units:
            exchange.account.hold(_holding(exchange, each))
    for final in state.seen:
        exchange.stories.forget_all_but_id(final)
    for order in _at_work(state.orders):
        exchange.stories.say(VenueAccepted(order.id, now_ns, order.venue_order_id, order.quantity))
        if order.terms.kind in {OrderKind.STOP, OrderKind.TARGET, OrderKind.TRAIL}:
            _hang(exchange, order, state.at_ns or now_ns)
        else:
            _rest(exchange, order)
    exchange.stories.take()  # the desk knows all this
    assert exchange.account.is_balanced(), state
    return exchange


def _at_work(orders: Iterable[Order]) -> list[Order]:
    return [order for order in orders if order.status in _AT_WORK and _stays(order)]


def _stays(order: Order) -> bool:
    """Exits are held and limit orders rest; all else has its end in the moment it comes."""
    terms = order.terms
    if terms.kind is OrderKind.LIMIT:
        return terms.time_in_force is TimeInForce.GTC
    return terms.kind is not OrderKind.MARKET


def _holding(exchange: PaperExchange, held: HeldPosition) -> Holding:
    instrument = exchange.instruments[held.symbol]
    cost = grained(abs(held.units) * held.entry)
    margin = grained(cost / held.leverage) if instrument.is_perpetual else ZERO
    return Holding(instrument, held.units, cost, margin, held.leverage, held.entry_order)


def _rest(exchange: PaperExchange, order: Order) -> None:
    terms = order.terms
    assert order.quantity is not None, f"{order.id} works at the venue without units"
    holding = exchange.account.holdings[terms.symbol]
    left = order.quantity - order.filled
    opening = max(left - holding.closes(terms.side), ZERO)
    leverage = terms.leverage or holding.leverage
    if not holding.instrument.is_perpetual:
        leverage = Decimal(1)
        opening = left if terms.side is Side.BUY else ZERO
    live = Live(order.id, terms, order.quantity, leverage, opening, order.filled)
    exchange.requeue(live)


def _hang(exchange: PaperExchange, order: Order, until_ns: int) -> None:
    holding = exchange.account.holdings[order.terms.symbol]
    if holding.closes(order.terms.side):
        for leg, level in asked_legs(order.terms.exits):
            low, high = exchange.market.extremes(
                order.terms.symbol, min(order.placed_at_ns, until_ns), until_ns
            ) or (holding.entry, holding.entry)
            seen = high if holding.sign > 0 else low
            best = max(seen * holding.sign, holding.entry * holding.sign) * holding.sign
            exchange.exits[order.terms.symbol][leg] = Exit(order.id, order.group, leg, level, best)
