"""What a screen remembers of the stream beside the desk itself: prices as they moved, and the log.

Pure and incremental: `fold(state, message)` takes whatever the engine publishes and all market
input, also what no bot consumed, because a watch list shows prices that no bot reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from msgspec import field
from msgspec.structs import replace

from lefi_tui.core import messages as m
from lefi_tui.core.bot import Bar, Quote
from lefi_tui.core.notices import Severity
from lefi_tui.core.order import Order
from lefi_tui.core.record import Record
from lefi_tui.core.wallet import Wallet
from lefi_tui.views.desk_view import LogRow, Weight
from lefi_tui.views.equity_line import EquityLine, longer
from lefi_tui.views.numbers import NS_PER_MS
from lefi_tui.views.said import Said
from lefi_tui.views.severity import severity_of
from lefi_tui.views.tally import Tally, tallied
from lefi_tui.views.wording import said

LOG_ROWS_MAX: Final = 200
DID_ROWS_MAX: Final = 50  # of each owner
PRICES_MAX: Final = 256  # symbols; the busiest profile measured lists a tenth of it
QUOTE_LIMIT_MS: Final = 5_000  # a book that has not moved for so long is called stale
BARS_LIMIT: Final = 2  # a candle feed may miss one candle before its price is called stale
MS_PER_MINUTE: Final = 60_000
MS_PER_DAY: Final = 86_400_000
MINUTES_KEPT: Final = 120  # of one symbol, where no history tells them

Key = tuple[str, str]  # account, symbol


class Minute(NamedTuple):
    """What was seen of one minute's prices; of the first, only from when somebody looked."""

    time_ms: int
    open: float
    high: float
    low: float
    close: float


class Price(Record):
    """The newest quote, and what it is compared with: the day's first price, the one before."""

    quote: Quote
    first: float
    day: int
    direction: int
    limit_ms: int
    minute: Minute | None = None  # that runs; none where candles are the price
    minutes: tuple[Minute, ...] = ()  # that ran before, oldest first


class Reading(Record):
    """The newest reading of an exchange's wallet, and when it was asked for by our clock."""

    asked_ns: int
    wallet: Wallet


class ScreenState(Record):
    at_ns: int = 0  # the newest time heard of
    prices: Mapping[Key, Price] = field(default_factory=dict)
    orders: Mapping[str, Order] = field(default_factory=dict)  # as submitted, until they are final
    # What each owner did or was refused, newest first.
    did: Mapping[str, tuple[LogRow, ...]] = field(default_factory=dict)
    waits: Mapping[str, str] = field(default_factory=dict)  # accounts without prices, and why
    log: tuple[LogRow, ...] = ()  # newest first
    number: int = 0
    equity: Mapping[str, EquityLine] = field(default_factory=dict)  # by account
    tally: Tally = field(default_factory=Tally)
    wallets: Mapping[str, Reading] = field(default_factory=dict)  # by account
    # When each account's venue last confirmed what works there, and how old that may be, in ms.
    confirmed: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def fold(state: ScreenState, message: m.Message) -> ScreenState:
    """The state after one event or message; what a screen does not show leaves it unchanged."""
    match message:
        case m.QuoteChanged():
            return _priced(state, message.account, (message.quote,), QUOTE_LIMIT_MS)
        case m.BarsClosed():
            return _bars(state, message)
        case m.FeedStated() | m.WalletSeen() | m.OrdersHeard():
            return _said(state, message)
        case m.MarketSeen():
            return fold(state, message.message)
        case m.Event():
            return _happened(state, message)
        case _:
            return state


def told(state: ScreenState, words: m.Told) -> ScreenState:
    """A word of those who neither trade nor feed."""
    parts = (words.what, words.where, words.why, words.next)
    return _logged(state, Said(Weight.WARN, *parts, words.at_ns), severity_of(words))


def worth(state: ScreenState, account: str, at_ns: int, equity: float) -> ScreenState:
    """What an account is worth at this time, by the desk's own prices."""
    before = state.equity.get(account, EquityLine())
    after = longer(before, at_ns, equity)
    return state if after is before else replace(state, equity={**state.equity, account: after})


def _bars(state: ScreenState, message: m.BarsClosed) -> ScreenState:
    """A candle's close is a price only where no book gives a better one."""
    bars = [bar for bar in message.bars if _is_news(state, message.account, bar)]
    for bar in bars:
        quote = Quote(bar.symbol, bar.time_ms + bar.timeframe_ms, bar.close, bar.close, bar.close)
        limit_ms = BARS_LIMIT * bar.timeframe_ms
        state = _priced(state, message.account, (quote,), limit_ms)
    return state


def _is_news(state: ScreenState, account: str, bar: Bar) -> bool:
    known = state.prices.get((account, bar.symbol))
    return known is None or known.limit_ms != QUOTE_LIMIT_MS


def _priced(
    state: ScreenState, account: str, quotes: tuple[Quote, ...], limit_ms: int
) -> ScreenState:
    prices = dict(state.prices)
    for quote in quotes:
        key = (account, quote.symbol)
        if key in prices or len(prices) < PRICES_MAX:
            prices[key] = _moved(prices.get(key), quote, limit_ms)
    newest = max((quote.time_ms for quote in quotes), default=0) * NS_PER_MS
    return replace(state, prices=prices, at_ns=max(state.at_ns, newest))


def _moved(before: Price | None, quote: Quote, limit_ms: int) -> Price:
    day = quote.time_ms // MS_PER_DAY
    has_ticks = limit_ms == QUOTE_LIMIT_MS
    if before is None:
        minute = _minute(None, quote) if has_ticks else None
        return Price(quote, quote.last, day, 0, limit_ms, minute)
    step = (quote.last > before.quote.last) - (quote.last < before.quote.last)
    first = before.first if before.day == day else quote.last
    minute = _minute(before.minute, quote) if has_ticks else None
    minutes = before.minutes
    if before.minute is not None and (minute is None or minute.time_ms != before.minute.time_ms):
        minutes = (*minutes[1 - MINUTES_KEPT :], before.minute)
    return Price(quote, first, day, step or before.direction, limit_ms, minute, minutes)


def _minute(before: Minute | None, quote: Quote) -> Minute:
    """The running minute with one more price; a price of a minute that is over changes nothing."""
    time_ms, last = quote.time_ms, quote.last
    if before is None or time_ms >= before.time_ms + MS_PER_MINUTE:
        return Minute(time_ms // MS_PER_MINUTE * MS_PER_MINUTE, last, last, last, last)
    if time_ms < before.time_ms or last == before.close:
        return before
    low, high = before.low, before.high
    return Minute(
        before.time_ms,
        before.open,
        last if last > high else high,  # noqa: FURB136 -- for each quote there is
        last if last < low else low,  # noqa: FURB136 -- the same
        last,
    )


def _said(state: ScreenState, message: m.FeedStated | m.WalletSeen | m.OrdersHeard) -> ScreenState:
    """What is shown, and never kept."""
    if isinstance(message, m.FeedStated):
        return _stated(state, message)
    if isinstance(message, m.OrdersHeard):
        return _confirmed(state, message)
    reading = Reading(message.asked_ns, message.wallet)
    return replace(state, wallets={**state.wallets, message.account: reading})


def _stated(state: ScreenState, message: m.FeedStated) -> ScreenState:
    waits = {name: why for name, why in state.waits.items() if name != message.account}
    if message.is_waiting:
        waits[message.account] = message.what
    weight = Weight.WARN if message.is_waiting or message.is_doubted else Weight.GOOD
    words = Said(weight, message.what, message.account, message.why, message.next, message.at_ns)
    return _logged(replace(state, waits=waits), words, severity_of(message))


def _confirmed(state: ScreenState, message: m.OrdersHeard) -> ScreenState:
    known = (message.confirmed_ns, message.limit_ms)
    state = replace(state, confirmed={**state.confirmed, message.account: known})
    if not message.what:
        return state
    weight = Weight.WARN if message.is_doubted else Weight.GOOD
    words = Said(weight, message.what, message.account, message.why, "", message.at_ns)
    return _logged(state, words, None)


def _happened(state: ScreenState, event: m.Event) -> ScreenState:
    known = _known(state.orders, event)
    words = said(event, known)
    state = replace(state, orders=_left(known, event), tally=tallied(state.tally, event))
    return state if words is None else _logged(state, words, severity_of(event))


def _known(orders: Mapping[str, Order], event: m.Event) -> Mapping[str, Order]:
    match event:
        case m.OrderSubmitted() | m.ExitPlaced() | m.OrderAdopted():
            return {**orders, event.order.id: event.order}
        case _:
            return orders


def _left(orders: Mapping[str, Order], event: m.Event) -> Mapping[str, Order]:
    """Without the order that this event made final."""
    match event:
        case (
            m.OrderFilled(is_last=True)
            | m.OrderRejected()
            | m.OrderCanceled()
            | m.OrderDeclaredDead()
        ):
            return {key: each for key, each in orders.items() if key != event.order}
        case _:
            return orders


def _logged(state: ScreenState, words: Said, severity: Severity | None) -> ScreenState:
    at_ns = words.at_ns or state.at_ns
    number = state.number + 1
    parts = (words.what, words.where, words.why, words.next)
    row = LogRow(number, at_ns, words.weight, *parts, severity=severity)
    log, did = _above(row, state.log, LOG_ROWS_MAX), state.did
    if words.owner:
        did = {**did, words.owner: _above(row, did.get(words.owner, ()), DID_ROWS_MAX)}
    at_ns = max(state.at_ns, at_ns)
    return replace(state, did=did, log=log, number=log[0].number, at_ns=at_ns)


def _above(row: LogRow, rows: tuple[LogRow, ...], most: int) -> tuple[LogRow, ...]:
    if rows and _is_again(rows[0], row):
        again = replace(rows[0], at_ns=row.at_ns, times=rows[0].times + 1)
        return (again, *rows[1:])
    return (row, *rows[: most - 1])


def _is_again(row: LogRow, newer: LogRow) -> bool:
    """A bot held back at each candle for the same reason is one line, counted."""
    return (row.what, row.where, row.why) == (newer.what, newer.where, newer.why)
