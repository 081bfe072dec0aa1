"""A limit order goes to another price: never two of it, never more than was left of it."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from lefi_tui.core.codec import from_plain, to_plain
from lefi_tui.core.desk import Desk, Step
from lefi_tui.core.messages import (
    CancelOrder,
    CancelOrders,
    ClosePosition,
    MoveOrder,
    NoteWritten,
    OrderMoving,
    OrderSubmitted,
    StartBot,
    SubmitOrders,
    VenueAccepted,
    VenueCanceled,
    VenueNeverSaw,
    VenueSilent,
)
from lefi_tui.core.order import Order, OrderStatus
from lefi_tui.engine.live_starts import asks_for
from tests.unit.core.desk_kit import fill, of, quote
from tests.unit.core.test_by_hand import (
    BUY,
    SYMBOL,
    D,
    S,
    open_by_hand,
    priced,
    resting,
    sent,
    stop_at,
    told,
    why,
)


def moved(desk: Desk, order: Order, price: str = "59100", at_ns: int = 30) -> tuple[Desk, Step]:
    return told(desk, MoveOrder(order.id, price=D(price), at_ns=at_ns))


def gone(order: Order, at_ns: int = 31) -> VenueCanceled:
    return VenueCanceled(order.id, at_ns, "asked")


def test_a_moved_order_is_canceled_first_and_placed_anew_when_that_is_final() -> None:
    desk, order = resting()
    desk, answer = told(desk, MoveOrder(order.id, ticks=3, at_ns=30))
    assert of(CancelOrders, answer)
    assert not of(SubmitOrders, answer)
    desk, answer = told(desk, gone(order))
    anew = sent(answer)
    assert (anew.terms.limit, anew.quantity, anew.moved_from) == (
        D("59000.3"),
        D("0.01"),
        order.id,
    )
    assert [each.id for each in desk.orders.values()] == [anew.id]


def test_what_filled_while_it_was_moved_is_not_bought_again() -> None:
    desk, order = resting()
    desk, _ = moved(desk, order)
    desk, _ = told(desk, fill(order, "0.004", "59000", is_last=False))
    desk, answer = told(desk, gone(order))
    assert sent(answer).quantity == D("0.006")
    desk, order = resting()
    desk, _ = moved(desk, order)
    desk, answer = told(desk, fill(order, "0.01", "59000"), gone(order))
    assert not of(SubmitOrders, answer)
    assert desk.orders == {}


def test_presses_while_it_is_on_its_way_change_where_to_and_cancel_nothing_twice() -> None:
    desk, order = resting()
    desk, _ = told(desk, MoveOrder(order.id, ticks=1, at_ns=30))
    desk, answer = told(desk, MoveOrder(order.id, ticks=1, at_ns=31))
    assert not of(CancelOrders, answer)
    desk, answer = told(desk, gone(order))
    assert sent(answer).terms.limit == D("59000.2")
    desk, answer = told(desk, MoveOrder(order.id, ticks=1, at_ns=40))  # the row it was pressed on
    assert of(OrderMoving, answer)[0].order == next(iter(desk.orders))


def test_a_cancel_meanwhile_is_obeyed() -> None:
    desk, order = resting()
    desk, _ = moved(desk, order)
    desk, _ = told(desk, CancelOrder(order.id, 31))
    _, answer = told(desk, gone(order))
    assert not of(SubmitOrders, answer)


def test_a_cancel_on_the_row_of_a_moved_order_is_of_what_stands_in_its_place() -> None:
    desk, order = resting()
    desk, _ = moved(desk, order)
    desk, answer = told(desk, gone(order))
    anew = sent(answer)
    desk, answer = told(desk, CancelOrder(order.id, 32))
    assert of(CancelOrders, answer)[0].orders == (anew.id,)
    desk, _ = told(desk, gone(anew, 33))
    assert not desk.orders
    assert "No working order" in why(told(desk, CancelOrder(order.id, 34))[1])


def test_a_close_meanwhile_leaves_nothing_to_open_again() -> None:
    desk, answer = told(open_by_hand(), BUY)
    order = sent(answer)
    desk, _ = told(desk, VenueAccepted(order.id, 21, "v", order.quantity))
    desk, _ = moved(desk, order)
    desk, _ = told(desk, ClosePosition("main", SYMBOL, 32))
    _, answer = told(desk, gone(order))
    assert not of(SubmitOrders, answer)


def test_a_fill_that_is_told_behind_the_cancel_makes_the_new_order_smaller() -> None:
    desk, order = resting()
    desk, _ = moved(desk, order)
    desk, answer = told(desk, gone(order))
    anew = sent(answer)
    desk, _ = told(desk, VenueAccepted(anew.id, 32, "v2", anew.quantity))
    desk, answer = told(desk, fill(order, "0.004", "59000", is_last=False))
    assert of(CancelOrders, answer)[0].orders == (anew.id,)
    desk, answer = told(desk, gone(anew, 40))
    assert sent(answer).quantity == D("0.006")


def test_one_told_when_the_new_order_has_filled_already_is_told_to_the_person() -> None:
    desk, order = resting()
    desk, _ = moved(desk, order)
    desk, answer = told(desk, gone(order))
    desk, _ = told(desk, fill(sent(answer), "0.01", "59100"))
    _, answer = told(desk, fill(order, "0.004", "59000", is_last=False))
    assert "more than you wanted" in of(NoteWritten, answer)[0].text


def test_what_ends_long_after_it_was_asked_for_stays_ended() -> None:
    desk, order = resting()
    desk, _ = moved(desk, order)
    desk, answer = told(desk, gone(order, 60 * S))
    assert not of(SubmitOrders, answer)
    assert "not placed anew" in why(answer)


def test_a_silence_on_the_way_is_waited_out() -> None:
    desk, order = resting()
    desk, _ = moved(desk, order)
    desk, answer = told(desk, VenueSilent(order.id, 31, "timed out"))
    assert not of(SubmitOrders, answer)
    _, answer = moved(desk, order, "59200", 32)
    assert "no answer yet" in why(answer)
    _, answer = told(desk, VenueNeverSaw(order.id, 33))
    assert sent(answer).terms.limit == D(59_100)


def test_a_move_that_the_gate_refuses_leaves_the_order_where_it_is() -> None:
    desk, order = resting()
    desk, answer = moved(desk, order, "69000")
    assert "It stays where it is" in why(answer)
    assert desk.orders[order.id].status is OrderStatus.ACCEPTED
    assert "already" in why(moved(desk, order, "59000")[1])


def test_a_bots_order_is_not_moved_and_a_final_one_is_none() -> None:
    desk, answer = told(priced(), StartBot("b", "told", "main", "limit", at_ns=1), quote())
    assert "is b's" in why(moved(desk, sent(answer))[1])
    assert "No working order" in why(told(desk, MoveOrder("Lnone", ticks=1, at_ns=3))[1])


def test_what_has_no_limit_or_is_leaving_is_not_moved() -> None:
    desk, order = resting(replace(BUY, limit=None))
    assert "no limit to move" in why(moved(desk, order)[1])
    desk, order = resting()
    desk, _ = told(desk, CancelOrder(order.id, 30))
    assert "is being canceled" in why(moved(desk, order)[1])


def test_a_stop_is_moved_by_ticks_where_it_hangs() -> None:
    desk, answer = told(priced(), replace(BUY, limit=None, exits=stop_at("58000")))
    desk, _ = told(desk, fill(sent(answer), "0.01"))
    stop = next(each for each in desk.orders.values() if each.leg == "stop")
    desk, answer = told(desk, MoveOrder(stop.id, ticks=-5, at_ns=40))
    assert of(SubmitOrders, answer)[0].orders[0].terms.exits == stop_at("57999.5")


def test_an_order_on_its_way_is_kept_as_it_is() -> None:
    desk, order = resting()
    desk, _ = moved(desk, order)
    kept = desk.orders[order.id]
    assert kept.moving is not None
    assert from_plain(Order, to_plain(kept)) == kept


STEPS = st.lists(
    st.sampled_from(["move", "fill", "gone", "cancel", "silent", "accept"]), max_size=14
)


def said_of(order: Order, step: str, number: int) -> Any:
    """What a person or the venue may say of an order that stands like this; None: nothing."""
    at_ns = 100 + number
    may: dict[str, Any] = {
        "move": MoveOrder(order.id, ticks=number + 1, at_ns=at_ns),
        "cancel": CancelOrder(order.id, at_ns),
    }
    if order.status is OrderStatus.SUBMITTED:
        may["accept"] = VenueAccepted(order.id, at_ns, "v", order.quantity)
    if not order.is_final:
        may["silent"] = VenueSilent(order.id, at_ns, "timed out")
    if order.is_cancel_asked:
        may["gone"] = gone(order, at_ns)
    if not order.is_final and order.remaining != D("0.001"):
        trade = {"trade_id": f"t{number}", "is_last": False}
        may["fill"] = fill(order, "0.001", "59000", **trade)
    return may.get(step)


@given(STEPS)
@settings(max_examples=150)
def test_however_it_goes_no_more_is_bought_than_was_asked_and_never_two_work(
    steps: list[str],
) -> None:
    desk, order = resting()
    for number, step in enumerate(steps):
        known = desk.order(order.id)
        assert known is not None
        message = said_of(known, step, number)
        if message is None:
            continue
        desk, answer = told(desk, message)
        order = next((each.order for each in of(OrderSubmitted, answer)), order)
        working = [each for each in desk.orders.values() if each.leg == "entry"]
        filled = sum((each.filled for each in (*desk.closed.values(), *working)), D(0))
        left = sum((each.remaining or D(0) for each in working), D(0))
        assert len(working) <= 1
        assert filled + left <= D("0.01")


def test_a_late_fill_of_the_first_makes_the_newest_of_many_moves_smaller() -> None:
    desk, first = resting()
    desk, _ = moved(desk, first)
    desk, answer = told(desk, gone(first))
    second = sent(answer)
    desk, _ = told(desk, VenueAccepted(second.id, 32, "v2", second.quantity))
    desk, _ = moved(desk, second, "59200", 33)
    desk, answer = told(desk, gone(second, 34))
    third = sent(answer)
    desk, _ = told(desk, VenueAccepted(third.id, 35, "v3", third.quantity))
    desk, answer = told(desk, fill(first, "0.004", "59000", is_last=False))
    assert of(CancelOrders, answer)[0].orders == (third.id,)
    _, answer = told(desk, gone(third, 40))
    assert sent(answer).quantity == D("0.006")


def test_a_move_with_real_money_asks_the_gates_and_one_that_reduces_does_not() -> None:
    desk, order = resting()
    real = replace(desk.accounts["main"], mode="live", venue="binance")
    desk = replace(desk, accounts={"main": real})
    after, answer = moved(desk, order)
    assert "Nothing is sent with real money on main" in why(answer)
    assert "It stays where it is." in why(answer)
    assert after.orders[order.id].moving is None
    reducing = replace(order, terms=replace(order.terms, is_reduce_only=True))
    _, answer = moved(replace(desk, orders={order.id: reducing}), reducing)
    assert "real money" not in why(answer)


def test_the_engine_finds_facts_for_a_move_of_real_money_and_for_no_other() -> None:
    desk, order = resting()
    move = MoveOrder(order.id, ticks=1)
    assert asks_for(desk, move) is None
    real = replace(desk.accounts["main"], mode="live", venue="binance")
    desk = replace(desk, accounts={"main": real})
    assert asks_for(desk, move) == "main"
    assert asks_for(desk, MoveOrder("unknown")) is None
    assert asks_for(replace(desk, orders={order.id: replace(order, leg="stop")}), move) is None
