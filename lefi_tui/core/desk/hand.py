"""An order of a person, through the same gate as any bot's.

The rules it keeps: nothing that opens leaves for real money but through the gates; what looks like
a slip of the finger leaves only when it is said twice; a reducing order never opens, and none is
sent beside a close.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from lefi_tui.core.bot import Quote
from lefi_tui.core.desk import live, waiting
from lefi_tui.core.desk.closes import closing_words
from lefi_tui.core.desk.draft import Draft
from lefi_tui.core.desk.facts import gate_answer
from lefi_tui.core.desk.feeding import watch_of
from lefi_tui.core.desk.gathering import in_force
from lefi_tui.core.desk.orders import closing_beside, submit
from lefi_tui.core.desk.state import Desk
from lefi_tui.core.hand import AGAIN, USUAL_MOST, doubts, exits_wrong, units_at_risk
from lefi_tui.core.ids import ClientOrderId
from lefi_tui.core.live_gates import Gate, hand_refusal
from lefi_tui.core.messages import MarketSeen, PlaceOrder, QuoteChanged, Verdict
from lefi_tui.core.money import ZERO, from_double, words
from lefi_tui.core.offers import TITLES
from lefi_tui.core.order import (
    HAND,
    ExitPlan,
    Order,
    OrderKind,
    OrderTerms,
    Side,
    Size,
    SizeKind,
    TimeInForce,
)
from lefi_tui.core.position import Position
from lefi_tui.core.record import Record
from lefi_tui.core.risk.gate import refusals

NO_SITE: Final = -1  # of no place in a script
ONE: Final = Decimal(1)  # the leverage of what asks for none
NAME: Final = "PlaceOrder"


class Ready(Record):
    """An order before it is sent, and all that is said of it."""

    order: Order | None = None
    verdicts: tuple[Verdict, ...] = ()  # of the gate
    doubts: tuple[Verdict, ...] = ()  # what must be said twice
    gates: tuple[Gate, ...] = ()  # of real money
    refusal: str = ""  # why there is no order at all

    @property
    def refused(self) -> str:
        """By the gate, in words."""
        return "; ".join(each.text or each.code for each in refusals(self.verdicts))

    @property
    def doubted(self) -> tuple[Verdict, ...]:
        return tuple(each for each in self.doubts if not each.passed)


def place_order(draft: Draft, command: PlaceOrder) -> None:
    see(draft, command.account, command.quotes)
    ready = prepared(draft.desk, command)
    shut = ready.refusal or hand_refusal(command.account, ready.gates)
    if shut or ready.order is None:
        draft.refuse(NAME, command.at_ns, shut)
        return
    more = () if command.is_confirmed else ready.doubts
    if not submit(draft, ready.order, command.at_ns, more=more):
        draft.ask(watch_of(draft.desk, command.account))


def see(draft: Draft, account: str, quotes: Iterable[Quote]) -> None:
    """The market as it stood for the engine: without a bot nobody else tells the desk of it."""
    for quote in quotes:
        known = draft.desk.quotes.get((account, quote.symbol))
        if known is None or known.time_ms < quote.time_ms:
            draft.say(MarketSeen(QuoteChanged(account, quote)))


def prepared(desk: Desk, command: PlaceOrder) -> Ready:
    """The order with its units, and what gate and gates say of it; nothing is sent."""
    refusal = _refusal(desk, command)
    if refusal:
        return Ready(refusal=refusal)
    price = price_of(desk, command)
    size = _size(command, price)
    if isinstance(size, str):
        return Ready(refusal=size)
    order = _order(desk, command, size)
    answer = gate_answer(desk, order, command.at_ns)
    gates = () if command.is_reduce_only else live.hand_gates(desk, command.account, command)
    doubts = (*doubts_of(desk, answer.order, price), *_beside_bots(desk, command))
    return Ready(answer.order, answer.verdicts, doubts, gates)


# ---- why not


def _refusal(desk: Desk, command: PlaceOrder) -> str:
    """What, where, why, next; empty when it may go to the gate."""
    account, symbol = command.account, command.symbol
    if account not in desk.accounts:
        known = ", ".join(desk.accounts) or "none"
        return f"There is no account {account!r}; there are {known}."
    if waiting.is_file(desk, account):
        return f"{account} is a candle file: what is traded there stands in its scripts."
    if (account, symbol) not in desk.instruments:
        return f"Account {account} has no market {symbol}."
    return (
        _terms_wrong(command)
        or _not_offered(desk, command)
        or _exits_wrong(desk, command)
        or _other_leverage(desk, command)
        or _beside_close(desk, command)
    )


def _terms_wrong(command: PlaceOrder) -> str:
    if (command.size is None) == (command.risk is None):
        return "Say either a size or the money at risk."
    if command.limit is None and command.is_post_only:
        return "Post only needs a limit: a market order always takes."
    if command.limit is None and command.time_in_force is not TimeInForce.GTC:
        return f"{command.time_in_force} needs a limit; a market order fills what it can at once."
    if command.is_post_only and command.time_in_force is not TimeInForce.GTC:
        return f"Post only rests, {command.time_in_force} does not. Leave one of them out."
    if command.is_reduce_only and command.exits != ExitPlan():
        return "A reducing order sets no exits. Set those of the position instead."
    return ""


def _not_offered(desk: Desk, command: PlaceOrder) -> str:
    """What the venue's sheet says is not there; what it does not name may be asked of it."""
    offers, plan = desk.offers.get(command.account), command.exits
    asked = {
        "post_only": command.is_post_only,
        command.time_in_force.value: command.time_in_force is not TimeInForce.GTC,
        "stop_loss": plan.stop_loss is not None,
        "take_profit": plan.take_profit is not None,
        "trail": plan.trail is not None,
    }
    wanted = () if offers is None else (offers.of(each) for each in asked if asked[each])
    for row in wanted:
        if row is not None and not row.used:
            why = row.why_not or "it is not used there"
            return (
                f"Account {command.account} takes no {TITLES[row.what]}: {why}. Leave it out; "
                f"`lefi venue {command.account}` shows what there is."
            )
    return ""


def _exits_wrong(desk: Desk, command: PlaceOrder) -> str:
    price = price_of(desk, command)
    if price is None or price <= 0 or command.exits == ExitPlan():
        return ""  # the gate says of the price what there is to say
    return exits_wrong(command.exits, price, command.side)


def _other_leverage(desk: Desk, command: PlaceOrder) -> str:
    """It is set for a market, so a second one would change it under the first. What is held is the
    gate's to compare."""
    key = (command.account, command.symbol)
    position = desk.positions.get(key) or Position(*key)
    if command.is_reduce_only or position.units or not desk.instruments[key].is_perpetual:
        return ""
    asked = command.leverage or ONE
    for each in desk.orders.values():
        terms = each.terms
        is_entry = each.leg == "entry" and not terms.is_reduce_only
        if is_entry and (each.account, terms.symbol) == key and (terms.leverage or ONE) != asked:
            return (
                f"{words(asked)}x asked for {command.symbol} on {command.account}, where an order "
                f"before it has {words(terms.leverage or ONE)}x: a market has one leverage, so "
                "this would change that order's. Ask for the same, or cancel that one first."
            )
    return ""


def _beside_close(desk: Desk, command: PlaceOrder) -> str:
    if not command.is_reduce_only:
        return ""
    position = desk.positions.get((command.account, command.symbol))
    if position is None or position.units * command.side.sign >= 0:
        return (
            f"A reducing {command.side} of {command.symbol} on {command.account} has nothing to "
            "make smaller. Leave reduce only out, or take the other side."
        )
    closing = closing_beside(desk, (command.account, command.symbol), HAND)
    return "" if closing is None else closing_words(closing)


# ---- what it is


def market_of(desk: Desk, account: str, symbol: str) -> tuple[Decimal, Decimal] | None:
    """Best bid and ask, as they were seen last."""
    quote = desk.quotes.get((account, symbol))
    return None if quote is None else (from_double(quote.bid), from_double(quote.ask))


def price_of(desk: Desk, command: PlaceOrder) -> Decimal | None:
    """Its limit; else what it would meet first."""
    if command.limit is not None:
        return command.limit
    market = market_of(desk, command.account, command.symbol)
    return None if market is None else market[1 if command.side is Side.BUY else 0]


def _size(command: PlaceOrder, price: Decimal | None) -> Size | str:
    if command.risk is None:
        assert command.size is not None, command
        return command.size
    if price is None:
        return f"No price of {command.symbol} was seen yet, so the risk says no size. Wait for one."
    units = units_at_risk(command.risk, price, command.exits, command.side)
    return units if isinstance(units, str) else Size(SizeKind.UNITS, units)


def _order(desk: Desk, command: PlaceOrder, size: Size) -> Order:
    run = f"{HAND}/{command.account}/{command.symbol}"
    terms = OrderTerms(
        symbol=command.symbol,
        side=command.side,
        kind=OrderKind.MARKET if command.limit is None else OrderKind.LIMIT,
        size=size,
        limit=command.limit,
        time_in_force=command.time_in_force,
        is_reduce_only=command.is_reduce_only,
        is_post_only=command.is_post_only,
        leverage=command.leverage,
        exits=command.exits,
    )
    order_id = new_id(desk, run, "order", command.at_ns)
    return Order(
        id=order_id,
        account=command.account,
        terms=terms,
        owner=HAND,
        run=run,
        group=order_id,
        placed_at_ns=command.at_ns,
    )


def new_id(desk: Desk, run: str, leg: str, at_ns: int) -> str:
    """Two at the same moment have two names."""
    number = 0
    order_id = ClientOrderId.of(run, str(at_ns), NO_SITE, leg, HAND)
    while desk.order(order_id) is not None:
        number += 1
        order_id = ClientOrderId.of(run, str(at_ns), NO_SITE, f"{leg}{number}", HAND)
    return order_id


# ---- slips of the finger


def doubts_of(desk: Desk, order: Order, price: Decimal | None) -> tuple[Verdict, ...]:
    """What must be said twice before it leaves."""
    terms, key = order.terms, (order.account, order.terms.symbol)
    limits = in_force(desk, order.account, HAND).limits
    position = desk.positions.get(key) or Position(*key)
    against = position.units.copy_abs() if position.units * terms.side.sign < 0 else ZERO
    opens = ZERO if terms.is_reduce_only else max((order.quantity or ZERO) - against, ZERO)
    worth = opens * (price or ZERO)
    asked = (terms.side, terms.limit, worth)
    return doubts(asked, market_of(desk, *key), _usual(desk, order.account), limits)


def _beside_bots(desk: Desk, command: PlaceOrder) -> Iterator[Verdict]:
    """Of the other side than a bot's units: together they net, but each keeps its own."""
    position = desk.positions.get((command.account, command.symbol))
    if position is None or command.is_reduce_only:
        return
    for owner, units in position.shares.items():
        if owner in desk.bots and units * command.side.sign < 0:
            held = f"{words(abs(units))} {'long' if units > 0 else 'short'}"
            text = (
                f"{owner} holds {held} there; reduce only makes its position smaller, this opens "
                f"your own beside it. {AGAIN}."
            )
            yield Verdict(
                "hand beside a bot", held, "", passed=False, code="HAND_BESIDE_A_BOT", text=text
            )


def _usual(desk: Desk, account: str) -> list[Decimal]:
    """What the newest entries by hand were worth; of those that were filled."""
    mine = [
        each.cost
        for each in (*desk.closed.values(), *desk.orders.values())
        if (each.owner, each.account, each.leg) == (HAND, account, "entry")
        and each.filled
        and not each.terms.is_reduce_only
    ]
    return mine[-USUAL_MOST:]
