"""What the adapter keeps at every real exchange: lost answers, proof, partial fills, holdings."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest
from msgspec.structs import replace

from lefi_tui.adapters.ccxt_venue import ExchangeVenue
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core.ids import exit_id
from lefi_tui.core.messages import (
    VenueAccepted,
    VenueCanceled,
    VenueFilled,
    VenueNeverSaw,
    VenueRejected,
    VenueSilent,
)
from lefi_tui.core.order import Side, TimeInForce
from lefi_tui.ports.venue import VenueTimeoutError
from tests.contract.doors import ACCOUNT, plan
from tests.contract.loopback_doors import LoopbackDoor
from tests.contract.offers import LACKS, VENUES

AN_ORDERS_LIFE_MS = 2_000
LAG_MS = 3_000

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_what_a_venue_is_not_asked_has_a_reason() -> None:
    assert set(LACKS) <= set(VENUES)
    assert all(why for lacks in LACKS.values() for why in lacks.values())


async def test_an_order_that_fills_in_parts_is_one_order_of_three_fills(
    real_door: LoopbackDoor,
) -> None:
    real_door.loopback.does("plan", shares=["0.3", "0.3", "0.4"])
    order = real_door.buy("2", limit="100")
    await real_door.submit(order)
    await real_door.quiet()
    fills = real_door.fills(order.id)
    assert [each.quantity for each in fills] == [Decimal("0.6"), Decimal("0.6"), Decimal("0.8")]
    assert [each.is_last for each in fills] == [False, False, True]
    assert len({each.trade_id for each in fills}) == 3


async def test_what_was_filled_before_a_cancel_stays_filled(real_door: LoopbackDoor) -> None:
    real_door.loopback.does("plan", shares=["0.4"])
    order = real_door.buy("5", limit="99")
    await real_door.submit(order)
    await real_door.quiet()
    assert real_door.filled(order.id) == 2
    told = await real_door.cancel(order.id)
    kinds = [type(each) for each in told if not isinstance(each, VenueFilled)]
    assert kinds == [VenueAccepted, VenueCanceled]
    assert await real_door.cancel(order.id) == ()
    assert real_door.filled(order.id) == 2
    assert await real_door.venue.working() == ()


async def test_a_fill_that_is_quicker_than_a_cancel_is_told(real_door: LoopbackDoor) -> None:
    order = real_door.buy("1", limit="95")
    await real_door.submit(order)
    real_door.loopback.does("price", symbol=real_door.exchange.names[real_door.symbol], price="90")
    await real_door.cancel(order.id)
    assert real_door.filled(order.id) == 1
    assert real_door.canceled(order.id) is None


@pytest.mark.parametrize("fault", ["502 after", "408", "page", "truncated"])
async def test_an_order_whose_answer_is_lost_is_found_and_never_sent_again(
    real_door: LoopbackDoor, fault: str
) -> None:
    real_door.far.act("fault", name=fault, is_order=True)
    order = real_door.buy("1")
    assert [type(each) for each in await real_door.submit(order)] == [VenueSilent]
    assert [type(each) for each in await real_door.submit(order)] == [VenueSilent]
    told = await real_door.venue.look_up(order.id)
    assert [type(each) for each in told] == [VenueAccepted, VenueFilled]
    assert len(real_door.loopback.does("fills")) == 1


async def test_what_never_came_there_is_absent_by_its_clock_and_not_before(
    real_door: LoopbackDoor,
) -> None:
    real_door.far.act("fault", name="502 before", is_order=True)
    order = real_door.buy("1")
    assert [type(each) for each in await real_door.submit(order)] == [VenueSilent]
    for offset_ms in (0, AN_ORDERS_LIFE_MS + LAG_MS - 500):
        real_door.far.act("clock", offset_ms=offset_ms)
        with pytest.raises(VenueTimeoutError, match="too early"):
            await real_door.venue.look_up(order.id)
    real_door.far.act("clock", offset_ms=AN_ORDERS_LIFE_MS + LAG_MS + 500)
    told = await real_door.venue.look_up(order.id)
    assert [type(each) for each in told] == [VenueNeverSaw]


async def test_an_order_that_comes_after_its_life_is_not_taken(real_door: LoopbackDoor) -> None:
    await real_door.venue.holdings()
    real_door.far.act("fault", name="502 before", path="/time", times=9)  # nor can it be measured
    real_door.far.act("clock", offset_ms=AN_ORDERS_LIFE_MS + 500)
    order = real_door.buy("1")
    (said,) = await real_door.submit(order)
    assert not isinstance(said, VenueAccepted)
    assert real_door.loopback.does("orders") == []


async def test_a_target_takes_the_profit_of_all_that_was_filled_and_the_stop_goes(
    real_door: LoopbackDoor,
) -> None:
    """The second part fills after the exits hang."""
    real_door.loopback.does("plan", shares=["0.5"])
    entry = real_door.buy("4", limit="99.5", exits=plan(stop_loss="2%", take_profit="4%"))
    target = exit_id(entry.id, "target")
    await real_door.submit(entry)
    await real_door.quiet()
    assert set(await real_door.venue.working()) == {entry.id, exit_id(entry.id, "stop"), target}
    await real_door.trades("99", "5", Side.SELL)
    assert real_door.filled(entry.id) == 4
    await real_door.book("104", "104.5", "20")
    await real_door.quiet()
    assert real_door.filled(target) == 4 - real_door.fees_in_units()
    assert {each.reason for each in real_door.fills(target)} == {"take_profit"}
    assert await real_door.venue.working() == ()
    assert await real_door.position() == 0


async def test_a_trail_follows_the_best_price_and_takes_what_it_has_reached(
    real_door: LoopbackDoor,
) -> None:
    entry = real_door.buy("1", exits=plan(trail="5"))
    await real_door.submit(entry)
    await real_door.quiet()
    await real_door.book("110", "110.5")
    await real_door.quiet()
    assert len(await real_door.venue.working()) == 1
    await real_door.book("105.5", "106")
    await real_door.quiet()
    assert real_door.held() == 1 - real_door.fees_in_units()
    await real_door.book("104.5", "105")
    await real_door.quiet()
    assert real_door.held() == 0
    sold = [each for each in real_door.told if isinstance(each, VenueFilled)][-1]
    assert (sold.reason, sold.side) == ("trail", "sell")
    assert await real_door.venue.working() == ()


async def test_a_newer_entry_sets_an_exit_anew_for_all_that_is_held(
    real_door: LoopbackDoor,
) -> None:
    first = real_door.buy("1", exits=plan(stop_loss="95", take_profit="120"))
    second = real_door.buy("1", exits=plan(stop_loss="98"))
    for entry in (first, second):
        await real_door.submit(entry)
        await real_door.quiet()
    target = exit_id(first.id, "target")
    (stop,) = set(await real_door.venue.working()) - {target}
    assert real_door.canceled(exit_id(first.id, "stop")) is not None
    await real_door.book("97.5", "98")
    await real_door.quiet()
    assert real_door.filled(stop) == 2 - real_door.fees_in_units()
    assert await real_door.venue.working() == ()


async def test_a_short_has_its_exits_mirrored(perpetual_door: LoopbackDoor) -> None:
    entry = perpetual_door.sell("1", leverage=Decimal(5), exits=plan(stop_loss="1%"))
    await perpetual_door.submit(entry)
    await perpetual_door.quiet()
    assert await perpetual_door.position() == -1
    await perpetual_door.book("101", "101.5")
    await perpetual_door.quiet()
    assert perpetual_door.fills(exit_id(entry.id, "stop"))[0].side == "buy"
    assert await perpetual_door.position() == 0


async def test_a_target_that_could_not_be_fitted_is_fitted_by_the_next_look(
    okx_door: LoopbackDoor,
) -> None:
    okx_door.loopback.does("plan", shares=["0.5"])
    entry = okx_door.buy("4", limit="99.5", exits=plan(take_profit="4%"))
    await okx_door.submit(entry)
    await okx_door.quiet()
    okx_door.far.act("fault", name="502 before", path="/amend-algos")
    await okx_door.trades("99", "5", Side.SELL)
    await okx_door.adapter.look_on()
    assert okx_door.far.act("faults_met") == ["502 before"]
    await okx_door.book("104", "104.5", "20")
    await okx_door.quiet()
    assert okx_door.filled(exit_id(entry.id, "target")) == 4


async def test_what_is_held_is_what_is_left_after_a_fee_in_units(real_door: LoopbackDoor) -> None:
    await real_door.submit(real_door.buy("2"))
    await real_door.quiet()
    (fill,) = real_door.loopback.does("fills")
    in_units = Decimal(fill["fee"]) if fill["fee_asset"] == "BTC" else Decimal(0)
    assert await real_door.venue.holdings() == {real_door.symbol: 2 - in_units}


async def test_a_market_order_says_how_many_units_and_no_price(real_door: LoopbackDoor) -> None:
    await real_door.submit(real_door.buy("2"))
    (call,) = real_door.far.act("calls", is_order=True)
    assert not {"price", "px", "quoteOrderQty"} & set(call["params"])


async def test_an_id_is_the_exchanges_own_from_the_first_to_the_last(
    real_door: LoopbackDoor,
) -> None:
    """A start finds it: its fills have the same trade ids."""
    order = real_door.buy("1", limit="95")
    await real_door.submit(order)
    await real_door.falls()
    begun = ExchangeVenue(real_door.loopback.link, SystemClock(), ACCOUNT, "USDT")
    begun.remember([order])
    told = await begun.look_up(order.id)
    await begun.close()
    found = [each for each in told if isinstance(each, VenueFilled)]
    # When it left is known to who sent it, and not told again.
    assert found == [replace(each, sent_ns=0) for each in real_door.fills(order.id)]


async def test_orders_that_are_sent_together_each_have_their_own_end(
    real_door: LoopbackDoor,
) -> None:
    """One crosses, one is too small, one rests, one can't be filled at once."""
    crosses, small = real_door.buy("1"), real_door.buy("0.0001", limit="95")
    rests, lapses = real_door.buy("1", "95"), real_door.buy("1", "95", tif=TimeInForce.IOC)
    await real_door.submit(crosses, small, rests, lapses)
    await real_door.quiet()
    assert real_door.filled(crosses.id) == 1
    assert real_door.rejection(small.id)
    assert real_door.canceled(lapses.id) is not None
    assert await real_door.venue.working() == (rests.id,)


async def test_looks_at_once_tell_the_same(real_door: LoopbackDoor) -> None:
    order = real_door.buy("1")
    await real_door.submit(order)
    one, other = await asyncio.gather(*(real_door.venue.look_up(order.id) for _ in range(2)))
    assert one == other


@pytest.mark.parametrize("held", [False, True], ids=["flat", "with a position"])
async def test_a_market_is_held_one_way_or_nothing_is_opened(
    perpetual_door: LoopbackDoor, *, held: bool
) -> None:
    if held:
        await perpetual_door.submit(perpetual_door.buy("1", leverage=Decimal(3)))
    perpetual_door.loopback.does("settings", is_hedged=True)
    begun = ExchangeVenue(perpetual_door.loopback.link, SystemClock(), ACCOUNT, "USDT")
    (said,) = await begun.submit((perpetual_door.buy("1", leverage=Decimal(2)),))
    await begun.close()
    assert isinstance(said, VenueRejected if held else VenueAccepted), said
    assert not isinstance(said, VenueRejected) or "hedge mode" in said.text


async def test_a_position_has_its_own_margin_and_the_leverage_that_was_asked_for(
    perpetual_door: LoopbackDoor,
) -> None:
    await perpetual_door.submit(perpetual_door.buy("2", leverage=Decimal(5)))
    told = await perpetual_door.loopback.link.ask("wallet")
    (held,) = told["positions"]
    assert (held["is_isolated"], Decimal(held["leverage"])) == (True, Decimal(5))
    await perpetual_door.submit(perpetual_door.buy("1", leverage=Decimal(7)))
    told = await perpetual_door.loopback.link.ask("wallet")
    assert [Decimal(each["leverage"]) for each in told["positions"]] == [7]


async def test_what_it_took_by_force_is_told_as_that(perpetual_door: LoopbackDoor) -> None:
    await perpetual_door.submit(perpetual_door.buy("2", leverage=Decimal(20)))
    await perpetual_door.falls()
    assert await perpetual_door.position() == 0
    (told,) = await perpetual_door.adapter.strays(perpetual_door.symbol, 0)
    assert (told.reason, told.side, told.quantity) == ("liquidation", "sell", Decimal(2))


async def test_a_leverage_that_the_exchange_has_not_sends_nothing(
    perpetual_door: LoopbackDoor,
) -> None:
    order = perpetual_door.buy("1", leverage=Decimal(150))
    await perpetual_door.submit(order)
    assert perpetual_door.rejection(order.id) == "LEVERAGE"
    assert perpetual_door.loopback.does("orders") == []


@pytest.mark.parametrize("fault", ["502 after", "502 before"])
async def test_an_exit_of_ours_whose_answer_is_lost_sells_once(
    spot_door: LoopbackDoor, fault: str
) -> None:
    """Sent under its own name; one that never came there is absent, and another is hung."""
    entry = spot_door.buy("2", exits=plan(stop_loss="5%"))
    await spot_door.submit(entry)
    await spot_door.quiet()
    spot_door.far.act("fault", name=fault, is_order=True)
    await spot_door.falls()
    spot_door.far.act("clock", offset_ms=AN_ORDERS_LIFE_MS + LAG_MS + 500)
    if fault == "502 before":  # as the engine asks by name for what is in doubt
        spot_door.told.extend(await spot_door.venue.look_up(exit_id(entry.id, "stop")))
        await spot_door.quiet()
        await spot_door.desk.tends(spot_door.told)  # not at once: it may be refused for long
    await spot_door.quiet()
    assert spot_door.held() == 0
    assert [each["side"] for each in spot_door.loopback.does("fills")] == ["BUY", "SELL"]


async def test_the_whole_account_is_shown_ours_by_name_and_units_as_they_are_held(
    real_door: LoopbackDoor,
) -> None:
    adapter, symbol = real_door.adapter, real_door.symbol
    await real_door.submit(real_door.buy("2", exits=plan(stop_loss="5%", take_profit="50%")))
    resting = real_door.buy("1", limit="95")
    await real_door.submit(resting)
    await real_door.quiet()
    view = await adapter.their_view()
    ours = {each.client_id: each for each in view.orders}
    assert set(ours) == {each for each in await adapter.working() if ":" in symbol or each in ours}
    assert resting.id in ours
    there = ours[resting.id]
    assert (there.symbol, there.side, there.quantity, there.price) == (
        symbol, Side.BUY, Decimal(1), Decimal(95),
    )  # fmt: skip
    is_perpetual = ":" in symbol
    assert view.units == ({symbol: Decimal(2)} if is_perpetual else {})
    strange = await adapter.strays(symbol, 0)
    assert strange == ()


async def test_a_start_takes_up_what_hangs_here_and_what_was_on_its_way(
    spot_door: LoopbackDoor,
) -> None:
    entry = spot_door.buy("2", exits=plan(stop_loss="5%", take_profit="50%"))
    stop, target = exit_id(entry.id, "stop"), exit_id(entry.id, "target")
    await spot_door.submit(entry)
    await spot_door.quiet()
    assert set(await begun_again(spot_door).working()) == {stop, target}
    await spot_door.book("90", "90.5")
    spot_door.far.act("fault", name="502 after", is_order=True)
    await spot_door.desk.sees(spot_door.symbol, Decimal(90), spot_door.told)
    again = begun_again(spot_door)
    told = [each for each in await again.look_up(stop) if isinstance(each, VenueFilled)]
    assert [(each.reason, each.quantity) for each in told] == [("stop_loss", Decimal("1.998"))]
    assert await again.working() == (target,)


def begun_again(door: LoopbackDoor) -> ExchangeVenue:
    """As after a kill: it knows what the journal does."""
    begun = ExchangeVenue(door.loopback.link, SystemClock(), ACCOUNT, "USDT")
    begun.remember(door.desk.orders())
    return begun
