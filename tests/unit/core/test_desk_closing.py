"""Closing by hand and with a stop: once, whole, never past zero, and each bot sees its own gone."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from lefi_tui.core.bot import Intent
from lefi_tui.core.codec import decode
from lefi_tui.core.desk import BotStatus, Desk, Step, advance, apply
from lefi_tui.core.messages import (
    BotStopped,
    CancelOrder,
    CancelOrders,
    ClosePosition,
    Command,
    CommandRefused,
    IntentRefused,
    Kill,
    LookUpOrder,
    MarketInput,
    OrderFilled,
    OrderSubmitted,
    Report,
    Resume,
    StartBot,
    StopBot,
    SubmitOrders,
    TradingState,
    TradingStateChanged,
    VenueAccepted,
    VenueCanceled,
    VenueNeverSaw,
    VenueRejected,
    VenueSilent,
)
from lefi_tui.core.order import HAND, Order, OrderStatus, Side
from tests.unit.core.desk_kit import (
    BUY,
    PERPETUAL,
    PLANS,
    SPOT,
    asked,
    bought,
    fill,
    of,
    open_desk,
    quote,
    submitted,
)

D = Decimal
Message = Command | Report | MarketInput
End = Callable[[str], Report]
SYMBOL = SPOT.symbol
CLOSE = ClosePosition("main", SYMBOL, at_ns=20)


def held(desk: Desk, symbol: str = SYMBOL) -> Decimal:
    position = desk.positions.get(("main", symbol))
    return D(0) if position is None else position.units


def refusal(answer: Step) -> str:
    refused = of(CommandRefused, answer)
    return str(refused[0].text) if refused else ""


def two_holders() -> Desk:
    """Bots a and b hold 0.01 each of one position."""
    desk = open_desk()
    for bot in ("a", "b"):
        desk, _ = advance(desk, StartBot(bot, "told", "main", "buy", at_ns=1))
    desk, answer = advance(desk, quote())
    for event in of(OrderSubmitted, answer):
        desk, _ = advance(desk, fill(event.order, "0.01"))
    return desk


def short() -> Desk:
    desk, answer = asked("short")
    desk, _ = advance(desk, fill(submitted(answer), "0.1"))
    return desk


# ---- by hand


@pytest.mark.parametrize(
    ("desk", "symbol", "side", "units"),
    [(bought()[0], SYMBOL, Side.SELL, "0.01"), (short(), PERPETUAL.symbol, Side.BUY, "0.1")],
)
def test_a_close_by_hand_is_one_reducing_order_for_all_that_is_open(
    desk: Desk, symbol: str, side: Side, units: str
) -> None:
    desk, answer = advance(desk, ClosePosition("main", symbol, at_ns=20))
    order = submitted(answer)
    assert (order.owner, order.terms.side, order.quantity) == (HAND, side, D(units))
    assert order.terms.is_reduce_only
    assert [each.orders for each in of(SubmitOrders, answer)] == [(order,)]
    desk, answer = advance(desk, fill(order, units, reason="close"))
    assert held(desk, symbol) == 0
    assert desk.positions["main", symbol].shares == {}
    assert [each.owner for each in of(OrderFilled, answer)] == ["b"]


def test_each_bot_that_held_a_part_sees_its_part_gone_and_pays_its_part_of_the_fee() -> None:
    desk, answer = advance(two_holders(), CLOSE)
    order = submitted(answer)
    assert order.quantity == D("0.02")
    desk, answer = advance(desk, fill(order, "0.015", is_last=False, fee=D("0.1")))
    parts = [(each.owner, each.quantity, each.is_last) for each in of(OrderFilled, answer)]
    assert parts == [("a", D("0.010"), False), ("b", D("0.005"), False)]
    assert sum(each.fee for each in of(OrderFilled, answer)) == D("0.1")
    assert desk.positions["main", SYMBOL].shares == {"b": D("0.005")}
    again, told = advance(desk, fill(order, "0.015", is_last=False, fee=D("0.1")))
    assert (again, told.events) == (desk, ())
    desk, _ = advance(desk, fill(order, "0.005", trade_id="t2"))
    assert held(desk) == 0
    assert desk.closed[order.id].status is OrderStatus.FILLED


def test_a_second_press_while_a_close_works_is_refused_with_words() -> None:
    desk, answer = advance(bought()[0], CLOSE)
    order = submitted(answer)
    desk, answer = advance(desk, replace(CLOSE, at_ns=21))
    assert not of(SubmitOrders, answer)
    assert order.id in refusal(answer)
    assert "none is doubled" in refusal(answer)
    desk, answer = advance(desk, VenueSilent(order.id, 22, "timed out"))
    assert of(LookUpOrder, answer)
    desk, answer = advance(desk, replace(CLOSE, at_ns=23))
    assert "unconfirmed" in refusal(answer)


@pytest.mark.parametrize(
    "end",
    [
        lambda order: VenueRejected(order, 30, "X", "no"),
        lambda order: VenueNeverSaw(order, 30),
        lambda order: VenueCanceled(order, 30, "asked"),
    ],
)
def test_a_close_that_failed_is_not_sent_again_by_itself_but_may_be_by_a_person(
    end: End,
) -> None:
    desk, answer = advance(bought()[0], CLOSE)
    first = submitted(answer)
    desk, answer = advance(desk, end(first.id))
    assert not of(SubmitOrders, answer)
    assert held(desk) == D("0.01")
    desk, answer = advance(desk, CLOSE)
    assert submitted(answer).id != first.id


def test_what_works_in_the_symbol_is_canceled_and_its_exits_go_with_the_position() -> None:
    desk, entry = bought("stopped buy")
    plan = replace(BUY, limit=D("50000"), site=7)
    desk, _ = advance(desk, StartBot("c", "told", "main", "limit", at_ns=2))
    desk, answer = advance(desk, quote(at_ms=2_000))
    assert plan.limit == submitted(answer).terms.limit
    desk, answer = advance(desk, CLOSE)
    canceled = of(CancelOrders, answer)[0].orders
    assert [desk.orders[each].owner for each in canceled] == ["c"]
    close = submitted(answer)
    desk, _ = advance(desk, fill(close, "0.01"))
    assert all(order.leg == "entry" for order in desk.orders.values())
    assert entry.id not in desk.orders


def test_while_reducing_a_close_goes_out_and_while_halted_it_says_why_not() -> None:
    desk, _ = bought()
    reducing = apply(desk, TradingStateChanged(TradingState.REDUCING, "drawdown", "risk", 5))
    assert submitted(advance(reducing, CLOSE)[1]).terms.is_reduce_only
    halted, _ = advance(desk, Kill(at_ns=6))
    after, answer = advance(halted, CLOSE)
    assert not of(SubmitOrders, answer)
    assert "trading is halted (kill key)" in refusal(answer)
    assert "Resume first" in refusal(answer)
    after, _ = advance(after, Resume("looked", at_ns=30))
    assert submitted(advance(after, CLOSE)[1]).owner == HAND


def test_nothing_open_and_too_little_to_close_are_said_and_nothing_is_canceled() -> None:
    assert "no open position" in refusal(advance(open_desk(), CLOSE)[1])
    desk, answer = asked("buy")
    order = submitted(answer)
    desk, _ = advance(desk, fill(order, "0.00004", is_last=False))
    desk, answer = advance(desk, CLOSE)
    assert "Nothing was sent." in refusal(answer)
    assert not of(CancelOrders, answer)
    assert desk.orders[order.id].status is OrderStatus.PARTIALLY_FILLED


def test_a_bot_does_not_close_beside_a_close_that_is_on_its_way() -> None:
    desk, _ = bought("buy and close")
    by_hand, _ = advance(desk, CLOSE)
    _, answer = advance(by_hand, quote(61_000.0, at_ms=2_000))
    assert not of(SubmitOrders, answer)
    assert of(IntentRefused, answer)[0].code == "STILL_CLOSING"


def test_a_bots_second_close_waits_for_its_first(monkeypatch: pytest.MonkeyPatch) -> None:
    close = Intent("close", SYMBOL, 1)
    monkeypatch.setitem(PLANS, "close twice", ((BUY,), (close,), (close,)))
    desk, _ = bought("close twice")
    desk, answer = advance(desk, quote(at_ms=2_000))
    first = submitted(answer)
    desk, answer = advance(desk, quote(at_ms=3_000))
    assert not of(SubmitOrders, answer)
    assert desk.orders[first.id].status is OrderStatus.SUBMITTED


# ---- with a stop


def stopping(plan: str = "buy") -> tuple[Desk, Order]:
    desk, _ = bought(plan)
    desk, answer = advance(desk, StopBot("b", at_ns=20, closes=True))
    return desk, submitted(answer)


def test_a_bot_that_closes_at_its_stop_is_stopped_when_its_share_is_gone() -> None:
    desk, order = stopping("stopped buy")
    assert (order.owner, order.quantity) == ("b", D("0.010"))
    assert desk.bots["b"].status is BotStatus.STOPPING
    desk, answer = advance(desk, fill(order, "0.004", is_last=False))
    assert not of(BotStopped, answer)
    desk, answer = advance(desk, fill(order, "0.006", trade_id="t2"))
    assert of(BotStopped, answer)
    assert held(desk) == len(desk.orders) == 0


def test_a_bot_that_keeps_its_position_leaves_it_as_it_is() -> None:
    desk, _ = bought()
    desk, answer = advance(desk, StopBot("b", at_ns=20))
    assert of(BotStopped, answer)
    assert not of(SubmitOrders, answer)
    assert held(desk) == D("0.01")


def test_a_bot_closes_its_own_share_and_leaves_another_bots_alone() -> None:
    desk, answer = advance(two_holders(), StopBot("a", at_ns=20, closes=True))
    order = submitted(answer)
    assert order.quantity == D("0.010")
    desk, _ = advance(desk, fill(order, "0.01"))
    assert desk.positions["main", SYMBOL].shares == {"b": D("0.01")}
    assert desk.bots["b"].status is BotStatus.RUNNING


def test_what_fills_after_the_stop_is_closed_too() -> None:
    desk, answer = asked("limit")
    entry = submitted(answer)
    desk, _ = advance(desk, fill(entry, "0.004", "50000", is_last=False))
    desk, answer = advance(desk, StopBot("b", at_ns=20, closes=True))
    first = submitted(answer)
    assert of(CancelOrders, answer)[0].orders == (entry.id,)
    late = fill(entry, "0.002", "50000", trade_id="late", is_last=False)
    desk, answer = advance(desk, late)
    assert not of(SubmitOrders, answer)
    desk, answer = advance(desk, fill(first, "0.004"))
    second = submitted(answer)
    assert second.quantity == D("0.002")
    desk, answer = advance(desk, VenueCanceled(entry.id, 21, "asked"))
    assert not of(BotStopped, answer)
    desk, answer = advance(desk, fill(second, "0.002"))
    assert of(BotStopped, answer)
    assert held(desk) == 0


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (lambda order: VenueRejected(order, 30, "X", "no such thing"), "no such thing"),
        (lambda order: VenueNeverSaw(order, 30), "never reached"),
        (lambda order: VenueCanceled(order, 30, "by hand"), "by hand"),
    ],
)
def test_a_stop_whose_close_failed_ends_and_says_what_stays_open(end: End, words: str) -> None:
    desk, order = stopping()
    desk, answer = advance(desk, end(order.id))
    assert not of(SubmitOrders, answer)
    reason = of(BotStopped, answer)[0].reason
    assert "0.01 BTC of BTC/USDT stays open" in reason
    assert words in reason


def test_a_kill_during_the_close_cancels_it_and_nothing_is_sent_again() -> None:
    desk, order = stopping()
    desk, answer = advance(desk, Kill(at_ns=25))
    assert order.id in of(CancelOrders, answer)[0].orders
    assert not of(BotStopped, answer)
    desk, answer = advance(desk, fill(order, "0.004", is_last=False))
    desk, answer = advance(desk, VenueCanceled(order.id, 26, "asked"))
    assert not of(SubmitOrders, answer)
    assert "0.006 BTC of BTC/USDT stays open" in of(BotStopped, answer)[0].reason


def test_a_stop_beside_a_close_by_hand_waits_for_that_and_sends_none() -> None:
    desk, answer = advance(bought()[0], CLOSE)
    order = submitted(answer)
    desk, answer = advance(desk, StopBot("b", at_ns=21, closes=True))
    assert not of(SubmitOrders, answer)
    assert not of(BotStopped, answer)
    filled, answer = advance(desk, fill(order, "0.01"))
    assert of(BotStopped, answer)
    assert held(filled) == 0
    _, answer = advance(desk, VenueRejected(order.id, 22, "X", "no"))
    assert "stays open" in of(BotStopped, answer)[0].reason


def test_a_stop_as_older_journals_hold_it_keeps_the_position() -> None:
    told = decode("StopBot", 1, '{"bot":"b","at_ns":9,"by":"hand","reason":"asked"}')
    assert told == StopBot("b", at_ns=9)


# ---- whatever the venue does


@settings(max_examples=60)
@given(
    st.booleans(),
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 10)), max_size=25),
)
def test_closing_never_turns_a_position_and_never_sends_beside_itself(
    is_short: bool,  # noqa: FBT001 -- drawn
    plan: list[tuple[int, int]],
) -> None:
    """The venue answers in any order, in parts, late and twice; people and bots press on."""
    desk = short() if is_short else two_holders()
    symbol = PERPETUAL.symbol if is_short else SYMBOL
    sign = -1 if is_short else 1
    before = desk
    events: list[Any] = []
    for number, (kind, part) in enumerate(plan, 40):
        desk, answer = advance(desk, _press(desk, symbol, kind, (part, number)))
        events += answer.events
        closes = [each for each in desk.orders.values() if each.terms.is_reduce_only]
        whole = [each for each in closes if each.owner == HAND]
        assert len(whole) <= 1
        assert not whole or len(closes) == 1
        assert sum((each.remaining or D(0) for each in closes), D(0)) <= abs(held(desk, symbol))
        assert held(desk, symbol) * sign >= 0
    again = before
    for event in events:
        again = apply(again, event)
    assert again == desk


def _press(desk: Desk, symbol: str, kind: int, drawn: tuple[int, int]) -> Message:
    part, number = drawn
    orders = list(desk.orders.values())
    order = orders[part % len(orders)] if orders else None
    asks: list[Message] = [
        ClosePosition("main", symbol, at_ns=number),
        StopBot("b", at_ns=number, closes=part % 3 > 0),
        StopBot("a", at_ns=number, closes=True),
        Kill(at_ns=number) if part == 1 else Resume("on", at_ns=number),
    ]
    if order is None or kind < len(asks):
        return asks[kind % len(asks)]
    rest = order.remaining or D("0.001")
    units = min(rest, (rest * part / 10).quantize(D("0.001")) or rest)
    answers: list[Message] = [
        fill(order, str(units), trade_id=f"t{number}", is_last=units == rest),
        fill(order, str(units), trade_id=f"t{number}", is_last=units == rest),
        VenueSilent(order.id, number, "?"),
        VenueCanceled(order.id, number, "asked"),
        VenueAccepted(order.id, number) if part % 2 else VenueNeverSaw(order.id, number),
        CancelOrder(order.id, at_ns=number),
    ]
    return answers[kind - len(asks)]
