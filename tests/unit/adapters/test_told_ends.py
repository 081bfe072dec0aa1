"""The end of an order reaches the desk although its first telling was lost: whoever asks again is
told it again, and one order without an answer takes none from the others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from lefi_tui.adapters.ccxt_link import ExchangeLink
from lefi_tui.adapters.ccxt_venue import ExchangeVenue
from lefi_tui.adapters.exchange_orders import ASKED_S, AT_ONCE, KnownOrders
from lefi_tui.adapters.own_exits import OwnExits
from lefi_tui.adapters.system_clock import VirtualClock
from lefi_tui.adapters.venue_ways import ways_of
from lefi_tui.core.messages import VenueAccepted, VenueCanceled, VenueNeverSaw, VenueSilent
from lefi_tui.core.order import Order, OrderKind, OrderStatus, OrderTerms, Side, Size, SizeKind
from lefi_tui.core.protection import STOP, TRAIL
from lefi_tui.errors import ExchangeAwayError

SYMBOL = "BTC/USDT:USDT"
LIMIT = OrderTerms(
    SYMBOL, Side.BUY, OrderKind.LIMIT, Size(SizeKind.UNITS, Decimal(1)), limit=Decimal(100)
)
EXIT = OrderTerms(SYMBOL, Side.SELL, OrderKind.MARKET, Size(SizeKind.ALL))

Answer = Callable[[str, dict[str, Any]], Any]


class Line(ExchangeLink):
    """To no process: what the exchange says is written down here."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("binanceusdm", {})
        self.answer = answer

    async def ask(self, question: str, **asked: Any) -> Any:
        told = self.answer(question, asked)
        if isinstance(told, Exception):
            raise told
        return told


def story(order: str, status: str) -> dict[str, Any]:
    return {
        "is_found": True, "id": order, "venue_order_id": f"v{order}", "status": status,
        "units": "1", "filled": "0", "at_ms": 1_000, "trades": [], "server_ms": 1_000,
    }  # fmt: skip


def venue(answer: Answer, *names: str) -> ExchangeVenue:
    made = ExchangeVenue(Line(answer), VirtualClock(10**9), "main", "USDT")
    one = Decimal(1)
    made.remember(
        Order(each, "main", LIMIT, "hand", status=OrderStatus.ACCEPTED, quantity=one,
              venue_order_id=f"v{each}")
        for each in names
    )  # fmt: skip
    return made


@pytest.mark.asyncio
async def test_an_end_is_told_again_to_whoever_asks_again() -> None:
    there = venue(lambda _question, asked: story(asked["order"], "canceled"), "one")
    first, again = await there.look_up("one"), await there.look_up("one")
    assert isinstance(first[-1], VenueCanceled)
    assert again == first


@pytest.mark.asyncio
async def test_a_cancel_without_an_answer_keeps_those_of_the_others() -> None:
    def answer(question: str, asked: dict[str, Any]) -> Any:
        if asked["order"] == "two":
            return ExchangeAwayError("no answer")
        return story(asked["order"], "canceled") if question == "order" else {"state": "canceled"}

    told = await venue(answer, "one", "two").cancel(("one", "two"))
    assert [type(each) for each in told] == [VenueAccepted, VenueCanceled, VenueSilent]
    ends = [each.order for each in told if isinstance(each, (VenueCanceled, VenueSilent))]
    assert ends == ["one", "two"]


@pytest.mark.asyncio
async def test_one_held_to_have_never_been_there_works_again_once_it_is_found() -> None:
    """Its absence was not believed: something held there spoke against it."""
    missing = {"is_found": False, "stray": [], "server_ms": 10**9}
    later = {**missing, "server_ms": 2 * 10**9}
    says = [missing, later, story("one", "open")]
    there = venue(lambda _question, _asked: says.pop(0), "one")
    with pytest.raises(Exception, match="too early"):
        await there.look_up("one")
    assert isinstance((await there.look_up("one"))[0], VenueNeverSaw)
    assert isinstance((await there.look_up("one"))[-1], VenueAccepted)
    assert there.busy() == {SYMBOL}


@pytest.mark.asyncio
async def test_an_exit_kept_here_that_ended_says_so_again() -> None:
    exits = OwnExits(VirtualClock(10**9))
    await exits.hang(Order("stop", "main", EXIT, "hand", leg=STOP))
    replaced, _ = await exits.hang(Order("trail", "main", EXIT, "hand", leg=TRAIL))
    assert await exits.look_up("stop") == await exits.cancel("stop") == (replaced,)
    ended = await exits.cancel("trail")
    assert await exits.look_up("trail") == ended
    assert exits.symbols() == set()


@pytest.mark.asyncio
async def test_questions_for_many_orders_leave_some_at_a_time_and_not_after_their_limit() -> None:
    asking, most, limits = 0, 0, set[int]()

    async def ask(_question: str, **asked: Any) -> Any:
        nonlocal asking, most
        asking, most = asking + 1, max(most, asking + 1)
        limits.add(asked["until_ns"])
        await VirtualClock().sleep(0)
        asking -= 1
        return story(asked["order"], "open")

    orders = KnownOrders(ask, VirtualClock(10**9), "main", ways_of("binanceusdm"))
    names = [f"order{number}" for number in range(5 * AT_ONCE)]
    for name in names:
        orders.add(Order(name, "main", LIMIT, "hand"), 1_000)
    told = await asyncio.gather(*map(orders.look_up, names))
    assert all(told)
    assert most == AT_ONCE
    assert limits == {int((1 + ASKED_S) * 10**9)}
