"""From an intent to an order: units, the gate, and what is submitted, denied or canceled."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from lefi_tui.core.bot import Intent
from lefi_tui.core.desk.draft import Draft
from lefi_tui.core.desk.facts import gate_answer
from lefi_tui.core.desk.state import BotRecord, Desk
from lefi_tui.core.ids import ClientOrderId
from lefi_tui.core.messages import (
    CancelOrders,
    IntentRefused,
    OrderCancelRequested,
    OrderDenied,
    OrderSubmitted,
    Sizing,
    SubmitOrders,
)
from lefi_tui.core.money import ZERO
from lefi_tui.core.order import (
    HAND,
    Order,
    OrderStatus,
    OrderTerms,
    SizeKind,
)
from lefi_tui.core.terms import close_terms, order_terms

CLOSING: Final = "STILL_CLOSING"
NO_TRANSFER: Final = "NO_WITHDRAWALS"


def carry_out(draft: Draft, bot: BotRecord, intents: Iterable[Intent], at_ns: int) -> None:
    """Each intent in its turn: a later one sees what the earlier ones have set aside."""
    for number, intent in enumerate(intents):
        run = f"{bot.id}/{bot.started_at_ns}/{bot.occasions}"
        order_id = ClientOrderId.of(run, str(at_ns), intent.site, f"entry{number}")
        if intent.action == "transfer":
            _refuse_transfer(draft, bot, intent, at_ns)
            continue
        if intent.action == "close" and _is_closing(draft, bot, intent, at_ns):
            continue
        if intent.action in {"cancel", "close"}:
            _cancel_working(draft, bot, intent.symbol, at_ns)
        if intent.action == "cancel":
            continue
        terms = _terms(draft, bot, intent)
        if terms is not None:
            order = Order(
                id=order_id,
                account=bot.account,
                terms=terms,
                owner=bot.id,
                run=run,
                site=intent.site,
                group=order_id,
                placed_at_ns=at_ns,
            )
            submit(draft, order, at_ns)


def _refuse_transfer(draft: Draft, bot: BotRecord, intent: Intent, at_ns: int) -> None:
    words = (
        f"No key of ours may withdraw, so {intent.unit} does not move from {intent.account} to "
        f"{intent.to}. Move it where the account is; `pays` plans it as a cash flow."
    )
    told = (bot.id, intent.action, intent.symbol, intent.site, NO_TRANSFER, words, at_ns)
    draft.say(IntentRefused(*told))


def closes_of(desk: Desk, account: str, symbol: str) -> tuple[Order, ...]:
    """Working orders that close a position, or a bot's share of it."""
    return tuple(
        order
        for order in desk.orders.values()
        if order.account == account
        and order.terms.symbol == symbol
        and order.leg == "entry"
        and order.terms.size.kind is SizeKind.ALL
    )


def closing_words(order: Order) -> str:
    symbol = order.terms.symbol
    return f"{symbol} is being closed already by order {order.id}, {order.status}; none is doubled."


def _is_closing(draft: Draft, bot: BotRecord, intent: Intent, at_ns: int) -> bool:
    """A close on its way is never sent again beside itself, nor beside a person's.

    On a candle file a cancel is final at once: there the newer close takes the older one's place.
    """
    if draft.desk.accounts[bot.account].sizing is Sizing.AT_FILL:
        return False
    working = closes_of(draft.desk, bot.account, intent.symbol)
    mine = [order for order in working if order.owner in {bot.id, HAND}]
    if mine:
        words = closing_words(mine[0])
        told = (bot.id, intent.action, intent.symbol, intent.site, CLOSING, words, at_ns)
        draft.say(IntentRefused(*told))
    return bool(mine)


def _cancel_working(draft: Draft, bot: BotRecord, symbol: str, at_ns: int) -> None:
    """The bot's own entries of the symbol. Exits stay: they go with their position."""
    mine = [
        order
        for order in draft.desk.working_of(bot.id)
        if order.terms.symbol == symbol and order.leg == "entry"
    ]
    cancel_orders(draft, mine, at_ns, bot.id)


def _terms(draft: Draft, bot: BotRecord, intent: Intent) -> OrderTerms | None:
    """What the intent asks of the venue; None for closing what is not open."""
    if intent.action == "close":
        return close_terms(intent.symbol, held_units(draft, bot, intent.symbol))
    return order_terms(intent)


def held_units(draft: Draft, bot: BotRecord, symbol: str) -> Decimal:
    """The bot's own share of the position, signed."""
    position = draft.desk.positions.get((bot.account, symbol))
    return ZERO if position is None else position.shares.get(bot.id, ZERO)


def submit(draft: Draft, order: Order, at_ns: int) -> str:
    """Sent when the gate lets it; else denied, and the words why."""
    answer = gate_answer(draft.desk, order, at_ns)
    if all(verdict.passed for verdict in answer.verdicts):
        ready = answer.order.moved_to(OrderStatus.SUBMITTED)
        draft.say(OrderSubmitted(ready, answer.verdicts))
        draft.ask(SubmitOrders(ready.account, (ready,)))
        return ""
    words = "; ".join(each.text or each.code for each in answer.verdicts if not each.passed)
    denied = answer.order.moved_to(OrderStatus.DENIED, words)
    draft.say(OrderDenied(denied, answer.verdicts, at_ns))
    return words


def cancel_orders(draft: Draft, orders: Iterable[Order], at_ns: int, by: str) -> None:
    """Ask the venue to cancel. One already asked for is asked again: the first may be lost."""
    wanted = [order for order in orders if not order.is_final]
    for order in wanted:
        if order.status is not OrderStatus.CANCEL_PENDING:
            draft.say(OrderCancelRequested(order.id, at_ns, by))
    for account in dict.fromkeys(order.account for order in wanted):
        ids = tuple(order.id for order in wanted if order.account == account)
        draft.ask(CancelOrders(account, ids))
