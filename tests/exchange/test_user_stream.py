"""The account's own stream and the exchange's answers, merged: what is told is what was done there,
once, however the stream fails."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio
from msgspec import Struct, field
from msgspec.structs import replace

from lefi_tui.adapters.ccxt_link import ExchangeLink
from lefi_tui.adapters.ccxt_private import PrivateExchange
from lefi_tui.adapters.ccxt_venue import ExchangeVenue
from lefi_tui.adapters.exchange_stream import ASKED, TOLD, StreamTerms
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core.messages import (
    Report,
    VenueCanceled,
    VenueFilled,
    VenueRejected,
    VenueSilent,
)
from lefi_tui.core.order import Order, Side
from lefi_tui.ports.venue import VenueTimeoutError
from tests.exchange.loopback.host import Far, exchange_in_thread
from tests.exchange.test_live_venue import BTC, exit_of, order

# Ten times quicker than in earnest, and nothing is read by the clock alone.
QUICK = StreamTerms(
    ping_s=0.1, dead_s=1.0, keep_s=60.0, first_wait_s=0.05, most_wait_s=0.4,
    deaf_s=0.3, look_s=0.1, proven_s=30.0, quiet_s=0.2,
)  # fmt: skip
SOON_S = 10.0

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def far() -> Iterator[Far]:
    with exchange_in_thread() as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def link(far: Far) -> AsyncIterator[ExchangeLink]:
    key = {"apiKey": far.key.key, "secret": far.key.secret}
    opened = ExchangeLink(
        "binanceusdm", far.ccxt(None), private=lambda: {"key": key, "trades": True}
    )
    async with opened:
        yield opened


class Account(Struct):
    """One that trades: its venue, whatever was told of it, in words and as reports."""

    far: Far
    venue: ExchangeVenue
    told: list[Report] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    touched: list[str] = field(default_factory=list)

    def fills(self, order: Order | None = None) -> dict[str, VenueFilled]:
        """As a desk books them: once, by their ids, and each telling is the same."""
        found: dict[str, VenueFilled] = {}
        for each in self.told:
            if isinstance(each, VenueFilled) and (order is None or each.order == order.id):
                before = found.setdefault(each.trade_id, each)
                assert _essence(before) == _essence(each)
        return found

    def agrees(self) -> bool:
        """Fills, prices and fees are those of the exchange's ledger."""
        ours = {name: _essence(each) for name, each in self.fills().items()}
        theirs = {
            f"{BTC} {row['trade']}": (
                row["client_id"], row["side"].lower(), *(
                    Decimal(row[name]) for name in ("price", "quantity", "fee")
                ), "maker" if row["is_maker"] else "taker",
            )
            for row in self.far.act("fills")
        }  # fmt: skip
        return ours == theirs

    def ended(self, order: Order) -> list[VenueCanceled]:
        return [
            each for each in self.told if isinstance(each, VenueCanceled) and each.order == order.id
        ]

    async def sends(self, *orders: Order) -> None:
        for each in await self.venue.submit(orders):
            self.told.append(each)


def _essence(fill: VenueFilled) -> tuple[Any, ...]:
    return (fill.order, fill.side, fill.price, fill.quantity, fill.fee, fill.liquidity)


@asynccontextmanager
async def trading(
    far: Far, link: ExchangeLink, terms: StreamTerms = QUICK
) -> AsyncIterator[Account]:
    """Its stream is open and proven."""
    far.act("begin")
    venue = ExchangeVenue(link, SystemClock(), "main", "USDT", terms)
    account = Account(far, venue)
    venue.listen(account.told.append)
    venue.stream.say = lambda what, _why: account.words.append(what)
    venue.on_change(account.touched.append)
    runs = asyncio.create_task(venue.run())
    try:
        await soon(runs, lambda: venue.stream.standing().is_proven)
        account.words.clear()  # of the stream that the test before has left
        account.touched.clear()
        yield account
    finally:
        runs.cancel()
        await asyncio.wait([runs])


async def soon(runs: asyncio.Task[None] | None, is_so: Callable[[], Any]) -> None:
    async with asyncio.timeout(SOON_S):
        while not is_so():
            assert runs is None or not runs.done(), runs.exception()
            await SystemClock().sleep(0.01)


async def settled(is_so: Callable[[], Any]) -> None:
    await soon(None, is_so)


def reads(far: Far) -> int:
    """Questions about orders and trades."""
    paths = ("/order", "/openOrders", "/userTrades", "/allOrders")
    return sum(far_call["path"].endswith(paths) for far_call in far.act("calls", method="GET"))


def keys_asked(far: Far) -> int:
    return len(far.act("calls", path="/fapi/v1/listenKey", method="POST"))


async def test_what_an_order_does_is_told_by_the_stream_without_a_question(
    far: Far, link: ExchangeLink
) -> None:
    async with trading(far, link) as account:
        before = reads(far)
        bought = order("by stream")
        await account.sends(bought)
        await settled(lambda: account.fills(bought))
        assert reads(far) == before
        (fill,) = account.fills(bought).values()
        assert fill.is_last
        assert account.agrees()
        assert account.venue.busy() == set()
        standing = account.venue.stream.standing()
        assert standing.event_s is not None
        assert standing.event_s < 1


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


# ---- how it fails


async def test_what_filled_while_the_stream_was_refused_is_caught_up(
    far: Far, link: ExchangeLink
) -> None:
    async with trading(far, link) as account:
        resting = order("in the gap", limit=Decimal(59_000))
        await account.sends(resting)
        asked = keys_asked(far)
        opened = account.venue.stream.standing().opened
        far.act("drop", refuse_s=1.0)
        far.act("price", symbol="BTCUSDT", price="58000")
        await settled(lambda: account.fills(resting))
        await settled(lambda: account.venue.stream.standing().is_proven)
        standing = account.venue.stream.standing()
        assert standing.opened == standing.caught_up == opened + 1
        assert account.words == [ASKED, TOLD]
        assert "" in account.touched  # whoever reconciles looks, too
        assert 2 <= keys_asked(far) - asked <= 10  # each later than the one before
        assert account.agrees()


async def test_a_network_that_is_gone_declares_nothing_failed(far: Far, link: ExchangeLink) -> None:
    async with trading(far, link) as account:
        resting = order("no network", limit=Decimal(59_000))
        await account.sends(resting)
        far.act("line", to="refused")
        await settled(lambda: not account.venue.stream.standing().is_proven)
        far.act("price", symbol="BTCUSDT", price="58000")
        sent = order("meanwhile")
        await account.sends(sent)
        far.act("line", to="on")
        await settled(lambda: account.fills(resting))
        await settled(lambda: account.venue.stream.standing().is_proven)
        assert not any(
            isinstance(each, (VenueRejected, VenueCanceled)) and each.order == resting.id
            for each in account.told
        )
        assert account.agrees()


async def test_a_deaf_stream_is_found_out_by_what_it_does_not_tell(
    far: Far, link: ExchangeLink
) -> None:
    async with trading(far, link, replace(QUICK, proven_s=0.2)) as account:
        opened = account.venue.stream.standing().opened
        far.act("mute")  # open, pings answered, and no word of orders
        bought = order("unheard")
        await account.sends(bought)
        await settled(lambda: account.fills(bought))
        await settled(lambda: not account.venue.stream.standing().is_proven)
        assert account.words == [ASKED]
        assert account.agrees()
        far.act("mute", on=False)
        await settled(lambda: account.venue.stream.standing().opened == opened + 1)
        again = order("heard")
        await account.sends(again)
        await settled(lambda: account.fills(again))
        await settled(lambda: account.venue.stream.standing().is_proven)
        assert account.agrees()


@pytest.mark.parametrize("ends", ["expire_key", "end_key"])
async def test_after_its_key_has_expired_it_has_another_and_no_gap(
    far: Far, link: ExchangeLink, ends: str
) -> None:
    async with trading(far, link, replace(QUICK, keep_s=0.3)) as account:
        resting = order("expired key", limit=Decimal(59_000))
        await account.sends(resting)
        opened = account.venue.stream.standing().opened
        far.act(ends)  # said there; or taken back without a word, as its keeping finds out
        far.act("price", symbol="BTCUSDT", price="58000")
        await settled(lambda: account.venue.stream.standing().opened == opened + 1)
        await settled(lambda: account.fills(resting))
        bought = order("next key")
        await account.sends(bought)
        await settled(lambda: account.fills(bought))
        assert account.agrees()


@pytest.mark.parametrize("kind", ["skip", "dup", "reorder", "delay", "garbage"])
@pytest.mark.parametrize("seed", [1, 2])
async def test_events_that_go_wrong_leave_our_book_the_exchanges_own(
    far: Far, link: ExchangeLink, kind: str, seed: int
) -> None:
    async with trading(far, link, replace(QUICK, proven_s=0.3)) as account:
        chance = random.Random(f"{kind} {seed}")
        for number in range(8):
            if chance.random() < 0.5:
                what = chance.choice(["TRADE", "NEW", "ORDER_TRADE_UPDATE"])
                far.act("stream", kind=kind, what=what, delay_ms=chance.randint(1, 400))
            if chance.random() < 0.5:
                far.act("plan", shares=["0.3", "0.3", "0.4"], pause_ms=chance.randint(0, 30))
            side = chance.choice([Side.BUY, Side.SELL])
            await account.sends(order(f"{kind} {seed} {number}", "0.1", side))
        await settled(account.agrees)
        await settled(lambda: not account.venue.busy())
        assert (account.venue.stream.standing().unread > 0) == (kind == "garbage")


async def test_a_flood_of_nonsense_takes_no_word_of_an_order_away(
    far: Far, link: ExchangeLink
) -> None:
    nonsense = [
        {"e": "ORDER_TRADE_UPDATE", "o": {"s": 17}}, {"e": 5}, {}, {"e": "ACCOUNT_UPDATE", "a": []},
        {"e": "ORDER_TRADE_UPDATE", "T": 1, "o": {"s": "NOBODY"}}, {"e": "TRADE_LITE"},
    ]  # fmt: skip
    async with trading(far, link) as account:
        for number in range(60):
            far.act("say", event=nonsense[number % len(nonsense)])
        bought = order("flooded")
        before = reads(far)
        await account.sends(bought)
        await settled(lambda: account.fills(bought))
        await settled(lambda: account.venue.stream.standing().unread == 40)
        assert len(account.words) == 1
        assert reads(far) - before < 10
        assert account.agrees()


async def test_another_hand_on_the_account_is_told_to_who_reconciles(
    far: Far, link: ExchangeLink
) -> None:
    async with trading(far, link) as account:
        far.act("external_order", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.01")
        await settled(lambda: BTC in account.touched)
        assert account.told == []


async def test_with_its_process_killed_the_stream_is_opened_again_and_nothing_lost(
    far: Far, link: ExchangeLink
) -> None:
    async with trading(far, link) as account:
        resting = order("killed", limit=Decimal(59_000))
        await account.sends(resting)
        assert link.pid is not None
        os.kill(link.pid, signal.SIGKILL)
        far.act("price", symbol="BTCUSDT", price="58000")
        await settled(lambda: account.fills(resting))
        await settled(lambda: account.venue.stream.standing().is_proven)
        assert account.agrees()


async def test_an_exchange_without_such_a_stream_is_asked_instead(far: Far) -> None:
    begin = {"exchange": "okx", "ccxt": far.ccxt(None), "key": {"apiKey": "of no use"}}
    exchange = PrivateExchange(begin, SystemClock())
    told = await exchange.answer("stream", {"terms": {}})
    await exchange.close()
    assert told == {"is_offered": False, "why": "okx has no stream here yet: it is asked instead"}
