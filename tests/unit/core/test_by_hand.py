"""Orders of a person: through the gate, said twice where they look like a slip, moved without ever
being two, never turned over."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from lefi_tui.core.desk import Desk, Step, advance
from lefi_tui.core.messages import (
    ClosePosition,
    CommandRefused,
    Kill,
    ListOffers,
    OpenAccount,
    OrderDenied,
    OrderFilled,
    OrderSubmitted,
    PlaceOrder,
    Sizing,
    SubmitOrders,
    VenueAccepted,
)
from lefi_tui.core.offers import Offer, Offers
from lefi_tui.core.order import (
    HAND,
    ExitPlan,
    Level,
    LevelKind,
    Order,
    Side,
    Size,
    SizeKind,
    TimeInForce,
)
from tests.unit.core.desk_kit import PERPETUAL, SPOT, bought, fill, of, open_desk, quote, units

D = Decimal
SYMBOL = PERPETUAL.symbol
S = 1_000_000_000


def stop_at(price: str) -> ExitPlan:
    return ExitPlan(stop_loss=Level(LevelKind.PRICE, D(price)))


SEEN = tuple(quote(symbol=each).quote for each in (PERPETUAL.symbol, SPOT.symbol))
BUY = PlaceOrder(
    "main", SYMBOL, Side.BUY, units("0.01"), limit=D(59_000), leverage=D(10), at_ns=20, quotes=SEEN
)


def priced() -> Desk:
    """Nobody but the hand looks at its markets: the engine tells their prices with the order."""
    return open_desk()


def told(desk: Desk, *messages: Any) -> tuple[Desk, Step]:
    answer = Step()
    for message in messages:
        desk, answer = advance(desk, message)
    return desk, answer


def sent(answer: Step) -> Order:
    order: Order = of(OrderSubmitted, answer)[0].order
    return order


def why(answer: Step) -> str:
    refused = [each.text for each in of(CommandRefused, answer)]
    return " ".join([*refused, *(each.order.reason for each in of(OrderDenied, answer))])


def resting(command: PlaceOrder = BUY) -> tuple[Desk, Order]:
    """An order of the hand that works at its venue."""
    desk, answer = told(priced(), command)
    order = sent(answer)
    desk, _ = told(desk, VenueAccepted(order.id, 21, "v", order.quantity))
    return desk, order


def open_by_hand(quantity: str = "0.1") -> Desk:
    desk, answer = told(priced(), replace(BUY, size=units(quantity), limit=None))
    return told(desk, fill(sent(answer), quantity))[0]


# ---- placed


def test_an_order_by_hand_goes_through_the_gate_and_is_the_hands() -> None:
    _, answer = told(priced(), BUY)
    order = sent(answer)
    assert (order.owner, order.quantity, order.terms.limit) == (HAND, D("0.01"), D(59_000))
    assert {each.name for each in of(OrderSubmitted, answer)[0].verdicts} >= {"hand price"}
    assert of(SubmitOrders, answer)[0].orders == (order,)


def test_a_candle_file_hears_no_hand() -> None:
    account = ("file", "USDT", D(10_000), "simulation", "candle file", Sizing.AT_FILL)
    desk, _ = advance(priced(), OpenAccount(*account, D(0), D(0)))
    assert "candle file" in why(told(desk, replace(BUY, account="file"))[1])


def test_two_at_the_same_moment_are_two_orders() -> None:
    desk, one = told(priced(), BUY)
    _, other = told(desk, BUY)
    assert sent(one).id != sent(other).id


def test_a_second_order_of_a_market_does_not_change_the_leverage_of_the_first() -> None:
    desk, _ = resting()
    _, answer = told(desk, replace(BUY, leverage=D(20), at_ns=30))
    assert why(answer).startswith("20x asked for BTC/USDT:USDT on main, where an order before it")
    assert "Ask for the same, or cancel that one first" in why(answer)
    assert sent(told(desk, replace(BUY, at_ns=30))[1])


def test_money_at_risk_over_the_distance_to_the_stop_is_the_size() -> None:
    command = replace(BUY, size=None, risk=D(50), exits=stop_at("58000"))
    assert sent(told(priced(), command)[1]).quantity == D("0.05")  # 50 / (59000 - 58000)
    in_percent = ExitPlan(stop_loss=Level(LevelKind.PERCENT, D("0.01")))
    found = sent(told(priced(), replace(command, exits=in_percent))[1])
    assert found.quantity == D("0.084")  # 50 / 590, rounded down: no more than that is lost


@pytest.mark.parametrize(
    ("size", "quantity"),
    [(Size(SizeKind.WORTH, D(590)), "0.01"), (Size(SizeKind.SHARE, D("0.059")), "0.099")],
)
def test_a_size_in_money_or_in_percent_of_what_is_free_comes_to_units(
    size: Size, quantity: str
) -> None:
    assert sent(told(priced(), replace(BUY, size=size))[1]).quantity == D(quantity)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"size": None}, "Say either a size or the money at risk"),
        ({"account": "other"}, "no account 'other'"),
        ({"symbol": "DOGE/USDT"}, "has no market DOGE/USDT"),
        ({"size": None, "risk": D(50)}, "needs a stop"),
        ({"size": None, "risk": D(50), "exits": stop_at("59500")}, "met at once"),
        ({"exits": stop_at("59500")}, "met at once"),
        ({"limit": None, "is_post_only": True}, "Post only needs a limit"),
        ({"limit": None, "time_in_force": TimeInForce.FOK}, "FOK needs a limit"),
        ({"is_post_only": True, "time_in_force": TimeInForce.IOC}, "Post only rests"),
        ({"is_reduce_only": True}, "nothing to make smaller"),
        ({"leverage": D(500)}, "Lower the leverage"),
        ({"size": units("100")}, "Ask for less"),
        ({"size": None, "risk": D(0)}, "at risk is no size"),
        ({"size": None, "risk": D(50), "limit": None, "quotes": ()}, "No price of"),
        ({"limit": None, "quotes": (), "exits": stop_at("58000")}, "No price of"),
        ({"is_reduce_only": True, "exits": stop_at("58000")}, "sets no exits"),
    ],
)
def test_what_can_not_be_is_refused_in_words_and_nothing_leaves(
    change: dict[str, Any], words: str
) -> None:
    _, answer = told(priced(), replace(BUY, **change))
    assert words in why(answer)
    assert not of(SubmitOrders, answer)


def test_what_the_venues_sheet_says_is_not_there_is_not_asked_of_it() -> None:
    sheet = Offers(
        "test", (Offer("post_only", has=False, why_not="it has none"), Offer("FOK", used="so"))
    )
    desk, _ = advance(priced(), ListOffers("main", sheet))
    assert "takes no post only: it has none" in why(told(desk, replace(BUY, is_post_only=True))[1])
    assert of(SubmitOrders, told(desk, replace(BUY, time_in_force=TimeInForce.FOK))[1])


def test_a_halted_desk_lets_no_order_of_a_hand_out() -> None:
    _, answer = told(priced(), Kill(19), BUY)
    assert "halted" in why(answer)
    assert not of(SubmitOrders, answer)


# ---- slips of the finger


def test_a_limit_far_through_the_market_must_be_said_twice() -> None:
    slip = replace(BUY, limit=D(69_000))
    desk, answer = told(priced(), slip)
    assert "15% beyond the ask" in why(answer)
    assert not of(SubmitOrders, answer)
    assert of(SubmitOrders, told(desk, replace(slip, is_confirmed=True))[1])
    assert of(SubmitOrders, told(desk, replace(BUY, limit=D(60_600)))[1])


def test_a_size_far_from_the_usual_must_be_said_twice_once_there_is_a_usual() -> None:
    desk = priced()
    big = replace(BUY, size=units("0.2"), limit=None, at_ns=90)
    assert of(SubmitOrders, told(desk, big)[1])
    for number in range(3):
        desk, answer = told(desk, replace(BUY, limit=None, at_ns=30 + number))
        desk, _ = told(desk, fill(sent(answer), "0.01"))
    desk, answer = told(desk, big)
    assert "20 times what your orders usually are" in why(answer)
    assert of(SubmitOrders, told(desk, replace(big, is_confirmed=True))[1])


# ---- smaller, never turned


def test_a_part_of_a_position_is_closed_and_its_exits_stay() -> None:
    desk, answer = told(open_by_hand(), ClosePosition("main", SYMBOL, 30, share=D("0.25")))
    order = sent(answer)
    assert (order.quantity, order.terms.is_reduce_only) == (D("0.025"), True)
    desk, answer = told(desk, ClosePosition("main", SYMBOL, 31))
    assert "none is doubled" in why(answer)
    desk, _ = told(desk, fill(order, "0.025"))
    assert desk.positions["main", SYMBOL].units == D("0.075")
    _, answer = told(desk, ClosePosition("main", SYMBOL, 32, units=D(5)))
    assert sent(answer).quantity == D("0.075")  # more than there is is all there is


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"share": D("1.5")}, "more than 0, at most 1"),
        ({"share": D(0)}, "more than 0"),
        ({"units": D(-1)}, "nothing to close"),
        ({"units": D("0.0001")}, "smallest step"),
        ({"units": D(1), "share": D(1)}, "Say either"),
    ],
)
def test_a_part_that_is_none_is_refused(part: dict[str, Any], words: str) -> None:
    _, answer = told(open_by_hand(), ClosePosition("main", SYMBOL, 30, **part))
    assert words in why(answer)
    assert not of(SubmitOrders, answer)


def test_what_a_hand_reduces_is_given_back_by_whoever_holds_it() -> None:
    desk, _ = bought()
    sell = PlaceOrder("main", SPOT.symbol, Side.SELL, units("0.004"), is_reduce_only=True, at_ns=30)
    desk, answer = told(desk, sell)
    desk, answer = told(desk, fill(sent(answer), "0.004"))
    assert [each.owner for each in of(OrderFilled, answer)] == ["b"]
    assert dict(desk.positions["main", SPOT.symbol].shares) == {"b": D("0.006")}


def test_a_reducing_order_of_more_than_is_open_takes_what_is_open() -> None:
    sell = replace(BUY, side=Side.SELL, size=units("5"), is_reduce_only=True, limit=D(61_000))
    _, answer = told(open_by_hand(), replace(sell, leverage=None))
    assert sent(answer).quantity == D("0.1")


def test_an_order_against_a_bots_position_must_be_said_twice() -> None:
    desk, owned = bought()
    symbol = owned.terms.symbol
    against = replace(BUY, symbol=symbol, side=Side.SELL, limit=None, leverage=None)
    _, answer = told(desk, against)
    assert "b holds 0.01 long there; reduce only makes its position smaller" in why(answer)
    assert not of(SubmitOrders, answer)
    assert sent(told(desk, replace(against, is_confirmed=True))[1]).owner == HAND
    assert sent(told(desk, replace(against, is_reduce_only=True))[1]).owner == HAND
    assert sent(told(desk, replace(against, side=Side.BUY))[1]).owner == HAND
