"""What a statement would do, from the desk: its wishes, each with what gate and sums say of it.

The rule it keeps: nothing is sent; gates of real money are looked at when it is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from lefi_tui.core.bot import Intent
from lefi_tui.core.desk import Desk
from lefi_tui.core.desk.hand import market_of
from lefi_tui.core.desk.saying import Wish, order_of, wish_of
from lefi_tui.core.messages import SayStatement
from lefi_tui.core.order import HAND
from lefi_tui.core.position import unrealized
from lefi_tui.views.figures import MONEY_PLACES
from lefi_tui.views.fold import ScreenState
from lefi_tui.views.numbers import price, quantity, signed
from lefi_tui.views.picture import marked
from lefi_tui.views.queries import StatementQuery, TicketQuery
from lefi_tui.views.statement_view import StatementView
from lefi_tui.views.ticket_picture import ticket_view


def statement_view(
    query: StatementQuery, state: ScreenState, desk: Desk, now_ns: int
) -> StatementView:
    command = SayStatement(query.account, query.text, at_ns=now_ns)
    seen = marked(desk, state.prices)
    wish = wish_of(seen, command)
    if wish.refusal:
        return StatementView(refusal=wish.refusal)
    asked = [order_of(command, each) for each in wish.intents if each.action in {"buy", "sell"}]
    orders = tuple(
        ticket_view(TicketQuery(each.account, each.symbol, each), state, desk, now_ns)
        for each in asked
    )
    refusal = next((each.refusal for each in orders if each.refusal), "")
    others = tuple(_others(seen, query.account, wish))
    return StatementView(orders, others, refusal, tuple(_entries(desk, query.account, wish)))


def _entries(desk: Desk, account: str, wish: Wish) -> Iterator[tuple[str, Decimal]]:
    for each in wish.intents:
        position = desk.positions.get((account, each.symbol))
        if each.action == "close" and position is not None:
            yield each.symbol, position.entry


def _others(desk: Desk, account: str, wish: Wish) -> Iterator[str]:
    for each in wish.intents:
        if each.action == "close":
            yield from _closed(desk, account, each)
        elif each.action == "cancel":
            yield f"cancel what was sent by hand on {each.symbol}: {_working(desk, account, each)}"
    for note in wish.notes:
        yield f"{note.kind}: {note.text}"


def _closed(desk: Desk, account: str, intent: Intent) -> Iterator[str]:
    """With what it comes to where it is filled at the newest price."""
    key = (account, intent.symbol)
    position, instrument = desk.positions.get(key), desk.instruments.get(key)
    if position is None or not position.units or instrument is None:
        yield f"close {intent.symbol}: nothing is held there"
        return
    units, currency = position.units, instrument.quote
    yield f"close {intent.symbol} at market: {quantity(units)} {instrument.base}"
    market = market_of(desk, *key)
    if market is None:
        yield "no price was seen: worth, fee and profit are not known"
        return
    at = market[0] if units > 0 else market[1]
    worth = abs(units) * at
    fee = worth * instrument.taker
    profit = signed(unrealized(position, at) - fee, MONEY_PLACES)
    yield f"worth {_money(worth)} {currency}   fee {_money(fee)} taker"
    yield f"profit {profit} {currency} after this fee; the entry's was paid before"


def _money(value: Decimal) -> str:
    return price(value, MONEY_PLACES)


def _working(desk: Desk, account: str, intent: Intent) -> str:
    count = sum(
        order.account == account and order.terms.symbol == intent.symbol and order.leg == "entry"
        for order in desk.working_of(HAND)
    )
    return "1 order" if count == 1 else f"{count} orders"
