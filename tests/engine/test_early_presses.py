"""A press that comes while the next one is made ready: it leaves with that one, or in its place."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from pathlib import Path

import pytest

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core import messages as m
from lefi_tui.core.game import Do, Play
from lefi_tui.core.order import Side
from lefi_tui.engine.inbox import Waiting
from lefi_tui.engine.recovery import verify
from lefi_tui.engine.shot import Fired
from lefi_tui.engine.turn import Receipt
from tests.engine.kit import send, until
from tests.engine.shots_kit import LEAVES, playing

pytestmark = pytest.mark.usefixtures("good_for_long")


@pytest.mark.asyncio
async def test_a_press_while_none_is_ready_yet_leaves_with_the_one_that_is_made(
    tmp_path: Path,
) -> None:
    """Behind a turn the keys are aimed anew; until then none is ready."""
    async with playing(tmp_path) as game:
        pressed: list[Future[Receipt]] = []

        def press() -> None:
            if not pressed:
                assert not game.is_ready
                pressed.append(game.press(Do.SELL))

        game.venue.meanwhile = press
        send(game.engine, m.PlayGame("game", Play(Do.SIZE, 1, press=80)))
        await until(lambda: bool(pressed))
        receipt = await asyncio.wrap_future(pressed[0])
        assert receipt.is_accepted, receipt.text
        (order,) = game.engine.desk.orders.values()
        await until(lambda: bool(game.venue.orders))
        assert [each[:2] for each in game.venue.left] == [(order.id, LEAVES)]
    journal = SqliteJournal(tmp_path)
    assert verify(journal) > 0
    journal.close()


@pytest.mark.asyncio
async def test_where_that_one_is_not_its_own_it_goes_before_all_that_came_behind_it(
    tmp_path: Path,
) -> None:
    """Pressed before the moment at which it was decided."""
    async with playing(tmp_path) as game:
        engine, done = game.engine, list[Future[Receipt]]()
        before_ns = SystemClock().now_ns()

        def press() -> None:
            if not done:
                for play in (Play(Do.BUY, 0, 81, before_ns), Play(Do.DISARM, press=82)):
                    command, who = m.PlayGame("game", play), engine.people.owner
                    done.append(engine.submit(command, who))

        game.venue.meanwhile = press
        send(engine, m.PlayGame("game", Play(Do.SIZE, 1, press=80)))
        await until(lambda: len(done) == 2)
        first, second = [await asyncio.wrap_future(each) for each in done]
        assert (first.is_accepted, second.is_accepted) == (True, True)
        await until(lambda: bool(game.venue.orders))  # its own is sent, and then it is disarmed
        assert LEAVES not in [thread for _, thread, _ in game.venue.left]


@pytest.mark.asyncio
async def test_one_that_goes_its_usual_way_is_overtaken_by_none_that_leaves_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second is pressed when the next keys are ready, and the first is not in its line yet."""
    async with playing(tmp_path) as game:
        inbox, done = game.engine._running().inbox, list[Future[Receipt]]()
        before_ns, put_first = SystemClock().now_ns(), inbox.put_first

        def press() -> None:
            if not done:
                command = m.PlayGame("game", Play(Do.BUY, 0, 81, before_ns))
                done.append(game.engine.submit(command, game.engine.people.owner))

        def late(waiting: Waiting) -> None:
            done.append(game.press(Do.SELL))
            put_first(waiting)

        monkeypatch.setattr(inbox, "put_first", late)
        game.venue.meanwhile = press
        send(game.engine, m.PlayGame("game", Play(Do.SIZE, 1, press=80)))
        await until(lambda: len(done) == 2)
        for each in done:
            await asyncio.wrap_future(each)
        await until(lambda: bool(game.venue.orders))
        (order,) = game.venue.orders.values()
        assert order.terms.side is Side.BUY
        assert LEAVES not in [thread for _, thread, _ in game.venue.left]


@pytest.mark.asyncio
async def test_where_one_key_cannot_be_made_ready_the_other_is_not_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The prices behind which they are decided go their usual way then, and the press before."""
    async with playing(tmp_path) as game:
        shots, done, calls = game.engine._running().shots, list[Future[Receipt]](), list[int]()
        close = shots.close

        def fails() -> None:
            calls.append(1)
            assert len(calls) != 2, "the second can't be made ready"

        def pressed_before() -> Fired | None:
            if not done:
                done.append(game.press(Do.BUY))
            return close()

        game.venue.meanwhile = fails
        monkeypatch.setattr(shots, "close", pressed_before)
        game.venue.ready.clear()
        game.quote(bid=107.0)
        await until(lambda: bool(done))
        receipt = await asyncio.wrap_future(done[0])
        assert receipt.is_accepted, receipt.text
        await until(lambda: bool(game.venue.orders))
        assert game.engine.desk.trading_state is m.TradingState.ACTIVE
        assert game.venue.ready[0].id in {each.id for each in game.venue.dropped}
