"""The account's own stream and what is asked, merged: what is told is what was done there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from decimal import Decimal

import ccxt.pro as ccxt
import pytest
from msgspec.structs import replace

from lefi_tui.adapters.binance_stream import LIVE
from lefi_tui.adapters.ccxt_link import ExchangeLink
from lefi_tui.core.messages import VenueSilent
from lefi_tui.ports.venue import VenueTimeoutError
from tests.exchange.loopback.host import Far, exchange_in_thread
from tests.exchange.stream_kit import QUICK, SOON_S, reads, settled, trading
from tests.exchange.test_live_venue import BTC, exit_of, order

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def far() -> Iterator[Far]:
    with exchange_in_thread() as opened:
        yield opened


async def test_what_an_order_does_is_told_by_the_stream_without_a_question(
    far: Far, link: ExchangeLink
) -> None:
    # Nothing is read by the clock here, however slow the machine is.
    patient = replace(QUICK, deaf_s=SOON_S, quiet_s=SOON_S, dead_s=SOON_S)
    async with trading(far, link, patient) as account:
        before = reads(far)
        bought = order("by stream")
        await account.sends(bought)
        await settled(lambda: account.fills(bought))
        assert reads(far) == before
        (fill,) = account.fills(bought).values()
        assert fill.is_last
        assert account.agrees()
        assert account.venue.busy() == set()


async def test_an_order_in_doubt_is_confirmed_by_the_stream(far: Far, link: ExchangeLink) -> None:
    async with trading(far, link) as account:
        far.act("fault", name="hang after", hang_s=1.0, is_order=True)
        doubted = order("doubted")
        sends = asyncio.create_task(account.sends(doubted))
        await settled(lambda: account.fills(doubted))
        assert not sends.done()  # its own answer is still to come
        await sends
        assert not any(isinstance(each, VenueSilent) for each in account.told)
        assert account.agrees()


async def test_a_crossing_order_that_its_answer_calls_open_stays_filled(
    far: Far, link: ExchangeLink
) -> None:
    async with trading(far, link) as account:
        crossing = order("crossing", limit=Decimal(61_000))
        await account.sends(crossing)
        await settled(lambda: account.fills(crossing))
        assert "VenueAccepted" in {type(each).__name__ for each in account.told}
        assert account.venue.busy() == set()
        far.act("hide", client_id=crossing.id, hide_s=60)  # and its answers lag far behind
        with pytest.raises(VenueTimeoutError):
            await account.venue.look_up(crossing.id)
        assert account.agrees()


async def test_parts_of_an_order_are_parts_of_one_order_with_one_sum_of_fees(
    far: Far, link: ExchangeLink
) -> None:
    async with trading(far, link) as account:
        far.act("plan", shares=["0.3", "0.3", "0.4"], pause_ms=50)
        parts = order("parts", "0.1")
        await account.sends(parts)
        await settled(lambda: len(account.fills(parts)) == 3)
        assert [each.is_last for each in account.fills(parts).values()] == [False, False, True]
        assert account.agrees()


@pytest.mark.parametrize("then", ["cancel", "expire"])
async def test_of_an_order_that_ends_half_done_its_fill_is_told_before_its_end(
    far: Far, link: ExchangeLink, then: str
) -> None:
    async with trading(far, link) as account:
        far.act("plan", shares=["0.3"], then=then)
        half = order("half", "0.1", limit=Decimal(61_000))
        await account.sends(half)
        await settled(lambda: account.ended(half))
        (fill,) = account.fills(half).values()
        (end,) = account.ended(half)
        assert fill.quantity == Decimal("0.03")
        assert end.is_expired == (then == "expire")
        assert account.told.index(fill) < account.told.index(end)
        assert account.agrees()


async def test_a_cancel_that_comes_too_late_finds_it_filled(far: Far, link: ExchangeLink) -> None:
    async with trading(far, link) as account:
        resting = order("too late", limit=Decimal(59_000))
        await account.sends(resting)
        far.act("price", symbol="BTCUSDT", price="58000")
        account.told += await account.venue.cancel((resting.id,))
        await settled(lambda: account.fills(resting))
        assert account.ended(resting) == []
        assert account.agrees()


async def test_a_stop_that_is_met_is_told_at_once(far: Far, link: ExchangeLink) -> None:
    async with trading(far, link) as account:
        guarded = order("guarded")
        stop = exit_of(guarded, "stop", "58800")
        await account.sends(guarded)
        await settled(lambda: account.fills(guarded))
        await account.sends(stop)
        await settled(lambda: any(getattr(each, "order", "") == stop.id for each in account.told))
        far.act("price", symbol="BTCUSDT", price="58000")
        await settled(lambda: any(each.reason == "stop_loss" for each in account.fills().values()))
        await settled(lambda: not account.venue.busy())
        assert far.act("positions") == []


async def test_leverage_that_another_hand_has_set_is_set_again_before_the_next_order(
    far: Far, link: ExchangeLink
) -> None:
    async with trading(far, link) as account:
        for name in ("first", "second"):
            await account.sends(order(name, leverage=Decimal(5)))
        set_by_us = len(far.act("calls", path="/fapi/v1/leverage"))
        far.act("leverage", symbol="BTCUSDT", leverage=10)
        far.act("external_order", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.01")
        await settled(lambda: BTC in account.touched)  # what came before it was heard, too
        third = order("third", leverage=Decimal(5))
        await account.sends(third)
        await settled(lambda: account.fills(third))
        assert len(far.act("calls", path="/fapi/v1/leverage")) == set_by_us + 1


async def test_its_address_is_the_one_that_ccxt_has() -> None:
    theirs = ccxt.binanceusdm().get_private_ws_url("linear", "a-key")
    assert theirs == f"{LIVE}/private/ws?listenKey=a-key"


async def test_a_margin_mode_that_another_hand_has_changed_is_read_again_before_the_next_order(
    far: Far, link: ExchangeLink
) -> None:
    async with trading(far, link) as account:
        await account.sends(order("isolated", leverage=Decimal(5)))
        read = len(far.act("calls", path="/fapi/v1/symbolConfig"))
        await account.sends(order("as before", leverage=Decimal(5)))
        assert len(far.act("calls", path="/fapi/v1/symbolConfig")) == read
        account.touched.clear()
        change = {"m": "MARGIN_TYPE_CHANGE", "B": [], "P": [{"s": "BTCUSDT"}]}
        now_ms = far.act("now")
        far.act("say", event={"e": "ACCOUNT_UPDATE", "E": now_ms, "T": now_ms, "a": change})
        await settled(lambda: BTC in account.touched)
        await account.sends(order("after it", leverage=Decimal(5)))
        assert len(far.act("calls", path="/fapi/v1/symbolConfig")) == read + 1
