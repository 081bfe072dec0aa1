"""From an intent to an order: units, the gate, and what is submitted, denied or canceled."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from lefi_tui.core.bot import HELD_UP, Intent
from lefi_tui.core.desk import transfers, waiting
from lefi_tui.core.desk.closes import closes_of, closing_words, takes_all_of
from lefi_tui.core.desk.draft import Draft
from lefi_tui.core.desk.facts import gate_answer
from lefi_tui.core.desk.intended import intended, order_id
from lefi_tui.core.desk.pairs import NO_ENTRY, beside, pair_answer
from lefi_tui.core.desk.state import BotRecord, BotStatus, Desk
from lefi_tui.core.game import Plan
from lefi_tui.core.messages import (
    CancelOrders,
    IntentRefused,
    OrderCancelRequested,
    OrderDenied,
    OrderMoving,
    OrderSubmitted,
    SubmitOrders,
    TradingState,
    Verdict,
)
from lefi_tui.core.order import (
    Order,
    OrderStatus,
)
from lefi_tui.core.risk.gate import refusals

KILL: Final = "kill"  # the run of the kill's own orders, and who cancels the others
CLOSING: Final = "STILL_CLOSING"
STOPPING: Final = "BOT_STOPPING"
HELD: Final = "BOT_WAITS_FOR_YOU"


def carry_out(draft: Draft, bot: BotRecord, intents: Iterable[Intent], at_ns: int) -> None:
    """Each intent in its turn: a later one sees what the earlier ones have set aside."""
    before: Intent | None = None
    for number, intent in enumerate(intents):
        entry = NO_ENTRY
        if intent.pair and before is not None:
            entry = order_id(bot, before, number - 1, at_ns)
        if not _is_stopped(draft, bot, intent, at_ns):
            _carry_out(draft, bot, intent, (number, at_ns), entry)
        before = intent


def _carry_out(
    draft: Draft, bot: BotRecord, intent: Intent, when: tuple[int, int], entry: str
) -> None:
    """`entry`: of an exit that leaves beside it, whether that was sent or not."""
    number, at_ns = when
    if intent.action == "transfer":
        words = transfers.plan(draft, bot, intent, number, at_ns)
        if intent.ticket:
            waiting.answer(draft, bot.id, waiting.refused(intent, words, transfers.PLANNED))
        return
    order = intended(draft.desk, bot, intent, number, at_ns)
    if intent.action in {"cancel", "close"}:
        _cancel_working(draft, bot, intent, at_ns)
    if order is not None:
        _send(draft, bot, intent, order if not intent.pair else beside(order, entry))
    elif intent.ticket:
        waiting.answer(draft, bot.id, waiting.nothing_to_do(intent))


def _send(draft: Draft, bot: BotRecord, intent: Intent, order: Order) -> None:
    words = submit(draft, order, order.placed_at_ns, pair=intent.pair)
    if words and intent.ticket:
        is_held_up = intent.is_undo and draft.desk.trading_state is not TradingState.ACTIVE
        answer = waiting.refused(intent, words, HELD_UP if is_held_up else "refused")
        waiting.answer(draft, bot.id, answer)
    elif order.deadline_ns:
        waiting.wind(draft, bot.id)


def _is_stopped(draft: Draft, bot: BotRecord, intent: Intent, at_ns: int) -> bool:
    """Whether the bot's own standing refuses it; a run that waits for it hears why."""
    stop = _standing_refusal(draft, bot, intent, at_ns)
    if stop is None:
        return False
    code, words = stop
    told = (bot.id, intent.action, intent.symbol, intent.site, code, words, at_ns)
    draft.say(IntentRefused(*told))
    if intent.ticket:
        waiting.answer(draft, bot.id, waiting.refused(intent, words))
    return True


def _standing_refusal(
    draft: Draft, bot: BotRecord, intent: Intent, at_ns: int
) -> tuple[str, str] | None:
    if bot.status is BotStatus.STOPPING and not intent.is_undo:
        return STOPPING, f"Bot {bot.id} is stopping: it only trades back what was half done."
    if bot.status is BotStatus.ASKED and not (intent.is_undo or intent.is_step):
        words = f"Bot {bot.id} waits for you: only its transaction under way goes on. Resume it."
        return HELD, words
    if intent.action == "transfer":
        return transfers.refusal(draft.desk, bot, intent, at_ns)
    reduces = intent.action == "close" or (intent.is_undo and intent.is_reduce_only)
    place = bot.account, intent.symbol
    closing = closing_beside(draft.desk, place, bot.id) if reduces else None
    return None if closing is None else (CLOSING, closing_words(closing))


def is_flatten(order: Order) -> bool:
    """An order of the kill itself: the only one that leaves while it lasts."""
    return order.terms.is_reduce_only and order.run.startswith(f"{KILL}/")


def closing_beside(desk: Desk, place: tuple[str, str], owner: str) -> Order | None:
    """A close on its way is never sent again beside itself, nor beside one of the whole position.

    On a candle file a cancel is final at once: there the newer close takes the older one's place.
    """
    if waiting.is_file(desk, place[0]):
        return None
    return next((each for each in closes_of(desk, *place) if takes_all_of(each, owner)), None)


def _cancel_working(draft: Draft, bot: BotRecord, intent: Intent, at_ns: int) -> None:
    """The bot's own entries of the symbol, or one of them. Exits stay: they go with their
    position."""
    mine = [
        order
        for order in draft.desk.working_of(bot.id)
        if order.terms.symbol == intent.symbol
        and order.leg == "entry"
        and intent.of in {0, order.ticket}
    ]
    cancel_orders(draft, mine, at_ns, bot.id)


def submit(
    draft: Draft, order: Order, at_ns: int, *, pair: str = "", more: tuple[Verdict, ...] = ()
) -> str:
    """Sent when the gate lets it; else denied, and the words why. `more` was looked at beside."""
    answer = (pair_answer if pair else gate_answer)(draft.desk, order, at_ns)
    verdicts = (*answer.verdicts, *more)
    failed = refusals(verdicts)
    if failed:
        words = "; ".join(each.text or each.code for each in failed)
        denied = answer.order.moved_to(OrderStatus.DENIED, words)
        draft.say(OrderDenied(denied, verdicts, at_ns))
        return words
    ready = answer.order.moved_to(OrderStatus.SUBMITTED)
    draft.say(OrderSubmitted(ready, verdicts))
    if pair == Plan.BATCH:
        draft.ask_beside(ready)
    else:
        draft.ask(SubmitOrders(ready.account, (ready,)))
    return ""


def cancel_orders(draft: Draft, orders: Iterable[Order], at_ns: int, by: str) -> None:
    """Ask the venue to cancel. One already asked for is asked again: the first may be lost."""
    wanted = [order for order in orders if not order.is_final]
    for order in wanted:
        if order.status is not OrderStatus.CANCEL_PENDING:
            draft.say(OrderCancelRequested(order.id, at_ns, by))
        if order.moving is not None:  # nor is it placed anew
            draft.say(OrderMoving(order.id, None, at_ns, by))
    for account in dict.fromkeys(order.account for order in wanted):
        ids = tuple(order.id for order in wanted if order.account == account)
        draft.ask(CancelOrders(account, ids))
