"""What holds behind the venue port wherever orders go: book, candle file, process or exchange."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lefi_tui.core.ids import exit_id
from lefi_tui.core.messages import VenueAccepted, VenueFilled, VenueNeverSaw
from lefi_tui.core.order import Size, SizeKind, TimeInForce
from tests.contract.doors import Door, plan
from tests.contract.offers import Offer, needs
from tests.exchange.hand_market import PERPETUAL

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_order_is_acknowledged_then_filled(any_door: Door) -> None:
    order = any_door.buy("1")
    answer = await any_door.submit(order)
    assert isinstance(answer[0], VenueAccepted)
    await any_door.quiet()
    fill = any_door.fills(order.id)[-1]
    assert (any_door.filled(order.id), fill.price) == (Decimal(1), Decimal(100))
    assert (fill.account, fill.symbol, fill.side) == ("main", any_door.symbol, "buy")
    assert fill.is_last
    assert await any_door.venue.working() == ()


async def test_a_resting_order_works_until_it_is_canceled(any_door: Door) -> None:
    order = any_door.buy("1", limit="95")
    await any_door.submit(order)
    await any_door.quiet()
    assert await any_door.venue.working() == (order.id,)
    await any_door.cancel(order.id)
    assert any_door.canceled(order.id) is not None
    await any_door.falls()
    assert any_door.filled(order.id) == 0


async def test_a_price_that_falls_through_a_limit_fills_it_at_the_limit(any_door: Door) -> None:
    order = any_door.buy("1", limit="95")
    await any_door.submit(order)
    await any_door.falls()
    fill = any_door.fills(order.id)[-1]
    assert (fill.price, fill.quantity, fill.liquidity) == (Decimal(95), Decimal(1), "maker")


async def test_a_cancel_of_a_final_order_says_nothing(any_door: Door) -> None:
    order = any_door.buy("1")
    await any_door.submit(order)
    await any_door.quiet()
    assert await any_door.cancel(order.id) == ()
    assert any_door.held() == 1 - any_door.fees_in_units()


async def test_below_the_minimum_is_rejected_with_a_reason(any_door: Door) -> None:
    order = any_door.buy("0.01")
    await any_door.submit(order)
    await any_door.quiet()
    assert any_door.rejection(order.id)
    assert any_door.held() == 0
    assert await any_door.venue.working() == ()


async def test_more_than_the_cash_is_rejected(any_door: Door) -> None:
    order = any_door.buy("101", limit="100")
    await any_door.submit(order)
    await any_door.quiet()
    assert any_door.rejection(order.id)
    assert any_door.held() == 0


async def test_post_only_that_would_cross_ends_without_a_fill(any_door: Door) -> None:
    order = any_door.buy("1", limit="101", is_post_only=True)
    await any_door.submit(order)
    await any_door.quiet()
    assert any_door.rejection(order.id) or any_door.canceled(order.id)
    assert any_door.fills(order.id) == []
    assert await any_door.venue.working() == ()


@pytest.mark.parametrize("tif", [TimeInForce.IOC, TimeInForce.FOK])
async def test_what_can_not_be_filled_at_once_lapses(any_door: Door, tif: TimeInForce) -> None:
    far, near = any_door.buy("1", limit="95", tif=tif), any_door.buy("1", limit="100", tif=tif)
    await any_door.submit(far)
    await any_door.submit(near)
    await any_door.quiet()
    assert any_door.filled(far.id) == 0
    assert any_door.canceled(far.id) or any_door.rejection(far.id)
    assert any_door.filled(near.id) == 1
    assert await any_door.venue.working() == ()


@needs(Offer.SPOT)
async def test_spot_never_goes_below_zero(any_door: Door) -> None:
    order = any_door.sell("1")
    await any_door.submit(order)
    await any_door.quiet()
    assert any_door.rejection(order.id)
    assert any_door.held() == 0


@needs(Offer.PERPETUAL)
async def test_reduce_only_never_turns_a_position(any_door: Door) -> None:
    entry = any_door.buy("2", symbol=PERPETUAL)
    await any_door.submit(entry)
    await any_door.quiet()
    more = any_door.sell("5", symbol=PERPETUAL, is_reduce_only=True)
    await any_door.submit(more)
    await any_door.quiet()
    assert any_door.held(PERPETUAL) == 0
    again = any_door.sell("1", symbol=PERPETUAL, is_reduce_only=True)
    await any_door.submit(again)
    await any_door.quiet()
    assert any_door.held(PERPETUAL) == 0
    assert await any_door.venue.working() == ()


async def test_a_close_takes_the_whole_position_and_its_exits(any_door: Door) -> None:
    entry = any_door.buy("2", exits=plan(stop_loss="5%", take_profit="50%"))
    await any_door.submit(entry)
    await any_door.quiet()
    exits = {exit_id(entry.id, "stop"), exit_id(entry.id, "target")}
    assert set(await any_door.venue.working()) == exits
    close = any_door.sell("0", size=Size(SizeKind.ALL), is_reduce_only=True)
    await any_door.submit(close)
    await any_door.quiet()
    assert any_door.held() == 0
    assert any_door.fills(close.id)[-1].reason == "close"
    assert await any_door.venue.working() == ()


async def test_a_stop_sells_the_position_under_its_own_id(any_door: Door) -> None:
    entry = any_door.buy("2", exits=plan(stop_loss="5%", take_profit="50%"))
    stop = exit_id(entry.id, "stop")
    await any_door.submit(entry)
    await any_door.quiet()
    reduce = any_door.sell("0.5")
    await any_door.submit(reduce)
    await any_door.falls()
    assert any_door.filled(stop) == Decimal("1.5") - any_door.fees_in_units()
    fill = any_door.fills(stop)[-1]
    assert (fill.reason, fill.side, fill.liquidity) == ("stop_loss", "sell", "taker")
    assert any_door.held() == 0
    assert await any_door.venue.working() == ()


async def test_an_exit_can_be_taken_off_as_an_order_can(any_door: Door) -> None:
    entry = any_door.buy("1", exits=plan(stop_loss="5%"))
    await any_door.submit(entry)
    await any_door.quiet()
    await any_door.cancel(exit_id(entry.id, "stop"))
    await any_door.falls()
    assert any_door.held() == 1 - any_door.fees_in_units()
    assert await any_door.venue.working() == ()


@needs(Offer.PERPETUAL, Offer.LIQUIDATION)
async def test_a_liquidation_loses_the_margin_and_no_fee(any_door: Door) -> None:
    entry = any_door.buy("2", symbol=PERPETUAL, leverage=Decimal(20))
    await any_door.submit(entry)
    await any_door.falls()
    fill = any_door.fills(exit_id(entry.id, "liquidation"))[-1]
    assert (fill.reason, fill.fee, fill.price) == ("liquidation", Decimal(0), Decimal(95))
    assert any_door.held(PERPETUAL) == 0


async def test_a_look_up_tells_the_story_as_often_as_it_is_asked(any_door: Door) -> None:
    order = any_door.buy("1")
    await any_door.submit(order)
    await any_door.quiet()
    story = await any_door.venue.look_up(order.id)
    assert await any_door.venue.look_up(order.id) == story
    assert [each for each in story if isinstance(each, VenueFilled)] == any_door.fills(order.id)


async def test_a_duplicate_id_is_never_carried_out(any_door: Door) -> None:
    order = any_door.buy("1")
    await any_door.submit(order)
    await any_door.quiet()
    await any_door.venue.submit((order,))
    await any_door.quiet()
    assert any_door.held() == 1 - any_door.fees_in_units()
    assert len({each.trade_id for each in any_door.fills(order.id)}) == 1
    assert await any_door.venue.working() == ()


@needs(Offer.ABSENCE)
async def test_an_id_that_never_came_is_known_to_be_absent(any_door: Door) -> None:
    assert [type(each) for each in await any_door.venue.look_up("Nobody1")] == [VenueNeverSaw]


async def test_trade_ids_are_unique_in_the_account(any_door: Door) -> None:
    for number in range(3):
        symbol = any_door.symbols[-1] if number else any_door.symbol
        await any_door.submit(any_door.buy("1", symbol=symbol))
        await any_door.quiet()
    ids = [each.trade_id for each in any_door.told if isinstance(each, VenueFilled)]
    assert len(ids) == len(set(ids)) == 3
