"""Fills that come late, out of their order, or told again: each is booked once, none stops us."""

from __future__ import annotations

from decimal import Decimal

from lefi_tui.core.desk import advance
from lefi_tui.core.order import OrderStatus
from tests.unit.core.desk_kit import SPOT, asked, fill, submitted

D = Decimal


def test_the_last_fill_may_overtake_the_others() -> None:
    desk, answer = asked("buy")
    order = submitted(answer)
    desk, _ = advance(desk, fill(order, "0.005", is_last=True))
    for quantity in ("0.002", "0.003"):
        desk, _ = advance(desk, fill(order, quantity, is_last=False))
        assert desk.closed[order.id].status is OrderStatus.FILLED
    assert desk.closed[order.id].filled == D("0.01")
    assert desk.positions["main", SPOT.symbol].units == D("0.01")


def test_the_whole_story_of_an_order_with_many_fills_told_again_books_nothing_twice() -> None:
    desk, answer = asked("buy")
    order = submitted(answer)
    story = [fill(order, "0.00001", trade_id=f"t{n}", is_last=False) for n in range(520)]
    for each in story:
        desk, _ = advance(desk, each)
    for each in story:
        desk, again = advance(desk, each)
        assert not again.events
    assert desk.orders[order.id].filled == D("0.0052")
