"""What a statement would do, from the desk: its wishes, each with what gate and sums say of it.

The rule it keeps: nothing is sent; gates of real money are looked at when it is said.
"""

from __future__ import annotations

from collections.abc import Iterator

from lefi_tui.core.bot import Intent
from lefi_tui.core.desk import Desk
from lefi_tui.core.desk.saying import Wish, order_of, wish_of
from lefi_tui.core.messages import SayStatement
from lefi_tui.core.order import HAND
from lefi_tui.views.fold import ScreenState
from lefi_tui.views.numbers import quantity
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
    return StatementView(orders, others, refusal)


def _others(desk: Desk, account: str, wish: Wish) -> Iterator[str]:
    for each in wish.intents:
        if each.action == "close":
            yield _closed(desk, account, each)
        elif each.action == "cancel":
            yield f"cancel what was sent by hand on {each.symbol}: {_working(desk, account, each)}"
    for note in wish.notes:
        yield f"{note.kind}: {note.text}"


def _closed(desk: Desk, account: str, intent: Intent) -> str:
    position = desk.positions.get((account, intent.symbol))
    if position is None or not position.units:
        return f"close {intent.symbol}: nothing is held there"
    return f"close {intent.symbol} at market: {quantity(position.units)} units"


def _working(desk: Desk, account: str, intent: Intent) -> str:
    count = sum(
        order.account == account and order.terms.symbol == intent.symbol and order.leg == "entry"
        for order in desk.working_of(HAND)
    )
    return "1 order" if count == 1 else f"{count} orders"
