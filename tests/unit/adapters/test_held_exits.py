"""Exits that an exchange holds: whatever is cut off, asked twice, late or filled in part, none is
forgotten, none is told twice as two things, and none that stands is held to be gone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Coroutine
from decimal import Decimal
from typing import Any, TypeVar

import pytest

from lefi_tui.adapters.exchange_exits import PROOF_NS, Exits
from lefi_tui.adapters.exchange_looks import Looks
from lefi_tui.adapters.exchange_orders import KnownOrders
from lefi_tui.adapters.exchange_stream import StreamTerms, UserStream
from lefi_tui.adapters.system_clock import VirtualClock
from lefi_tui.adapters.venue_ways import ways_of
from lefi_tui.core.messages import Report, VenueFilled
from lefi_tui.core.order import Order, OrderKind, OrderTerms, Side, Size, SizeKind
from lefi_tui.ports.venue import VenueTimeoutError

SYMBOL = "BTC/USDT:USDT"
STANDS = {"is_found": True, "venue_order_id": "9", "status": "NEW", "became": "", "filled": "0",
          "trades": []}  # fmt: skip
ABSENT = {"is_found": False}
ACCEPTED = {"state": "accepted", "code": "", "text": "", "venue_order_id": "9"}
CANCELED = {"state": "canceled", "code": "", "text": ""}
GONE = {"state": "gone", "code": "", "text": ""}
T = TypeVar("T")


def exit_order(name: str, leg: str = "stop", price: str = "95") -> Order:
    kind = OrderKind.TARGET if leg == "target" else OrderKind.STOP
    terms = OrderTerms(SYMBOL, Side.SELL, kind, Size(SizeKind.ALL), is_reduce_only=True)
    return Order(name, "main", terms, "hand", leg=leg, trigger=Decimal(price))


def trade(number: int, units: str) -> dict[str, Any]:
    return {
        "id": str(number), "order": "77", "symbol": SYMBOL, "side": "sell", "price": "95",
        "units": units, "fee": "0", "fee_currency": "USDT", "liquidity": "taker", "at_ms": number,
    }  # fmt: skip


def fired(became: str, filled: str, *trades: dict[str, Any]) -> dict[str, Any]:
    told = {"status": "FINISHED", "became": became, "filled": filled, "trades": list(trades)}
    return {**STANDS, **told}


class There:
    """An exchange in answers: by question and exit, or by question; a `VenueTimeoutError` among
    them is silence, an event is waited for first."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {
            "protect": ACCEPTED, "unprotect": CANCELED, "exit": STANDS, "working": [],
            "holdings": {"units": {SYMBOL: "1"}},
        }  # fmt: skip
        self.asked: list[str] = []
        self.clock = VirtualClock(10**18)
        self.exits = Exits(self.ask, self.clock, "main")

    async def ask(self, question: str, **asked: Any) -> Any:
        name = f"{question} {asked.get('order', '')}".strip()
        self.asked.append(name)
        answer = self.answers.get(name, self.answers.get(question))
        await self.clock.sleep(0)  # an answer takes its time, and others run
        if isinstance(answer, asyncio.Event):
            await answer.wait()
            answer = self.answers[question]
        if isinstance(answer, VenueTimeoutError):
            raise answer
        return answer

    async def hung(self, *orders: Order) -> None:
        for order in orders:
            await self.exits.hang(order)
            assert self.exits.has(order.id)


async def shown(coming: Awaitable[T]) -> T | VenueTimeoutError:
    try:
        return await coming
    except VenueTimeoutError as error:
        return error


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(story)


def ends(told: Any) -> list[tuple[str, str]]:
    """What each report says, of which exit."""
    return [(type(each).__name__, each.order) for each in told]


@pytest.fixture
def there() -> There:
    return There()


# ---- moves


def test_a_move_that_is_cut_off_leaves_a_stop_that_is_looked_for_and_hung(there: There) -> None:
    async def story() -> None:
        await there.hung(exit_order("old"))
        there.answers["unprotect"] = asyncio.Event()  # never answers
        move = asyncio.ensure_future(there.exits.hang(exit_order("new", price="96")))
        while "unprotect old" not in there.asked:
            await there.clock.sleep(0)
        move.cancel()
        with pytest.raises(asyncio.CancelledError):
            await move
        there.answers |= {"unprotect": CANCELED, "exit": ABSENT, "exit old": STANDS}
        told = await there.exits.look(SYMBOL)
        assert {("VenueAccepted", "new"), ("VenueCanceled", "old")} == set(ends(told))
        assert there.exits.has("new")
        assert not there.exits.has("old")

    run(story())


def test_a_move_that_is_cut_off_after_the_old_one_was_taken_away_tells_that_later(
    there: There,
) -> None:
    async def story() -> None:
        await there.hung(exit_order("old"))
        there.answers["protect"] = asyncio.Event()
        move = asyncio.ensure_future(there.exits.hang(exit_order("new", price="96")))
        while "protect new" not in there.asked:
            await there.clock.sleep(0)
        move.cancel()
        with pytest.raises(asyncio.CancelledError):
            await move
        there.answers |= {"protect": ACCEPTED, "exit": ABSENT}
        told = await there.exits.look(SYMBOL)
        assert {("VenueAccepted", "new"), ("VenueCanceled", "old")} == set(ends(told))

    run(story())


def test_a_stop_that_was_met_before_its_move_leaves_no_new_one(there: There) -> None:
    async def story() -> None:
        await there.hung(exit_order("old"))
        there.answers |= {"unprotect": GONE, "exit": fired("closed", "1", trade(1, "1"))}
        told = await there.exits.hang(exit_order("new", price="96"))
        assert ends(told) == [("VenueFilled", "old"), ("VenueCanceled", "new")]
        assert not there.exits.symbols()
        assert ends(await there.exits.look_up("new") or ()) == [("VenueCanceled", "new")]

    run(story())


# ---- filled in part


@pytest.mark.parametrize("status", ["expired", "canceled"])
def test_a_stop_whose_order_ended_in_part_is_filled_so_far_and_then_over(
    there: There, status: str
) -> None:
    async def story() -> None:
        await there.hung(exit_order("s"))
        there.answers["exit"] = fired(status, "0.4", trade(1, "0.4"))
        told = await there.exits.look(SYMBOL)
        assert ends(told) == [("VenueFilled", "s"), ("VenueCanceled", "s")]
        assert "0.4" in str(getattr(told[1], "reason", ""))
        assert list(await there.exits.look_up("s") or ()) == told

    run(story())


def test_a_stop_whose_order_still_works_is_told_as_far_and_looked_at_again(there: There) -> None:
    async def story() -> None:
        await there.hung(exit_order("s"))
        # Its trades are read after it, and may be more than it knew of.
        there.answers["exit"] = fired("open", "0.4", trade(2, "0.4"), trade(3, "0.6"))
        assert [each.is_last for each in fills(await there.exits.look(SYMBOL))] == [False]
        assert there.exits.has_news(SYMBOL, ())
        # The one that was told before comes first again: the last one ends the order.
        there.answers["exit"] = fired("closed", "1", trade(1, "0.6"), trade(2, "0.4"))
        told = fills(await there.exits.look(SYMBOL))
        assert [(each.quantity, each.is_last) for each in told] == [
            (Decimal("0.4"), False),
            (Decimal("0.6"), True),
        ]
        assert not there.exits.has("s")

    run(story())


@pytest.mark.parametrize("status", ["closed", "expired"])
def test_the_end_of_a_stop_waits_for_trades_that_lag_behind_it(there: There, status: str) -> None:
    async def story() -> None:
        await there.hung(exit_order("s"))
        there.answers["exit"] = fired(status, "1")
        assert await there.exits.look(SYMBOL) == []
        there.answers["exit"] = fired(status, "1", trade(1, "0.4"))
        assert [each.is_last for each in fills(await there.exits.look(SYMBOL))] == [False]
        assert there.exits.has("s")

    run(story())


def fills(told: list[Report]) -> list[VenueFilled]:
    return [each for each in told if isinstance(each, VenueFilled)]


# ---- not found


def test_a_standing_stop_that_is_not_found_once_is_still_held(there: There) -> None:
    async def story() -> None:
        await there.hung(exit_order("s"))
        there.answers["exit"] = ABSENT
        assert isinstance(await shown(there.exits.look(SYMBOL)), VenueTimeoutError)
        there.answers["exit"] = STANDS
        assert await there.exits.look(SYMBOL) == []
        there.clock.move_to(there.clock.now_ns() + PROOF_NS)
        there.answers["exit"] = ABSENT  # a second lag is no proof either
        assert isinstance(await shown(there.exits.look_up("s")), VenueTimeoutError)
        assert there.exits.has("s")

    run(story())


def test_a_stop_that_is_not_found_for_long_and_is_not_listed_has_ended(there: There) -> None:
    async def story() -> None:
        await there.hung(exit_order("s"))
        there.answers |= {"exit": ABSENT, "working": [{"id": "s"}]}
        await shown(there.exits.look(SYMBOL))
        there.clock.move_to(there.clock.now_ns() + PROOF_NS)
        assert isinstance(await shown(there.exits.look(SYMBOL)), VenueTimeoutError)  # it is listed
        there.clock.move_to(there.clock.now_ns() + PROOF_NS)
        there.answers["working"] = []
        assert ends(await there.exits.look(SYMBOL)) == [("VenueCanceled", "s")]

    run(story())


# ---- two at once, and one that fails


def test_two_stories_of_one_stop_at_once_tell_the_same(there: There) -> None:
    async def story() -> None:
        await there.hung(exit_order("s"))
        there.answers["exit"] = fired("closed", "1", trade(1, "1"))
        looked, asked = await asyncio.gather(there.exits.look(SYMBOL), there.exits.look_up("s"))
        assert looked == list(asked or ())
        assert ends(looked) == [("VenueFilled", "s")]

    run(story())


def test_a_cancel_beside_a_look_takes_away_what_the_look_hangs_again(there: There) -> None:
    async def story() -> None:
        there.answers["protect"] = VenueTimeoutError("lost")
        await there.hung(exit_order("s"))
        there.answers |= {"protect": ACCEPTED, "exit": ABSENT}
        looked, canceled = await asyncio.gather(there.exits.look(SYMBOL), there.exits.cancel("s"))
        assert ends(canceled or ())[-1] == ("VenueCanceled", "s")
        if ("VenueAccepted", "s") in ends(looked):
            assert there.asked.index("protect s", 1) < there.asked.index("unprotect s")
        assert not there.exits.has("s")

    run(story())


def test_fills_of_a_stop_are_told_also_where_the_question_for_its_target_fails(
    there: There,
) -> None:
    async def story() -> None:
        await there.hung(exit_order("s"), exit_order("t", "target", "110"))
        there.answers["exit"] = fired("closed", "1", trade(1, "1"))
        there.answers["exit t"] = VenueTimeoutError("slow")
        assert ends(await there.exits.look(SYMBOL)) == [("VenueFilled", "s")]
        assert there.exits.has_news(SYMBOL, {"t"})  # it is asked for by the next look
        assert isinstance(await shown(there.exits.look(SYMBOL)), VenueTimeoutError)
        there.answers["exit t"] = {**STANDS, "status": "EXPIRED"}
        assert ends(await there.exits.look(SYMBOL)) == [("VenueCanceled", "t")]

    run(story())


def test_a_target_on_its_way_is_fitted_to_the_position_once_it_is_there(there: There) -> None:
    async def story() -> None:
        there.answers["protect"] = VenueTimeoutError("lost")
        await there.hung(exit_order("t", "target", "110"))
        assert isinstance(await shown(there.exits.fit(SYMBOL)), VenueTimeoutError)
        await there.exits.look(SYMBOL)
        there.answers["fit"] = {"state": "fits"}
        assert await shown(there.exits.fit(SYMBOL)) is None
        assert there.asked[-1] == "fit t"

    run(story())


def test_a_look_that_could_not_read_an_exit_has_not_confirmed_what_works(there: There) -> None:
    async def story() -> None:
        stream = UserStream(there.ask, there.clock, StreamTerms())
        orders = KnownOrders(there.ask, there.clock, "main", ways_of("binanceusdm"))
        looks = Looks(stream, there.clock, orders, there.exits)
        await there.hung(exit_order("s"))
        there.answers["exit"] = VenueTimeoutError("slow")
        await looks.look_on()
        assert stream.standing().confirmed_s is None
        there.answers["exit"] = {**STANDS, "status": "EXPIRED"}
        await looks.look_on()
        assert stream.standing().confirmed_s == 0

    run(story())
