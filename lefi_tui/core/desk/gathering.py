"""What the limits look at, put together from the desk: only for an order that a limit concerns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.desk import valuation
from lefi_tui.core.desk.risk_changes import DAY_NS, has_limits, is_entry, limits_of, worth_now
from lefi_tui.core.desk.state import Desk
from lefi_tui.core.messages import Sizing
from lefi_tui.core.money import ZERO, from_double
from lefi_tui.core.order import HAND, Order
from lefi_tui.core.position import Position
from lefi_tui.core.risk import events
from lefi_tui.core.risk.advisers import BIAS_FIELD
from lefi_tui.core.risk.facts import NS_PER_MS, Facts, Held, exit_price
from lefi_tui.core.risk.limits import DESK, FREE, SETTINGS, InForce, Limits, strictest
from lefi_tui.core.risk.release import Release

Key = tuple[str, str]
DEMO_VENUE: Final = "demo market"  # by this name it is nobody's money


def in_force(desk: Desk, account: str, bot: str = HAND) -> InForce:
    """The strictest of what the settings, the desk, the account and the bot say."""
    if not has_limits(desk):
        return FREE
    if not desk.own_limits:
        return strictest(((SETTINGS, desk.limits),))
    places = (DESK, f"account/{account}", f"bot/{bot}")
    own = [(place, limits_of(desk, place)) for place in places if place in desk.own_limits]
    return strictest(((SETTINGS, desk.limits), *own))


def is_demo(desk: Desk, account: str) -> bool:
    """Whether it is nobody's money: the made-up market, or candle files."""
    known = desk.accounts[account]
    return known.venue == DEMO_VENUE or known.sizing is Sizing.AT_FILL


def gathered(desk: Desk, market: Key, at_ns: int, limits: Limits, facts: Facts) -> Facts:
    """The facts with all that a limit may look at; `market` is account and symbol."""
    name, _ = market
    account = desk.accounts[name]
    old_marks = valuation.old_marks(desk, name, at_ns)
    releases: tuple[Release, ...] = ()
    if limits.event_lockout or limits.overlay:
        releases = events.locking(
            desk.releases, at_ns // NS_PER_MS, with_templates=limits.event_templates
        )
    return replace(
        facts,
        at_ns=at_ns,
        mode="demo" if account.venue == DEMO_VENUE else account.mode,
        cash=desk.ledger.of(name, "cash", account.currency),
        worth=worth_now(desk, name, at_ns, valuation.equity(desk, name)),
        held=tuple(_held(desk, name)),
        old_marks=old_marks,
        coming=_coming(desk, name),
        stopped_ns=desk.stopped.get(market),
        left=desk.left.get(market),
        entries_day=sum(at_ns - each < DAY_NS for each in desk.entered.get(name, ())),
        unconfirmed=sum(each.account == name and each.is_doubted for each in desk.orders.values()),
        seen={symbol: seen for (owner, symbol), seen in desk.seen.items() if owner == name},
        venue=desk.venues.get(name),
        releases=releases,
    )


def biases(desk: Desk, symbol: str) -> tuple[tuple[str, float], ...]:
    """What living bots that can't trade say of a market they read."""
    return tuple(
        (bot.id, bot.gave[BIAS_FIELD])
        for bot in desk.bots.values()
        if bot.is_alive
        and not bot.needs.can_trade
        and symbol in bot.needs.symbols
        and BIAS_FIELD in bot.gave
    )


def _held(desk: Desk, account: str) -> Iterator[Held]:
    for position in desk.positions.values():
        if position.account == account and position.units:
            mark = valuation.mark(desk, position)
            yield Held(position.symbol, position.units, mark, _stop_of(desk, position))


def _stop_of(desk: Desk, position: Position) -> Decimal | None:
    """The price of the stop that works for it."""
    for order in desk.orders.values():
        is_its = (order.account, order.terms.symbol) == (position.account, position.symbol)
        if is_its and order.leg == "stop":
            return exit_price(order.terms.exits.stop_loss, position.entry, -position.units)
    return None


def _coming(desk: Desk, account: str) -> Mapping[str, Decimal]:
    """What working entries would still be worth, by market."""
    out: dict[str, Decimal] = {}
    for order in desk.orders.values():
        if order.account == account and is_entry(desk, order) and order.remaining:
            symbol = order.terms.symbol
            out[symbol] = out.get(symbol, ZERO) + order.remaining * _price_of(desk, order)
    return out


def _price_of(desk: Desk, order: Order) -> Decimal:
    quote = desk.quotes.get((order.account, order.terms.symbol))
    if order.terms.limit is not None:
        return order.terms.limit
    return ZERO if quote is None else from_double(quote.ask)
