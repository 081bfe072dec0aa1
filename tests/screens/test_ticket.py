"""Orders by hand on the whole program: the ticket, moved, canceled, closed; the statement line."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from lefi_tui.core.messages import PlaceOrder
from lefi_tui.core.order import HAND, Order, Side, Size, SizeKind
from screens.desk import DeskScreen
from screens.ticket import TicketScreen
from tests.screens.real_desk import RealDesk, opened
from widgets.in_order import Field

pytestmark = pytest.mark.asyncio
D = Decimal


def by_hand(desk: RealDesk) -> list[Order]:
    return [each for each in desk.engine.desk.orders.values() if each.owner == HAND]


async def working(desk: RealDesk, limit: Decimal) -> Order:
    """The hand's order, once it works at this price."""

    def is_there(_text: str) -> bool:
        return any(
            each.terms.limit == limit and each.status == "accepted" for each in by_hand(desk)
        )

    await desk.until(is_there)
    return next(each for each in by_hand(desk) if each.terms.limit == limit)


async def test_an_order_is_typed_seen_before_it_leaves_moved_by_ticks_and_canceled(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as desk:
        await desk.press("b")
        await desk.until("Give a size in units")
        await desk.press(*"0.01")
        text = await desk.until("The gate lets it")
        assert "BUY" in text
        assert "no stop asked" in text
        ticket = desk.app.screen
        assert isinstance(ticket, TicketScreen)
        ticket.fields["price"].value = "40000"
        await desk.press("tab", "tab", "2", "percent_sign")
        await desk.until("at its stop -8.00")
        await desk.press("down")
        await desk.until("at 39,999.99")
        await desk.press("up")
        await desk.until("at its stop -8.00")
        await desk.press("enter")
        order = await working(desk, D(40_000))
        assert order.terms.side is Side.BUY
        assert order.terms.exits.stop_loss is not None
        await desk.until(lambda text: "by hand" in text or "40,000" in text)
        room = desk.app.screen
        assert isinstance(room, DeskScreen)
        room.orders.focus()
        tick = desk.engine.desk.instruments[order.account, order.terms.symbol].tick
        await desk.press("alt+up")
        moved = await working(desk, D(40_000) + tick)
        assert (moved.quantity, moved.moved_from) == (order.quantity, order.id)
        await desk.press("x")
        await desk.until(lambda _text: not by_hand(desk))


async def test_a_statement_is_checked_where_it_is_typed_carried_out_and_recalled(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as desk:
        await desk.press("colon")
        await desk.until("one line of Lefi")
        await desk.press(*"Byu(1)")
        await desk.until("^^^")
        await desk.press(*(["backspace"] * 6))
        statement = 'Buy("BTC/USDT", 0.01 BTC, at = 40000)'
        line = desk.app.screen.query_one(Field)
        line.value = statement
        await desk.press("enter")
        await desk.until("sent buy 0.01 BTC/USDT at 40,000")
        await working(desk, D(40_000))
        await desk.press("colon")
        await desk.until("one line of Lefi")
        await desk.press("up")
        await desk.until("at = 40000")
        await desk.press("escape")
        await desk.until("Said: Buy")


def held(desk: RealDesk) -> Decimal:
    position = desk.engine.desk.positions.get(("demo", "BTC/USDT"))
    return D(0) if position is None else position.units


async def test_a_position_is_guarded_and_closed_in_parts_by_hand(tmp_path: Path) -> None:
    async with opened(tmp_path) as desk:
        buy = PlaceOrder("demo", "BTC/USDT", Side.BUY, Size(SizeKind.UNITS, D("0.04")))
        await desk.send(buy)
        await desk.until(lambda _text: held(desk) == D("0.04"))
        await desk.until("long")
        await desk.press("g")
        await desk.until("Protect BTC/USDT")
        await desk.press(*"10", "percent_sign", "tab", *"20", "percent_sign", "enter")
        await desk.until(lambda _text: "stop" in {each.leg for each in by_hand(desk)})
        assert {each.leg for each in by_hand(desk)} == {"stop", "target"}
        await desk.press("c")
        await desk.until("or a part")
        await desk.press(*"25", "percent_sign", "enter")
        await desk.until(lambda _text: held(desk) == D("0.03"))
        assert {each.leg for each in by_hand(desk)} == {"stop", "target"}  # they stay with the rest
        await desk.press("c")
        await desk.until("or a part")
        await desk.press("enter")
        await desk.until(lambda _text: held(desk) == 0 and not by_hand(desk))
