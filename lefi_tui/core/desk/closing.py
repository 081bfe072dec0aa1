"""Closing what is open: by a person, the whole position; by a stopping bot, its own share of it.

The rules it keeps: one close at a time, never sent again while its fate is not known; a close that
the gate, the venue or a person stopped is told and not repeated; none can turn a position over.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from lefi_tui.core.desk.closes import closes_of, closing_words, takes_all_of
from lefi_tui.core.desk.draft import Draft
from lefi_tui.core.desk.facts import gate_answer
from lefi_tui.core.desk.orders import cancel_orders, submit
from lefi_tui.core.desk.state import BotStatus, Desk
from lefi_tui.core.ids import ClientOrderId
from lefi_tui.core.messages import CloseGivenUp, ClosePosition, TradingState
from lefi_tui.core.money import MONEY, ZERO, words
from lefi_tui.core.order import HAND, Order, Size, SizeKind
from lefi_tui.core.position import Position
from lefi_tui.core.terms import close_terms

NO_SITE: Final = -1  # of no place in a script


def close_position(draft: Draft, command: ClosePosition) -> None:
    """Nothing is done when it can't be: orders that work in the symbol are canceled only then."""
    refusal = _refusal(draft.desk, command)
    if refusal:
        draft.refuse("ClosePosition", command.at_ns, refusal)
        return
    position = draft.desk.positions[command.account, command.symbol]
    part = _part(draft.desk, position, command)
    if part is not None:
        _close_part(draft, part, command.at_ns)
        return
    order = _order(draft.desk, position, HAND, command.at_ns)
    # On a draft of its own: what the cancels set free is the close's to use.
    trial = Draft(draft.desk)
    _cancel_entries(trial, command)
    answer = gate_answer(trial.desk, order, command.at_ns)
    failed = [each.text or each.code for each in answer.refusals]
    if failed:
        draft.refuse("ClosePosition", command.at_ns, f"{'; '.join(failed)} Nothing was sent.")
        return
    _cancel_entries(draft, command)
    submit(draft, order, command.at_ns)


def _refusal(desk: Desk, command: ClosePosition) -> str:
    """What, where, why, next; empty when it may go to the gate."""
    symbol = command.symbol
    position = desk.positions.get((command.account, symbol))
    if position is None or not position.units:
        return f"There is no open position of {symbol} on account {command.account}."
    if desk.trading_state is TradingState.HALTED:
        return (
            f"{symbol} stays open: trading is halted ({desk.trading_cause}), only cancels leave. "
            "Resume first, which asks for a reason, then close; or close it at the venue."
        )
    working = closes_of(desk, command.account, symbol)
    if working:
        return f"{closing_words(working[0])} Wait for it, or cancel it and close again."
    return _part_wrong(command)


def _part_wrong(command: ClosePosition) -> str:
    share, units = command.share, command.units
    if share is not None and units is not None:
        return "Say either a share of the position or units."
    if share is not None and not 0 < share <= 1:
        return f"A share of {words(share)} is none: more than 0, at most 1."
    if units is not None and units <= 0:
        return f"{words(units)} units are nothing to close."
    return ""


def _part(desk: Desk, position: Position, command: ClosePosition) -> Order | None:
    """What takes a part of it; None where all of it goes. The gate rounds it down to a lot."""
    held = position.units.copy_abs()
    units = command.units
    if command.share is not None:
        units = MONEY.multiply(held, command.share)
    if units is None or units >= held:
        return None
    whole = _order(desk, position, HAND, command.at_ns)
    terms = replace(whole.terms, size=Size(SizeKind.UNITS, units))
    return replace(whole, terms=terms)


def _close_part(draft: Draft, order: Order, at_ns: int) -> None:
    """Entries work on, and the exits stay: they are the whole position's."""
    failed = gate_answer(draft.desk, order, at_ns).refusals
    if failed:
        text = "; ".join(each.text or each.code for each in failed)
        draft.refuse("ClosePosition", at_ns, f"{text} Nothing was sent.")
        return
    submit(draft, order, at_ns)


def _cancel_entries(draft: Draft, command: ClosePosition) -> None:
    """Whoever's they are: what works on would open again, or sell the same units."""
    entries = [
        order
        for order in draft.desk.orders.values()
        if (order.account, order.terms.symbol) == (command.account, command.symbol)
        and order.leg == "entry"
    ]
    cancel_orders(draft, entries, command.at_ns, command.by)


def _order(desk: Desk, position: Position, owner: str, at_ns: int) -> Order:
    """The same asked twice has the same id; asked again after its end, another one."""
    units = position.units if owner == HAND else position.shares[owner]
    terms = close_terms(position.symbol, units)
    assert terms is not None, position
    run = f"close/{position.account}/{position.symbol}"
    number = 0
    order_id = ClientOrderId.of(run, str(at_ns), NO_SITE, "close", owner)
    while desk.order(order_id) is not None:
        number += 1
        order_id = ClientOrderId.of(run, str(at_ns), NO_SITE, f"close{number}", owner)
    return Order(
        id=order_id,
        account=position.account,
        terms=terms,
        owner=owner,
        run=run,
        site=NO_SITE,
        group=order_id,
        placed_at_ns=at_ns,
    )


# ---- a bot that stops


def close_shares(draft: Draft, bot_id: str, at_ns: int) -> bool:
    """Send what is to be closed and not on its way; whether the bot still has to wait."""
    must_wait = False
    for position in _to_close(draft.desk, bot_id):
        denied = ""
        if not _is_leaving(draft.desk, position, bot_id):
            denied = submit(draft, _order(draft.desk, position, bot_id, at_ns), at_ns)
        if denied:
            give_up(draft, bot_id, position.symbol, (denied, at_ns))
        else:
            must_wait = True
    return must_wait


def _is_leaving(desk: Desk, position: Position, bot_id: str) -> bool:
    """Whether something works already that takes the bot's share, or a part of it.

    That is a close, or an order of its own that is being canceled and may have filled: a close
    beside it could take another bot's units.
    """
    if any(takes_all_of(each, HAND) for each in closes_of(desk, position.account, position.symbol)):
        return True
    share = position.shares[bot_id]
    return any(
        order.leg == "entry"
        and (order.account, order.terms.symbol) == (position.account, position.symbol)
        and order.terms.side.sign * share < 0
        for order in desk.working_of(bot_id)
    )


def close_failed(draft: Draft, order: Order, why: str, at_ns: int) -> None:
    """The venue or a person ended a close: the bots that waited for it keep what they have left."""
    if order.terms.size.kind is not SizeKind.ALL or order.leg != "entry":
        return
    for bot in list(draft.desk.bots.values()):
        is_concerned = bot.account == order.account and order.owner in {bot.id, HAND}
        if is_concerned and bot.status is BotStatus.STOPPING and bot.closes:
            symbols = [each.symbol for each in _to_close(draft.desk, bot.id)]
            if order.terms.symbol in symbols:
                give_up(draft, bot.id, order.terms.symbol, (why, at_ns))


def give_up(draft: Draft, bot_id: str, symbol: str, why: tuple[str, int]) -> None:
    bot = draft.bot(bot_id)
    units = draft.desk.positions[bot.account, symbol].shares[bot_id]
    base = draft.desk.instruments[bot.account, symbol].base
    text = f"{words(units)} {base} of {symbol} stays open: {why[0]}"
    draft.say(CloseGivenUp(bot_id, why[1], text, symbol))


def waiting_for(desk: Desk, order: Order) -> list[str]:
    """Bots whose stop may be done when this order has its end: its owner, or who shares in it.

    An exit is the whole position's.
    """
    if order.owner != HAND and order.leg == "entry":
        return [order.owner]
    return [
        bot.id
        for bot in desk.bots.values()
        if bot.account == order.account and bot.status is BotStatus.STOPPING
    ]


def _to_close(desk: Desk, bot_id: str) -> list[Position]:
    """Positions the bot has a share of and did not give up, in the order of their names."""
    bot = desk.bots[bot_id]
    return [
        position
        for (account, symbol), position in sorted(desk.positions.items(), key=lambda pair: pair[0])
        if account == bot.account
        and symbol not in bot.given_up
        and position.shares.get(bot_id, ZERO)
    ]
