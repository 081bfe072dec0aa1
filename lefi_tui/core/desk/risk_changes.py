"""What events of limits, the calendar and the market's conditions change; and what an account's
worth, its stops and its entries leave behind for the limits to look at.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.bot import Bar
from lefi_tui.core.desk import valuation
from lefi_tui.core.desk.changing import put
from lefi_tui.core.desk.in_doubt import with_unknown
from lefi_tui.core.desk.state import Desk, OwnLimits
from lefi_tui.core.messages import (
    BarsClosed,
    CalendarSet,
    ConditionsKept,
    ConditionsSeen,
    EquitySampled,
    LimitBreached,
    LimitsChanged,
    LimitsSet,
    OrderFilled,
    OrderSubmitted,
    VenueStateKept,
    VenueStateSeen,
)
from lefi_tui.core.money import ZERO, from_double
from lefi_tui.core.order import Order, Side
from lefi_tui.core.position import Position
from lefi_tui.core.risk import on_candles
from lefi_tui.core.risk.facts import NS_PER_MS, STOPS, Left, Seen, VenueState
from lefi_tui.core.risk.limits import NONE, SETTINGS, Limits, from_text
from lefi_tui.core.risk.periods import Calendar, Worth, first_worth, worth_after

BARS_MAX: Final = 150  # of an hour: what the longest measure needs, and a few
QUOTE_MS_MAX: Final = 30_000  # an older one says nothing of the spread
WHOLE: Final = 100  # so many candles at once stand for themselves: no gap is left inside
ENTRIES_MAX: Final = 1_000  # past this a limit of entries a day has long spoken
DAY_NS: Final = 86_400_000_000_000


def limits_set(desk: Desk, event: LimitsSet) -> Desk:
    return replace(desk, limits=Limits(event.order_notional_max, event.orders_per_minute_max))


def limits_changed(desk: Desk, event: LimitsChanged) -> Desk:
    before = limits_of(desk, event.place)
    after = replace(before, **{name: from_text(name, text) for name, _, text in event.values})
    own = OwnLimits(after, event.version, event.at_ns, event.by)
    desk = replace(desk, own_limits=put(desk.own_limits, event.place, own))
    after = NONE if after == NONE else after
    return replace(desk, limits=after) if event.place == SETTINGS else desk


def limits_of(desk: Desk, place: str) -> Limits:
    """What one place says; the settings' also where an older program wrote them."""
    if place == SETTINGS:
        return desk.limits
    own = desk.own_limits.get(place)
    return Limits() if own is None else own.limits


def calendar_set(desk: Desk, event: CalendarSet) -> Desk:
    return replace(desk, releases=event.releases)


def breached(desk: Desk, event: LimitBreached) -> Desk:
    return replace(desk, breached=put(desk.breached, event.account, event.day))


def has_limits(desk: Desk) -> bool:
    """Asked at every order and candle: what is known to be none is told without a comparison."""
    return bool(desk.own_limits) or (desk.limits is not NONE and desk.limits != NONE)


# ---- worth


def days_of(desk: Desk) -> Calendar:
    return Calendar(desk.limits.day_starts_at, desk.limits.day_zone)


def worth_now(desk: Desk, account: str, at_ns: int, equity: Decimal) -> Worth:
    """With what is known of its day, week and month. Before anything was known, it was opened."""
    known, calendar = desk.worths.get(account), days_of(desk)
    if known is None:
        opening = -desk.ledger.of(account, "opening", desk.accounts[account].currency)
        known = first_worth(at_ns, opening, calendar)
    return worth_after(known, at_ns, equity, calendar)


def equity_sampled(desk: Desk, event: EquitySampled) -> Desk:
    worth = worth_now(desk, event.account, event.at_ns, event.equity)
    return replace(desk, worths=put(desk.worths, event.account, worth))


# ---- conditions


def conditions_kept(desk: Desk, event: ConditionsKept) -> Desk:
    """The newest of each; candles join those that are known. A mark is never made older."""
    message = event.message
    key = (message.account, message.symbol)
    before = desk.seen.get(key, Seen(0))
    desk = replace(desk, seen=put(desk.seen, key, _seen(before, message)))
    quote, known = message.quote, desk.quotes.get(key)
    if quote is not None and (known is None or known.time_ms < quote.time_ms):
        desk = replace(desk, quotes=put(desk.quotes, key, quote))
    at_ns = message.at_ms * NS_PER_MS
    if not valuation.old_marks(desk, message.account, at_ns):
        equity = valuation.equity(desk, message.account)
        worth = worth_now(desk, message.account, at_ns, equity)
        desk = replace(desk, worths=put(desk.worths, message.account, worth))
    return desk


def _seen(before: Seen, message: ConditionsSeen) -> Seen:
    bid, ask = _best(message)
    return Seen(
        message.at_ms * NS_PER_MS,
        bid,
        ask,
        message.volume_24h,
        message.bids,
        message.asks,
        _joined(before.bars, message.bars),
    )


def _best(message: ConditionsSeen) -> tuple[Decimal | None, Decimal | None]:
    """Of the book where it was told, else of the quote."""
    if message.bids and message.asks:
        return message.bids[0][0], message.asks[0][0]
    quote = message.quote
    if quote is None or not (quote.bid > 0 and quote.ask > 0):
        return None, None
    if message.at_ms - quote.time_ms > QUOTE_MS_MAX:
        return None, None
    return from_double(quote.bid), from_double(quote.ask)


def _joined(before: tuple[Bar, ...], told: Iterable[Bar]) -> tuple[Bar, ...]:
    sane = [each for each in told if _is_sane(each)]
    if len(sane) >= WHOLE:
        return tuple(sane[-BARS_MAX:])
    newest = before[-1].time_ms if before else -1
    new = [each for each in sane if each.time_ms > newest]
    return (*before, *new)[-BARS_MAX:] if new else before


def _is_sane(bar: Bar) -> bool:
    """Prices above zero and a volume that is one: ratios are made of them."""
    prices = (bar.open, bar.high, bar.low, bar.close)
    return all(each > 0 and math.isfinite(each) for each in prices) and bar.volume >= 0


def venue_kept(desk: Desk, event: VenueStateKept) -> Desk:
    """Where it did not say what it holds, the difference that was known stands."""
    message = event.message
    before = desk.venues.get(message.account, VenueState(0))
    apart = before.apart if message.holdings is None else _apart(desk, message)
    state = VenueState(
        message.at_ms * NS_PER_MS,
        message.asked,
        message.failed,
        message.waiting,
        apart,
        before.apart,
    )
    return replace(desk, venues=put(desk.venues, message.account, state))


def _apart(desk: Desk, message: VenueStateSeen) -> Decimal:
    """What its holdings and our books differ by, market by market, at the marks."""
    theirs = dict(message.holdings or ())
    ours = {
        symbol: each for (name, symbol), each in desk.positions.items() if name == message.account
    }
    known, total = with_unknown(desk, message.account), ZERO  # what is nobody's of ours is known
    for symbol in theirs.keys() | known.keys():
        position = ours.get(symbol) or Position(message.account, symbol)
        units = abs(theirs.get(symbol, ZERO) - known.get(symbol, ZERO))
        total += units * valuation.mark(desk, position) if units else ZERO
    return total


def candles_seen(desk: Desk, message: BarsClosed) -> Desk:
    """On a candle file with limits: price, hours and worth of the account as the venue tells."""
    account, at_ns, seen = message.account, message.at_ms * NS_PER_MS, dict(desk.seen)
    for bar in message.bars:
        key = (account, bar.symbol)
        seen[key] = on_candles.seen_after(seen.get(key), bar, at_ns)
    desk = replace(desk, seen=seen)
    if message.reading is None:
        return desk
    worth = worth_now(desk, account, at_ns, from_double(message.reading.equity))
    return replace(desk, worths=put(desk.worths, account, worth))


# ---- orders


def filled(desk: Desk, event: OrderFilled) -> Desk:
    """Before it is booked: a market whose stop filled cools down; where one is left is kept."""
    key = (event.account, event.symbol)
    if event.reason in STOPS:
        desk = replace(desk, stopped=put(desk.stopped, key, event.at_ns))
    position = desk.positions.get(key)
    is_out = position is not None and position.units * Side(event.side).sign < 0
    if not is_out or not has_limits(desk):
        return desk
    return replace(desk, left=put(desk.left, key, Left(event.at_ns, event.price)))


def entered(desk: Desk, event: OrderSubmitted) -> Desk:
    """When each account's entries of the last day went out."""
    order = event.order
    is_asked = order.quantity is not None or has_limits(desk)  # on a candle file only for limits
    if not is_asked or not is_entry(desk, order):
        return desk
    now = order.placed_at_ns
    recent = tuple(each for each in desk.entered.get(order.account, ()) if now - each < DAY_NS)
    return replace(desk, entered=put(desk.entered, order.account, (*recent, now)[-ENTRIES_MAX:]))


def is_entry(desk: Desk, order: Order) -> bool:
    """Whether it opens or enlarges: not reducing, and not a sale of what is held."""
    terms = order.terms
    if terms.is_reduce_only or order.leg != "entry":
        return False
    position = desk.positions.get((order.account, terms.symbol))
    return position is None or position.units * terms.side.sign >= 0
