"""However the account's own stream fails: what is told is what was done there, once."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from lefi_tui.adapters.ccxt_link import ExchangeLink
from lefi_tui.adapters.ccxt_private import PrivateExchange
from lefi_tui.adapters.exchange_stream import ASKED, TOLD
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core.messages import VenueCanceled, VenueRejected
from lefi_tui.core.order import Side
from tests.exchange.loopback.clients import linked
from tests.exchange.loopback.host import Far, exchange_in_process, exchange_in_thread
from tests.exchange.stream_kit import QUICK, keys_asked, reads, settled, trading
from tests.exchange.test_live_venue import BTC, order

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def far() -> Iterator[Far]:
    with exchange_in_thread() as opened:
        yield opened


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


async def test_an_exchange_that_is_frozen_is_given_up_within_seconds_and_heard_again(
    tmp_path: Path,
) -> None:
    """The line stands, and nothing comes: neither a frame, nor a pong, nor an answer."""
    with exchange_in_process(tmp_path) as far:
        async with linked(far) as link, trading(far, link, replace(QUICK, dead_s=0.6)) as account:
            bought = order("before the frost")
            await account.sends(bought)
            await settled(lambda: account.fills(bought))
            os.kill(far.pid, signal.SIGSTOP)
            try:
                await settled(lambda: not account.venue.stream.standing().is_proven)
                await settled(lambda: ASKED in account.words)
                assert "silent for 0.6 s" in account.venue.stream.standing().why
            finally:
                os.kill(far.pid, signal.SIGCONT)
            await settled(lambda: account.words[-1] == TOLD)
            assert account.agrees()


async def test_lines_that_are_no_answer_are_counted_and_passed_over() -> None:
    """Whatever the exchange's process may write, who waits for an answer gets it."""
    heard: list[Any] = []
    async with ExchangeLink("babble", {}, worker="tests.exchange.babbling_worker") as link:
        link.tells = heard.append
        assert await link.ask("time") == 17
        assert link.unread == 5
        assert heard == [{"what": "stream", "state": "alive"}]


async def test_while_the_exchange_asks_to_wait_no_stream_is_asked_for(
    far: Far, link: ExchangeLink
) -> None:
    async with trading(far, link) as account:
        far.act("ban", ban_s=2)
        far.act("drop")
        await settled(lambda: account.words[-1:] == [ASKED])
        await settled(lambda: account.words[-1:] == [TOLD])
        assert far.act("counts")["held"] == 1  # the question that was told to wait
        bought = order("after the ban")
        await account.sends(bought)
        await settled(lambda: account.fills(bought))
        assert account.agrees()
