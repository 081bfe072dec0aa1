"""The game by keys on the whole program: the demo market, its engine, its screen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from lefi_tui.app import LefiApp
from lefi_tui.core import messages as m
from lefi_tui.views.book_view import InsideView, Rung
from lefi_tui.views.game_form import NAMES, start
from lefi_tui.views.game_view import GameView, MarketRow
from lefi_tui.views.queries import BookQuery, GameQuery, InsideQuery, Query
from screens.arm_game import ArmScreen
from screens.game import GameScreen, Given
from screens.hand import Hand
from screens.setup import DeskSetup
from screens.start_game import GameForm
from tests.screens.game_kit import book, flat, played
from tests.screens.hand_fed import HandFed, Ticket
from tests.screens.patience import PATIENCE_S, waited
from tests.screens.real_desk import RealDesk, opened
from widgets.in_order import Field

# A busy machine is slow to fill and slow to quote; the game is not to miss or to disarm for that.
PATIENT = {"slip_ticks": "1000", "stale_ms": "60000", "clock_ms": "5000"}


async def begun(desk: RealDesk) -> GameScreen:
    """A game on the demo market, started by its form."""
    await desk.press("alt+g")
    await desk.until("No game runs here")
    await desk.press("n")
    await desk.until("Start a game; it begins disarmed")
    for name, field in zip(NAMES, desk.app.screen.query(Field), strict=True):
        field.value = PATIENT.get(name, field.value)
    await desk.press("enter")
    await desk.until(lambda text: "DISARMED" in text and "even" in text)
    # A slow machine's book is old and its order late, a quick one's keys look like one that is
    # held: none of it is what is tried here.
    given = dict(desk.engine.desk.bots["ttadak"].settings)
    given |= {"stale_ms": "60000", "slip_ticks": "1000", "held_ms": "50"}
    await desk.send(m.ChangeSettings("ttadak", tuple(given.items())))
    screen = desk.app.screen
    assert isinstance(screen, GameScreen)
    return screen


@pytest.mark.asyncio
async def test_a_game_is_armed_played_and_left_disarmed(tmp_path: Path) -> None:
    async with opened(tmp_path) as desk:
        screen = await begun(desk)
        await desk.press("2", "a")
        await desk.until(lambda text: " ARMED " in text and "0.002 BTC" in text)
        await desk.press("b")
        text = await desk.until(lambda text: "LONG 0.002 BTC" in text and "stop " in text)
        assert " OPEN " in text
        assert "paper" in text  # who holds its stop
        await desk.press("f")
        await desk.until(lambda text: "FLAT" in text and "Rounds 1" in text)
        await desk.press("f2")
        await desk.until("Positions")
        await desk.press("alt+g")
        await desk.until("DISARMED")
        await desk.press("s")
        await desk.until("No sell game: the game is disarmed")
        assert screen.view is not None
        assert screen.view.tally.games == 1


class Played(HandFed):
    """An engine that has one game, on an account with real money or without."""

    def __init__(self, view: GameView, *where: str) -> None:
        super().__init__(*where)
        self.view = view
        self.inside = InsideView("demo", "BTC/USDT:USDT")
        self.is_book_late = False
        self.is_played = asyncio.Event()

    async def ask(self, query: Query) -> Any:
        if isinstance(query, GameQuery):
            return self.view
        if isinstance(query, InsideQuery):
            return self.inside
        if isinstance(query, BookQuery):
            if self.is_book_late:
                await asyncio.Event().wait()
            return book()
        return await super().ask(query)

    async def send(self, command: m.Command) -> Ticket:
        self.commands.append(command)
        if isinstance(command, m.PlayGame):
            self.is_played.set()
        return Ticket()

    @property
    def plays(self) -> list[tuple[str, int, str]]:
        own = [each.play for each in self.commands if isinstance(each, m.PlayGame)]
        assert [each.press for each in own] == list(range(1, len(own) + 1))  # one after the other
        return [(each.do.value, each.value, each.typed) for each in own]


def nothing(_values: Mapping[str, str], _market: MarketRow | None) -> str:
    """What there is to say of any game."""
    return ""


@asynccontextmanager
async def in_front(fed: Played) -> AsyncIterator[Pilot[int]]:
    """The screen of the game, of which this engine tells."""
    form = GameForm(("symbol",), lambda _: {}, str, nothing, nothing, start)
    hand = Hand()
    room = partial(GameScreen, Given(hand, form, fed.ask))
    app = LefiApp(DeskSetup(fed, rooms={"game": room}, hand=hand))
    async with app.run_test(size=(80, 24)) as pilot:
        app.action_go("game")
        await waited(pilot, lambda: getattr(app.screen, "view", None) is not None, lambda: "")
        yield pilot


def seen(pilot: Pilot[int]) -> str:
    return "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())


@pytest.mark.asyncio
async def test_the_frame_says_whose_money_a_game_moves() -> None:
    fed = Played(flat(), "binanceusdm", "dry_run")
    async with in_front(fed) as pilot:
        await waited(pilot, lambda: " DRY " in seen(pilot), lambda: seen(pilot))


@pytest.mark.asyncio
async def test_each_key_is_one_play_also_the_numbers_that_elsewhere_are_screens() -> None:
    fed = Played(played(is_armed=False))
    async with in_front(fed) as pilot:
        await pilot.press("b", "s", "e", "x", "f", "3", "up", "down", "alt+up", "shift+down")
        await pilot.press("T", "t", "P", "p", "a")
        await waited(pilot, lambda: len(fed.plays) == 15, lambda: fed.plays)
        assert isinstance(pilot.app.screen, GameScreen)
    assert fed.plays == [
        ("buy", 0, ""), ("sell", 0, ""), ("break_even", 0, ""), ("cancel", 0, ""),
        ("flatten", 0, ""), ("size", 3, ""), ("exit", 1, ""), ("exit", -1, ""),
        ("bracket", 1, ""), ("exit", -10, ""), ("target", 1, ""), ("target", -1, ""),
        ("stop", 10, ""), ("stop", -10, ""), ("arm", 0, ""),
        ("disarm", 0, ""),  # it was left
    ]  # fmt: skip


@pytest.mark.asyncio
async def test_real_money_is_armed_by_the_accounts_name_and_by_nothing_else() -> None:
    fed = Played(flat(is_real=True, account="real"), "binanceusdm", "live")
    async with in_front(fed) as pilot:
        await waited(pilot, lambda: " LIVE " in seen(pilot), lambda: seen(pilot))
        await pilot.press("a")
        assert isinstance(pilot.app.screen, ArmScreen)
        await pilot.press(*"demo", "enter")
        assert isinstance(pilot.app.screen, ArmScreen)
        assert fed.plays == []
        await pilot.press(*["backspace"] * 4, *"real", "enter")
        await waited(pilot, lambda: bool(fed.plays), lambda: fed.plays)
    assert fed.plays == [("arm", 0, "real"), ("disarm", 0, "")]


@pytest.mark.asyncio
async def test_whoever_leaves_for_another_screen_leaves_it_disarmed() -> None:
    fed = Played(flat(is_armed=True, stage="armed"))
    async with in_front(fed) as pilot:
        await pilot.press("f1")  # a window over it is not another screen
        await pilot.press("escape")
        assert fed.plays == []
        await pilot.press("f2")
        await waited(pilot, lambda: bool(fed.plays), lambda: fed.plays)
    assert fed.plays == [("disarm", 0, "")]


@pytest.mark.asyncio
async def test_whoever_arms_and_leaves_at_once_leaves_it_disarmed() -> None:
    fed = Played(flat())  # that it was armed is not seen yet
    async with in_front(fed) as pilot:
        await pilot.press("a", "f2")
        await waited(pilot, lambda: len(fed.plays) == 2, lambda: fed.plays)
    assert fed.plays == [("arm", 0, ""), ("disarm", 0, "")]


@pytest.mark.asyncio
async def test_a_disarmed_hand_is_free_at_once_and_another_game_is_held_as_its_own() -> None:
    fed = Played(flat(is_armed=True, stage="armed"))
    async with in_front(fed) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, GameScreen)
        assert isinstance(pilot.app, LefiApp)
        hand = pilot.app.hand
        assert hand.is_held_by(screen, "ttadak")
        fed.view = flat(is_armed=True, bot="other")
        screen.show(fed.view, 0)
        assert hand.is_held_by(screen, "other")
        await pilot.press("a")
        assert not hand.is_held_by(screen)
        screen.show(fed.view, 0)  # an answer of before
        assert not hand.is_held_by(screen)
        fed.view = flat(bot="other")
        screen.show(fed.view, 0)
        fed.view = flat(is_armed=True, bot="other")
        screen.show(fed.view, 0)
        assert hand.is_held_by(screen, "other")


@pytest.mark.asyncio
async def test_a_program_that_ends_in_front_of_a_game_leaves_it_disarmed() -> None:
    fed = Played(flat(is_armed=True, stage="armed"))
    async with in_front(fed) as pilot:
        pilot.app.exit()
    async with asyncio.timeout(PATIENCE_S):
        await fed.is_played.wait()
    assert fed.plays == [("disarm", 0, "")]


@pytest.mark.asyncio
async def test_the_best_prices_stand_on_the_ladder_before_the_depth_behind_them() -> None:
    fed = Played(flat())
    async with in_front(fed) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, GameScreen)
        await waited(pilot, lambda: screen.book is not None, lambda: screen.book)
        best = Rung(Decimal("100000.3"), Decimal(7)), Rung(Decimal("100000.4"), Decimal(8))
        fed.inside = InsideView("demo", "BTC/USDT:USDT", *best)
        fed.is_book_late = True
        await waited(pilot, lambda: screen.book is not None and screen.book.bids[0] == best[0],
                     lambda: screen.book)  # fmt: skip
        assert screen.book is not None
        assert screen.book.bids[1:] == book().bids  # the depth of before
        assert screen.book.asks[:2] == (best[1], book().asks[4])
