"""`apply`: what one event changes. It decides nothing, so recovery can fold the journal with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final, TypeVar

from lefi_tui.core.bot import Bar, Needs, Quote
from lefi_tui.core.desk import booking
from lefi_tui.core.desk.state import (
    CLOSED_ORDERS_MAX,
    Account,
    BotRecord,
    BotStatus,
    Desk,
)
from lefi_tui.core.gate import Limits
from lefi_tui.core.messages import (
    AccountOpened,
    BarsClosed,
    BarsSeen,
    BotFaulted,
    BotRan,
    BotRefused,
    BotStarted,
    BotStopped,
    BotStopping,
    CloseGivenUp,
    CloseOnStopAsked,
    CommandRefused,
    EngineStarted,
    EquitySampled,
    Event,
    ExitPlaced,
    FillKept,
    FundingBooked,
    HistoryLoaded,
    InstrumentsListed,
    IntentRefused,
    LimitsSet,
    MarketSeen,
    NoteWritten,
    OrderAccepted,
    OrderCanceled,
    OrderCancelRequested,
    OrderDenied,
    OrderFilled,
    OrderRejected,
    OrderSubmitted,
    OrderUnconfirmed,
    QuoteChanged,
    ScriptSaved,
    SettingsChanged,
    Sizing,
    TapeSealed,
    TradingStateChanged,
    Transient,
)
from lefi_tui.core.order import Order, OrderStatus

K = TypeVar("K")
V = TypeVar("V")

RATE_WINDOW_NS: Final = 60_000_000_000
ORDER_TIMES_MAX: Final = 1_000  # past this a rate limit has long spoken
RUNS_KEPT: Final = 8  # runs of the last occasion that a screen can show


def apply(desk: Desk, event: Event | Transient) -> Desk:
    """The desk after this event. Events that only tell (notes, refusals) change nothing."""
    change = _CHANGES.get(type(event))
    assert change is not None, f"no change is known for {type(event).__name__}"
    return change(desk, event)


def _put(mapping: Mapping[K, V], key: K, value: V) -> dict[K, V]:
    return {**mapping, key: value}


def _with_bot(desk: Desk, bot_id: str, **changes: Any) -> Desk:
    bot = replace(desk.bots[bot_id], **changes)
    return replace(desk, bots=_put(desk.bots, bot_id, bot))


def _same(desk: Desk, _event: Event) -> Desk:
    return desk


# ---- accounts


def _account_opened(desk: Desk, event: AccountOpened) -> Desk:
    account = Account(
        event.account,
        event.currency,
        event.mode,
        event.venue,
        event.sizing,
        event.maker,
        event.taker,
        event.slippage,
    )
    opened = replace(desk, accounts=_put(desk.accounts, account.name, account))
    return booking.opening(opened, event)


def _instruments_listed(desk: Desk, event: InstrumentsListed) -> Desk:
    listed = {(event.account, each.symbol): each for each in event.instruments}
    return replace(desk, instruments={**desk.instruments, **listed})


def _trading_state(desk: Desk, event: TradingStateChanged) -> Desk:
    return replace(desk, trading_state=event.state, trading_cause=event.cause)


# ---- bots


def _script_saved(desk: Desk, event: ScriptSaved) -> Desk:
    return replace(desk, scripts=_put(desk.scripts, event.version, event.source))


def _bot_started(desk: Desk, event: BotStarted) -> Desk:
    source = desk.scripts[event.version]
    kind = desk.kinds[event.kind]
    settings = dict(event.settings)
    needs = kind.needs(source, settings)
    account = desk.accounts[event.account]
    warms = _warms(account.sizing, needs)
    bot = BotRecord(
        id=event.bot,
        kind=event.kind,
        account=event.account,
        mode=event.mode,
        version=event.version,
        source=source,
        settings=event.settings,
        title=event.title,
        needs=needs,
        state=kind.begin(source, settings),
        status=BotStatus.WARMING if warms else BotStatus.RUNNING,
        started_at_ns=event.at_ns,
    )
    return replace(desk, bots=_put(desk.bots, bot.id, bot))


def _settings_changed(desk: Desk, event: SettingsChanged) -> Desk:
    bot = desk.bots[event.bot]
    kind = desk.kinds[bot.kind]
    settings = dict(event.settings)
    needs = kind.needs(bot.source, settings)
    warms = _warms(desk.accounts[bot.account].sizing, needs)
    return _with_bot(
        desk,
        bot.id,
        settings=event.settings,
        needs=needs,
        state=kind.rebind(bot.state, bot.source, settings),
        status=BotStatus.WARMING if warms else BotStatus.RUNNING,
        seen={},
    )


def _engine_started(desk: Desk, _event: EngineStarted) -> Desk:
    """Candles were missed meanwhile: bots that average them are warmed by their history again."""
    for bot in desk.bots.values():
        sizing = desk.accounts[bot.account].sizing
        if bot.status is BotStatus.RUNNING and _warms(sizing, bot.needs):
            desk = _with_bot(desk, bot.id, status=BotStatus.WARMING)
    return desk


def _warms(sizing: Sizing, needs: Needs) -> bool:
    """A candle file has no past before its first row; everything else can warm a bot."""
    return sizing is Sizing.AT_DECISION and needs.history_bars > 0 and bool(needs.bars)


def _bot_stopping(desk: Desk, event: BotStopping) -> Desk:
    return _with_bot(desk, event.bot, status=BotStatus.STOPPING, reason=event.reason)


def _close_on_stop(desk: Desk, event: CloseOnStopAsked) -> Desk:
    return _with_bot(desk, event.bot, closes=True)


def _close_given_up(desk: Desk, event: CloseGivenUp) -> Desk:
    bot = desk.bots[event.bot]
    given_up = (*bot.given_up, event.symbol)
    return _with_bot(desk, bot.id, given_up=given_up, reason=f"{bot.reason}; {event.text}")


def _bot_stopped(desk: Desk, event: BotStopped) -> Desk:
    return _with_bot(desk, event.bot, status=BotStatus.STOPPED, reason=event.reason, heard=())


def _bot_faulted(desk: Desk, event: BotFaulted) -> Desk:
    return _with_bot(desk, event.bot, status=BotStatus.FAULTED, reason=event.text)


def _bot_ran(desk: Desk, event: BotRan) -> Desk:
    bot = desk.bots[event.bot]
    return _with_bot(
        desk,
        event.bot,
        state=event.state,
        at_ms=event.at_ms,
        runs=event.runs[-RUNS_KEPT:] or bot.runs,
        warming=event.warming,
        has_begun=event.has_begun,
        occasions=bot.occasions + 1,
        heard=bot.heard[event.heard_used :],
        gave={**bot.gave, **dict(event.gave)} if event.gave else bot.gave,
    )


def _fill_kept(desk: Desk, event: FillKept) -> Desk:
    return _with_bot(desk, event.bot, heard=(*desk.bots[event.bot].heard, event.fill))


def _bars_seen(desk: Desk, event: BarsSeen) -> Desk:
    seen = dict(desk.bots[event.bot].seen)
    for symbol, timeframe_ms, time_ms in event.bars:
        seen[symbol, timeframe_ms] = max(time_ms, seen.get((symbol, timeframe_ms), -1))
    return _with_bot(desk, event.bot, seen=seen)


# ---- market


def _market_seen(desk: Desk, event: MarketSeen) -> Desk:
    message = event.message
    match message:
        case QuoteChanged():
            key = (message.account, message.quote.symbol)
            return replace(desk, quotes=_put(desk.quotes, key, message.quote))
        case BarsClosed():
            return _marked(desk, message)
        case HistoryLoaded():
            return _with_bot(desk, message.bot, status=BotStatus.RUNNING)
        case _:
            return desk


def _marked(desk: Desk, message: BarsClosed) -> Desk:
    """On a candle file price, bid and ask are the close, and the account is what the venue says."""
    account = desk.accounts[message.account]
    if account.sizing is not Sizing.AT_FILL:
        return desk
    quotes = {(message.account, bar.symbol): _close_quote(bar) for bar in message.bars}
    if message.reading is not None:
        account = replace(account, reading=message.reading)
    accounts = _put(desk.accounts, account.name, account)
    return replace(desk, quotes={**desk.quotes, **quotes}, accounts=accounts)


def _close_quote(bar: Bar) -> Quote:
    return Quote(bar.symbol, bar.time_ms + bar.timeframe_ms, bar.close, bar.close, bar.close)


# ---- orders


def _put_order(desk: Desk, order: Order) -> Desk:
    """Working orders in one map; what is final goes to the short memory for late words."""
    if not order.is_final:
        return replace(desk, orders=_put(desk.orders, order.id, order))
    orders = {key: each for key, each in desk.orders.items() if key != order.id}
    closed = {key: each for key, each in desk.closed.items() if key != order.id}
    closed[order.id] = order
    booked = desk.booked
    if len(closed) > CLOSED_ORDERS_MAX:
        oldest = next(iter(closed))
        del closed[oldest]
        booked = {key: ids for key, ids in booked.items() if key != oldest}
    return replace(desk, orders=orders, closed=closed, booked=booked)


def _submitted(desk: Desk, event: OrderSubmitted) -> Desk:
    desk = _put_order(desk, event.order)
    bot = desk.bots.get(event.order.owner)
    if bot is None:
        return desk
    now = event.order.placed_at_ns
    recent = tuple(each for each in bot.order_times_ns if now - each < RATE_WINDOW_NS)
    return _with_bot(desk, bot.id, order_times_ns=(*recent, now)[-ORDER_TIMES_MAX:])


def _accepted(desk: Desk, event: OrderAccepted) -> Desk:
    order = desk.orders[event.order]
    if order.status in {OrderStatus.SUBMITTED, OrderStatus.UNCONFIRMED}:
        alive = OrderStatus.CANCEL_PENDING if order.is_cancel_asked else OrderStatus.ACCEPTED
        order = order.moved_to(alive)
    return _put_order(
        desk,
        replace(
            order,
            venue_order_id=event.venue_order_id or order.venue_order_id,
            quantity=order.quantity if event.quantity is None else event.quantity,
        ),
    )


def _rejected(desk: Desk, event: OrderRejected) -> Desk:
    return _closed(desk, event.order, OrderStatus.REJECTED, event.text)


def _canceled(desk: Desk, event: OrderCanceled) -> Desk:
    status = OrderStatus.EXPIRED if event.is_expired else OrderStatus.CANCELED
    return _closed(desk, event.order, status, event.reason)


def _closed(desk: Desk, order_id: str, status: OrderStatus, reason: str) -> Desk:
    return _put_order(desk, desk.orders[order_id].moved_to(status, reason))


def _cancel_requested(desk: Desk, event: OrderCancelRequested) -> Desk:
    order = desk.orders[event.order]
    return _put_order(desk, order.moved_to(OrderStatus.CANCEL_PENDING))


def _unconfirmed(desk: Desk, event: OrderUnconfirmed) -> Desk:
    order = desk.orders[event.order]
    return _put_order(desk, order.moved_to(OrderStatus.UNCONFIRMED, event.text))


def _exit_placed(desk: Desk, event: ExitPlaced) -> Desk:
    return _put_order(desk, event.order)


def _filled(desk: Desk, event: OrderFilled) -> Desk:
    order = desk.order(event.order)
    key = event.order if order is not None else f"foreign/{event.account}"
    ids = (*desk.booked.get(key, ()), event.trade_id)
    if order is None:  # of an order all are kept: a look-up tells its whole story again
        ids = ids[-CLOSED_ORDERS_MAX:]
    desk = replace(desk, booked=_put(desk.booked, key, ids))
    if order is not None:
        order = order.with_fill(event.price, event.quantity, event.fee, is_last=event.is_last)
        desk = _put_order(desk, order)
    return booking.filled(desk, event, order)


def _funding(desk: Desk, event: FundingBooked) -> Desk:
    key = f"funding/{event.account}"
    ids = (*desk.booked.get(key, ()), event.charge_id)[-CLOSED_ORDERS_MAX:]
    return booking.funding(replace(desk, booked=_put(desk.booked, key, ids)), event)


def _limits_set(desk: Desk, event: LimitsSet) -> Desk:
    return replace(desk, limits=Limits(event.order_notional_max, event.orders_per_minute_max))


_CHANGES: Final[dict[type, Callable[[Desk, Any], Desk]]] = {
    AccountOpened: _account_opened,
    InstrumentsListed: _instruments_listed,
    LimitsSet: _limits_set,
    TradingStateChanged: _trading_state,
    ScriptSaved: _script_saved,
    BotStarted: _bot_started,
    SettingsChanged: _settings_changed,
    BotStopping: _bot_stopping,
    CloseOnStopAsked: _close_on_stop,
    CloseGivenUp: _close_given_up,
    BotStopped: _bot_stopped,
    BotFaulted: _bot_faulted,
    BotRan: _bot_ran,
    FillKept: _fill_kept,
    BarsSeen: _bars_seen,
    MarketSeen: _market_seen,
    OrderSubmitted: _submitted,
    OrderAccepted: _accepted,
    OrderRejected: _rejected,
    OrderCanceled: _canceled,
    OrderCancelRequested: _cancel_requested,
    OrderUnconfirmed: _unconfirmed,
    ExitPlaced: _exit_placed,
    OrderFilled: _filled,
    FundingBooked: _funding,
    BotRefused: _same,
    CommandRefused: _same,
    OrderDenied: _same,
    IntentRefused: _same,
    NoteWritten: _same,
    TapeSealed: _same,
    EquitySampled: _same,
    EngineStarted: _engine_started,
}
