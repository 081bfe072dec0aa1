"""What a run waits for, at the desk: the fate of an order, a person's word, a moment in time.

The rules it keeps: each answer is given once, when it is final; what is over its deadline is
canceled, and its run hears what became of it.
"""

from __future__ import annotations

import math
from typing import Final

from lefi_tui.core.bot import Answer, Awaited, Intent, OrderOutcome
from lefi_tui.core.desk.draft import Draft
from lefi_tui.core.desk.state import BotRecord, BotStatus, Desk
from lefi_tui.core.ids import ClientOrderId
from lefi_tui.core.messages import AnswerKept, SetAlarm, Sizing
from lefi_tui.core.money import ZERO
from lefi_tui.core.order import Order, OrderKind, OrderStatus, OrderTerms, Side

NS_PER_MS: Final = 1_000_000
LATER_MS: Final = 1_000  # until answers are heard that one moment had no room for
TIMEOUT: Final = "timeout"  # who asks for a cancel at a deadline
ENDED_EARLY: Final = frozenset({OrderStatus.CANCELED, OrderStatus.EXPIRED})
_STATUS: Final = {
    OrderStatus.FILLED: "filled",
    OrderStatus.CANCELED: "canceled",
    OrderStatus.EXPIRED: "canceled",
}
ACTIVE: Final = frozenset({BotStatus.RUNNING, BotStatus.STOPPING})
# What comes for the others is kept until they run again.
HEARING: Final = ACTIVE | {BotStatus.WARMING, BotStatus.PAUSED, BotStatus.ASKED}


def to_hear(bot: BotRecord) -> tuple[Answer, ...]:
    """The answers that it hears at its next moment. While a person is asked whether it may go on,
    those of its transactions under way: half done is not how it waits."""
    if bot.status in ACTIVE:
        return bot.answers
    half_done = {each.ticket for each in half_done_of(bot)}
    return tuple(each for each in bot.answers if each.ticket in half_done)


def half_done_of(bot: BotRecord) -> tuple[Awaited, ...]:
    """What its transactions under way wait for, of a bot that is held by a restart."""
    is_asked = bot.status is BotStatus.ASKED
    return tuple(each for each in bot.awaited if each.is_half_done and is_asked)


def is_over(bot: BotRecord, at_ms: int) -> bool:
    """Whether something that it waits for has ended by itself."""
    waits = bot.awaited if bot.status in ACTIVE else half_done_of(bot)
    return any(0 < each.until_ms <= at_ms for each in waits)


def is_file(desk: Desk, account: str) -> bool:
    return desk.accounts[account].sizing is Sizing.AT_FILL


# ---- answers


def answer(draft: Draft, bot_id: str, what: Answer) -> None:
    """Its bot hears it at its next moment."""
    draft.say(AnswerKept(bot_id, what))


def answer_final(draft: Draft, order_id: str, *, is_kept: bool = True) -> bool:
    """Whether a run of a bot waited for this order, which has its end now."""
    order = draft.desk.order(order_id)
    if order is None or not order.ticket or not order.is_final:
        return False
    bot = draft.desk.bots.get(order.owner)
    if bot is None or not is_of(bot, order):
        return False
    if all(each.ticket != order.ticket for each in bot.awaited):
        return False
    if any(each.ticket == order.ticket for each in bot.answers):
        return False  # a fill that came behind the end of its order
    if any(each.ticket == order.ticket for each in _working(draft.desk, bot)):
        return False  # it was sent again
    answer(draft, bot.id, Answer(order.ticket, outcome_of(order, is_kept=is_kept)))
    return True


def _working(desk: Desk, bot: BotRecord) -> list[Order]:
    return [each for each in desk.working_of(bot.id) if is_of(bot, each)]


def doubted(desk: Desk, bot: BotRecord) -> tuple[int, ...]:
    """Tickets of its orders that nobody knows of now."""
    mine = (each for each in _working(desk, bot) if each.is_doubted)
    return tuple(each.ticket for each in mine if each.ticket)


def is_of(bot: BotRecord, order: Order) -> bool:
    """Whether this bot sent it since its start: before, another script may have had its name."""
    return order.run.startswith(f"{bot.id}/{bot.started_at_ns}/")


def outcome_of(order: Order, *, is_kept: bool = True) -> OrderOutcome:
    """What became of it; what is traded back is as if it had not been filled."""
    average, filled = order.average, order.filled
    if not is_kept:
        average, filled = None, ZERO
    return OrderOutcome(
        order.terms.side,
        math.nan if average is None else float(average),
        float(filled),
        float(order.cost) if is_kept else 0.0,
        float(order.fees) if is_kept else 0.0,
        _STATUS.get(order.status, "refused"),
        order.reason,
        is_filled=order.status is OrderStatus.FILLED,
        leverage=float(order.terms.leverage or 1),
        sent_ns=order.sent_ns,
        accepted_ns=order.accepted_ns,
        filled_ns=order.filled_ns,
    )


def refused(intent: Intent, reason: str, status: str = "refused") -> Answer:
    """The answer for what was never sent."""
    side = Side.BUY if intent.action == "buy" else Side.SELL
    return Answer(
        intent.ticket,
        OrderOutcome(side, math.nan, 0.0, 0.0, 0.0, status, reason, is_filled=False),
    )


def nothing_to_do(intent: Intent) -> Answer:
    """A cancel, or a close of what is not open: it counts as filled."""
    return Answer(
        intent.ticket,
        OrderOutcome(Side.SELL, math.nan, 0.0, 0.0, 0.0, "filled", "", is_filled=True),
    )


# ---- deadlines


def deadline_ns(desk: Desk, bot: BotRecord, intent: Intent, terms: OrderTerms, at_ns: int) -> int:
    """When the policy's patience with this order ends; 0: it rests.

    On a candle file an order meets the next candle, so only one that a run waits for can be late.
    """
    if intent.deadline_ms is not None:
        return at_ns + intent.deadline_ms * NS_PER_MS if intent.deadline_ms else 0
    patience = bot.needs.patience
    if intent.is_undo or not patience.timeout_ms or patience.partial == "complete":
        return 0
    is_bound = terms.kind is OrderKind.MARKET and not is_file(desk, bot.account)
    return at_ns + patience.timeout_ms * NS_PER_MS if intent.ticket or is_bound else 0


def next_deadline(desk: Desk, bot: BotRecord) -> int:
    """The earliest moment at which this bot must be looked at; 0: none.

    Of one that has no runs now, orders and questions still have their end.
    """
    dates = [window_ns(bot), *(each.due_ns for each in bot.owed)]
    if bot.status in HEARING:
        dates += [
            order.deadline_ns for order in desk.working_of(bot.id) if not order.is_cancel_asked
        ]
        dates += [each.deadline_ns for each in desk.approvals.values() if each.bot == bot.id]
    waits = bot.awaited if bot.status in ACTIVE else half_done_of(bot)
    dates += [each.until_ms * NS_PER_MS for each in waits]
    if to_hear(bot):  # more than one moment may hear
        dates.append((bot.at_ms + LATER_MS) * NS_PER_MS)
    return min((each for each in dates if each), default=0)


def window_ns(bot: BotRecord) -> int:
    """When its window begins, or is over; 0: neither is to come."""
    if bot.status is BotStatus.SCHEDULED:
        return bot.from_ns
    return bot.until_ns + 1 if bot.until_ns and bot.is_open else 0


def wind(draft: Draft, bot_id: str) -> None:
    """The alarm stands at the next deadline."""
    bot = draft.desk.bots.get(bot_id)
    if bot is not None and not is_file(draft.desk, bot.account):
        draft.ask(SetAlarm(bot_id, next_deadline(draft.desk, bot)))


def overdue(desk: Desk, bot_id: str, at_ns: int) -> list[Order]:
    """Orders whose time is over, and that were not asked to cancel yet: one that was and got no
    answer is looked up, and canceled again where it lives."""
    return [
        order
        for order in desk.working_of(bot_id)
        if 0 < order.deadline_ns <= at_ns and not order.is_cancel_asked
    ]


# ---- what is left of an order


def is_taken_back(bot: BotRecord, order: Order) -> bool:
    """Whether the policy trades back what is filled of an order that its deadline ended.

    Of a transaction's step the transaction does so itself, with all the others.
    """
    return (
        bot.needs.patience.partial == "cancel"
        and not order.is_step
        and bool(order.deadline_ns)
        and order.is_cancel_asked
        and order.status in ENDED_EARLY
    )


def sent_again(order: Order, at_ns: int) -> Order:
    """The same order under a new id: the first surely never reached the venue."""
    order_id = ClientOrderId.of(order.run, str(at_ns), order.site, f"again/{order.id}")
    return Order(
        id=order_id,
        account=order.account,
        terms=order.terms,
        owner=order.owner,
        run=order.run,
        site=order.site,
        group=order_id,
        placed_at_ns=at_ns,
        ticket=order.ticket,
        is_undo=order.is_undo,
        is_advised=order.is_advised,
        deadline_ns=order.deadline_ns,
        retries=order.retries - 1,
        held=order.held,
    )


def may_be_sent_again(desk: Desk, order: Order, at_ns: int) -> bool:
    bot = desk.bots.get(order.owner)
    is_wanted = bot is not None and is_of(bot, order) and (bot.is_alive or order.is_undo)
    in_time = not order.deadline_ns or at_ns < order.deadline_ns
    return is_wanted and in_time and order.retries > 0 and not order.is_cancel_asked
