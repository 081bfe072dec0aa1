"""The desk: given events, when a message comes, then events."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from lefi_tui.core.desk import BotStatus, advance, apply, step
from lefi_tui.core.desk.valuation import equity, free_cash
from lefi_tui.core.ids import exit_id
from lefi_tui.core.messages import (
    BotRan,
    BotRefused,
    BotStarted,
    BotStopped,
    CancelOrder,
    CancelOrders,
    CommandRefused,
    EngineStarted,
    ExitPlaced,
    HistoryLoaded,
    Kill,
    LookUpOrder,
    OrderCanceled,
    OrderDenied,
    OrderFilled,
    OrderSubmitted,
    OrderUnconfirmed,
    Resume,
    StartBot,
    StopBot,
    SubmitOrders,
    TradingState,
    VenueAccepted,
    VenueCanceled,
    VenueNeverSaw,
    VenueRejected,
    VenueSilent,
)
from lefi_tui.core.order import (
    Order,
    OrderStatus,
    Side,
)
from tests.unit.core.desk_kit import (
    BUY,
    PERPETUAL,
    SPOT,
    D,
    asked,
    bar,
    bought,
    fill,
    of,
    open_desk,
    quote,
    started,
    submitted,
)

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


@pytest.mark.parametrize("plan", ["no leverage", "less than none"])
def test_a_leverage_of_nothing_or_less_is_denied(plan: str) -> None:
    _, answer = asked(plan)
    assert "ask for 1 or more" in of(OrderDenied, answer)[0].order.reason


@pytest.mark.parametrize("plan", ["share at nothing", "worth at nothing", "worth below nothing"])
def test_a_limit_of_nothing_or_less_is_denied_and_stops_nothing(plan: str) -> None:
    _, answer = asked(plan)
    assert "which is no price of" in of(OrderDenied, answer)[0].order.reason


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


def test_a_bot_that_ran_is_warmed_again_after_a_start() -> None:
    """Candles were missed while the engine was down: they step series and carry out nothing."""
    desk = started("with candles")
    bars = tuple(bar(minute) for minute in range(3))
    desk, _ = advance(desk, HistoryLoaded("b", bars, 1))
    assert desk.bots["b"].status is BotStatus.RUNNING
    desk = apply(desk, EngineStarted(5, "test", 9))
    assert desk.bots["b"].status is BotStatus.WARMING
    missed = tuple(bar(minute) for minute in range(1, 6))
    desk, answer = advance(desk, HistoryLoaded("b", missed, 6))
    assert desk.bots["b"].status is BotStatus.RUNNING
    assert [each.at_ms for each in of(BotRan, answer)] == [minute * 60_000 for minute in (4, 5, 6)]


def test_an_order_that_the_venue_forgot_does_not_work_for_ever() -> None:
    desk, answer = asked("limit")
    order = submitted(answer)
    desk, _ = advance(desk, VenueAccepted(order.id, 5))
    desk, answer = advance(desk, VenueNeverSaw(order.id, 6))
    assert "knows it no more" in of(OrderCanceled, answer)[0].reason
    assert desk.orders == {}


def test_an_entry_that_fills_on_after_its_stop_sold_the_first_part_has_a_stop_again() -> None:
    desk, answer = asked("stopped buy")
    entry = submitted(answer)
    desk, _ = advance(desk, fill(entry, "0.004", trade_id="e1", is_last=False))
    first = desk.orders[exit_id(entry.id, "stop")]
    desk, _ = advance(desk, fill(first, "0.004", "58000", trade_id="s1", reason="stop_loss"))
    assert desk.positions["main", SPOT.symbol].units == 0
    desk, answer = advance(desk, fill(entry, "0.006", trade_id="e2"))
    second = of(ExitPlaced, answer)[0].order
    assert second.id != first.id
    desk, _ = advance(desk, fill(second, "0.006", "58000", trade_id="s2", reason="stop_loss"))
    assert desk.positions["main", SPOT.symbol].units == 0
    assert desk.orders == {}


def test_a_cancel_that_was_asked_for_is_not_forgotten_over_a_silence() -> None:
    desk, answer = asked("limit")
    order = submitted(answer)
    desk, _ = advance(desk, VenueAccepted(order.id, 5))
    desk, _ = advance(desk, CancelOrder(order.id, at_ns=6))
    desk, _ = advance(desk, VenueSilent(order.id, 7, "timed out"))
    desk, answer = advance(desk, VenueAccepted(order.id, 8))
    assert desk.orders[order.id].status is OrderStatus.CANCEL_PENDING
    assert of(CancelOrders, answer) == [CancelOrders("main", (order.id,), is_again=True)]
