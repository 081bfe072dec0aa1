"""The order ticket from the desk: the same sizing and gate that the order itself will meet.

The rule it keeps: nothing is sent, and nothing is said that the order would not find too. The gates
of real money are looked at when it is sent.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.desk import Desk, valuation
from lefi_tui.core.desk.gathering import in_force
from lefi_tui.core.desk.hand import market_of, prepared
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.messages import PlaceOrder
from lefi_tui.core.money import words
from lefi_tui.core.order import HAND, Order, Side
from lefi_tui.core.position import Fill, Position, filled, liquidation_price
from lefi_tui.core.risk.facts import exit_price, stop_price
from lefi_tui.views.fold import Key, ScreenState
from lefi_tui.views.numbers import NS_PER_MS, places_of
from lefi_tui.views.picture import marked, mode_of
from lefi_tui.views.queries import TicketQuery
from lefi_tui.views.ticket_view import TicketView

ONE: Final = Decimal(1)


def ticket_view(query: TicketQuery, state: ScreenState, desk: Desk, now_ns: int) -> TicketView:
    key = (query.account, query.symbol)
    seen = marked(desk, state.prices)
    view = replace(_market(seen, state, key, now_ns), number=query.number)
    if query.order is None or view.refusal:
        return view
    command = replace(query.order, at_ns=now_ns, facts=None, quotes=())
    ready = prepared(seen, command)
    told = {"words": _words(command, view), "is_limit": command.limit is not None}
    view = replace(view, **told, refusal=ready.refusal or ready.refused)
    if ready.order is None or ready.order.quantity is None:
        return view
    doubts = tuple(each.text for each in ready.doubted)
    return replace(_sized(seen, view, ready.order), doubts=doubts)


def _market(desk: Desk, state: ScreenState, key: Key, now_ns: int) -> TicketView:
    account, instrument = desk.accounts.get(key[0]), desk.instruments.get(key)
    if account is None or instrument is None:
        return TicketView(*key, refusal=f"Account {key[0]} has no market {key[1]}.")
    market, known = market_of(desk, *key), state.prices.get(key)
    position = desk.positions.get(key) or Position(*key)
    limits = in_force(desk, account.name, HAND).limits
    near = ONE if market is None else market[0]
    age_ms = None if known is None else max(0, now_ns // NS_PER_MS - known.quote.time_ms)
    return TicketView(
        *key,
        mode=mode_of(account),
        currency=instrument.quote,
        base=instrument.base,
        bid=None if market is None else market[0],
        ask=None if market is None else market[1],
        age_ms=age_ms,
        is_stale=known is None or age_ms is None or age_ms > known.limit_ms,
        tick=instrument.tick,
        places=places_of(instrument, float(near)),
        leverage_max=instrument.leverage_max,
        held=position.units,
        free=valuation.free_cash(desk, account.name, HAND),
        order_max=limits.order_notional_max,
        price_max=limits.hand_price_percent_max,
    )


def _sized(desk: Desk, view: TicketView, order: Order) -> TicketView:
    """What it comes to where it is filled at its price."""
    terms, units = order.terms, order.quantity
    instrument = desk.instruments[order.account, terms.symbol]
    price = _price(view, order)
    if price is None or units is None:
        return view
    worth = units * price
    sign, is_taker = terms.side.sign, _takes(view, order)
    stop = stop_price(terms.exits, price, sign)
    target = exit_price(terms.exits.take_profit, price, sign)
    share = ONE / (terms.leverage or ONE) if instrument.is_perpetual else ONE
    return replace(
        view,
        quantity=units,
        worth=worth,
        margin=None if terms.is_reduce_only else worth * share,
        fee=worth * (instrument.taker if is_taker else instrument.maker),
        is_taker=is_taker,
        at_risk=None if stop is None else (price - stop) * sign * units,
        gain=None if target is None else (target - price) * sign * units,
        liquidation=_liquidation(desk, order, instrument, price),
    )


def _price(view: TicketView, order: Order) -> Decimal | None:
    if order.terms.limit is not None:
        return order.terms.limit
    return view.ask if order.terms.side is Side.BUY else view.bid


def _takes(view: TicketView, order: Order) -> bool:
    """Whether it meets what stands on the other side."""
    limit, is_buy = order.terms.limit, order.terms.side is Side.BUY
    other = view.ask if is_buy else view.bid
    if limit is None or other is None:
        return limit is None
    return limit >= other if is_buy else limit <= other


def _liquidation(
    desk: Desk, order: Order, instrument: Instrument, price: Decimal
) -> Decimal | None:
    """Of the position as it would be then; None on spot, and where nothing is left open."""
    if not instrument.is_perpetual or order.quantity is None:
        return None
    key = (order.account, order.terms.symbol)
    before = desk.positions.get(key) or Position(*key)
    leverage = order.terms.leverage or ONE
    fill = Fill(order.terms.side, price, order.quantity, Decimal(0), HAND, leverage)
    after, _gain = filled(before, fill)
    found = liquidation_price(after, instrument.maintenance)
    return found if found is not None and found > 0 else None


def _words(command: PlaceOrder, view: TicketView) -> str:
    """The order as a person says it."""
    size = f"{words(command.risk)} {view.currency} at risk" if command.risk is not None else ""
    if command.size is not None:
        kind, value = command.size.kind, command.size.value
        worth = f"worth {words(value)} {view.currency}"
        named = {"units": f"{words(value)} {view.base}", "worth": worth}
        size = named.get(kind.value, f"{words(value * 100)}% of free cash")
    how = "at market" if command.limit is None else f"at {words(command.limit)}"
    flags = ["reduce only"] if command.is_reduce_only else []
    flags += ["post only"] if command.is_post_only else []
    flags += [command.time_in_force.value] if command.time_in_force != "GTC" else []
    told = f"{command.side} {size} of {command.symbol} {how}"
    return ", ".join((told, *flags))
