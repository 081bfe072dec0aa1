"""What waits for a person: asked with its effects as they would be now, answered once, never late.

The rule it keeps: a word in time and with the right role goes to the run, which looks at a new
snapshot and asks again where what it would send has changed; all other words change nothing.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from lefi_tui.core.approval import (
    BAND,
    Approval,
    ApprovalRules,
    AskedOrder,
    needed_role,
    refusal_of,
)
from lefi_tui.core.bot import Answer, ApprovalAsked, Intent
from lefi_tui.core.desk import waiting
from lefi_tui.core.desk.facts import gate_answer
from lefi_tui.core.desk.intended import intended
from lefi_tui.core.desk.state import BotStatus
from lefi_tui.core.ids import short_id
from lefi_tui.core.messages import (
    ApprovalAnswered,
    ApprovalEnded,
    ApprovalRequested,
    ApprovalRulesSet,
)
from lefi_tui.core.money import from_double, words
from lefi_tui.core.order import Level, LevelKind, TimeInForce

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lefi_tui.core.desk.draft import Draft
    from lefi_tui.core.desk.state import BotRecord, Desk
    from lefi_tui.core.messages import SetApprovalRules
    from lefi_tui.core.order import Order, OrderTerms

NS_PER_MS: Final = 1_000_000
SIMULATION: Final = "simulation"  # who approves on a candle file: at once (simulation.md)


def set_rules(draft: Draft, command: SetApprovalRules) -> None:
    wanted = ApprovalRules(command.rules, command.four_eyes)
    if wanted != draft.desk.approval_rules:
        draft.say(ApprovalRulesSet(command.rules, command.four_eyes))


# ---- asked


def ask(draft: Draft, bot: BotRecord, asked: tuple[ApprovalAsked, ...], at_ns: int) -> None:
    """Each question with what it would send, as the gate sees it now.

    A bot that stops asks nobody: that is a no.
    """
    for each in asked:
        if bot.status is BotStatus.STOPPING:
            waiting.answer(draft, bot.id, Answer(each.ticket))
            continue
        approval = _approval(draft, bot, each, at_ns)
        draft.say(ApprovalRequested(approval))
        if waiting.is_file(draft.desk, bot.account):
            _say_answer(draft, approval, (SIMULATION, "admin", ""), at_ns, is_approved=True)


def _approval(draft: Draft, bot: BotRecord, asked: ApprovalAsked, at_ns: int) -> Approval:
    orders = _rendered(draft.desk, bot, asked.orders, at_ns)
    return Approval(
        id=short_id(f"{bot.id}/{bot.started_at_ns}/{asked.ticket}"),
        bot=bot.id,
        ticket=asked.ticket,
        title=asked.title,
        why=draft.desk.kinds[bot.kind].why(draft.bot(bot.id).state),
        role=needed_role(asked.role, orders, draft.desk.approval_rules),
        deadline_ns=asked.deadline_ms * NS_PER_MS,
        asked_at_ns=at_ns,
        orders=orders,
        asked_by=bot.started_by,
    )


def _rendered(
    desk: Desk, bot: BotRecord, intents: tuple[Intent, ...], at_ns: int
) -> tuple[AskedOrder, ...]:
    """Each after the ones before it: what those set aside is not free any more."""
    out: list[AskedOrder] = []
    for number, intent in enumerate(intents):
        order = intended(desk, bot, intent, number, at_ns)
        if order is None:
            out.append(_without_order(desk, bot, intent))
            continue
        answer = gate_answer(desk, order, at_ns)
        failed = (each.text or each.code for each in answer.refusals)
        out.append(_shown(desk, intent, answer.order, "; ".join(failed)))
        desk = replace(desk, orders={**desk.orders, answer.order.id: answer.order})
    return tuple(out)


def _without_order(desk: Desk, bot: BotRecord, intent: Intent) -> AskedOrder:
    """A transfer, a cancel, or a close of what is not open."""
    units = None if intent.size is None else intent.size.value
    currency = intent.unit or desk.accounts[bot.account].currency
    account = intent.account or bot.account
    return AskedOrder(intent.action, intent.symbol, account, units, None, units, currency)


def _shown(desk: Desk, intent: Intent, order: Order, refusal: str) -> AskedOrder:
    instrument = desk.instruments.get((order.account, order.terms.symbol))
    unit = desk.accounts[order.account].currency if instrument is None else instrument.quote
    price = worst_price(desk, order)
    units = order.quantity
    cost = None
    if price is not None and units is not None:
        taker = Decimal(0) if instrument is None else instrument.taker
        cost = units * price * (1 + taker)
    quote = desk.quotes.get((order.account, order.terms.symbol))
    return AskedOrder(
        intent.action,
        order.terms.symbol,
        order.account,
        units,
        price,
        cost,
        unit,
        refusal,
        None if quote is None else from_double(quote.last),
        ", ".join(_terms(order.terms)),
    )


def _terms(terms: OrderTerms) -> Iterator[str]:
    """What of an order its units and its price do not say."""
    if terms.limit is not None:
        yield f"limit {words(terms.limit)}"
    if terms.leverage is not None and terms.leverage != 1:
        yield f"{words(terms.leverage)}x"
    exits = terms.exits
    named = ("stop", exits.stop_loss), ("target", exits.take_profit), ("trail", exits.trail)
    yield from (f"{name} {_level(level)}" for name, level in named if level is not None)
    if terms.is_reduce_only:
        yield "only reduces"
    if terms.is_post_only:
        yield "post only"
    if terms.time_in_force is not TimeInForce.GTC:
        yield terms.time_in_force.value


def _level(level: Level) -> str:
    is_share = level.kind is LevelKind.PERCENT
    return f"{words(level.value * 100)}%" if is_share else words(level.value)


def worst_price(desk: Desk, order: Order) -> Decimal | None:
    """The limit; at market what the book asks now, and the band beyond which it is asked again."""
    if order.terms.limit is not None:
        return order.terms.limit
    quote = desk.quotes.get((order.account, order.terms.symbol))
    if quote is None:
        return None
    is_buy = order.terms.side.sign > 0
    price = from_double(quote.ask if is_buy else quote.bid)
    return price * (1 + BAND if is_buy else 1 - BAND)


# ---- answered


def refusal(desk: Desk, approval_id: str, who: tuple[str, str], at_ns: int) -> str:
    """Why this word can't be taken, in words; empty when it can. `who` is name and role."""
    approval = desk.approvals.get(approval_id)
    if approval is None:
        return (
            f"No approval {approval_id} waits: it was answered, it expired, or its bot is gone. "
            "`lefi approvals` lists what waits."
        )
    if at_ns >= approval.deadline_ns:
        return f"Approval {approval_id} is over its deadline; a late word is never taken."
    return refusal_of(approval, *who, desk.approval_rules)


def say_answer(
    draft: Draft, approval_id: str, who: tuple[str, str, str], at_ns: int, *, is_approved: bool
) -> str:
    """The bot that hears it; the caller has asked `refusal` before."""
    approval = draft.desk.approvals[approval_id]
    _say_answer(draft, approval, who, at_ns, is_approved=is_approved)
    return approval.bot


def _say_answer(
    draft: Draft, approval: Approval, who: tuple[str, str, str], at_ns: int, *, is_approved: bool
) -> None:
    by, role, reason = who
    draft.say(
        ApprovalAnswered(approval.id, approval.bot, is_approved, by, role, reason, at_ns),
    )
    waiting.answer(draft, approval.bot, Answer(approval.ticket, is_approved=is_approved))


def end(draft: Draft, bot_id: str, outcome: str, text: str, at_ns: int) -> None:
    """What this bot asked has no answer any more: a no."""
    for approval in [each for each in draft.desk.approvals.values() if each.bot == bot_id]:
        draft.say(ApprovalEnded(approval.id, bot_id, outcome, text, at_ns))
        waiting.answer(draft, bot_id, Answer(approval.ticket))


def expire(draft: Draft, bot_id: str, at_ns: int) -> None:
    """Past its deadline; the run itself takes the silence for a no."""
    for approval in [each for each in draft.desk.approvals.values() if each.bot == bot_id]:
        if approval.deadline_ns <= at_ns:
            text = "nobody answered in time"
            draft.say(ApprovalEnded(approval.id, bot_id, "expired", text, at_ns))
