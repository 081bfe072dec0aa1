"""An exit sent beside its entry: at no venue of ours can it open a position, whatever comes first.

What a venue is trusted with (the row "paired" of its sheet) is what these sentences show.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from lefi_tui.adapters.exchange_offers import live_sheet
from lefi_tui.core.messages import VenueFilled, VenueRejected, VenueSilent
from lefi_tui.core.order import Order, Side
from tests.contract.doors import Door
from tests.contract.loopback_doors import LoopbackDoor
from tests.contract.offers import Offer, needs
from tests.exchange.hand_market import PERPETUAL

FAR_UP, FAR_DOWN = "130", "80"
CROSSING, RESTING = "90", "101"

pytestmark = pytest.mark.asyncio(loop_scope="session")


def entry(door: Door, units: str = "4", limit: str = "100", **more: Any) -> Order:
    return door.buy(units, limit, symbol=PERPETUAL, **more)


def exit_of(door: Door, units: str = "4", limit: str = RESTING) -> Order:
    return door.sell(units, limit, symbol=PERPETUAL, is_reduce_only=True)


async def goes(door: Door, *prices: str) -> None:
    """The market goes there, with all that trades on the way."""
    for price in prices:
        up = Decimal(price)
        await door.book(price, str(up + Decimal("0.5")), symbol=PERPETUAL)
        await door.trades(price, "50", Side.SELL, PERPETUAL)
        await door.quiet()


def held(door: Door) -> list[Decimal]:
    """The position after each fill that was told."""
    fills = {each.trade_id: each for each in door.told if isinstance(each, VenueFilled)}
    after, units = [], Decimal(0)
    for each in sorted(fills.values(), key=lambda fill: fill.at_ns):
        units += each.quantity * Side(each.side).sign
        after.append(units)
    return after


@needs(Offer.PERPETUAL, Offer.BOOK)
@pytest.mark.parametrize("limit", [CROSSING, "99.5", RESTING])
async def test_an_exit_without_a_position_is_refused_in_words_and_never_opens_one(
    any_door: Door, limit: str
) -> None:
    alone = exit_of(any_door, limit=limit)
    (said,) = await any_door.submit(alone)
    assert isinstance(said, VenueRejected)
    assert said.text
    await goes(any_door, FAR_UP, FAR_DOWN)
    assert await any_door.position(PERPETUAL) == 0
    assert await any_door.venue.working() == ()
    assert held(any_door) == []


@needs(Offer.PERPETUAL, Offer.BOOK)
@pytest.mark.parametrize("first", ["entry", "exit", "both"])
async def test_of_an_entry_that_fills_in_part_no_more_than_that_is_sold(
    any_door: Door, first: str
) -> None:
    await any_door.book("99.5", "100", units="1", symbol=PERPETUAL)
    bought, sold = entry(any_door), exit_of(any_door)
    turns = [bought, sold] if first != "exit" else [sold, bought]
    for orders in [turns] if first == "both" else [[each] for each in turns]:
        await any_door.submit(*orders)
    await any_door.quiet()
    assert any_door.filled(bought.id) == 1
    assert bool(any_door.rejection(sold.id)) == (first == "exit")
    await goes(any_door, FAR_UP)
    assert any_door.filled(sold.id) == (0 if first == "exit" else 1)
    await goes(any_door, FAR_DOWN, FAR_UP)  # the rest of the entry, and nothing beside it
    assert any_door.filled(bought.id) == 4
    assert min(held(any_door)) >= 0
    assert await any_door.position(PERPETUAL) == 4 - any_door.filled(sold.id)
    assert await any_door.venue.working() == ()


@needs(Offer.PERPETUAL, Offer.BOOK)
async def test_an_entry_that_never_fills_leaves_nothing(any_door: Door) -> None:
    bought, sold = entry(any_door, limit="95"), exit_of(any_door)
    await any_door.submit(bought, sold)
    assert any_door.rejection(sold.id)
    await goes(any_door, FAR_UP)
    await any_door.cancel(bought.id)
    await goes(any_door, FAR_DOWN, FAR_UP)
    assert await any_door.position(PERPETUAL) == 0
    assert await any_door.venue.working() == ()
    assert held(any_door) == []


@needs(Offer.PERPETUAL, Offer.BOOK)
async def test_an_entry_that_fills_at_once_has_its_exit_at_rest_beside_it(any_door: Door) -> None:
    bought, sold = entry(any_door), exit_of(any_door)
    await any_door.submit(bought, sold)
    await any_door.quiet()
    assert await any_door.position(PERPETUAL) == 4
    assert await any_door.venue.working() == (sold.id,)
    await goes(any_door, FAR_UP)
    assert any_door.filled(bought.id) == any_door.filled(sold.id) == 4
    assert any_door.fills(sold.id)[-1].is_last
    assert await any_door.position(PERPETUAL) == 0


@needs(Offer.PERPETUAL, Offer.BOOK)
async def test_exits_of_more_than_is_open_close_it_and_no_more(any_door: Door) -> None:
    """As where a stop has sold some of it meanwhile."""
    await any_door.submit(entry(any_door))
    sold, other = exit_of(any_door), exit_of(any_door, "3", "100.5")
    await any_door.submit(sold, other)
    await goes(any_door, FAR_UP, FAR_DOWN)
    assert any_door.filled(sold.id) + any_door.filled(other.id) == 4
    assert min(held(any_door)) == 0
    assert await any_door.position(PERPETUAL) == 0
    assert await any_door.venue.working() == ()


@needs(Offer.PERPETUAL, Offer.BOOK)
async def test_an_exit_may_be_worth_less_than_an_entry(any_door: Door) -> None:
    """What an entry has filled first may be little, and is left all the same."""
    await any_door.submit(entry(any_door))
    sold = exit_of(any_door, "0.02")  # of which an entry would be refused
    await any_door.submit(sold)
    assert any_door.accepted(sold.id) is not None
    small = entry(any_door, "0.02")
    await any_door.submit(small)
    assert any_door.rejection(small.id)


@pytest.mark.parametrize("excess", ["cut", "whole"])
async def test_an_exit_of_more_than_was_filled_has_its_end_when_that_is_sold(
    perpetual_door: LoopbackDoor, excess: str
) -> None:
    """However an exchange takes it: as much as is open, or all of it and fills no more."""
    door = perpetual_door
    door.loopback.does("settings", excess=excess)
    await door.book("99.5", "100", units="1")
    bought, sold = entry(door), exit_of(door)
    await door.submit(bought, sold)
    await door.cancel(bought.id)
    await door.quiet()
    await goes(door, FAR_UP)
    assert door.filled(bought.id) == door.filled(sold.id) == 1
    assert door.fills(sold.id)[-1].is_last or door.canceled(sold.id) is not None
    assert await door.venue.working() == ()
    assert not door.adapter.busy()


async def test_an_exchange_that_refuses_more_than_is_open_says_so_and_the_entry_stands(
    perpetual_door: LoopbackDoor,
) -> None:
    door = perpetual_door
    door.loopback.does("settings", excess="refused")
    await door.book("99.5", "100", units="1")
    bought, sold = entry(door), exit_of(door)
    await door.submit(bought, sold)
    await door.quiet()
    assert door.filled(bought.id) == 1
    assert door.rejection(sold.id)
    assert await door.venue.working() == (bought.id,)


@pytest.mark.parametrize("fault", ["502 after", "page", "reset after"])
async def test_what_becomes_of_both_when_their_answers_are_lost_is_found_by_their_ids(
    perpetual_door: LoopbackDoor, fault: str
) -> None:
    door = perpetual_door
    door.far.act("fault", name=fault, is_order=True, times=2)
    bought, sold = entry(door), exit_of(door)
    said = await door.submit(bought, sold)
    assert [type(each) for each in said] == [VenueSilent, VenueSilent]
    door.far.act("no_faults")
    for order in (bought, sold):
        door.told.extend(await door.venue.look_up(order.id))
    assert door.filled(bought.id) == 4
    assert door.accepted(sold.id) is not None
    assert len(door.loopback.does("orders")) == 2


@pytest.mark.parametrize("refused", [0, 1], ids=["the entry", "the exit"])
async def test_a_refused_one_takes_the_other_with_it_only_where_nothing_is_open(
    perpetual_door: LoopbackDoor, refused: int
) -> None:
    door = perpetual_door
    both = [entry(door), exit_of(door)]
    door.far.act("fault", name="reject", client_id=both[refused].id)
    await door.submit(*both)
    await door.quiet()
    assert door.rejection(both[refused].id)
    assert await door.position() == (4 if refused else 0)
    assert bool(door.rejection(both[1].id))
    assert await door.venue.working() == ()


async def test_where_both_are_refused_each_hears_its_own_reason(
    perpetual_door: LoopbackDoor,
) -> None:
    door = perpetual_door
    bought, sold = entry(door, "500"), exit_of(door, "500")  # of which it has not the margin
    await door.submit(bought, sold)
    assert door.rejection(bought.id) == "InsufficientFunds"
    assert door.rejection(sold.id) == "REDUCE_ONLY"
    assert await door.position() == 0


async def test_the_sheet_says_where_an_exit_may_go_beside_its_entry() -> None:
    said = {each: live_sheet(each, {}).of("paired") for each in ("binanceusdm", "okx", "binance")}
    assert {name: bool(row and row.used) for name, row in said.items()} == {
        "binanceusdm": True, "okx": True, "binance": False,
    }  # fmt: skip


async def test_both_reach_an_exchange_in_one_request_or_two_the_entry_first(
    perpetual_door: LoopbackDoor,
) -> None:
    door = perpetual_door
    before = len(door.far.act("calls", is_order=True))
    await door.submit(entry(door), exit_of(door))
    assert [each["side"] for each in door.loopback.does("orders")] == ["BUY", "SELL"]
    sent = [each["path"] for each in door.far.act("calls", is_order=True)[before:]]
    assert len(sent) == (2 if sent[0] == "/fapi/v1/order" else 1)  # two frames on an open line
