"""What is traded back beside any run: what a time limit left, what a failed step filled too late.

The rules it keeps: a trade back never opens more than it takes back; one that fails is tried again
later and later, as an undo of a transaction is, and is told loudly in the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from lefi_tui.core import again
from lefi_tui.core.bot import STUCK
from lefi_tui.core.desk import waiting
from lefi_tui.core.desk.closes import closing_words
from lefi_tui.core.desk.draft import Draft
from lefi_tui.core.desk.orders import closing_beside, submit
from lefi_tui.core.desk.state import Desk
from lefi_tui.core.ids import ClientOrderId
from lefi_tui.core.messages import NoteWritten, OwedKept, TradingState
from lefi_tui.core.money import EXACT, ZERO, words
from lefi_tui.core.order import Order, OrderKind, OrderTerms, Owed, Size, SizeKind

UNDONE: Final = "undone"  # kind of a note that tells what was traded back beside its run


def give_back(draft: Draft, order: Order, units: Decimal, at_ns: int) -> bool:
    """The newest units that were filled of it; whether they are traded back, or will be.

    They are not where nothing is open that the trade could make smaller.
    """
    retries = draft.bot(order.owner).needs.patience.retries
    backs = [
        replace(_back(order, terms, leg, at_ns), retries=retries)
        for leg, terms in _trades_back(order, units)
    ]
    have_left = [_send(draft, each, at_ns) for each in backs]  # each of them, come what may
    return any(have_left)


def is_back(order: Order) -> bool:
    """Whether it is a trade back of the desk's own: no run waits for it."""
    return order.is_undo and not order.ticket


def failed(draft: Draft, order: Order, why: str, at_ns: int) -> None:
    """The venue or a person ended it: what is left of it is tried again a little later."""
    if is_back(order) and not _is_gone(draft.desk, order):
        _again(draft, order, (why, at_ns))


def filled_late(draft: Draft, before: Order, units: Decimal, at_ns: int) -> None:
    """A run has gone on without these units: they go back, or nobody looks after them any more."""
    if before.status not in waiting.ENDED_EARLY:
        return
    bot, order = draft.desk.bots.get(before.owner), draft.desk.order(before.id)
    is_unwanted = bot is not None and (before.is_step or waiting.is_taken_back(bot, before))
    is_back = False
    if order is not None and is_unwanted and not _is_killed(draft, order):
        is_back = give_back(draft, order, units, at_ns)
    if not (is_back or before.ticket or before.is_undo):
        return
    text = (
        f"{before.terms.side} {words(units)} of {before.terms.symbol} was filled "
        f"when order {before.id} had its end already"
    )
    kind, what_now = STUCK, ", and its run went on without. Look after it."
    if is_back:
        kind, what_now = UNDONE, ": it is traded back."
    draft.say(NoteWritten(before.owner, kind, f"{text}{what_now}", "", at_ns))


def _is_killed(draft: Draft, order: Order) -> bool:
    """Its bot has ended, and a kill flattens what is open."""
    is_halted = draft.desk.trading_state is TradingState.HALTED
    return is_halted and draft.bot(order.owner).status not in waiting.HEARING


def go_on(draft: Draft, bot_id: str, at_ns: int) -> None:
    """Those whose time has come are sent again."""
    due = [each for each in draft.bot(bot_id).owed if each.due_ns <= at_ns]
    if due:
        left = tuple(each for each in draft.bot(bot_id).owed if each.due_ns > at_ns)
        draft.say(OwedKept(bot_id, left))
    for each in due:
        order = each.order
        terms = replace(order.terms, size=Size(SizeKind.UNITS, _left(order)))
        _send(draft, _back(order, terms, f"back/{order.id}", at_ns), at_ns)


def _trades_back(order: Order, units: Decimal) -> Iterator[tuple[str, OrderTerms]]:
    """What it opened is made smaller at most to nothing: a stop may have closed some of it. What
    it took of a position from before it is opened again."""
    opened = min(units, max(ZERO, EXACT.subtract(order.filled, _closable(order))))
    parts = (opened, True), (EXACT.subtract(units, opened), False)
    for part, is_reduce_only in parts:
        if part:
            terms = OrderTerms(
                order.terms.symbol,
                order.terms.side.opposite,
                OrderKind.MARKET,
                Size(SizeKind.UNITS, part),
                is_reduce_only=is_reduce_only,
                leverage=None if is_reduce_only else order.terms.leverage,
            )
            leg = f"back/{order.id}"
            if order.is_step:
                leg += f"/{words(order.filled)}/{is_reduce_only}"  # each late fill has its own
            yield leg, terms


def _closable(order: Order) -> Decimal:
    """How much of a position from before it can take; only of a step it is known."""
    held = order.held or ZERO
    return held.copy_abs() if held * order.terms.side.sign < 0 else ZERO


def _back(order: Order, terms: OrderTerms, leg: str, at_ns: int) -> Order:
    order_id = ClientOrderId.of(order.run, str(at_ns), order.site, leg)
    return Order(
        id=order_id,
        account=order.account,
        terms=terms,
        owner=order.owner,
        run=order.run,
        site=order.site,
        group=order_id,
        placed_at_ns=at_ns,
        is_undo=True,
        retries=order.retries,
    )


def _send(draft: Draft, order: Order, at_ns: int) -> bool:
    """Whether it has left, or will; not where nothing is open that it could make smaller."""
    place = order.account, order.terms.symbol
    is_beside = order.terms.is_reduce_only
    closing = closing_beside(draft.desk, place, order.owner) if is_beside else None
    why = submit(draft, order, at_ns) if closing is None else closing_words(closing)
    if why and _is_gone(draft.desk, order):
        return False
    if why:
        _again(draft, order, (why, at_ns))
    return True


def _is_gone(desk: Desk, order: Order) -> bool:
    """Its stop may have closed what it would take back."""
    position = desk.positions.get((order.account, order.terms.symbol))
    share = ZERO if position is None else position.shares.get(order.owner, ZERO)
    return order.terms.is_reduce_only and share * order.terms.side.sign >= 0


def _again(draft: Draft, order: Order, why: tuple[str, int]) -> None:
    """Later; what trading's state holds up is not counted as a try."""
    text, at_ns = why
    bot = draft.bot(order.owner)
    is_held_up = draft.desk.trading_state is not TradingState.ACTIVE
    if not order.retries and not is_held_up:
        tell(draft, order, text, at_ns)
        return
    wait_ms = again.again_ms(max(0, bot.needs.patience.retries - order.retries))
    if is_held_up:
        wait_ms = again.MOST_MS
    order = replace(order, retries=order.retries - (not is_held_up))
    draft.say(OwedKept(bot.id, (*bot.owed, Owed(order, at_ns + wait_ms * waiting.NS_PER_MS))))
    waiting.wind(draft, bot.id)


def tell(draft: Draft, order: Order, why: str, at_ns: int) -> None:
    what = f"{order.terms.side} {words(_left(order))} of {order.terms.symbol}"
    text = f"{what} was not traded back: {why}. What it leaves stays; look after it."
    draft.say(NoteWritten(order.owner, STUCK, text, "", at_ns))


def _left(order: Order) -> Decimal:
    return order.terms.size.value if order.remaining is None else order.remaining
