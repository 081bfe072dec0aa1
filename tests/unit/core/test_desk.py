"""The desk: given events, when a message comes, then events; and the books always balance."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lefi_tui.core.bot import Decision, Intent, Needs, Note, Occasion, Quote, ReadKey, Snapshot
from lefi_tui.core.desk import BotStatus, Desk, Step, advance, apply, step
from lefi_tui.core.desk.memory import from_memory, to_memory
from lefi_tui.core.desk.valuation import equity, free_cash
from lefi_tui.core.ids import exit_id
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.messages import (
    BotRefused,
    BotStarted,
    BotStopped,
    CancelOrder,
    CancelOrders,
    Command,
    CommandRefused,
    Kill,
    ListInstruments,
    LookUpOrder,
    MarketInput,
    OpenAccount,
    OrderCanceled,
    OrderDenied,
    OrderFilled,
    OrderSubmitted,
    OrderUnconfirmed,
    QuoteChanged,
    Report,
    Resume,
    Sizing,
    StartBot,
    StopBot,
    SubmitOrders,
    TradingState,
    VenueAccepted,
    VenueCanceled,
    VenueFilled,
    VenueNeverSaw,
    VenueRejected,
    VenueSilent,
)
from lefi_tui.core.order import (
    ExitPlan,
    Level,
    LevelKind,
    Order,
    OrderStatus,
    Side,
    Size,
    SizeKind,
)

D = Decimal
SPOT = Instrument("BTC/USDT", "BTC", "USDT", tick=D("0.1"), step=D("0.001"), minimum_notional=D(5))
PERPETUAL = Instrument(
    "BTC/USDT:USDT",
    "BTC",
    "USDT",
    "USDT",
    tick=D("0.1"),
    step=D("0.001"),
    leverage_max=D(100),
)


@dataclass(frozen=True)
class Told:
    """A kind of bot that wants what its source says: a list of intents for each quote."""

    name: str = "told"

    def refused(self, source: str, _settings: Mapping[str, str]) -> str:
        return "" if source in PLANS else f"no plan {source!r}"

    def needs(self, _source: str, _settings: Mapping[str, str]) -> Needs:
        symbols = (SPOT.symbol, PERPETUAL.symbol)
        return Needs(symbols, quotes=symbols)

    def begin(self, source: str, _settings: Mapping[str, str]) -> Any:
        return (source, 0)

    def rebind(self, state: Any, source: str, _settings: Mapping[str, str]) -> Any:
        return (source, state[1])

    def decide(self, state: Any, occasion: Occasion, _snapshot: Snapshot) -> Decision:
        source, turn = state
        if not occasion.quotes:
            return Decision(state)
        plan = PLANS[source]
        intents = plan[turn] if turn < len(plan) else ()
        return Decision((source, turn + 1), intents, notes=(Note("print", f"turn {turn}"),))

    def why(self, state: Any) -> str:
        return f"turn {state[1]}"

    def encode(self, state: Any) -> Any:
        return list(state)

    def decode(self, _source: str, _settings: Mapping[str, str], data: Any) -> Any:
        return tuple(data)


def units(value: str) -> Size:
    return Size(SizeKind.UNITS, D(value))


STOP = ExitPlan(stop_loss=Level(LevelKind.PERCENT, D("0.02")))
BUY = Intent("buy", SPOT.symbol, 0, size=units("0.01"))
PLANS: dict[str, tuple[tuple[Intent, ...], ...]] = {
    "buy": ((BUY,),),
    "stopped buy": ((replace(BUY, exits=STOP),),),
    "buy and close": ((BUY,), (Intent("close", SPOT.symbol, 1),)),
    "limit": ((replace(BUY, limit=D("50000")),), (Intent("cancel", SPOT.symbol, 1),)),
    "too much": ((replace(BUY, size=units("10")),),),
    "too small": ((replace(BUY, size=units("0.0001")),),),
    "two of all": (
        (
            replace(BUY, size=Size(SizeKind.SHARE, D("0.7")), limit=D("60000")),
            replace(BUY, site=1, size=Size(SizeKind.SHARE, D("0.7")), limit=D("60000")),
        ),
    ),
    "sell nothing": ((Intent("sell", SPOT.symbol, 0, size=units("0.01")),),),
    "short": (
        (Intent("sell", PERPETUAL.symbol, 0, size=units("0.1"), leverage=D(10)),),
        (Intent("buy", PERPETUAL.symbol, 1, size=units("0.3"), is_reduce_only=True),),
    ),
    "too levered": ((Intent("buy", PERPETUAL.symbol, 0, size=units("0.1"), leverage=D(500)),),),
}


def open_desk() -> Desk:
    desk = Desk(kinds={"told": Told()})
    account = OpenAccount(
        "main", "USDT", D(10_000), "dry_run", "test", Sizing.AT_DECISION, D("0.0002"), D("0.0005")
    )
    desk, _ = advance(desk, account)
    desk, _ = advance(desk, ListInstruments("main", (SPOT, PERPETUAL)))
    return desk


def quote(price: float = 60_000.0, symbol: str = SPOT.symbol, at_ms: int = 1_000) -> QuoteChanged:
    return QuoteChanged("main", Quote(symbol, at_ms, price - 0.05, price + 0.05, price))


def started(plan: str, bot: str = "b") -> Desk:
    desk, _ = advance(open_desk(), StartBot(bot, "told", "main", plan, at_ns=1))
    return desk


def asked(plan: str, price: float = 60_000.0) -> tuple[Desk, Step]:
    symbol = PERPETUAL.symbol if plan in {"short", "too levered"} else SPOT.symbol
    return advance(started(plan), quote(price, symbol))


def of(kind: type, of_step: Step) -> list[Any]:
    return [each for each in (*of_step.events, *of_step.effects) if isinstance(each, kind)]


def submitted(answer: Step) -> Order:
    order: Order = of(OrderSubmitted, answer)[0].order
    return order


def fill(order: Order, quantity: str, price: str = "60000", **more: Any) -> VenueFilled:
    values: dict[str, Any] = {
        "order": order.id,
        "trade_id": f"{order.id}-{quantity}",
        "at_ns": 5,
        "account": "main",
        "symbol": order.terms.symbol,
        "side": order.terms.side.value,
        "price": D(price),
        "quantity": D(quantity),
        "fee": D(quantity) * D(price) * D("0.0005"),
        "liquidity": "taker",
        "reason": "order",
        "is_last": True,
    }
    return VenueFilled(**{**values, **more})


def bought(plan: str = "buy") -> tuple[Desk, Order]:
    desk, answer = asked(plan)
    order = submitted(answer)
    desk, _ = advance(desk, fill(order, "0.01"))
    return desk, order


# ---- bots


def test_a_bot_starts_once_and_is_refused_while_it_runs() -> None:
    desk = started("buy")
    answer = step(desk, StartBot("b", "told", "main", "buy"))
    assert "Stop it first" in of(BotRefused, answer)[0].text


def test_a_bot_is_refused_in_words() -> None:
    cases = [
        (StartBot("b", "magic", "main", "buy"), "no kind of bot"),
        (StartBot("b", "told", "other", "buy"), "not open"),
        (StartBot("b", "told", "main", "unheard of"), "no plan"),
    ]
    for command, words in cases:
        assert words in of(BotRefused, step(open_desk(), command))[0].text


def test_market_that_no_bot_needs_leads_to_nothing() -> None:
    assert not step(open_desk(), quote()).is_consumed
    assert step(started("buy"), quote()).is_consumed


def test_a_stopped_bot_has_no_order_left_at_the_venue() -> None:
    desk, answer = asked("limit")
    order = submitted(answer)
    desk, answer = advance(desk, StopBot("b", at_ns=9))
    assert of(CancelOrders, answer)[0].orders == (order.id,)
    assert not of(BotStopped, answer)
    assert desk.bots["b"].status is BotStatus.STOPPING
    desk, answer = advance(desk, VenueCanceled(order.id, 10, "canceled"))
    assert of(BotStopped, answer)
    assert desk.bots["b"].status is BotStatus.STOPPED


# ---- orders


def test_an_intent_becomes_one_order_with_units_fitted_and_verdicts() -> None:
    _, answer = asked("buy")
    event = of(OrderSubmitted, answer)[0]
    assert event.order.quantity == D("0.010")
    assert event.order.status is OrderStatus.SUBMITTED
    assert [each.name for each in event.verdicts] == [
        "validity",
        "trading state",
        "order notional",
        "order rate",
    ]
    assert of(SubmitOrders, answer)[0].orders == (event.order,)


def test_an_order_beyond_the_funds_is_denied_with_a_reason() -> None:
    desk, answer = asked("too much")
    event = of(OrderDenied, answer)[0]
    assert not of(SubmitOrders, answer)
    assert "needed with fees" in event.order.reason
    assert desk.orders == {}


def test_an_order_below_the_market_minimum_is_denied() -> None:
    _, answer = asked("too small")
    assert "smallest step" in of(OrderDenied, answer)[0].order.reason


def test_the_second_order_of_a_run_sees_what_the_first_set_aside() -> None:
    _, answer = asked("two of all")
    first, second = (each.order for each in of(OrderSubmitted, answer))
    assert first.quantity == D("0.116")
    assert second.quantity == D("0.035")


def test_spot_is_never_sold_below_zero() -> None:
    _, answer = asked("sell nothing")
    assert "0 held" in of(OrderDenied, answer)[0].order.reason


def test_leverage_past_the_markets_most_is_denied() -> None:
    _, answer = asked("too levered")
    assert "allows 100x" in of(OrderDenied, answer)[0].order.reason


def test_an_exit_never_flips_a_position() -> None:
    desk, answer = asked("short")
    short = submitted(answer)
    desk, _ = advance(desk, fill(short, "0.1"))
    desk, answer = advance(desk, quote(60_000.0, PERPETUAL.symbol))
    cover = submitted(answer)
    assert cover.quantity == D("0.1")
    desk, _ = advance(desk, fill(cover, "0.1"))
    assert desk.positions["main", PERPETUAL.symbol].units == 0


def test_a_fill_is_booked_once_however_often_it_is_told() -> None:
    desk, order = bought()
    again, answer = advance(desk, fill(order, "0.01"))
    assert not answer.events
    assert again == desk


def test_spot_money_and_units_change_hands() -> None:
    desk, _ = bought()
    assert desk.positions["main", SPOT.symbol].units == D("0.01")
    assert free_cash(desk, "main") == D("10000") - D("600") - D("0.3")
    assert equity(desk, "main") == D("9999.7")
    assert set(desk.ledger.sums().values()) == {D(0)}


def test_an_entrys_stop_is_placed_at_its_fill_and_goes_with_the_position() -> None:
    desk, entry = bought("stopped buy")
    stop = desk.orders[exit_id(entry.id, "stop")]
    assert (stop.leg, stop.terms.side) == ("stop", Side.SELL)
    told = fill(stop, "0.01", "58000", reason="stop_loss")
    desk, answer = advance(desk, told)
    assert of(OrderFilled, answer)[0].owner == "b"
    assert desk.orders == {}
    assert desk.positions["main", SPOT.symbol].units == 0


def test_an_exit_is_gone_when_its_position_is_closed_otherwise() -> None:
    desk, _ = bought("stopped buy")
    hand = replace(BUY, action="sell")
    assert hand.action == "sell"
    foreign = fill(Order("L0000x", "main", submitted(asked("buy")[1]).terms, "b"), "0.01")
    told = replace(foreign, order="foreign", trade_id="f1", side="sell")
    desk, answer = advance(desk, told)
    assert [each.reason for each in of(OrderCanceled, answer)] == ["its position is closed"]
    assert desk.orders == {}


def test_closing_cancels_and_then_sells_what_is_held() -> None:
    desk, _ = bought("buy and close")
    _, answer = advance(desk, quote(61_000.0, at_ms=2_000))
    order = submitted(answer)
    assert (order.terms.side, order.quantity) == (Side.SELL, D("0.010"))
    assert order.terms.is_reduce_only


def test_silence_is_not_a_refusal() -> None:
    desk, answer = asked("buy")
    order = submitted(answer)
    desk, answer = advance(desk, VenueSilent(order.id, 7, "timed out"))
    assert of(OrderUnconfirmed, answer)
    assert of(LookUpOrder, answer) == [LookUpOrder("main", order.id)]
    assert not of(SubmitOrders, answer)
    desk, _ = advance(desk, fill(order, "0.01"))
    assert desk.positions["main", SPOT.symbol].units == D("0.01")


def test_what_the_venue_never_saw_is_closed_and_said() -> None:
    desk, answer = asked("buy")
    order = submitted(answer)
    desk, answer = advance(desk, VenueNeverSaw(order.id, 8))
    assert "never reached" in of(OrderCanceled, answer)[0].reason
    assert desk.orders == {}


def test_a_fill_that_overtook_the_cancel_counts() -> None:
    desk, answer = asked("limit")
    order = submitted(answer)
    desk, _ = advance(desk, VenueAccepted(order.id, 5))
    desk, _ = advance(desk, CancelOrder(order.id, at_ns=6))
    desk, _ = advance(desk, VenueCanceled(order.id, 7, "canceled"))
    desk, answer = advance(desk, fill(order, "0.004", "50000", is_last=False))
    assert of(OrderFilled, answer)
    assert desk.positions["main", SPOT.symbol].units == D("0.004")
    closed = desk.order(order.id)
    assert closed is not None
    assert closed.status is OrderStatus.CANCELED


def test_an_older_word_never_undoes_a_newer_one() -> None:
    desk, order = bought()
    for late in (
        VenueAccepted(order.id, 9, "v1"),
        VenueRejected(order.id, 9, "X", "late"),
        VenueCanceled(order.id, 9, "late"),
        VenueNeverSaw(order.id, 9),
        VenueSilent(order.id, 9, "late"),
    ):
        again, answer = advance(desk, late)
        assert again == desk
        assert answer.events == ()


# ---- kill and resume


def test_kill_blocks_stops_and_cancels() -> None:
    desk, answer = asked("limit")
    order = submitted(answer)
    desk, answer = advance(desk, Kill(at_ns=9))
    assert desk.trading_state is TradingState.HALTED
    assert order.id in of(CancelOrders, answer)[0].orders
    _, refused = advance(desk, StartBot("c", "told", "main", "buy"))
    assert "Resume first" in of(BotRefused, refused)[0].text
    desk, answer = advance(desk, Resume(" ", at_ns=10))
    assert of(CommandRefused, answer)
    desk, _ = advance(desk, Resume("looked at it", at_ns=11))
    assert desk.trading_state is TradingState.ACTIVE
    _, answer = advance(desk, StartBot("c", "told", "main", "buy"))
    assert of(BotStarted, answer)


# ---- remembering


Message = Command | Report | MarketInput


def _messages() -> st.SearchStrategy[list[tuple[int, int]]]:
    return st.lists(st.tuples(st.integers(0, 11), st.integers(0, 3)), max_size=40)


def _message(desk: Desk, kind: int, pick: int, number: int) -> Message:
    orders = list(desk.orders.values())
    order = orders[pick % len(orders)] if orders else None
    plans = list(PLANS)
    if order is None or kind < 5:
        symbol = (SPOT, PERPETUAL)[pick % 2].symbol
        choices: list[Message] = [
            StartBot(f"b{pick}", "told", "main", plans[number % len(plans)], at_ns=number),
            quote(60_000.0 + 10 * number, symbol, at_ms=number),
            quote(60_000.0 - 10 * number, symbol, at_ms=number),
            StopBot(f"b{pick}", at_ns=number),
            Resume("on", at_ns=number) if pick else Kill(at_ns=number),
        ]
        return choices[kind % 5]
    if kind < 8:
        return _random_fill(order, pick, number)
    others: list[Message] = [
        VenueAccepted(order.id, number),
        VenueCanceled(order.id, number, "canceled", is_expired=bool(pick % 2)),
        VenueSilent(order.id, number, "?"),
        VenueNeverSaw(order.id, number),
    ]
    return others[kind % 4]


def _random_fill(order: Order, pick: int, number: int) -> Message:
    rest = order.remaining if order.remaining is not None else D("0.001")
    part = rest if pick == 0 else (rest / (pick + 1)).quantize(D("0.001"))
    if part <= 0 or part > rest:
        part = rest
    is_last = part == rest
    return fill(order, str(part), "60000", trade_id=f"t{number}", is_last=is_last)


def _story(plan: list[tuple[int, int]]) -> tuple[Desk, list[Any]]:
    desk = open_desk()
    events: list[Any] = []
    for number, (kind, pick) in enumerate(plan):
        desk, answer = advance(desk, _message(desk, kind, pick, number))
        events += answer.events
    return desk, events


@settings(max_examples=200, deadline=None)
@given(_messages())
def test_books_balance_whatever_happens(plan: list[tuple[int, int]]) -> None:
    desk, _ = _story(plan)
    assert all(total == 0 for total in desk.ledger.sums().values())
    for order in (*desk.orders.values(), *desk.closed.values()):
        assert order.quantity is None or order.filled <= order.quantity
    for position in desk.positions.values():
        assert sum(position.shares.values(), D(0)) == position.units
    assert all(not order.is_final for order in desk.orders.values())


@settings(max_examples=100, deadline=None)
@given(_messages())
def test_applying_the_events_again_gives_the_same_desk(plan: list[tuple[int, int]]) -> None:
    desk, events = _story(plan)
    again = open_desk()
    for event in events:
        again = apply(again, event)
    assert again == desk


@settings(max_examples=60, deadline=None)
@given(_messages())
def test_the_desk_written_down_and_read_again_is_the_same(plan: list[tuple[int, int]]) -> None:
    desk, _ = _story(plan)
    assert from_memory(to_memory(desk), desk.kinds) == desk


def test_a_bot_reads_the_account_as_it_stood() -> None:
    from lefi_tui.core.desk.snapshot import DeskSnapshot  # noqa: PLC0415 -- beside its test

    desk, _ = bought("stopped buy")
    snapshot = DeskSnapshot(desk, desk.bots["b"])
    values = {
        kind: snapshot.read(ReadKey(kind, SPOT.symbol))
        for kind in ("spot", "bid", "ask", "spread", "position", "entry", "pnl", "cash", "taker")
    }
    assert values["spot"] == 60_000.0
    assert values["position"] == 0.01
    assert values["entry"] == 60_000.0
    assert values["cash"] == 9_399.7
    assert values["taker"] == 0.0005
    assert math.isnan(snapshot.read(ReadKey("spot", "ETH/USDT")))
    assert snapshot.read(ReadKey("open_orders", SPOT.symbol)) == 0
    assert not snapshot.is_working(0)
