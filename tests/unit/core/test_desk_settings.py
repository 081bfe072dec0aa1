"""Settings changed while a bot runs: whole or not at all, between two events, its states kept."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from bots.automated import Automated
from lefi_tui.core.desk import BotStatus, Desk, advance, apply
from lefi_tui.core.messages import (
    ChangeSettings,
    CommandRefused,
    HistoryLoaded,
    LoadHistory,
    SettingsChanged,
    StartBot,
    StopBot,
    Watch,
)
from tests.unit.core.desk_kit import SPOT, bar, of, open_desk, quote

SCRIPT = """
setting fast = 3 in 2..200
setting symbol = "BTC/USDT"
state seen = 0
on Candle(symbol, 1m) { if EMA(close, fast) > 0 { seen = seen + 1 } }
"""


@pytest.fixture
def running() -> Desk:
    desk = replace(open_desk(), kinds={"automated": Automated()})
    desk, _ = advance(desk, StartBot("b", "automated", "main", SCRIPT, at_ns=1))
    desk, _ = advance(desk, HistoryLoaded("b", tuple(bar(minute) for minute in range(72)), 2))
    assert desk.bots["b"].status is BotStatus.RUNNING
    return desk


def test_a_change_is_one_event_with_all_settings_and_warms_the_bot_again(running: Desk) -> None:
    desk, answer = advance(running, ChangeSettings("b", (("fast", "5"),), at_ns=9))
    changed = SettingsChanged("b", (("fast", "5"),), 9, "hand", back=())
    assert of(SettingsChanged, answer) == [changed]
    assert desk.bots["b"].status is BotStatus.WARMING
    assert of(LoadHistory, answer)
    again = running
    for event in answer.events:
        again = apply(again, event)
    assert again.bots["b"].settings == desk.bots["b"].settings
    desk, answer = advance(desk, ChangeSettings("b", (("symbol", '"BTC/USDT"'),), at_ns=10))
    assert dict(desk.bots["b"].settings) == {"fast": "5", "symbol": '"BTC/USDT"'}
    assert of(Watch, answer)[0].bars == ((SPOT.symbol, 60_000),)


def test_states_stay_while_indicators_begin_anew(running: Desk) -> None:
    program = running.bots["b"].state.bound.program
    slots = list(running.bots["b"].state.slots)
    slots[program.states["seen"]] = 7.0
    counted = replace(running.bots["b"], state=replace(running.bots["b"].state, slots=slots))
    desk, _ = advance(
        replace(running, bots={"b": counted}), ChangeSettings("b", (("fast", "5"),), at_ns=9)
    )
    state = desk.bots["b"].state
    assert state.bound.program.state_value(state.slots, "seen") == 7
    after = [each for n, each in enumerate(state.slots) if n != state.bound.program.states["seen"]]
    fresh = state.bound.program.initial()
    del fresh[state.bound.program.states["seen"]]
    assert str(after) == str(fresh)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ((("fast", "201"),), "outside its bounds 2 to 200"),
        ((("fast", "2 BTC"),), "`fast` is a number"),
        ((("slow", "2"),), "There is no setting `slow`"),
        ((("symbol", '"DOGE/USDT"'),), "no market DOGE/USDT"),
    ],
)
def test_a_change_that_can_t_be_is_refused_whole(
    running: Desk, settings: tuple[tuple[str, str], ...], words: str
) -> None:
    desk, answer = advance(running, ChangeSettings("b", (*settings, ("fast", "5")), at_ns=9))
    if settings[0][0] == "fast":
        desk, answer = advance(running, ChangeSettings("b", settings, at_ns=9))
    assert words in of(CommandRefused, answer)[0].text
    assert desk == running


def test_a_bot_that_does_not_run_keeps_the_settings_it_had(running: Desk) -> None:
    desk, _ = advance(running, StopBot("b", at_ns=8))
    desk, answer = advance(desk, ChangeSettings("b", (("fast", "5"),), at_ns=9))
    assert "given when it starts" in of(CommandRefused, answer)[0].text
    desk, _ = advance(desk, quote())
    assert desk.bots["b"].settings == ()
