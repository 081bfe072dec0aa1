"""Orders that wait in the worker, all but sent, for one word: to go, or to be forgotten."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from lefi_tui.adapters.ccxt_link import ExchangeLink
from lefi_tui.adapters.held_questions import go
from lefi_tui.adapters.system_clock import SystemClock
from tests.exchange.loopback.clients import linked
from tests.exchange.loopback.host import Far

BTC = "BTC/USDT:USDT"
OPEN_S = 20.0
GAMES = 10

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def far(loopback: Far) -> Far:
    loopback.act("begin")
    return loopback


def asked(name: str, **more: Any) -> dict[str, Any]:
    order = {"id": name, "symbol": BTC, "side": "buy", "units": "0.01", "limit": "50000"}
    usual = {"tif": "GTC", "post_only": False, "reduce_only": False}
    return {"orders": [{**order, **usual, **more}], "rank": "ENTRY"}


def at_exchange(far: Far) -> list[str]:
    return [each["client_id"] for each in far.act("calls", is_order=True)]


async def test_it_leaves_at_its_word_once_and_is_the_order_that_is_sent_without_one(
    link: ExchangeLink, far: Far
) -> None:
    await link.ask("holdings")
    held = link.hold("place", **asked("held"))
    assert held is not None
    await link.ask("holdings")  # what is behind it goes on
    assert at_exchange(far) == []
    held.go()
    held.go()
    assert not held.drop()  # too late for it
    assert held.has_left
    (told,) = await link.answer_of(held)
    assert told["state"] == "accepted"
    await link.ask("place", **asked("plain"))
    one, other = far.act("calls", is_order=True)
    assert (one["client_id"], other["client_id"]) == ("held", "plain")
    own = {"newClientOrderId", "timestamp", "signature", "apiKey"}  # the last is a header by REST
    assert {name: one["params"][name] for name in one["params"] if name not in own} == {
        name: other["params"][name] for name in other["params"] if name not in own
    }


async def test_what_is_dropped_never_leaves_and_what_is_wrong_is_refused_unsent(
    link: ExchangeLink, far: Far
) -> None:
    await link.ask("holdings")
    before = at_exchange(far)
    dropped = link.hold("place", **asked("dropped"))
    wrong = link.hold("place", **asked("wrong", limit="50000.00001"))
    assert dropped is not None
    assert wrong is not None
    assert dropped.drop()
    dropped.go()
    wrong.go()
    (told,) = await link.answer_of(wrong)
    assert told["code"] == "OFF_GRID"
    assert not dropped.has_left
    last = link.hold("place", **asked("last"))
    assert last is not None
    last.go()
    await link.answer_of(last)
    assert at_exchange(far) == [*before, "last"]


async def test_what_goes_at_one_word_comes_there_in_one_piece(far: Far) -> None:
    async with linked(far, orders_by="websocket") as link:
        await link.ask("holdings")  # its markets are known
        async with asyncio.timeout(OPEN_S):
            while (await link.ask("lines"))["by"] != "websocket":
                await SystemClock().sleep(0.05)
        await _are_in_one_piece(link, far)


async def _are_in_one_piece(link: ExchangeLink, far: Far) -> None:
    for number in range(GAMES):
        names = f"entry-{number}", f"exit-{number}"
        legs = [link.hold("place", **asked(name)) for name in names]
        await link.ask("lines")  # they stand ready by now
        go([each for each in legs if each is not None])
        told = [await link.answer_of(each) for each in legs if each is not None]
        assert [each["state"] for (each,) in told] == ["accepted", "accepted"]
        read = {each["client_id"]: each["read_ns"] for each in far.act("calls", is_order=True)}
        assert read[names[0]] == read[names[1]]
