"""The palette understands what a person says, not one word alone, and does what can't be mistaken.

Each sentence here was typed by someone new who found nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import Input

from lefi_tui.core import messages as m
from lefi_tui.views.scripts import ScriptRow
from screens.bots import BotsScreen
from screens.finding import Entry, Index
from screens.found import of_desk, of_keys, of_limits, of_scripts
from screens.keys import EVERYWHERE, ON_DESK, SCREENS, TABLE
from screens.palette import RISKY, PaletteScreen
from screens.taught import of_words
from tests.screens.bots_kit import SCRIPT, Trader, opened, trading
from tests.screens.hand_fed import HandFed
from tests.screens.test_desk_keys import Desk
from tests.screens.test_versions_screen import TIGHT, saved

HERE = (*ON_DESK, EVERYWHERE, SCREENS)


def _nothing(*_: object) -> None:
    """What is found is only looked at."""


def _all() -> Iterator[Entry]:
    yield from of_keys(TABLE, HERE, _nothing)
    yield from of_limits(_nothing)
    yield from of_words(_nothing, _nothing)


@pytest.fixture(scope="module")
def index() -> Index:
    return Index(_all())


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("panic button", "Kill"),
        ("loss per day", "daily_loss_max"),
        ("how much money do I have", "Money"),
        ("profit per month", "Report"),
        ("past prices simulation", "Lab"),
        ("stop loss change", "Stop and target"),
        ("why no trade", "Why"),
        ("limit price order", "Order"),
        ("pause bot", "Pause"),
        ("coverage", "Tests"),
        ("untested", "Tests"),
    ],
)
def test_a_sentence_finds_first_what_is_meant(index: Index, typed: str, title: str) -> None:
    assert index.found(typed)[0].title == title


def _entry(title: str, gist: str = "") -> Entry:
    return Entry(title, "", "", gist, _nothing)


def test_one_word_is_enough_and_all_of_them_come_first() -> None:
    both, one = _entry("far", "a word apple then pear"), _entry("apple")
    assert Index([one, both, _entry("other")]).found("the apple pear zzz") == [both, one]


def test_inside_of_words_only_where_none_begins_so_and_a_first_letter_is_never_mistyped() -> None:
    begins, inside = _entry("stopped"), _entry("nonstop")
    assert Index([inside, begins]).found("stop") == [begins]
    assert Index([inside]).found("stop") == [inside]
    assert Index([_entry("average"), _entry("tested")]).found("coverage") == []
    assert Index([_entry("average"), _entry("tested")]).found("avarage")[0].title == "average"


def test_what_the_foot_says_of_the_kill_does_not_contradict_itself() -> None:
    kill = f"{RISKY}{TABLE.of('kill').tooltip}"
    assert kill.startswith("From here it asks first. Stops every bot")
    assert "Asks nothing" not in kill


@pytest.mark.asyncio
async def test_a_script_and_a_bot_of_one_name_stand_side_by_side_and_say_what_they_are() -> None:
    async with opened(_trader("cross")) as desk:
        found = Index(
            [
                *of_desk(desk.screen.view, _nothing),
                *_all(),
                *of_scripts([ScriptRow("cross")], _nothing),
            ]
        )
    first, second = found.found("cross")[:2]
    assert {first.place, second.place} == {"bot", "script"}
    assert first.gist.startswith("a bot, ")
    assert second.gist.startswith("a script of yours")


# ---- on the screen


async def _take(desk: Desk, words: str) -> None:
    await desk.press("ctrl+p")
    await desk.until(lambda: bool(desk.app.screen.query(Input)))
    desk.app.screen.query_one(Input).value = words
    await desk.pilot.pause()
    await desk.press("enter")


def _trader(*bots: str) -> HandFed:
    fed = Trader()
    fed.quote("BTC/USDT", 42_100.0)
    for each in bots:
        fed.run_script(each)
    return fed


@pytest.mark.asyncio
async def test_where_there_is_one_bot_it_is_the_one_that_is_paused() -> None:
    async with opened(_trader("cross")) as desk:
        await _take(desk, "pause bot")
        await desk.until(lambda: m.PauseBot("cross") in desk.fed.commands)
        assert isinstance(desk.app.screen, BotsScreen)


@pytest.mark.asyncio
async def test_the_one_bot_is_updated_from_elsewhere_by_the_names_of_its_versions(
    tmp_path: Path,
) -> None:
    own = saved(tmp_path, "cross", SCRIPT, TIGHT)
    async with opened(_trader("cross"), size=(120, 40), scripts=own) as desk:
        await _take(desk, "update bot")
        await desk.shows("Another text for cross, which runs version 1 of cross")
        await desk.shows("Its orders, its position")
        await desk.press("enter")
        await desk.until(lambda: any(isinstance(e, m.UpdateBot) for e in desk.fed.commands))
        asked = next(each for each in desk.fed.commands if isinstance(each, m.UpdateBot))
        assert (asked.named, asked.named_before) == ("version 2 of cross", "version 1 of cross")


@pytest.mark.asyncio
async def test_a_bot_that_has_ended_is_not_meant_beside_one_that_runs() -> None:
    fed = _trader("above", "cross")
    fed.tell(m.StopBot("above", at_ns=fed.now_ns))
    async with opened(fed) as desk:
        await _take(desk, "pause bot")
        await desk.until(lambda: m.PauseBot("cross") in desk.fed.commands)


@pytest.mark.asyncio
async def test_the_one_order_that_works_is_asked_about_on_the_orders_screen_too() -> None:
    async with opened(trading(), "orders") as desk:
        await desk.shows("2 of 2")
        assert desk.screen.view is not None
        (working,) = desk.screen.view.orders
        await desk.press(*"filled", "f2")  # a filter that hides it, and elsewhere
        await desk.until(lambda: desk.app.screen is desk.screen)
        await desk.press("ctrl+p")
        await desk.until(lambda: bool(desk.app.screen.query(Input)))
        palette = desk.app.screen
        assert isinstance(palette, PaletteScreen)
        palette.query_one(Input).value = "cancel order"
        await desk.pilot.pause()
        number = [each.place for each in palette._found].index("orders")
        await desk.press(*["down"] * number, "enter")
        await desk.shows(f"{working.side} {working.symbol}, {working.id}")
        await desk.press("down", "enter")
        await desk.until(lambda: m.CancelOrder(working.id) in desk.fed.commands)


@pytest.mark.asyncio
async def test_one_that_is_paused_is_not_set_going_by_who_looks_for_a_pause() -> None:
    fed = _trader("cross")
    fed.tell(m.PauseBot("cross", at_ns=fed.now_ns))
    async with opened(fed) as desk:
        await _take(desk, "pause bot")
        await desk.shows("cross is paused; p resumes it.")
        assert desk.fed.commands == []


@pytest.mark.asyncio
async def test_of_two_bots_none_is_chosen_and_the_words_are_whole() -> None:
    async with opened(_trader("cross", "other"), size=(80, 24)) as desk:
        await _take(desk, "pause bot")
        await desk.shows("Put the cursor on a bot, then p: pause.")
        assert desk.fed.commands == []
