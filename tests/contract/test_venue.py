"""What every venue behind the port keeps, whoever stands there."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lefi_tui.core.ids import exit_id
from lefi_tui.core.messages import (
    VenueAccepted,
    VenueCanceled,
    VenueFilled,
    VenueNeverSaw,
    VenueRejected,
)
from lefi_tui.core.order import Side, Size, SizeKind, TimeInForce
from tests.contract.doors import Door, buy, plan, sell
from tests.exchange.hand_market import PERPETUAL

pytestmark = pytest.mark.asyncio


async def test_an_order_is_acknowledged_before_its_fill_is_told(door: Door) -> None:
    order = buy("1")
    await door.submit(order)
    assert [type(each) for each in door.said(order.id)] == [VenueAccepted, VenueFilled]
    fill = door.fills(order.id)[0]
    assert (fill.price, fill.quantity, fill.liquidity) == (Decimal(100), Decimal(1), "taker")
    assert fill.fee == Decimal(100) * Decimal("0.0005")
    assert fill.is_last
    assert await door.position("BTC/USDT") == 1


async def test_a_market_order_walks_the_book_and_each_level_is_a_fill(door: Door) -> None:
    await door.book("99.5", "100", units="2")
    order = buy("5")
    await door.submit(order)
    fills = [(each.price, each.quantity, each.is_last) for each in door.fills(order.id)]
    assert fills == [
        (Decimal(100), Decimal(2), False),
        (Decimal("100.5"), Decimal(2), False),
        (Decimal(101), Decimal(1), True),
    ]


async def test_what_the_book_does_not_hold_lapses_and_is_said(door: Door) -> None:
    await door.book("99.5", "100", units="1")
    order = buy("5")
    await door.submit(order)
    end = door.canceled(order.id)
    assert door.filled(order.id) == 3
    assert end is not None
    assert end.is_expired
    assert await door.venue.working() == ()


async def test_what_one_order_has_eaten_the_next_does_not_find(door: Door) -> None:
    await door.book("99.5", "100", units="2")
    first, second = buy("2"), buy("2")
    await door.submit(first)
    await door.submit(second)
    assert door.fills(first.id)[0].price == Decimal(100)
    assert door.fills(second.id)[0].price == Decimal("100.5")


async def test_a_limit_rests_until_what_stood_before_it_has_traded(door: Door) -> None:
    order = buy("2", limit="99.5")  # ten units stand there
    await door.submit(order)
    assert order.id in await door.venue.working()
    await door.trades("99.5", "9", Side.SELL)
    assert door.filled(order.id) == 0
    await door.trades("99.5", "2", Side.SELL)
    assert door.filled(order.id) == 1
    await door.trades("99.5", "5", Side.BUY)  # a buyer does not trade with our bid
    assert door.filled(order.id) == 1
    await door.trades("99.5", "1", Side.SELL)
    fills = door.fills(order.id)
    assert [each.is_last for each in fills] == [False, True]
    assert {each.liquidity for each in fills} == {"maker"}
    assert fills[0].fee == Decimal("99.5") * Decimal("0.0002")
    assert await door.venue.working() == ()


async def test_a_price_that_goes_through_a_limit_fills_it_whole_at_the_limit(door: Door) -> None:
    order = buy("2", limit="98")
    await door.submit(order)
    await door.trades("97.5", "0.1", Side.SELL)
    assert [(each.price, each.quantity) for each in door.fills(order.id)] == [
        (Decimal(98), Decimal(2))
    ]


async def test_a_cancel_ends_an_order_and_says_so_once(door: Door) -> None:
    order = buy("1", limit="90")
    await door.submit(order)
    assert [type(each) for each in await door.cancel(order.id)] == [VenueCanceled]
    assert await door.cancel(order.id) == ()
    assert await door.venue.working() == ()
    await door.trades("80", "50", Side.SELL)
    assert door.filled(order.id) == 0


async def test_a_cancel_of_a_filled_order_says_nothing_and_undoes_nothing(door: Door) -> None:
    order = buy("1")
    await door.submit(order)
    assert await door.cancel(order.id) == ()
    assert await door.position("BTC/USDT") == 1


async def test_a_partly_filled_order_that_is_canceled_keeps_what_was_filled(door: Door) -> None:
    order = buy("5", limit="99.5")
    await door.submit(order)
    await door.trades("99.5", "12", Side.SELL)
    await door.cancel(order.id)
    assert door.filled(order.id) == 2
    assert door.canceled(order.id) is not None
    assert await door.position("BTC/USDT") == 2


@pytest.mark.parametrize(
    ("units", "limit", "code"),
    [
        ("0.001", "99", "QUANTITY_BELOW_MINIMUM"),
        ("0.01", "99", "NOTIONAL_BELOW_MINIMUM"),
        ("1.0005", "99", "QUANTITY_OFF_STEP"),
        ("1", "99.25", "PRICE_OFF_TICK"),
        ("500", "99", "CASH_INSUFFICIENT"),
        ("500", None, "CASH_INSUFFICIENT"),
    ],
)
async def test_an_order_against_the_markets_rules_is_rejected_with_a_code(
    door: Door, units: str, limit: str | None, code: str
) -> None:
    if limit is None:
        await door.book("99.5", "100", units="1000")
    order = buy(units, limit)
    await door.submit(order)
    assert door.rejection(order.id) == code
    assert await door.venue.working() == ()
    assert await door.position("BTC/USDT") == 0


async def test_a_market_that_the_venue_does_not_have_is_rejected(door: Door) -> None:
    order = buy("1", symbol="DOGE/USDT")
    await door.submit(order)
    assert door.rejection(order.id) == "MARKET_UNKNOWN"


async def test_cash_that_a_resting_order_set_aside_is_not_spent_twice(door: Door) -> None:
    first, second = buy("90", limit="90"), buy("30", limit="90")
    await door.submit(first)
    await door.submit(second)
    assert door.rejection(second.id) == "CASH_INSUFFICIENT"
    await door.cancel(first.id)
    third = buy("30", limit="90")
    await door.submit(third)
    assert door.accepted(third.id) is not None


async def test_spot_is_never_sold_below_zero(door: Door) -> None:
    short = sell("1")
    await door.submit(short)
    assert door.rejection(short.id) == "UNITS_INSUFFICIENT"
    entry, rests, again = buy("1"), sell("1", limit="120"), sell("1", limit="121")
    await door.submit(entry)
    await door.submit(rests)
    await door.submit(again)  # the unit is set aside already
    assert door.rejection(again.id) == "UNITS_INSUFFICIENT"


async def test_post_only_that_would_trade_at_once_never_trades(door: Door) -> None:
    crossing, resting = buy("1", "100", is_post_only=True), buy("1", "99", is_post_only=True)
    await door.submit(crossing)
    await door.submit(resting)
    assert door.filled(crossing.id) == 0
    assert door.rejection(crossing.id) or door.canceled(crossing.id)
    assert await door.venue.working() == (resting.id,)


async def test_immediate_or_cancel_takes_what_is_there_and_lapses(door: Door) -> None:
    await door.book("99.5", "100", units="2")
    order = buy("5", limit="100", tif=TimeInForce.IOC)
    await door.submit(order)
    end = door.canceled(order.id)
    assert door.filled(order.id) == 2
    assert end is not None
    assert end.is_expired


async def test_fill_or_kill_is_filled_whole_or_not_at_all(door: Door) -> None:
    await door.book("99.5", "100", units="2")
    much, some = buy("5", "100", tif=TimeInForce.FOK), buy("2", "100", tif=TimeInForce.FOK)
    await door.submit(much)
    assert door.filled(much.id) == 0
    assert door.canceled(much.id) is not None
    await door.submit(some)
    assert door.filled(some.id) == 2


async def test_a_reduce_only_order_never_turns_the_position(door: Door) -> None:
    alone = sell("1", symbol=PERPETUAL, is_reduce_only=True)
    await door.submit(alone)
    assert door.rejection(alone.id) == "REDUCE_ONLY"
    await door.submit(buy("2", symbol=PERPETUAL))
    more = sell("5", symbol=PERPETUAL, is_reduce_only=True)
    await door.submit(more)
    assert door.filled(more.id) == 2
    assert door.fills(more.id)[-1].is_last
    assert await door.position(PERPETUAL) == 0


async def test_resting_reduce_only_orders_go_when_the_position_is_closed(door: Door) -> None:
    await door.submit(buy("2", symbol=PERPETUAL))
    rests = sell("2", limit="120", symbol=PERPETUAL, is_reduce_only=True)
    close = sell("0", symbol=PERPETUAL, size=Size(SizeKind.ALL), is_reduce_only=True)
    await door.submit(rests)
    await door.submit(close)
    assert door.fills(close.id)[0].reason == "close"
    assert door.canceled(rests.id) is not None
    await door.trades("130", "50", Side.BUY, PERPETUAL)
    assert await door.position(PERPETUAL) == 0
    assert await door.venue.working() == ()


async def test_two_reduce_only_orders_together_close_a_position_and_no_more(door: Door) -> None:
    await door.submit(buy("2", symbol=PERPETUAL))
    terms = {"symbol": PERPETUAL, "is_reduce_only": True}
    first, second = sell("1.5", limit="101", **terms), sell("1.5", limit="101.5", **terms)
    await door.submit(first, second)
    await door.trades("103", "50", Side.BUY, PERPETUAL)
    assert (door.filled(first.id), door.filled(second.id)) == (Decimal("1.5"), Decimal("0.5"))
    assert await door.position(PERPETUAL) == 0
    assert await door.venue.working() == ()


async def test_a_position_can_always_be_closed_however_small(door: Door) -> None:
    await door.submit(buy("1"))
    await door.submit(sell("0.999"))
    rest = sell("0.001")  # under the minimum of the market
    await door.submit(rest)
    assert door.filled(rest.id) == Decimal("0.001")
    assert await door.position("BTC/USDT") == 0


async def test_exits_are_held_from_the_first_fill_and_sized_to_the_position(door: Door) -> None:
    entry = buy("4", limit="99.5", exits=plan(stop_loss="2%", take_profit="4%"))
    stop, target = exit_id(entry.id, "stop"), exit_id(entry.id, "target")
    await door.submit(entry)
    assert set(await door.venue.working()) == {entry.id}
    await door.trades("99.5", "11", Side.SELL)
    assert set(await door.venue.working()) == {entry.id, stop, target}
    await door.cancel(entry.id)
    await door.trades("97", "1", Side.SELL)  # 99.5 * 0.98 = 97.51, on the tick 97.5
    fill = door.fills(stop)[0]
    assert (fill.quantity, fill.reason, fill.side) == (Decimal(1), "stop_loss", "sell")
    assert fill.is_last
    assert door.canceled(target) is not None
    assert await door.venue.working() == ()
    assert await door.position("BTC/USDT") == 0


async def test_a_target_fills_at_its_level_as_maker_and_earns_at_least_the_target(
    door: Door,
) -> None:
    entry = buy("2", exits=plan(take_profit="1.2%", stop_loss="90"))
    target = exit_id(entry.id, "target")
    await door.submit(entry)
    await door.trades("102", "5", Side.BUY)
    fill = door.fills(target)[0]
    assert (fill.price, fill.quantity) == (Decimal("101.5"), Decimal(2))  # 101.2, up to the tick
    assert (fill.liquidity, fill.reason) == ("maker", "take_profit")
    assert door.canceled(exit_id(entry.id, "stop")) is not None


async def test_a_trail_follows_the_best_price_and_never_steps_back(door: Door) -> None:
    entry = buy("1", exits=plan(trail="5"))
    trail = exit_id(entry.id, "trail")
    await door.submit(entry)
    for price in ("103", "110", "106"):
        await door.trades(price, "1", Side.BUY)
    assert trail in await door.venue.working()
    await door.book("104.5", "105")
    await door.trades("105", "1", Side.SELL)  # 110 - 5
    fill = door.fills(trail)[0]
    assert (fill.reason, fill.price) == ("trail", Decimal("104.5"))


async def test_a_newer_entry_sets_an_exit_anew_and_leaves_the_others(door: Door) -> None:
    first = buy("1", exits=plan(stop_loss="95", take_profit="120"))
    second = buy("1", exits=plan(stop_loss="98"))
    await door.submit(first)
    await door.submit(second)
    assert set(await door.venue.working()) == {
        exit_id(first.id, "target"),
        exit_id(second.id, "stop"),
    }
    assert door.canceled(exit_id(first.id, "stop")) is not None
    await door.trades("98", "1", Side.SELL)
    assert door.filled(exit_id(second.id, "stop")) == 2
    assert await door.venue.working() == ()


async def test_exits_follow_a_position_that_is_reduced_and_go_when_it_is_closed(
    door: Door,
) -> None:
    entry = buy("3", exits=plan(stop_loss="90"))
    await door.submit(entry)
    await door.submit(sell("2"))
    assert exit_id(entry.id, "stop") in await door.venue.working()
    await door.submit(sell("1"))
    assert await door.venue.working() == ()
    await door.trades("80", "5", Side.SELL)
    assert door.fills(exit_id(entry.id, "stop")) == []


async def test_a_stop_that_meets_a_thin_book_goes_on_until_all_is_sold(door: Door) -> None:
    entry = buy("8", exits=plan(stop_loss="95"))
    stop = exit_id(entry.id, "stop")
    await door.submit(entry)
    await door.book("94", "94.5", units="1")
    assert door.filled(stop) == 3
    await door.book("93", "93.5", units="5")
    assert door.filled(stop) == 8
    assert [each.is_last for each in door.fills(stop)][-1]
    assert await door.position("BTC/USDT") == 0


async def test_a_short_has_its_exits_mirrored(door: Door) -> None:
    entry = sell("1", symbol=PERPETUAL, leverage=Decimal(5), exits=plan(stop_loss="1%"))
    await door.submit(entry)
    assert await door.position(PERPETUAL) == -1
    await door.trades("101", "1", Side.BUY, PERPETUAL)
    assert door.fills(exit_id(entry.id, "stop"))[0].side == "buy"
    assert await door.position(PERPETUAL) == 0


async def test_a_look_up_tells_the_whole_story_as_often_as_it_is_asked(door: Door) -> None:
    order = buy("2", limit="99.5")
    await door.submit(order)
    await door.trades("99.5", "11", Side.SELL)
    await door.cancel(order.id)
    story = await door.venue.look_up(order.id)
    assert list(story) == door.said(order.id)
    assert [type(each) for each in story] == [VenueAccepted, VenueFilled, VenueCanceled]
    assert await door.venue.look_up(order.id) == story


async def test_an_id_that_was_carried_out_is_never_carried_out_again(door: Door) -> None:
    order = buy("1")
    await door.submit(order)
    again = await door.venue.submit((order,))
    assert again == await door.venue.look_up(order.id)
    assert await door.position("BTC/USDT") == 1


async def test_never_saw_is_proof_the_order_can_not_come_later(door: Door) -> None:
    order = buy("1")
    assert [type(each) for each in await door.venue.look_up(order.id)] == [VenueNeverSaw]
    await door.submit(order)  # it was still on its way
    assert [type(each) for each in door.said(order.id)] == [VenueRejected]
    assert await door.position("BTC/USDT") == 0


async def test_orders_of_one_call_are_carried_out_in_their_sequence(door: Door) -> None:
    entry, close = buy("1"), sell("1")
    answer = await door.submit(entry, close)
    named = list(dict.fromkeys(getattr(each, "order", "") for each in answer))
    assert named == [entry.id, close.id]
    assert door.filled(close.id) == 1


async def test_instruments_name_their_rules(door: Door) -> None:
    spot, perpetual = await door.venue.instruments()
    assert (spot.symbol, spot.is_perpetual) == ("BTC/USDT", False)
    assert (perpetual.leverage_max, perpetual.tick) == (Decimal(20), Decimal("0.5"))
