"""What an exchange tells of an order before the thread that sent it is back from sending it."""

from __future__ import annotations

import os
import threading
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Final

import pytest
import pytest_asyncio

from lefi_tui.adapters.held_questions import PreparedOrders, WordLine
from lefi_tui.core.order import Order
from tests.exchange.loopback.clients import linked
from tests.exchange.loopback.host import Far
from tests.exchange.stream_kit import Account, settled, trading
from tests.exchange.test_live_venue import order

FIVE: Final = Decimal(5)

pytestmark = pytest.mark.asyncio


class SlowLine(WordLine):
    """Its word is there before the thread that says it is back from saying it."""

    def __init__(self, line: WordLine) -> None:
        super().__init__()
        self.close()
        os.close(self.theirs)  # what it says goes through the other one
        self._line, self.comes_back = line, threading.Event()

    def say(self, word: str) -> bool:
        was_said = self._line.say(word)
        assert self.comes_back.wait(60.0)
        return was_said


@pytest_asyncio.fixture
async def account(far: Far) -> AsyncIterator[Account]:
    """Its market is held as it should be, so the next order asks nothing before it."""
    async with linked(far) as link, trading(far, link) as begun:
        await begun.sends(order("first", leverage=FIVE))
        yield begun


def prepared(account: Account, order: Order) -> PreparedOrders:
    launch = account.venue.prepared((order,))
    assert launch is not None
    return launch


async def test_a_fill_that_is_told_before_its_sender_is_back_is_the_orders_own(
    account: Account,
) -> None:
    quick = order("quick", leverage=FIVE)
    launch = prepared(account, quick)
    line = launch.held.line = SlowLine(launch.held.line)
    sends = threading.Thread(target=launch.go)
    sends.start()
    try:
        await settled(lambda: account.fills(quick))
        assert not launch.has_left  # as far as its sender has come
    finally:
        line.comes_back.set()
        sends.join()
    (fill,) = account.fills(quick).values()
    assert fill.sent_ns > 0
    assert account.touched == []  # no other hand's
    assert launch.has_left


async def test_a_word_that_could_not_be_said_claims_nothing(account: Account) -> None:
    silent = order("silent", leverage=FIVE)
    launch = prepared(account, silent)
    launch.held.line.close()
    launch.go()
    assert (launch.has_left, launch.is_going) == (False, False)
    account.venue._told({"what": "sent", "order": silent.id, "at_ns": 1})
    assert silent.id not in account.venue._orders.known
