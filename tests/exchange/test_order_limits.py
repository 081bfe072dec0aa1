"""What an exchange allows at once: who leaves, who waits, and what is never asked."""

from __future__ import annotations

import asyncio
from decimal import Decimal

from lefi_tui.core.messages import VenueAccepted, VenueRejected
from lefi_tui.core.order import Side
from lefi_tui.errors import ExchangeWaitError
from lefi_tui.ports.venue import VenueTimeoutError
from tests.exchange.near import BTC, Near, kinds, near, order

FIFTH_MS = 150  # ccxt's own limiter would let no second one go before


def test_two_orders_at_once_leave_together_with_the_limiter_on() -> None:
    async def story(on: Near) -> None:
        await on.venue.submit((order("first"),))
        await on.venue.submit((order("one"), order("two")))
        await asyncio.gather(*(on.venue.submit((order(each),)) for each in ("three", "four")))
        at_ms = [each["at_ms"] for each in on.calls(is_order=True)[-2:]]
        assert at_ms[1] - at_ms[0] < FIFTH_MS
        assert len(on.act("fills")) == 5

    near(story)


def test_too_many_orders_wait_for_their_turn_and_the_one_that_closes_is_first() -> None:
    async def story(on: Near) -> None:
        on.act("limits", orders_10s=4)
        (accepted,) = await on.venue.submit((order("held", "0.05"),))
        assert isinstance(accepted, VenueAccepted)
        await on.clock.sleep(1)
        await on.venue.submit((order("early"),))
        await on.clock.sleep(6)
        entries = [on.venue.submit((order(f"entry {each}"),)) for each in range(3)]
        waiting = [asyncio.ensure_future(each) for each in entries]
        await on.clock.sleep(0.1)
        close = order("close", "0.01", Side.SELL, is_reduce_only=True)
        told = await on.venue.submit((close,))
        assert kinds(told) == ["VenueAccepted"]
        found = [report for each in waiting for report in await each]
        sent = [each["client_id"] for each in on.calls(is_order=True)]
        # The exit at once; the next of the others when enough of the first are ten seconds ago.
        assert sent.index(close.id) == 3
        assert len(sent) == 5
        assert not on.calls(code=-1015)
        accepted_ones = [each for each in found if isinstance(each, VenueAccepted)]
        (late,) = [each for each in found if isinstance(each, VenueRejected)]
        assert (len(accepted_ones), late.code) == (2, "HELD_BACK")
        assert "too late" in late.text

    near(story)


def test_an_order_refused_for_their_number_was_not_taken_and_is_sent_when_there_is_room() -> None:
    async def story(on: Near) -> None:
        await on.venue.submit((order("held", "0.05"),))
        on.act("fault", name="reject", code=-1015, status=429, is_order=True,
               text="Too many new orders; current limit is 300 orders per 10 SECOND.")  # fmt: skip
        close = order("close", "0.05", Side.SELL, is_reduce_only=True)
        began_ns = on.clock.monotonic_ns()
        told = await on.venue.submit((close,))
        assert kinds(told) == ["VenueAccepted"]
        assert on.clock.monotonic_ns() - began_ns > 9_000_000_000
        assert [each["client_id"] for each in on.calls(is_order=True)[1:]] == [close.id, close.id]
        assert await on.venue.holdings() == {}
        assert on.act("counts")["held"] == 0

    near(story)


def test_told_to_wait_nothing_is_asked_and_what_cancels_is_the_first_to_leave() -> None:
    async def story(on: Near) -> None:
        resting = order("resting", limit=Decimal(50_000))
        await on.venue.submit((resting,))
        used = sum(1 for _ in on.calls())
        on.act("limits", weight_1m=used + 40)
        refused = 0
        while not refused:
            try:
                await on.link.ask("book", symbol=BTC)
            except ExchangeWaitError:
                refused += 1
        assert on.calls(status=429)
        before = on.act("counts")["all"]
        cancel = asyncio.ensure_future(on.venue.cancel((resting.id,)))
        (late,) = await on.venue.submit((order("meanwhile"),))
        assert isinstance(late, VenueRejected)
        for _ in range(5):
            reads = (on.venue.holdings(), on.venue.look_up(resting.id))
            told = await asyncio.gather(*reads, return_exceptions=True)
            assert all(isinstance(each, VenueTimeoutError) for each in told)
            await on.clock.sleep(1)
        assert on.act("counts")["all"] == before
        assert kinds(await cancel)[-1] == "VenueSilent"  # who asked is not kept waiting so long
        while on.act("counts")["all"] == before:
            await on.clock.sleep(1)
        assert on.act("calls")[before]["method"] == "DELETE"
        assert kinds(await on.venue.look_up(resting.id))[-1] == "VenueCanceled"
        assert on.act("counts")["held"] == 0

    near(story, enableRateLimit=False)


def test_a_ban_of_some_minutes_is_kept_to_the_second() -> None:
    async def story(on: Near) -> None:
        await on.venue.holdings()
        on.act("ban", ban_s=180)
        met = await asyncio.gather(on.venue.holdings(), return_exceptions=True)
        assert isinstance(met[0], VenueTimeoutError)
        banned = on.calls(status=418)
        before = on.act("counts")["all"]
        answered = 0
        while not answered:
            await on.clock.sleep(5)
            met = await asyncio.gather(on.venue.holdings(), return_exceptions=True)
            answered += not isinstance(met[0], BaseException)
            assert answered or on.act("counts")["all"] == before
        assert on.act("calls")[before]["at_ms"] >= banned[0]["at_ms"] + 180_000 - 1_000
        assert on.act("counts")["held"] == len(banned) == 1  # the one that was told of it

    near(story)


def test_a_flood_of_questions_keeps_no_cancel_and_no_exit_waiting() -> None:
    async def story(on: Near) -> None:
        resting = order("resting", limit=Decimal(50_000))
        await on.venue.submit((order("held", "0.05"),))
        await on.venue.submit((resting,))
        flood = [asyncio.ensure_future(on.link.ask("book", symbol=BTC)) for _ in range(150)]
        await on.clock.sleep(0.5)
        began_ns = on.clock.monotonic_ns()
        close = order("close", "0.05", Side.SELL, is_reduce_only=True)
        await asyncio.gather(
            on.link.ask("cancel", symbol=BTC, order=resting.id, rank="CANCEL"),
            on.venue.submit((close,)),
        )
        assert on.clock.monotonic_ns() == began_ns  # not one of them waited
        assert sum(each.done() for each in flood) < 100
        await asyncio.gather(*flood)
        assert on.clock.monotonic_ns() > began_ns

    near(story)
