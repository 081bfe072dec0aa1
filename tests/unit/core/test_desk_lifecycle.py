"""A bot's life between start and end: commands, pause, a restart, work modes and windows."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from bots.automated import Automated
from lefi_tui.core import messages as m
from lefi_tui.core.bot import Bar
from lefi_tui.core.desk import BotStatus, Desk, Step, advance, apply
from lefi_tui.core.desk.state import ALIVE, ENDED, HELD, TRANSITIONS
from lefi_tui.core.order import Order
from tests.unit.core.desk_kit import SPOT, of, open_desk, quote

GAME = """
kind manual
on Command("BUY GAME", key = "b") { Buy("BTC/USDT", 100 USDT) }
on Command("STOP GAME", key = "x") { Close("BTC/USDT") }
"""
TIMED = 'on Every(1m) { Print("tick") }'
BUYS = 'on PriceUpdate("BTC/USDT") { Buy("BTC/USDT", 100 USDT) }'
LATER = 'on Start { Print("start") }\non PriceUpdate("BTC/USDT") { Print("price") }'
WARMS = 'on Candle("BTC/USDT", 1m) { x = EMA(close, 2); Print("candle") }\n' + TIMED
S = 1_000_000_000


def desk_of(
    source: str, work: m.Work = m.Work.RECURRING, from_ns: int = 0, until_ns: int = 0
) -> Desk:
    desk = replace(open_desk(), kinds={"automated": Automated()})
    start = m.StartBot("a", "automated", "main", source, at_ns=S)
    return told(desk, replace(start, work=work, from_ns=from_ns, until_ns=until_ns))[0]


def told(desk: Desk, *messages: m.Command | m.Report | m.MarketInput) -> tuple[Desk, Step]:
    step = Step()
    for message in messages:
        desk, step = advance(desk, message)
    return desk, step


def status(desk: Desk) -> BotStatus:
    return desk.bots["a"].status


def words(step: Step) -> list[str]:
    return [each.text for each in of(m.NoteWritten, step)]


def refusal(step: Step) -> str:
    (refused,) = of(m.CommandRefused, step)
    return str(refused.text)


def due(at_ns: int, *handlers: int) -> m.TimersDue:
    return m.TimersDue("a", handlers, at_ns)


def filled(order: Order) -> m.VenueFilled:
    assert order.quantity is not None
    said = ("main", SPOT.symbol, "buy", Decimal(100), order.quantity, Decimal(0), "taker", "order")
    return m.VenueFilled(order.id, "t", 9 * S, *said, is_last=True)


# ---- commands


def test_a_manual_bot_starts_and_takes_its_commands_by_name() -> None:
    desk, _ = told(desk_of(GAME), quote(100.0))
    assert desk.bots["a"].needs.commands == (("BUY GAME", "b"), ("STOP GAME", "x"))
    _, step = told(desk, m.GiveCommand("a", "BUY GAME", 3 * S, "somebody"))
    assert [each.by for each in of(m.CommandGiven, step)] == ["somebody"]
    assert [each.order.terms.side for each in of(m.OrderSubmitted, step)] == ["buy"]


def test_a_command_that_is_none_is_refused_with_those_there_are() -> None:
    _, step = told(desk_of(GAME), m.GiveCommand("a", "SELL GAME", S))
    assert refusal(step).endswith("it has BUY GAME, STOP GAME.")
    _, step = told(desk_of(GAME), m.PauseBot("a", S), m.GiveCommand("a", "BUY GAME", S))
    assert refusal(step).startswith("Bot a is paused")
    _, step = told(desk_of(GAME), m.GiveCommand("b", "BUY GAME", S))
    assert refusal(step).startswith("Bot b is not known")


def test_the_same_press_of_a_key_is_one_command_also_after_a_crash() -> None:
    desk, _ = told(desk_of(GAME), quote(100.0))
    press = m.GiveCommand("a", "STOP GAME", 3 * S, press=7)
    _, first = told(desk, press)
    recovered = desk
    for event in first.events:
        recovered = apply(recovered, event)
    assert told(recovered, press)[1].events == ()
    _, next_one = told(recovered, replace(press, press=8))
    assert [each.press for each in of(m.CommandGiven, next_one)] == [8]


def test_what_is_no_key_press_is_heard_each_time() -> None:
    said = m.GiveCommand("a", "STOP GAME", 3 * S)
    _, step = told(desk_of(GAME), said, said)
    assert of(m.CommandGiven, step)


# ---- paused


def test_a_paused_bot_has_no_runs_and_its_orders_stay() -> None:
    desk, _ = told(desk_of(BUYS), quote(100.0))
    desk, step = told(desk, m.PauseBot("a", 2 * S))
    assert status(desk) is BotStatus.PAUSED
    assert len(desk.working_of("a")) == 1
    assert m.SetTimers("a", ()) in step.effects
    _, quiet = told(desk, quote(101.0))
    assert quiet.events == ()
    desk, step = told(desk, m.ResumeBot("a", 3 * S))
    assert status(desk) is BotStatus.RUNNING
    assert any(isinstance(each, m.Watch) and each.quotes for each in step.effects)


def test_a_fill_while_paused_is_heard_when_it_goes_on() -> None:
    hears = BUYS + '\non Fill { Print("filled {event.price}") }'
    desk, _ = told(desk_of(hears), quote(100.0))
    (order,) = desk.working_of("a")
    desk, step = told(desk, m.PauseBot("a", 2 * S), filled(order))
    assert words(step) == []
    _, step = told(desk, m.ResumeBot("a", 9 * S))
    assert words(step) == ["filled 100"]


def test_what_can_not_be_paused_or_resumed_says_why() -> None:
    desk = desk_of(TIMED)
    assert "nothing to resume" in refusal(told(desk, m.ResumeBot("a", S))[1])
    paused, _ = told(desk, m.PauseBot("a", S))
    assert "nothing to pause" in refusal(told(paused, m.PauseBot("a", S))[1])
    halted, _ = told(paused, m.Kill(S), m.StartBot("b", "automated", "main", TIMED, at_ns=S))
    assert halted.bots["a"].status is BotStatus.STOPPED
    go = 'on Command("GO", key = "g") { if Buy("BTC/USDT", 100 USDT) { Print("done") } }'
    waits, _ = told(desk_of(f"kind manual\n{go}"), quote(100.0), m.GiveCommand("a", "GO", S))
    assert "Pause it when that is done" in refusal(told(waits, m.PauseBot("a", S))[1])


def test_a_bot_that_averages_is_warmed_again_when_it_goes_on() -> None:
    desk, step = told(desk_of(WARMS), m.PauseBot("a", S), m.ResumeBot("a", 2 * S))
    assert status(desk) is BotStatus.WARMING
    assert any(isinstance(each, m.LoadHistory) for each in step.effects)


def test_a_date_that_comes_while_it_warms_up_runs_when_it_is_warm() -> None:
    ((timer, *_),) = [each.needs.timers for each in desk_of(WARMS).bots.values()]
    desk, step = told(desk_of(WARMS), due(60 * S, timer[0]), due(120 * S, timer[0]))
    assert words(step) == []
    bars = tuple(Bar(SPOT.symbol, 60_000, n * 60_000, 1, 1, 1, 1, 1) for n in range(100))
    desk, step = told(desk, m.HistoryLoaded("a", bars, 130 * S))
    assert words(step) == ["tick"]
    assert desk.bots["a"].due == ()


# ---- after a restart


def test_asked_per_bot_after_a_restart_each_waits_for_a_person() -> None:
    desk, step = told(desk_of(BUYS), m.HoldBots("ask", 2 * S))
    assert status(desk) is BotStatus.ASKED
    assert [each.asks for each in of(m.BotPaused, step)] == [True]
    assert of(m.BotRan, told(desk, quote(100.0))[1]) == []
    assert status(told(desk, m.ResumeBot("a", 3 * S))[0]) is BotStatus.RUNNING
    assert status(told(desk, m.StopBot("a", 3 * S))[0]) is BotStatus.STOPPED


def test_stopped_after_a_restart_it_ends_by_the_usual_procedure() -> None:
    desk, _ = told(desk_of(BUYS), quote(100.0), m.HoldBots("stop", 2 * S))
    assert status(desk) is BotStatus.STOPPING
    (order,) = desk.working_of("a")
    desk, _ = told(desk, m.VenueCanceled(order.id, 3 * S, "asked"))
    assert status(desk) is BotStatus.STOPPED
    assert desk.bots["a"].reason == "the engine has started again"


# ---- work modes


def test_once_it_leaves_after_one_run_its_start_and_warming_up_aside() -> None:
    desk, _ = told(desk_of(LATER, work=m.Work.ONCE), quote(100.0))
    assert status(desk) is BotStatus.FINALIZED
    assert desk.bots["a"].reason == "it has run once"
    only_starts = desk_of('on Start { Print("hello") }', work=m.Work.ONCE)
    assert status(told(only_starts, quote(100.0))[0]) is BotStatus.FINALIZED
    warms = desk_of(WARMS, work=m.Work.ONCE)
    bar = Bar(SPOT.symbol, 60_000, 0, 1, 1, 1, 1, 1)
    assert status(told(warms, m.HistoryLoaded("a", (bar,), S))[0]) is BotStatus.RUNNING


def test_once_its_order_is_waited_for_and_no_second_one_is_sent() -> None:
    desk, _ = told(desk_of(BUYS, work=m.Work.ONCE), quote(100.0))
    assert status(desk) is BotStatus.STOPPING
    (order,) = desk.working_of("a")
    assert not order.is_cancel_asked
    desk, _ = told(desk, quote(101.0), filled(order))
    assert status(desk) is BotStatus.FINALIZED
    assert len(desk.closed) == 1


def test_until_executed_it_tries_again_until_one_is_filled() -> None:
    desk, _ = told(desk_of(BUYS, work=m.Work.UNTIL_EXECUTED), quote(100.0))
    (first,) = desk.working_of("a")
    rejected = m.VenueRejected(first.id, 2 * S, "NO_MARGIN", "no margin")
    desk, _ = told(desk, rejected)
    assert status(desk) is BotStatus.RUNNING
    desk, _ = told(desk, quote(101.0, at_ms=2_000))
    (second,) = desk.working_of("a")
    desk, _ = told(desk, filled(second))
    assert (status(desk), desk.bots["a"].reason) == (
        BotStatus.FINALIZED,
        "its transaction was executed",
    )


# ---- windows


def test_a_window_begins_and_ends_by_the_alarm_both_ends_inclusive() -> None:
    desk = desk_of(BUYS, from_ns=10 * S, until_ns=20 * S)
    assert status(desk) is BotStatus.SCHEDULED
    assert of(m.BotRan, told(desk, quote(100.0))[1]) == []
    desk, step = told(desk, due(10 * S))
    assert status(desk) is BotStatus.RUNNING
    assert m.SetAlarm("a", 20 * S + 1) in step.effects
    desk, _ = told(desk, due(20 * S))
    assert status(desk) is BotStatus.RUNNING
    desk, _ = told(desk, due(20 * S + 1))
    assert (status(desk), desk.bots["a"].reason) == (BotStatus.EXPIRED, "its window has ended")
    again, _ = told(desk, m.StartBot("a", "automated", "main", BUYS, at_ns=30 * S))
    assert status(again) is BotStatus.RUNNING


def test_behind_its_end_nothing_runs_however_late_the_alarm_is() -> None:
    desk = desk_of(BUYS, until_ns=20 * S)
    _, step = told(desk, replace(quote(100.0), quote=replace(quote(100.0).quote, time_ms=20_001)))
    assert of(m.OrderSubmitted, step) == []


def test_its_stop_handlers_run_and_its_orders_are_canceled_at_the_end() -> None:
    rests = 'on Start { Buy("BTC/USDT", 1, at = 50) }\non Stop { Print("over") }'
    desk, _ = told(desk_of(rests, until_ns=20 * S), quote(100.0))
    desk, step = told(desk, due(20 * S + 1))
    assert words(step) == ["over"]
    (order,) = desk.working_of("a")
    assert order.is_cancel_asked
    desk, _ = told(desk, m.VenueCanceled(order.id, 21 * S, "asked"))
    assert status(desk) is BotStatus.EXPIRED


@pytest.mark.parametrize(
    ("window", "why"),
    [((20, 10), "before it begins"), ((0, 0.5), "in the past")],
)
def test_a_window_that_can_not_be_is_refused(window: tuple[float, float], why: str) -> None:
    start = m.StartBot("a", "automated", "main", BUYS, at_ns=S)
    begins, ends = (int(each * S) for each in window)
    desk = replace(open_desk(), kinds={"automated": Automated()})
    _, step = told(desk, replace(start, from_ns=begins, until_ns=ends))
    assert why in of(m.BotRefused, step)[0].text


def test_held_bots_can_be_stopped_and_a_kill_stops_them() -> None:
    for desk in (
        desk_of(BUYS, from_ns=10 * S),
        told(desk_of(BUYS), m.PauseBot("a", S))[0],
        told(desk_of(BUYS), m.HoldBots("ask", S))[0],
    ):
        assert status(told(desk, m.StopBot("a", 2 * S))[0]) is BotStatus.STOPPED
        assert status(told(desk, m.Kill(2 * S))[0]) is BotStatus.STOPPED


# ---- the table


def test_from_every_status_a_bot_can_come_to_an_end_and_from_an_end_nowhere() -> None:
    assert set(TRANSITIONS) == set(BotStatus)
    for status_ in BotStatus:
        reached, before = {status_}, set[BotStatus]()
        while reached != before:
            before = set(reached)
            reached |= {end for each in before for end in TRANSITIONS[each]}
        assert reached & ENDED
        if status_ in ENDED:
            assert reached == {status_}
    assert not ALIVE & HELD
    assert not HELD & ENDED


def test_a_step_that_the_table_does_not_know_is_a_bug() -> None:
    desk, _ = told(desk_of(TIMED), m.StopBot("a", S))
    with pytest.raises(AssertionError, match="stopped"):
        apply(desk, m.BotResumed("a", S, "somebody"))
