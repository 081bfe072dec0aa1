"""Leaving and coming back: d, q, and what the desk tells who was away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from lefi_tui.app import LefiApp
from lefi_tui.views.away import AwayView
from lefi_tui.views.desk_view import LogRow, Weight
from lefi_tui.views.picture import picture
from lefi_tui.views.scripts import ScriptRow
from lefi_tui.views.stake import stake_of
from lefi_tui.views.tally import Tally
from lefi_tui.wiring.own_desk import IDLE_END_S, Idle
from lefi_tui.wiring.script_store import ScriptFolder
from screens.away import AwayScreen, head
from screens.leaving import ASKED_S
from screens.setup import DeskSetup
from tests.screens.hand_fed import START_NS, HandFed, busy
from tests.screens.scripts_kit import RIGHT, folder
from tests.screens.scripts_kit import opened as scripts_opened
from tests.screens.test_desk_keys import Desk

SECOND = 1_000_000_000
MISSED = AwayView(
    since_ns=START_NS - 3_600 * SECOND,
    until_ns=START_NS,
    tally=Tally(fills=2, decisions=3, refusals=1),
    lines=(
        LogRow(9, START_NS - SECOND, Weight.GOOD, "Bought 0.05 BTC at 42,120.1", "ema-cross"),
        LogRow(8, START_NS - 2 * SECOND, Weight.BAD, "Denied buy", "perp-buyer", "over the limit"),
    ),
    lines_in_all=7,
    bots=("ema-cross",),
)


class Left:
    """What the wiring is told."""

    def __init__(self, objection: str = "") -> None:
        self.objection = objection
        self.times = 0

    def detach(self) -> str:
        self.times += 1
        return self.objection


@asynccontextmanager
async def opened(fed: HandFed, left: Left) -> AsyncIterator[Desk]:
    app = LefiApp(DeskSetup(fed, detach=left.detach))
    async with app.run_test(size=(80, 24)) as pilot:
        desk = Desk(app, pilot, fed)
        await desk.until(lambda: desk.screen.view is not None)
        yield desk


@pytest.mark.asyncio
async def test_d_leaves_the_bots_alone_without_asking() -> None:
    left = Left()
    async with opened(busy(), left) as desk:
        await desk.press("d")
        await desk.until(lambda: desk.app.return_code == 0)
    assert left.times == 1
    assert not desk.fed.commands


@pytest.mark.asyncio
async def test_where_nothing_can_go_on_d_says_so_and_the_desk_stays() -> None:
    left = Left("A throw-away desk ends with its screen.")
    async with opened(busy(), left) as desk:
        await desk.press("d")
        await desk.shows("A throw-away desk ends with its screen.")
        assert desk.app.is_running


@pytest.mark.asyncio
async def test_q_with_bots_running_says_what_both_ways_out_do_and_is_asked_twice() -> None:
    left = Left()
    async with opened(busy(), left) as desk:
        await desk.press("q")
        await desk.shows("q again leaves, pausing 2 bots; d keeps them running without a screen.")
        await desk.press("q")
        await desk.until(lambda: desk.app.return_code == 0)
    assert left.times == 0


@pytest.mark.asyncio
async def test_ctrl_q_leaves_no_sooner_than_q_and_a_question_that_is_gone_is_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now_s = 1_000.0
    monkeypatch.setattr("screens.leaving.monotonic", lambda: now_s)
    async with opened(busy(), Left()) as desk:
        await desk.press("f1", "ctrl+q")
        await desk.shows("Ctrl+Q again leaves, pausing 2 bots; F2, then d, keeps them running.")
        assert desk.app.is_running
        now_s += ASKED_S
        await desk.press("ctrl+q")
        await desk.pilot.pause()
        assert desk.app.return_code is None
        await desk.press("ctrl+q")
        await desk.until(lambda: desk.app.return_code == 0)


@pytest.mark.asyncio
async def test_leaving_names_the_scripts_that_are_not_saved_and_keys_that_act_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("screens.leaving.monotonic", lambda: 1_000.0)
    own = folder(tmp_path, mine=RIGHT, other=RIGHT)
    async with scripts_opened(own, (120, 30), fed=busy()) as scripts:
        await scripts.open("mine")
        await scripts.type("x")
        await scripts.press("ctrl+q")
        await scripts.shows("pausing 2 bots; F2, then d, keeps them running. mine is not saved;")
        await scripts.shows("the next start offers it")
        assert scripts.editor.text == f"x{RIGHT}"
        await scripts.press("escape")
        await scripts.open("other")
        await scripts.type("y")
        await scripts.press("ctrl+q")
        await scripts.until(lambda: scripts.app.return_code == 0)
    drafts = ScriptFolder(own)
    for name, letter in (("mine", "x"), ("other", "y")):
        draft = drafts.draft(drafts.read(ScriptRow(name)))
        assert draft is not None
        assert draft.text == f"{letter}{RIGHT}"


@pytest.mark.asyncio
async def test_ctrl_c_ends_nothing_and_tells_the_ways_out() -> None:
    async with opened(busy(), Left()) as desk:
        await desk.press("ctrl+c")
        await desk.shows("Ctrl+Q leaves, from any screen; d on the desk leaves the bots running.")


@pytest.mark.asyncio
async def test_who_was_away_is_told_what_happened_and_goes_on_to_the_desk() -> None:
    fed = busy()
    fed.away = MISSED
    async with opened(fed, Left()) as desk:
        await desk.shows("While you were away")
        assert "2 fills, 3 decisions, 1 refusal, no errors." in desk.text
        lines = [line for line in desk.text.split("\n") if "ema-cross: Bought 0.05 BTC" in line]
        assert len(lines) == 1
        assert "! perp-buyer: Denied buy · over the limit" in desk.text
        assert "5 earlier lines are in the journal." in desk.text
        await desk.press("escape")
        await desk.until(lambda: not isinstance(desk.app.screen, AwayScreen))


@pytest.mark.asyncio
async def test_who_missed_nothing_sees_the_desk_at_once() -> None:
    async with opened(busy(), Left()) as desk:
        await desk.pilot.pause()
        assert not isinstance(desk.app.screen, AwayScreen)


def test_an_engine_that_was_closed_is_news_only_where_a_bot_had_to_wait() -> None:
    started = LogRow(1, START_NS, Weight.PLAIN, "Engine started", "engine")
    idle = AwayView(tally=Tally(starts=1), lines=(started,), lines_in_all=1)
    assert not idle.is_any
    waited = replace(idle, bots=("ema-cross",))
    assert waited.is_any
    assert "ema-cross waited and runs again" in head(waited)[2]


def test_counts_that_may_be_more_say_so() -> None:
    assert "at least 2 fills" in head(replace(MISSED, is_cut=True))[1]


def test_an_engine_that_nobody_needs_for_a_minute_is_over_and_any_need_begins_it_anew() -> None:
    idle = Idle()
    assert not idle.is_over(is_needed=False, now_s=0)
    assert not idle.is_over(is_needed=False, now_s=IDLE_END_S - 1)
    assert not idle.is_over(is_needed=True, now_s=IDLE_END_S)
    assert not idle.is_over(is_needed=False, now_s=IDLE_END_S + 1)
    assert idle.is_over(is_needed=False, now_s=2 * IDLE_END_S + 1)


def test_what_goes_on_is_named_for_the_shell() -> None:
    fed = busy()
    view = picture(fed.state, fed.desk, fed.now_ns)
    assert stake_of(view).goes_on == (
        "2 bots go on without a screen: `lefi` shows them, `lefi engine --stop` ends them."
    )
    only_positions = replace(view, bots=(), orders=())
    assert stake_of(only_positions).goes_on.startswith("2 open positions go on")
    assert not stake_of(replace(only_positions, positions=())).is_any
