"""Units of a position: none is promised to two orders, and each bot gives back its own."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from lefi_tui.core.bot import Intent
from lefi_tui.core.desk import Desk, Step, advance
from lefi_tui.core.desk.valuation import units_offered
from lefi_tui.core.messages import (
    CancelOrder,
    OrderDenied,
    OrderSubmitted,
    StartBot,
    VenueCanceled,
)
from lefi_tui.core.order import OrderStatus
from tests.unit.core.desk_kit import (
    BUY,
    PLANS,
    SPOT,
    asked,
    fill,
    of,
    open_desk,
    quote,
    submitted,
    units,
)

D = Decimal
SELL = Intent("sell", SPOT.symbol, 1, size=units("0.006"), limit=D("70000"))


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Desk:
    """0.01 held; the bot then offers 0.006, 0.006 again, 0.004, and closes."""
    plan = (
        (BUY,),
        (SELL,),
        (replace(SELL, site=2),),
        (replace(SELL, site=3, size=units("0.004")),),
        (Intent("close", SPOT.symbol, 4),),
    )
    monkeypatch.setitem(PLANS, "offers", plan)
    desk, answer = asked("offers")
    desk, _ = advance(desk, fill(submitted(answer), "0.01"))
    return desk


def turn(desk: Desk, number: int) -> tuple[Desk, Step]:
    return advance(desk, quote(60_000.0, at_ms=1_000 + number))


def test_a_unit_is_offered_once_and_the_refusal_says_what_holds_it(held: Desk) -> None:
    desk, answer = turn(held, 1)
    assert submitted(answer).quantity == D("0.006")
    desk, answer = turn(desk, 2)
    assert of(OrderDenied, answer)[0].order.reason == (
        "0.006 BTC to sell, 0.01 held, 0.006 of it offered already. "
        "Ask for less, or close the position."
    )
    desk, answer = turn(desk, 3)
    assert submitted(answer).quantity == D("0.004")
    assert units_offered(desk, "main", SPOT.symbol) == D("0.010")


def test_closing_is_never_stopped_by_what_it_takes_back(held: Desk) -> None:
    desk, _ = turn(held, 1)
    desk, _ = turn(desk, 2)
    desk, _ = turn(desk, 3)
    desk, answer = turn(desk, 4)
    assert of(OrderSubmitted, answer)[0].order.quantity == D("0.010")
    assert units_offered(desk, "main", SPOT.symbol) == D("0.010")  # the closing order's own


def test_units_are_free_again_when_their_order_goes_and_as_it_fills(held: Desk) -> None:
    desk, answer = turn(held, 1)
    order = submitted(answer)
    part, _ = advance(desk, fill(order, "0.002", "70000", is_last=False))
    assert units_offered(part, "main", SPOT.symbol) == D("0.004")
    desk, _ = advance(desk, CancelOrder(order.id, at_ns=6))
    assert desk.orders[order.id].status is OrderStatus.CANCEL_PENDING
    assert units_offered(desk, "main", SPOT.symbol) == 0
    desk, _ = advance(desk, VenueCanceled(order.id, 7, "asked"))
    assert units_offered(desk, "main", SPOT.symbol) == 0


def test_a_bot_gives_back_its_own_share_and_leaves_another_bots_alone() -> None:
    desk = open_desk()
    for bot, plan in (("a", "buy and close"), ("b", "buy")):
        desk, _ = advance(desk, StartBot(bot, "told", "main", plan, at_ns=1))
    desk, answer = advance(desk, quote())
    for event in of(OrderSubmitted, answer):
        desk, _ = advance(desk, fill(event.order, "0.01"))
    desk, answer = advance(desk, quote(at_ms=2_000))
    order = submitted(answer)
    assert (order.owner, order.quantity) == ("a", D("0.010"))
    desk, _ = advance(desk, fill(order, "0.01"))
    assert desk.positions["main", SPOT.symbol].shares == {"b": D("0.01")}
