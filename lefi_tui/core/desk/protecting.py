"""Stop, target and trail of an open position, set anew by a person or by the bot that holds it.

The rules it keeps: an exit that the market has passed already is refused, for it would sell at
once; nothing is hung beside a close; what is not named stays as it is. At an exchange what hangs is
the position's guard's work; a paper venue is given the exit itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from lefi_tui.core.bot import Intent
from lefi_tui.core.desk import guarding, waiting
from lefi_tui.core.desk.closes import closes_of, closing_words
from lefi_tui.core.desk.draft import Draft
from lefi_tui.core.desk.guard_steps import is_guarded
from lefi_tui.core.desk.state import BotRecord, BotStatus, Desk
from lefi_tui.core.desk.valuation import mark
from lefi_tui.core.desk.venue_exits import KINDS, only
from lefi_tui.core.ids import ClientOrderId, exit_id
from lefi_tui.core.messages import (
    ExitPlaced,
    IntentRefused,
    ProtectPosition,
    SubmitOrders,
    TradingState,
)
from lefi_tui.core.money import nearest_to, words
from lefi_tui.core.order import (
    HAND,
    ExitPlan,
    Level,
    LevelKind,
    Order,
    OrderStatus,
    OrderTerms,
    Side,
    Size,
    SizeKind,
)
from lefi_tui.core.position import Position
from lefi_tui.core.protection import STOP, TARGET, TRAIL, Guard, with_plan
from lefi_tui.core.record import Record

Key = tuple[str, str]
NO_SITE: Final = -1  # of no place in a script
NOT_CARRIED_OUT: Final = "NOT_PROTECTED"


class Wish(Record):
    """Which exits, of whom, when."""

    exits: ExitPlan
    owner: str
    at_ns: int


def protect_position(draft: Draft, command: ProtectPosition) -> None:
    key = (command.account, command.symbol)
    refusal = protect(draft, key, Wish(command.exits, HAND, command.at_ns))
    if refusal:
        draft.refuse("ProtectPosition", command.at_ns, refusal)


def by_bot(draft: Draft, bot: BotRecord, intents: Iterable[Intent], at_ns: int) -> None:
    """Behind what else it wants: a bot that stops has been refused already."""
    if bot.status is not BotStatus.RUNNING:
        return
    for intent in intents:
        if intent.action != "protect":
            continue
        key = (bot.account, intent.symbol)
        refusal = _not_its_own(draft.desk, bot, key)
        refusal = refusal or protect(draft, key, Wish(intent.exits, bot.id, at_ns))
        if refusal:
            told = (bot.id, intent.action, intent.symbol, intent.site)
            draft.say(IntentRefused(*told, NOT_CARRIED_OUT, refusal, at_ns))


def _not_its_own(desk: Desk, bot: BotRecord, key: Key) -> str:
    position = desk.positions.get(key)
    if position is not None and position.shares.get(bot.id):
        return ""
    return f"Bot {bot.id} holds nothing of {key[1]}: there is nothing of its own to protect."


def protect(draft: Draft, key: Key, wish: Wish) -> str:
    """Why it can't be, in words; empty when it is asked for."""
    refusal = why_not(draft.desk, key, wish.exits)
    if refusal:
        return refusal
    position = draft.desk.positions[key]
    if is_guarded(draft.desk, key[0]):
        _at_exchange(draft, key, wish, position)
    else:
        _on_paper(draft, key, wish, position)
    return ""


# ---- why not


def why_not(desk: Desk, key: Key, plan: ExitPlan) -> str:
    """What, where, why, next."""
    account, symbol = key
    position = desk.positions.get(key)
    if position is None or not position.units:
        return f"There is no open position of {symbol} on account {account} to protect."
    if waiting.is_file(desk, account):
        return f"{account} is a candle file: exits come with an entry there, and stay as they are."
    if plan == ExitPlan():
        return "No stop, target or trail is named. Name one."
    if desk.trading_state is TradingState.HALTED:
        return (
            f"Trading is halted ({desk.trading_cause}): only cancels leave. Resume first, or hang "
            "it at the venue."
        )
    closing = closes_of(desk, *key)
    if closing:
        return closing_words(closing[0])
    side = Side.BUY if position.units > 0 else Side.SELL
    return _wrong(desk, position, side, plan)


def _wrong(desk: Desk, position: Position, side: Side, plan: ExitPlan) -> str:
    price = mark(desk, position)
    for leg, level in _legs(plan):
        found = price_of(leg, level, position.entry, side)
        if found is None:
            if level.value <= 0:
                return f"A trail keeps a distance: {words(level.value)} is none. Give more than 0."
            continue
        if found <= 0:
            return f"A {leg} at {words(found)} is no price of {position.symbol}."
        is_below = leg == STOP  # of a long
        if (found - price) * side.sign * (1 if is_below else -1) >= 0:
            where = "below" if is_below == (side is Side.BUY) else "above"
            return (
                f"The {leg} at {words(found)} would be met at once: {position.symbol} is at "
                f"{words(price)}. Take one {where} it, or close the position."
            )
    return ""


def _legs(plan: ExitPlan) -> tuple[tuple[str, Level], ...]:
    legs = ((STOP, plan.stop_loss), (TARGET, plan.take_profit), (TRAIL, plan.trail))
    return tuple((leg, level) for leg, level in legs if level is not None)


def price_of(leg: str, level: Level, entry: Decimal, side: Side) -> Decimal | None:
    """Of a stop or a target of a position of this side; a trail has none of its own."""
    if leg == TRAIL:
        return None
    if level.kind is LevelKind.PRICE:
        return level.value
    sign = side.sign if leg == TARGET else -side.sign
    return entry * (1 + sign * level.value)


def level_now(desk: Desk, order: Order) -> Decimal | None:
    """Where a stop or a target hangs now; None where that is not known here."""
    if order.trigger is not None:
        return order.trigger
    position = desk.positions.get((order.account, order.terms.symbol))
    plan = order.terms.exits
    level = plan.stop_loss if order.leg == STOP else plan.take_profit
    if position is None or level is None:
        return None
    exact = price_of(order.leg, level, position.entry, order.terms.side.opposite)
    instrument = desk.instruments[order.account, order.terms.symbol]
    return None if exact is None else nearest_to(instrument.tick, exact)


# ---- what is asked for


def _entry(desk: Desk, key: Key, wish: Wish) -> str:
    """Exits are named by the entry that asked for them: here it is the wish itself."""
    number = 0
    while True:
        leg = f"protect{number}"
        run = f"protect/{key[0]}/{key[1]}"
        found = ClientOrderId.of(run, str(wish.at_ns), NO_SITE, leg, wish.owner)
        if all(desk.order(exit_id(found, name)) is None for name in KINDS):
            return found
        number += 1


def _at_exchange(draft: Draft, key: Key, wish: Wish, position: Position) -> None:
    """An entry that goes on filling does not set its own again over these."""
    entry = _entry(draft.desk, key, wish)
    side = Side.BUY if position.units > 0 else Side.SELL
    before = draft.desk.guards.get(key)
    guard = Guard(side, entry) if before is None or before.side is not side else before
    run = f"protect/{key[0]}/{key[1]}"
    whose = (entry, wish.owner, run, NO_SITE, entry)
    best = mark(draft.desk, position)
    guarding.set_anew(draft, key, with_plan(guard, wish.exits, whose, best), wish.at_ns)


def _on_paper(draft: Draft, key: Key, wish: Wish, position: Position) -> None:
    """The venue takes the one before away when it has the new one."""
    entry = _entry(draft.desk, key, wish)
    side = Side.SELL if position.units > 0 else Side.BUY
    made = []
    for leg, _level in _legs(wish.exits):
        terms = OrderTerms(
            key[1],
            side,
            KINDS[leg],
            Size(SizeKind.ALL),
            is_reduce_only=True,
            exits=only(leg, wish.exits),
        )
        order = Order(
            id=exit_id(entry, leg),
            account=key[0],
            terms=terms,
            owner=wish.owner,
            run=f"protect/{key[0]}/{key[1]}",
            leg=leg,
            group=entry,
            status=OrderStatus.SUBMITTED,
            placed_at_ns=wish.at_ns,
        )
        draft.say(ExitPlaced(order, wish.at_ns))
        made.append(order)
    draft.ask(SubmitOrders(key[0], tuple(made)))
