"""A bot that runs takes another text: whole, between two events, or goes on with the one it has."""

from __future__ import annotations

import re
from typing import Any

import pytest
from msgspec.structs import replace

from lefi_tui.core.desk import BotStatus, Desk, advance, apply
from lefi_tui.core.desk.live import version_of
from lefi_tui.core.messages import (
    BotUpdated,
    ChangeLimits,
    ChangeSettings,
    CommandRefused,
    EngineStarted,
    HistoryLoaded,
    LoadHistory,
    NoteWritten,
    PauseBot,
    ResumeBot,
    SetTimers,
    Sizing,
    StopBot,
    TimersDue,
    UpdateBegun,
    UpdateBot,
    UpdateDropped,
    Watch,
)
from tests.unit.core.desk_kit import of, quote
from tests.unit.core.update_kit import (
    FIRST,
    NO_PAST,
    SECOND,
    closed,
    facts,
    loaded,
    past,
    run_on,
    started,
    update,
    value,
)

# ---- it takes it


def test_it_runs_on_until_the_history_is_there_and_then_changes_over_in_one_step() -> None:
    desk = started()
    desk, step = advance(desk, update(SECOND))
    (begun,) = of(UpdateBegun, step)
    assert (begun.version, begun.by) == (version_of(SECOND), "anna")
    assert desk.bots["b"].version == version_of(FIRST)
    assert desk.bots["b"].status is BotStatus.RUNNING
    desk, _ = advance(desk, quote())
    before = value(desk, "seen")
    desk, _ = run_on(desk, 100, 103)
    assert value(desk, "seen") == before + 3  # the old text still runs
    desk, done = advance(desk, loaded(step, 103))
    (told,) = of(BotUpdated, done)
    assert (told.version, told.before) == (version_of(SECOND), version_of(FIRST))
    bot = desk.bots["b"]
    assert (bot.version, bot.source, bot.status) == (told.version, SECOND, BotStatus.RUNNING)
    assert bot.update is None
    assert value(desk, "seen") == before + 3  # carried over by its name


@pytest.mark.parametrize("late", [0, 1, 4])
def test_its_first_value_is_that_of_a_bot_that_had_always_run_the_text(late: int) -> None:
    """Also where candles closed while its history was fetched."""
    always, _ = run_on(started(SECOND), 100, 100 + late)
    desk = started(FIRST)
    desk, step = advance(desk, update(SECOND))
    answer = loaded(step, 100)
    desk, _ = run_on(desk, 100, 100 + late)
    desk, _ = advance(desk, answer)
    for minute in range(100 + late, 130):
        always, _ = advance(always, closed(minute))
        desk, _ = advance(desk, closed(minute))
        assert values(desk) == pytest.approx(values(always), rel=1e-6)
    assert "RSI(close, 7)" in why(desk)


def values(desk: Desk) -> list[float]:
    """All numbers that the last run's conditions were made of."""
    return [float(each) for each in re.findall(r"-?\d+(?:\.\d+)?", why(desk))]


def why(desk: Desk) -> str:
    bot = desk.bots["b"]
    return desk.kinds[bot.kind].why(bot.state)


def test_all_of_it_stands_in_its_events() -> None:
    desk = started()
    again = desk
    desk, step = advance(desk, update(SECOND))
    steps = [step]
    for told in (closed(100), loaded(step, 100), closed(101), quote()):
        desk, step = advance(desk, told)
        steps.append(step)
    for event in (event for each in steps for event in each.events):
        again = apply(again, event)
    assert again == desk
    assert desk.bots["b"].version == version_of(SECOND)


def test_the_one_before_is_a_key_away_with_the_settings_it_had() -> None:
    desk = started()
    desk, _ = advance(desk, ChangeSettings("b", (("fast", "5"),), at_ns=9))
    desk, _ = advance(desk, HistoryLoaded("b", past(100, 60), 10))
    desk, step = advance(desk, update(SECOND, ("fast", "7")))
    desk, _ = advance(desk, loaded(step, 100))
    bot = desk.bots["b"]
    assert dict(bot.settings) == {"fast": "7"}
    assert bot.was is not None
    back = desk.scripts[bot.was.version]
    desk, step = advance(desk, update(back, *bot.was.settings, is_whole=True))
    desk, _ = advance(desk, loaded(step, 100))
    bot = desk.bots["b"]
    assert (bot.source, dict(bot.settings)) == (FIRST, {"fast": "5"})
    assert bot.was is not None
    assert bot.was.version == version_of(SECOND)


def test_a_text_that_needs_no_past_is_taken_at_once() -> None:
    desk, step = advance(started(), update(NO_PAST))
    assert [type(each).__name__ for each in step.events][-1] == "BotUpdated"
    before = value(desk, "seen")
    desk, _ = advance(desk, quote())
    assert value(desk, "seen") == before + 1


def test_what_it_chose_stays_chosen_and_what_the_text_has_no_more_is_gone() -> None:
    desk = started()
    desk, _ = advance(desk, ChangeSettings("b", (("fast", "5"),), at_ns=9))
    desk, _ = advance(desk, HistoryLoaded("b", past(100, 60), 10))
    desk, step = advance(desk, update(SECOND))
    assert of(UpdateBegun, step)[0].settings == (("fast", "5"),)
    other = SECOND.replace("fast", "quick")
    desk, step = advance(desk, update(other))
    assert of(UpdateDropped, step)[0].text == "anna asked for another one"
    assert of(UpdateBegun, step)[0].settings == ()


def test_a_paused_bot_has_the_text_at_once_and_is_warmed_when_it_goes_on() -> None:
    desk, _ = advance(started(), PauseBot("b", at_ns=5))
    desk, step = advance(desk, update(SECOND))
    assert of(BotUpdated, step)
    assert not of(LoadHistory, step)
    desk, step = advance(desk, ResumeBot("b", at_ns=6))
    desk, _ = advance(desk, HistoryLoaded("b", past(100, of(LoadHistory, step)[0].count), 7))
    assert desk.bots["b"].status is BotStatus.RUNNING


def test_a_bot_that_is_paused_while_its_history_is_fetched_takes_the_text_all_the_same() -> None:
    desk, step = advance(started(), update(SECOND))
    answer = loaded(step, 100)
    desk, _ = advance(desk, PauseBot("b", at_ns=5))
    desk, done = advance(desk, answer)
    assert of(BotUpdated, done)
    assert desk.bots["b"].status is BotStatus.PAUSED
    desk, step = advance(desk, ResumeBot("b", at_ns=6))
    (asked,) = of(LoadHistory, step)
    desk, _ = advance(desk, HistoryLoaded("b", past(103, asked.count), 7))
    bot = desk.bots["b"]
    assert (bot.status, bot.version) == (BotStatus.RUNNING, version_of(SECOND))
    desk, _ = run_on(desk, 103, 104)
    assert "RSI(close, 7)" in desk.kinds[bot.kind].why(desk.bots["b"].state)


def test_a_candle_file_has_no_past_so_its_bot_takes_the_text_at_once_and_says_so() -> None:
    desk = started()
    account = replace(desk.accounts["main"], sizing=Sizing.AT_FILL)
    desk, step = advance(replace(desk, accounts={"main": account}), update(SECOND))
    (told,) = of(BotUpdated, step)
    assert (told.warmed, told.wanted > 0) == (0, True)
    assert not of(LoadHistory, step)


def test_a_restart_fetches_its_history_again_and_then_it_takes_the_text() -> None:
    desk = started()
    desk, step = advance(desk, update(SECOND))
    answer = loaded(step, 100)
    desk = apply(desk, EngineStarted(7, "test", 1))
    assert desk.bots["b"].status is BotStatus.WARMING
    desk, _ = advance(desk, answer)
    assert desk.bots["b"].version == version_of(SECOND)
    assert desk.bots["b"].status is BotStatus.RUNNING
    late, _ = advance(desk, HistoryLoaded("b", past(100, 60), 10))  # of the old text, for its start
    assert late == desk


# ---- it is refused


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (update("what is this"), "in line 1"),
        (update(FIRST), "runs this text with these settings already"),
        (update(SECOND, ("fast", "201")), "outside its bounds"),
        (update(SECOND, ("slow", "2")), "no setting `slow`"),
        (update(SECOND, facts=facts(FIRST)), "did not run"),
        (update(SECOND, facts=facts(SECOND, "buys low")), '1 of its 2 tests failed: "buys low"'),
        (update(SECOND.replace("BTC/USDT", "DOGE/USDT")), "no market DOGE/USDT"),
        (update(SECOND.replace("seen = 0", "seen = 0 BTC").replace("+ 1 }", "+ 1 BTC }")), "holds"),
        (update("kind manual\n" + SECOND), "of kind manual"),
        (replace(update(SECOND), bot="nobody"), "is not known"),
    ],
)
def test_what_can_t_be_is_refused_whole_and_in_words(command: UpdateBot, why: str) -> None:
    desk = started()
    after, step = advance(desk, command)
    assert why in of(CommandRefused, step)[0].text
    assert after == desk


def test_an_order_over_the_limit_is_refused_before_it_is_ever_sent() -> None:
    limit = ChangeLimits("desk", (("order_notional_max", "150"),), at_ns=3)
    desk, _ = advance(started(), limit)
    after, step = advance(desk, update(SECOND.replace("100 USDT", "200 USDT")))
    assert "orders 200 at once, and order_notional_max is 150" in of(CommandRefused, step)[0].text
    assert after == desk


def test_a_stopped_bot_is_started_with_the_text_instead() -> None:
    desk, _ = advance(started(), StopBot("b", at_ns=3))
    _, step = advance(desk, update(SECOND))
    assert "can't take another text" in of(CommandRefused, step)[0].text


def test_a_bot_that_stops_meanwhile_takes_nothing() -> None:
    desk, step = advance(started(), update(SECOND))
    answer = loaded(step, 100)
    desk, _ = advance(desk, StopBot("b", at_ns=3))
    after, _ = advance(desk, answer)
    assert after.bots["b"].version == version_of(FIRST)


def test_settings_wait_for_the_text_they_are_of() -> None:
    desk, _ = advance(started(), update(SECOND))
    _, step = advance(desk, ChangeSettings("b", (("fast", "5"),), at_ns=9))
    assert "about to take another text" in of(CommandRefused, step)[0].text


def test_asking_for_the_text_it_runs_calls_an_update_off() -> None:
    desk = started()
    asked, _ = advance(desk, update(SECOND))
    after, step = advance(asked, update(FIRST))
    assert of(UpdateDropped, step)
    assert replace(after, scripts={}) == replace(desk, scripts={})


def test_a_history_that_lacks_what_the_bot_has_heard_is_not_taken() -> None:
    desk = started()
    desk, step = advance(desk, update(SECOND))
    desk, _ = advance(desk, closed(100))
    desk = replace(desk, bots={"b": replace(desk.bots["b"], update=_without_bars(desk))})
    after, done = advance(desk, loaded(step, 100))
    assert "lacks its newest candle" in of(UpdateDropped, done)[0].text
    assert after.bots["b"].version == version_of(FIRST)


def _without_bars(desk: Desk) -> Any:
    pending = desk.bots["b"].update
    assert pending is not None
    return replace(pending, bars=())


# ---- its timers


def test_timers_are_those_of_the_text_it_runs() -> None:
    timed = NO_PAST + '\non Every(5m) { Print("five") }'
    other = 'state seen = 0\non Every(1h) { Print("hour") }\n' + NO_PAST[len("state seen = 0\n") :]
    other += '\non Every(5m) { Print("five") }'
    desk, step = advance(started(), update(timed))
    assert of(SetTimers, step)[0].timers == ((1, "every 300000", "UTC"),)
    desk, step = advance(desk, update(other))
    assert [each[0] for each in of(SetTimers, step)[0].timers] == [0, 2]
    late = TimersDue("b", (1,), 9, specs=("every 300000",))  # told before, heard behind it
    _, step = advance(desk, late)
    assert not of(NoteWritten, step)
    _, step = advance(desk, TimersDue("b", (2,), 9, specs=("every 300000",)))
    assert [each.text for each in of(NoteWritten, step)] == ["five"]


def test_the_feed_tells_what_the_other_text_will_need_from_the_beginning_on() -> None:
    _, step = advance(started(), update(SECOND.replace("1m)", "5m)")))
    assert of(Watch, step)[0].bars == (("BTC/USDT", 60_000), ("BTC/USDT", 300_000))
