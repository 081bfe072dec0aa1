"""Prices that pass while keys are ready: nothing is overtaken, and a bug at one halts in words."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import TypeGuard

import pytest

from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core import messages as m
from lefi_tui.core.bot import Quote
from lefi_tui.core.game import Do, Play
from lefi_tui.core.kill import KillRules
from lefi_tui.engine.inbox import Incoming, Waiting
from lefi_tui.engine.shots import AT_ONCE
from lefi_tui.engine.standing import Standing
from lefi_tui.engine.turn import Receipt, Turn
from lefi_tui.engine.turn import take_turn as turned
from lefi_tui.ports.journal import JournalError
from tests.engine.kit import ACCOUNT, send, until
from tests.engine.shots_kit import MS, Game, playing

BAD = 107.0
NEVER_NS = 10**21  # no minute ends
TAKE_TURN = "lefi_tui.engine.writer.take_turn"


def elsewhere(call: Callable[[], Future[Receipt]]) -> Future[Receipt]:
    """As another thread does it, to its end."""
    found: list[Future[Receipt]] = []
    thread = threading.Thread(target=lambda: found.append(call()))
    thread.start()
    thread.join()
    return found[0]


def has_heard(game: Game, bid: int, told: list[Future[Receipt]]) -> bool:
    """The desk has this price, or the keys were pressed by then."""
    return game.state.bid == bid or len(told) > 1


def is_among(name: str, seen: list[tuple[list[str], bool]]) -> bool:
    return any(name in names for names, _ in seen)


def is_heard(message: Incoming) -> TypeGuard[m.OrdersHeard]:
    return isinstance(message, m.OrdersHeard)


def disarmed(game: Game) -> Future[Receipt]:
    play = m.PlayGame("game", Play(Do.DISARM, press=90))
    return elsewhere(lambda: game.engine.submit(play, game.engine.people.owner))


@pytest.mark.asyncio
async def test_no_press_overtakes_a_key_that_came_while_prices_were_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with playing(tmp_path) as game:
        inbox, told = game.engine._running().inbox, list[Future[Receipt]]()
        taking = inbox.take_market

        def take_market() -> list[Waiting] | None:
            found = taking()
            if found and not told:
                told.append(disarmed(game))
            return found

        def take_turn(standing: Standing, messages: list[Incoming], at_ns: int) -> Turn:
            if len(told) == 1:
                told.append(game.press())
            return turned(standing, messages, at_ns)

        monkeypatch.setattr(inbox, "take_market", take_market)
        monkeypatch.setattr(TAKE_TURN, take_turn)
        bid = 101
        while len(told) < 2:
            await until(lambda: game.is_ready)
            assert bid < 140, "no price was taken while a press was ready"
            bid += 1
            game.quote(bid)
            await until(partial(has_heard, game, bid, told))
        receipt = await asyncio.wrap_future(told[1])
        assert (receipt.is_accepted, game.venue.left) == (False, [])


@pytest.mark.parametrize("error", [AssertionError, RuntimeError])
@pytest.mark.asyncio
async def test_a_bug_at_a_price_halts_and_the_engine_lives_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    async with playing(tmp_path) as game:

        def take_turn(standing: Standing, messages: list[Incoming], at_ns: int) -> Turn:
            if any(isinstance(each, m.QuoteChanged) and each.quote.bid == BAD for each in messages):
                raise error("a bug at a price")
            return turned(standing, messages, at_ns)

        monkeypatch.setattr(TAKE_TURN, take_turn)
        game.quote(BAD)
        await until(lambda: game.engine.desk.trading_state is m.TradingState.HALTED)
        assert game.engine.is_running
        assert "a bug at a price" in game.engine.desk.trading_cause


@pytest.mark.asyncio
async def test_a_venue_that_makes_nothing_ready_leaves_the_price_its_usual_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with playing(tmp_path) as game:

        def broken(_orders: object) -> None:
            raise RuntimeError("nothing is made ready")

        monkeypatch.setattr(game.venue, "prepared", broken)
        game.quote(BAD)
        await until(lambda: game.state.bid == BAD)
        assert game.engine.is_running
        assert game.engine.desk.trading_state is m.TradingState.ACTIVE


@pytest.mark.asyncio
async def test_what_changes_nothing_never_leaves_a_key_without_its_orders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with playing(tmp_path) as game:
        seen: list[tuple[list[str], bool]] = []

        def take_turn(standing: Standing, messages: list[Incoming], at_ns: int) -> Turn:
            if messages and not isinstance(messages[0], m.PlayGame):
                seen.append(([type(each).__name__ for each in messages], game.is_ready))
            return turned(standing, messages, at_ns)

        loop, now_ns = game.engine._loop, SystemClock().now_ns()
        assert loop is not None
        writer = game.engine._running()
        monkeypatch.setattr("lefi_tui.engine.sampling.SAMPLE_EVERY_NS", NEVER_NS)
        loop.call_soon_threadsafe(writer.look_at_equity)  # a bot is new in it: a sample is due
        await until(lambda: bool(writer._sampler._last) and game.is_ready)
        monkeypatch.setattr(TAKE_TURN, take_turn)
        told = (
            m.QuoteChanged(ACCOUNT, Quote("ETH/USDT:USDT", now_ns // MS, 99.0, 99.1, 99.0)),
            m.OrdersHeard(ACCOUNT, now_ns, now_ns, 1_000),
            m.FeedStated(ACCOUNT, now_ns, is_waiting=False, what="up"),
        )
        for each in told:
            for _ in range(3):  # equity is looked at while nothing of it is due
                loop.call_soon_threadsafe(writer.look_at_equity)
            assert game.engine.hear(each)
            await until(partial(is_among, type(each).__name__, seen))
        assert [ready for _, ready in seen] == [True] * len(seen)


@pytest.mark.asyncio
async def test_where_the_market_never_pauses_keys_are_aimed_so_many_times_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lefi_tui.engine.shots.FOLLOW_NS", 10**13)
    async with playing(tmp_path) as game:
        seen: list[tuple[list[str], bool]] = []

        def take_turn(standing: Standing, messages: list[Incoming], at_ns: int) -> Turn:
            seen.extend(([each.what], game.is_ready) for each in messages if is_heard(each))
            return turned(standing, messages, at_ns)

        monkeypatch.setattr(TAKE_TURN, take_turn)
        now_ns = SystemClock().now_ns()
        for number in range(AT_ONCE + 2):
            await until(lambda: game.is_ready)
            assert game.engine.hear(m.OrdersHeard(ACCOUNT, now_ns, now_ns, 1_000, str(number)))
            await until(partial(is_among, str(number), seen))
        assert [ready for _, ready in seen][-2:] == [False, False]
        assert any(ready for _, ready in seen)


@pytest.mark.asyncio
async def test_what_was_found_wrong_behind_a_press_halts_once(tmp_path: Path) -> None:
    async with playing(tmp_path) as game:
        writer = game.engine._running()
        loop = game.engine._loop
        assert loop is not None
        game.press()
        loop.call_soon_threadsafe(writer.halt, JournalError("old rows are unread", where="here"))
        await until(lambda: writer.failure is not None)
        await until(lambda: writer.failure is None)  # it can be written again, and is
        for _ in range(2):  # a turn more finds nothing left to halt for
            send(game.engine, m.SetKillRules(KillRules(errors_max=7)))
        assert writer.failure is None
