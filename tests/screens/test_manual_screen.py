"""In front of a manual bot: its keys give its commands, and what came of them stands beside."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.events import Key

from lefi_tui.core import messages as m
from lefi_tui.views.queries import GameQuery
from tests.screens import real_desk
from tests.screens.bots_kit import opened, trading
from tests.screens.test_desk_keys import Desk

GAME = """
kind manual
on Command("BUY GAME", key = "b") { Buy("BTC/USDT", 100 USDT) }
on Command("SELL GAME", key = "s") { Close("BTC/USDT") }
on Command("QUIET", key = "Q") { if Position("BTC/USDT") < 0 { Close("BTC/USDT") } }
"""
TAKEN = """
kind manual
on Command("OVER", key = "f12") { Print("over") }
on Command("FIRST", key = "1") { Print("one") }
on Command("GO", key = "g") { Print("go") }
on Command("ALSO", key = "g") { Print("also") }
on Command("BARE") { Print("bare") }
"""
TTADAK = (Path(__file__).parents[2] / "scripts" / "ttadak.lefi").read_text()


def given(desk: Desk) -> list[m.GiveCommand]:
    return [each for each in desk.fed.commands if isinstance(each, m.GiveCommand)]


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_each_key_gives_its_command_and_what_came_of_it_is_shown(
    size: tuple[int, int],
) -> None:
    fed = trading()
    fed.run_script("a-game", GAME)
    async with opened(fed, "bots", size) as desk:
        await desk.press("down", "down", "m")
        await desk.shows("SELL GAME")
        assert "no position" in desk.text
        assert "not given yet" in desk.text
        await desk.press("b")
        await desk.shows("Sent buy 0.0023 BTC at market")
        fed.fill("42350.1")
        await desk.shows("BTC/USDT long")
        await desk.press("Q")
        await desk.shows("it asked for nothing")
        await desk.press("s")
        await desk.shows("Working orders")
        assert [each.name for each in given(desk)] == ["BUY GAME", "QUIET", "SELL GAME"]
        numbers = [each.press for each in given(desk)]
        assert numbers == sorted(set(numbers))
        assert " DEMO " in desk.text
        assert "f12 kill" in desk.text


@pytest.mark.asyncio
async def test_what_a_held_key_repeats_is_ignored_and_counted() -> None:
    fed = trading()
    fed.run_script("a-game", GAME)
    async with opened(fed, "bots", (120, 40)) as desk:
        await desk.press("down", "down", "m")
        await desk.shows("SELL GAME")
        first_s = Key("b", "b").time
        for after_s, key in ((0, "b"), (0.1, "b"), (0.2, "b"), (0.25, "s"), (0.36, "b")):
            pressed = Key(key, key)
            pressed.time = first_s + after_s
            desk.app.post_message(pressed)
        await desk.shows("2 repeated presses ignored")
        assert [each.name for each in given(desk)] == ["BUY GAME", "SELL GAME", "BUY GAME"]


@pytest.mark.asyncio
async def test_a_key_that_is_taken_says_by_whom_and_enter_gives_its_command() -> None:
    fed = trading()
    fed.run_script("a-game", TAKEN)
    async with opened(fed, "bots", (120, 40)) as desk:
        await desk.press("down", "down", "m")
        await desk.shows("Lefi's own (kill): Enter gives it")
        for why in ("Lefi's own (desk)", "GO has it", "no key"):
            assert f"{why}: Enter gives it" in desk.text
        await desk.press("g", "down", "down", "down", "enter")
        await desk.until(lambda: len(given(desk)) == 2)
        assert [each.name for each in given(desk)] == ["GO", "ALSO"]
        await desk.press("escape")
        await desk.shows("Last decisions")
        await desk.press("g")  # on the bots screen it gives nothing
        assert len(given(desk)) == 2


@pytest.mark.asyncio
async def test_a_bot_without_commands_says_how_it_would_get_some() -> None:
    async with opened(trading(), "bots", (120, 40)) as desk:
        await desk.press("m")
        await desk.shows("it takes none: `on Command` of a manual script gives some")
        await desk.press("enter", "b")
        assert given(desk) == []


@pytest.mark.asyncio
async def test_the_shipped_game_is_played_on_the_demo_market(tmp_path: Path) -> None:
    async with real_desk.opened(tmp_path, (120, 40)) as desk:
        await desk.press("n")
        await desk.until("First steps, automated")
        await desk.press("end", "up")
        await desk.until("Ttadak, manual")
        await desk.press("enter", "f4")
        await desk.until("BUY GAME")
        await desk.press("m")
        await desk.until("not given yet")
        await desk.press("b")
        await desk.until("BTC/USDT:USDT long 0.003")
        await desk.until("sell 0.003 limit")
        assert "stop" in desk.text
        await desk.press("f")
        await desk.until("no position")
        await desk.until(lambda text: "Working orders" not in text)


@pytest.mark.asyncio
async def test_m_on_the_desk_goes_in_front_of_the_bot_under_the_cursor() -> None:
    fed = trading()
    fed.run_script("a-game", GAME)
    async with opened(fed, size=(120, 40)) as desk:
        await desk.shows("a-game")
        desk.screen.bots.focus()
        await desk.press("down", "down", "m")
        await desk.shows("SELL GAME")
        await desk.press("b")
        await desk.until(lambda: [each.bot for each in given(desk)] == ["a-game"])


@pytest.mark.asyncio
async def test_m_on_a_game_goes_to_the_games_own_screen(tmp_path: Path) -> None:
    settings = (("symbol", "BTC/USDT:USDT"), ("leverage", "20"))
    async with real_desk.opened(tmp_path, (120, 40)) as desk:
        for name in ("one", "two"):
            await desk.send(m.StartBot(name, "ttadak", "demo", "", settings))
        await desk.press("f4")
        await desk.until("two")
        await desk.press("down", "m")
        await desk.until("DISARMED")
        assert getattr(desk.app.screen, "query_of", None) == GameQuery("two")
