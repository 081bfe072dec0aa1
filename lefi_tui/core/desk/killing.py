"""The kill, step by step: block, cancel, wait for it, flatten what is wanted, read back, prove.

The rules it keeps: a flatten is reduce-only, leaves after the cancels have their end or their time
is over, and never stands beside another one of its position, so that no position is turned over;
what fills in between is taken into account; only what the venues show is a proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.bot import Quote
from lefi_tui.core.desk.changing import put
from lefi_tui.core.desk.commands import begin_stop
from lefi_tui.core.desk.draft import Draft
from lefi_tui.core.desk.facts import gate_answer
from lefi_tui.core.desk.in_doubt import left_there
from lefi_tui.core.desk.orders import KILL, cancel_orders, is_flatten
from lefi_tui.core.desk.runs import stop_if_done
from lefi_tui.core.desk.state import Desk
from lefi_tui.core.ids import ClientOrderId
from lefi_tui.core.kill import Flatten, KillStage, KillState, Reading
from lefi_tui.core.messages import (
    AdvanceKill,
    CancelOrders,
    FlattenTried,
    Kill,
    KillBegan,
    KillRead,
    KillRulesSet,
    KillStepped,
    LookUpOrder,
    OrderSubmitted,
    Resume,
    SetKillRules,
    SubmitOrders,
    TakeOrders,
    TakeOver,
    TradingState,
    TradingStateChanged,
    VenueRead,
)
from lefi_tui.core.money import EXACT, ZERO, exact_sum, words
from lefi_tui.core.order import (
    HAND,
    UNKNOWN,
    Order,
    OrderKind,
    OrderStatus,
    OrderTerms,
    Side,
    Size,
    SizeKind,
)
from lefi_tui.core.position import Position
from lefi_tui.core.protection import is_fired

NS_PER_S: Final = 1_000_000_000
CANCEL_WAIT_NS: Final = 3 * NS_PER_S  # then positions are flattened, whatever still works
AGAIN_NS: Final = 2 * NS_PER_S  # between two flattens of one position that came to nothing
REFUSED_AGAIN_NS: Final = 30 * NS_PER_S  # the gate's no: a price or a rule may have changed
TELL_NS: Final = NS_PER_S  # what is left is told again so often at most
LEFT_MAX: Final = 40  # lines of what is left; the others are counted
LIFTED_BY_HAND: Final = "trader"
LIFTED_AFTER_CAUSE: Final = "admin"  # a kill that no person asked for
ENGINE: Final = "engine"
NO_SITE: Final = -1

Key = tuple[str, str]


def set_kill_rules(draft: Draft, command: SetKillRules) -> None:
    if command.rules != draft.desk.kill_rules:
        draft.say(KillRulesSet(command.rules))
    if draft.desk.trading_state is TradingState.HALTED and draft.desk.kill is None:
        _read_back(draft, command.at_ns)


def _read_back(draft: Draft, now_ns: int) -> None:
    """Halted by a file beside a database that knew no rules: it tells what is open, and closes
    nothing, since its books may be older than that file."""
    orders = _count(len(draft.desk.orders), "order")
    text = f"Halted at the start: {orders} to cancel, nothing is closed; the venues are read."
    draft.say(KillBegan(now_ns, ENGINE, draft.desk.trading_cause, Flatten.NONE, text))
    cancel_orders(draft, list(draft.desk.orders.values()), now_ns, KILL)


# ---- begin and end


def kill(draft: Draft, command: Kill) -> None:
    """Block new orders first, then stop every bot, then cancel whatever still works."""
    rules, under_way = draft.desk.kill_rules, draft.desk.kill
    if under_way is not None and (under_way.at_ns, under_way.by) == (command.at_ns, command.by):
        return  # the same one by its note: it was taken
    lift = LIFTED_AFTER_CAUSE if command.by == ENGINE else LIFTED_BY_HAND
    draft.say(
        TradingStateChanged(TradingState.HALTED, command.reason, command.by, command.at_ns, lift)
    )
    if rules is not None and (under_way is None or under_way.stage is KillStage.PROVEN):
        orders, alive = len(draft.desk.orders), sum(b.is_alive for b in draft.desk.bots.values())
        counts = f"{_count(alive, 'bot')} to stop, {_count(orders, 'order')} to cancel"
        text = f"New orders are blocked: {counts}."
        draft.say(KillBegan(command.at_ns, command.by, command.reason, rules.flatten, text))
    for bot_id in [bot.id for bot in draft.desk.bots.values() if bot.is_open]:
        begin_stop(draft, bot_id, command)
    cancel_orders(draft, list(draft.desk.orders.values()), command.at_ns, KILL)
    for bot_id in list(draft.desk.bots):
        stop_if_done(draft, bot_id, command.at_ns)


def resume(draft: Draft, command: Resume) -> None:
    if not command.reason.strip():
        draft.refuse("Resume", command.at_ns, "Resuming asks for a reason; it stays in the audit.")
        return
    draft.say(TradingStateChanged(TradingState.ACTIVE, command.reason, command.by, command.at_ns))


# ---- what came from outside


def venue_read(draft: Draft, report: VenueRead) -> None:
    """Orders of ours that only the venue knows to work are canceled like the others."""
    if draft.desk.kill is None:
        return
    told = (report.account, report.at_ns, report.working, report.holdings, report.error)
    draft.say(KillRead(*told))
    strange = tuple(each for each in report.working if each not in draft.desk.orders)
    if strange:
        draft.ask(CancelOrders(report.account, strange))


def take_orders(draft: Draft, command: TakeOrders) -> None:
    """They left with the kill while the journal could not be written; the venue says the rest."""
    for order in command.orders:
        if draft.desk.order(order.id) is not None:
            continue
        draft.say(OrderSubmitted(order, ()))
        if draft.desk.kill is not None and order.quantity is not None:
            units = order.quantity.copy_sign(Decimal(-order.terms.side.sign))
            draft.say(FlattenTried(order.account, order.terms.symbol, units, command.at_ns))
        draft.ask(TakeOver(order.account, order))  # behind a start its venue does not know of it
        draft.ask(LookUpOrder(order.account, order.id))


# ---- onward


def advance_kill(draft: Draft, command: AdvanceKill) -> None:
    """All that is due at this moment; nothing when nothing is."""
    state = draft.desk.kill
    if state is None or draft.desk.trading_state is not TradingState.HALTED:
        return
    now_ns = command.at_ns
    if state.stage is KillStage.CANCELING:
        if draft.desk.orders and now_ns < state.at_ns + CANCEL_WAIT_NS:
            return
        draft.say(KillStepped(now_ns, KillStage.CLOSING, _canceled_text(draft.desk, state)))
    wanted = {key: units for key, units in _wanted(draft.desk, state.flatten) if units}
    if state.stage is KillStage.PROVEN:
        if not wanted and not draft.desk.orders:
            return
        text = "Something came after the proof; it goes on."
        draft.say(KillStepped(now_ns, KillStage.CLOSING, text))
    for key, units in wanted.items():
        _flatten(draft, key, units, now_ns)
    _prove_or_tell(draft, now_ns)


def is_due(desk: Desk, now_ns: int) -> bool:
    """Whether the kill has something to do or to say now."""
    if desk.kill is None:
        return False
    draft = Draft(desk)
    advance_kill(draft, AdvanceKill(now_ns))
    return bool(draft.events)


def _canceled_text(desk: Desk, state: KillState) -> str:
    count = sum(bool(units) for _, units in _wanted(desk, state.flatten))
    closing = f"{_count(count, 'position')} to close" if count else "nothing to close"
    if not desk.orders:
        return f"All orders are at their end; {closing}."
    seconds = CANCEL_WAIT_NS // NS_PER_S
    orders = _count(len(desk.orders), "order")
    return f"{orders} not confirmed as canceled after {seconds} s; {closing}."


# ---- flatten


def _wanted(desk: Desk, flatten: Flatten) -> Iterator[tuple[Key, Decimal]]:
    """Signed units of each position that are to be given back, never more than is open."""
    for key, position in sorted(desk.positions.items(), key=lambda pair: pair[0]):
        net = exact_sum(share for _, share in _shares(position, flatten))
        if net * position.units > 0:
            yield key, min(net, position.units, key=abs)
        else:
            yield key, ZERO


def _shares(position: Position, flatten: Flatten) -> list[tuple[str, Decimal]]:
    """Whose share goes, by name."""
    if flatten is Flatten.NONE:
        return []
    kept = frozenset() if flatten is Flatten.ALL else frozenset({HAND, UNKNOWN})
    return [(name, units) for name, units in sorted(position.shares.items()) if name not in kept]


def _flatten(draft: Draft, key: Key, units: Decimal, now_ns: int) -> None:
    state = draft.desk.kill
    assert state is not None
    tried = state.tries.get(key)
    if tried is not None:
        wait_ns = REFUSED_AGAIN_NS if tried.refusal else AGAIN_NS
        if tried.units == units and now_ns < tried.at_ns + wait_ns:
            return
    if any(_is_of(order, key) for order in draft.desk.orders.values()):
        return
    position, left, refusal = draft.desk.positions[key], units, ""
    for owner, share in _shares(position, state.flatten):
        if share * left <= 0:
            continue
        part = min(share, left, key=abs)
        refusal = _send(draft, _order(draft.desk, position, (owner, part), now_ns), now_ns)
        left = EXACT.subtract(left, part)
    draft.say(FlattenTried(*key, units, now_ns, refusal))


def _is_of(order: Order, key: Key) -> bool:
    is_leaving = is_flatten(order) or is_fired(order)
    return is_leaving and (order.account, order.terms.symbol) == key


def _order(desk: Desk, position: Position, share: tuple[str, Decimal], now_ns: int) -> Order:
    """Its id hangs on the kill, position, owner and count alone: sent by two ways, it is one."""
    assert desk.kill is not None
    owner, units = share
    run = f"{KILL}/{desk.kill.at_ns}/{position.account}/{position.symbol}"
    number = 0
    while desk.order(order_id := _id(run, desk.kill.at_ns, owner, number)) is not None:
        number += 1
    side = Side.SELL if units > 0 else Side.BUY
    size = Size(SizeKind.UNITS, abs(units))
    terms = OrderTerms(position.symbol, side, OrderKind.MARKET, size, is_reduce_only=True)
    return Order(
        id=order_id,
        account=position.account,
        terms=terms,
        owner=owner,
        run=run,
        site=NO_SITE,
        group=order_id,
        placed_at_ns=now_ns,
    )


def _id(run: str, at_ns: int, owner: str, number: int) -> str:
    return ClientOrderId.of(run, str(at_ns), NO_SITE, f"flatten{number}/{owner}", owner)


def _send(draft: Draft, order: Order, now_ns: int) -> str:
    """Through the gate like every order, as one that reduces; its no in words."""
    answer = gate_answer(_as_reducing(draft.desk, order), order, now_ns)
    failed = [each.text or each.code for each in answer.refusals]
    if failed:
        return "; ".join(failed)
    ready = answer.order.moved_to(OrderStatus.SUBMITTED)
    draft.say(OrderSubmitted(ready, answer.verdicts))
    draft.ask(SubmitOrders(ready.account, (ready,)))
    return ""


def _as_reducing(desk: Desk, order: Order) -> Desk:
    """What only reduces may leave in a kill, also where no price was ever seen."""
    key = (order.account, order.terms.symbol)
    quotes = desk.quotes
    if key not in quotes:
        entry = float(desk.positions[key].entry)
        quotes = put(quotes, key, Quote(order.terms.symbol, 0, entry, entry, entry))
    return replace(desk, trading_state=TradingState.REDUCING, quotes=quotes)


# ---- proof


def _prove_or_tell(draft: Draft, now_ns: int) -> None:
    state = draft.desk.kill
    assert state is not None
    left = tuple(_left(draft.desk, state))
    if not left:
        text = _proof(draft.desk, state)
        draft.say(KillStepped(now_ns, KillStage.PROVEN, text))
    elif left != state.left and now_ns >= state.left_ns + TELL_NS:
        shown = (*left[:LEFT_MAX], *_more(len(left) - LEFT_MAX))
        text = f"Read back: {_count(len(left), 'thing')} left."
        if shown != state.left:
            draft.say(KillStepped(now_ns, KillStage.CLOSING, text, shown))


def _more(count: int) -> Iterable[str]:
    return (f"and {count} more",) if count > 0 else ()


def _left(desk: Desk, state: KillState) -> Iterator[str]:
    """All that keeps the kill from its proof, in words."""
    for order in desk.orders.values():
        yield f"{_named(order)} is {order.status}: {_why_working(order)}"
    for key, units in _wanted(desk, state.flatten):
        if units and not any(_is_of(order, key) for order in desk.orders.values()):
            tried = state.tries.get(key)
            why = tried.refusal if tried is not None and tried.refusal else "is being closed"
            yield f"{words(units)} of {key[1]} on {key[0]}: {why}"
    for account in desk.accounts:
        yield from _left_at(desk, state, account)


def _named(order: Order) -> str:
    terms = order.terms
    return f"order {order.id} ({order.owner}, {terms.side} {terms.symbol} on {order.account})"


def _why_working(order: Order) -> str:
    if is_flatten(order):
        return "it closes a position; the venue has not filled it yet"
    return "the venue has not confirmed its end"


def _left_at(desk: Desk, state: KillState, account: str) -> Iterator[str]:
    reading = state.read.get(account, Reading())
    if reading.error:
        if _is_used(desk, account):
            yield f"account {account} can't be read: {reading.error}"
        return
    if reading.at_ns < _settled_ns(state, account):
        yield f"account {account} is being read"
        return
    yield from (f"order {each} works at the venue of {account}" for each in reading.working)
    shown, books = dict(reading.holdings), left_there(desk, account, state.flatten)
    for symbol in sorted({*shown, *books}):
        if shown.get(symbol, ZERO) != books.get(symbol, ZERO):
            held, booked = words(shown.get(symbol, ZERO)), words(books.get(symbol, ZERO))
            yield f"{symbol}: the venue of {account} shows {held}, the books {booked}"


def _is_used(desk: Desk, account: str) -> bool:
    """An account without a position or an order may be away."""
    is_open = any(key[0] == account and each.units for key, each in desk.positions.items())
    return is_open or any(order.account == account for order in desk.orders.values())


def _settled_ns(state: KillState, account: str) -> int:
    """A reading from before this moment says nothing: something was sent or canceled since."""
    tries = [each.at_ns for key, each in state.tries.items() if key[0] == account]
    return max((*tries, state.closing_ns))


def is_news(state: KillState, report: VenueRead) -> bool:
    """Whether a reading says something that the one before does not."""
    known = state.read.get(report.account, Reading())
    told = (report.working, report.holdings, report.error)
    if told != (known.working, known.holdings, known.error):
        return True
    return known.at_ns < _settled_ns(state, report.account) <= report.at_ns


def _proof(desk: Desk, state: KillState) -> str:
    at = clock(max((each.at_ns for each in state.read.values()), default=state.at_ns))
    held = [each for _, each in sorted(desk.positions.items()) if each.units]
    if not held:
        return f"flat at {at}, 0 open orders"
    kept = "; ".join(_kept(each) for each in held)
    what = {
        Flatten.NONE: "0 open orders",
        Flatten.BOTS: "bots are flat, 0 open orders",
        Flatten.ALL: "0 open orders",
    }[state.flatten]
    return f"{what} at {at}; stays ([kill] flatten = {state.flatten}): {kept}"


def _kept(position: Position) -> str:
    owners = ", ".join(position.shares)
    return f"{words(position.units)} of {position.symbol} on {position.account} ({owners})"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def clock(at_ns: int) -> str:
    """12:00:01.42, UTC."""
    moment = datetime.fromtimestamp(at_ns // NS_PER_S, UTC)
    return f"{moment:%H:%M:%S}.{at_ns % NS_PER_S // 10_000_000:02}"
