"""What waits for its turn: who goes first, what is swallowed, and what happens when it is full."""

from __future__ import annotations

import asyncio
import threading
from decimal import Decimal

from lefi_tui.core import messages as m
from lefi_tui.engine.inbox import FIRST_LANE_MAX, INBOX_MESSAGES_MAX, Inbox, Incoming
from tests.engine.kit import ACCOUNT, SYMBOL, bars, quote


def _fill(order: str) -> m.VenueFilled:
    one = Decimal(1)
    return m.VenueFilled(
        order, "t", 1, ACCOUNT, SYMBOL, "buy", one, one, one, "taker", "order", is_last=True
    )


def test_kill_cancels_and_fills_go_before_everything_that_came_earlier() -> None:
    inbox = Inbox()
    for message in (bars(0, 1.0), m.StopBot("a"), _fill("o"), m.CancelOrder("o"), m.Kill()):
        assert inbox.put(message)
    kinds = [type(each.message).__name__ for each in inbox.take()]
    assert kinds == ["VenueFilled", "CancelOrder", "Kill", "BarsClosed", "StopBot"]


def test_a_quote_swallows_the_older_unread_one_of_its_market_and_nothing_else_is_swallowed() -> (
    None
):
    inbox = Inbox()
    for minute in range(5):
        assert inbox.put(quote(minute, 100.0 + minute))
        assert inbox.put(bars(minute, 1.0))
    taken = [each.message for each in inbox.take()]
    assert taken == [quote(4, 104.0), *(bars(minute, 1.0) for minute in range(5))]
    assert inbox.put(quote(5, 1.0))
    assert len(inbox) == 1
    assert inbox.swallowed == 4


def test_quotes_of_two_accounts_do_not_swallow_each_other() -> None:
    inbox = Inbox()
    inbox.put(quote(0, 1.0))
    inbox.put(m.QuoteChanged("other", quote(1, 2.0).quote))
    assert len(inbox) == 2


def test_a_full_inbox_refuses_and_counts_but_always_has_room_for_the_kill() -> None:
    inbox = Inbox()
    assert all(inbox.put(bars(minute, 1.0)) for minute in range(INBOX_MESSAGES_MAX))
    assert not inbox.put(m.StopBot("a"))
    assert inbox.refused == 1
    assert inbox.put(m.Kill())
    assert len(inbox) == INBOX_MESSAGES_MAX + 1


def test_even_the_first_lane_is_bounded() -> None:
    inbox = Inbox()
    assert all(inbox.put(m.CancelOrder(str(number))) for number in range(FIRST_LANE_MAX))
    assert not inbox.put(m.CancelOrder("one more"))


def test_a_turn_takes_a_bounded_bite() -> None:
    inbox = Inbox()
    for minute in range(300):
        inbox.put(bars(minute, 1.0))
    assert len(inbox.take(256)) == 256
    assert len(inbox.take(256)) == 44


def test_in_lockstep_nothing_overtakes_and_nothing_is_swallowed() -> None:
    inbox = Inbox(is_lockstep=True)
    messages: list[Incoming] = [quote(0, 1.0), quote(1, 2.0), m.Kill(), quote(2, 3.0)]
    assert all(inbox.put(message) for message in messages)
    assert [each.message for each in inbox.take()] == messages


def test_messages_of_many_threads_all_arrive_and_wake_the_loop() -> None:
    async def live() -> int:
        inbox = Inbox()
        inbox.bind(asyncio.get_running_loop())

        def put_many(thread: int) -> None:
            for number in range(200):
                assert inbox.put(m.StopBot(f"{thread}-{number}"))

        threads = [threading.Thread(target=put_many, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        seen = 0
        while seen < 800:
            await inbox.wait()
            seen += len(inbox.take())
        for thread in threads:
            thread.join()
        return seen

    assert asyncio.run(live()) == 800
