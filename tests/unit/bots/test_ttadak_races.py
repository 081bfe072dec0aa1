"""Games that a campaign has found: what came between two words of the venue."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from lefi_tui.core import messages as m
from lefi_tui.core.desk.apply import apply
from lefi_tui.core.desk.state import BotStatus
from lefi_tui.core.game import Do, Play
from lefi_tui.core.order import SizeKind
from tests.unit.bots.game_table import ACCOUNT, BTC, MS, SYMBOL, Table
from tests.unit.bots.test_ttadak_game import opened

D = Decimal


def held(table: Table) -> Decimal:
    return table.desk.positions[ACCOUNT, SYMBOL].units


def test_a_game_that_may_last_an_hour_is_closed_at_once_when_its_bot_is_stopped() -> None:
    table = opened(game_s="3600")
    exit_ = table.exits[0]
    table.accept(exit_)
    table.tell(m.StopBot("game", closes=True))
    table.cancel(exit_)
    close = table.sent[-1]
    assert close.terms.size.kind is SizeKind.ALL
    table.fill(close)
    assert held(table) == 0
    assert table.desk.bots["game"].status is BotStatus.STOPPED


def test_a_game_that_its_bots_stop_has_closed_is_counted_like_any_other() -> None:
    table = opened()
    exit_ = table.exits[0]
    table.accept(exit_)
    table.tell(m.StopBot("game", closes=True))
    table.cancel(exit_)
    table.fill(table.sent[-1], price="49990")
    assert (table.round.result, table.round.ended_by) == ("lost", "flatten")
    assert table.state.tally.lost == 1


def test_no_game_begins_on_what_an_earlier_one_left_and_f_closes_that() -> None:
    table = opened()
    table.tell(m.StopBot("game"))
    for order in table.exits:
        table.cancel(order)
    table.tell(m.StartBot("game", "ttadak", "main", "", (("symbol", BTC.symbol),)))
    table.quote(50_000.0, 50_000.1)
    table.key(Do.ARM)
    table.later(1_000)
    sent = len(table.sent)
    table.key(Do.SELL)
    assert len(table.sent) == sent
    assert "still held" in table.state.why
    table.key(Do.FLATTEN)
    table.fill(table.sent[-1])
    assert table.desk.positions["main", BTC.symbol].units == 0
    assert table.state.game is None


def test_what_was_traded_elsewhere_is_counted_again_and_the_game_ends() -> None:
    table = opened()
    exit_ = table.exits[0]
    table.accept(exit_)
    table.is_checked = False
    position = table.desk.positions["main", BTC.symbol]
    gone = replace(position, units=D(0), shares={})
    table.desk = replace(table.desk, positions={("main", BTC.symbol): gone})
    table.cancel(exit_)
    for _ in range(12):
        table.later(250)
    assert table.state.game is None
    assert table.round.ended_by == "elsewhere"


def test_an_exit_that_the_venue_takes_away_again_and_again_is_not_sent_without_a_pause() -> None:
    table = opened()
    for _ in range(3):
        if table.exits:
            table.cancel(table.exits[0], "EXPIRED", is_expired=True)
            assert table.exits == []  # not at once
        table.later(400)
    assert "closed at market" in table.state.why


def test_disarmed_by_time_an_entry_that_waits_is_called_off() -> None:
    table = Table(entry="maker", idle_s="5", entry_ms="60000").armed()
    table.key(Do.BUY)
    table.accept(table.sent[0])
    table.later(5_000)
    table.alarm()
    assert not table.state.is_armed
    assert table.is_asked_away(table.sent[0])


def test_a_size_between_two_steps_is_cut_before_it_is_asked_for() -> None:
    table = Table(sizes="0.1005").armed()
    table.key(Do.BUY)
    table.fill(table.sent[0])
    assert [each.quantity for each in table.exits] == [D("0.100")]
    table.later(250)
    assert len(table.sent) == 2


def test_no_game_begins_where_others_hold_a_position_of_the_market() -> None:
    table = Table().armed()
    theirs = m.VenueFilled("theirs", "t0", table.now_ms * 10**6, "main", BTC.symbol, "buy",
                           D(50_000), D("0.3"), D(0), "taker", "order", is_last=True)  # fmt: skip
    table.tell(theirs)
    table.key(Do.SELL)
    assert table.sent == []
    assert "held there by others" in table.state.why


def test_while_a_person_closes_the_position_no_exit_is_hung_beside_the_close() -> None:
    table = opened()
    exit_ = table.exits[0]
    table.accept(exit_)
    table.tell(m.ClosePosition("main", BTC.symbol))
    table.cancel(exit_)
    table.later(250)
    assert table.exits == [table.sent[-1]]
    close = table.sent[-1]
    assert close.owner == "hand"
    table.reject(close, "too late")  # nobody closes: the game has its exit again
    table.later(250)
    assert [each.owner for each in table.exits] == ["game"]


def test_a_key_that_began_no_game_may_be_pressed_again_at_once() -> None:
    table = Table()
    table.key(Do.BUY)  # disarmed
    table.later(200)
    table.key(Do.ARM)
    table.later(200)
    table.key(Do.BUY)
    assert len(table.sent) == 1


def test_a_key_that_waited_too_long_begins_no_game() -> None:
    table = Table().armed()
    pressed_ns = table.now_ms * 10**6
    table.later(600)
    table.tell(m.PlayGame("game", Play(Do.BUY, press=9, pressed_ns=pressed_ns)))
    assert table.sent == []
    assert "pressed 600 ms ago" in table.state.why


def test_a_held_game_that_is_stopped_and_closed_waits_for_no_time_of_its_own() -> None:
    table = opened(game_s="3600")
    table.reject(table.exits[-1])
    table.tell(m.HoldBots("ask", table.now_ms * MS))
    table.tell(m.StopBot("game", closes=True))
    close = table.sent[-1]
    assert close.terms.size.kind is SizeKind.ALL
    table.fill(close)
    assert table.desk.bots["game"].status is BotStatus.STOPPED


@pytest.mark.parametrize("policy", ["ask", "stop"])
def test_an_armed_game_that_a_start_has_held_is_stopped_at_once(policy: str) -> None:
    table = Table().armed()
    table.desk = apply(table.desk, m.EngineStarted(table.now_ms * MS, "engine", 1))
    table.tell(m.HoldBots(policy, table.now_ms * MS))
    if policy == "ask":
        table.tell(m.StopBot("game"))
    assert table.desk.bots["game"].status is BotStatus.STOPPED


def test_a_game_that_was_held_is_not_armed_when_it_goes_on() -> None:
    table = opened()
    table.tell(m.HoldBots("ask", table.now_ms * MS))
    table.tell(m.ResumeBot("game"))
    assert not table.state.is_armed


def test_a_game_counts_what_a_person_has_adopted_of_it() -> None:
    table = opened()
    books = ((SYMBOL, D("0.1")),)
    table.is_checked = False
    for order in list(table.desk.orders.values()):
        table.cancel(order, "gone")
    told = m.VenueViewed(ACCOUNT, table.now_ms * MS, units=(), books=books)
    table.tell(told)
    for order in table.working:
        table.reject(order)
    table.tell(replace(told, at_ns=told.at_ns + 1))
    table.tell(m.AdoptUnits(ACCOUNT, SYMBOL))
    table.tell(m.ResumeBot("game"))
    sent = len(table.sent)
    for _ in range(5):
        table.later(1_000)
    assert held(table) == 0
    assert table.state.game is None
    assert len(table.sent) == sent
    assert table.round.ended_by == "flatten"


def test_a_game_whose_bot_has_failed_is_counted_by_what_closes_it() -> None:
    table = opened()
    exit_ = table.exits[0]
    table.accept(exit_)
    table.desk = apply(table.desk, m.BotFaulted("game", table.now_ms * MS, "a bug"))
    told = table.fill(exit_, liquidity="maker")
    assert held(table) == 0
    (ended,) = (each for each in told if isinstance(each, m.GameEnded))
    assert (ended.round.result, ended.round.ended_by) == ("won", "exit")


@pytest.mark.parametrize("ending", [m.StopBot("game"), m.Kill()])
def test_a_game_that_was_left_open_is_counted_by_what_closes_it(ending: m.Command) -> None:
    table = opened()
    exit_ = table.exits[0]
    table.accept(exit_)
    table.tell(ending)
    table.cancel(exit_)
    assert table.desk.bots["game"].status is BotStatus.STOPPED
    table.tell(m.Resume("it was a drill", table.now_ms * MS))
    table.tell(m.ClosePosition(ACCOUNT, SYMBOL))
    told = table.fill(table.sent[-1], price="49990")
    assert held(table) == 0
    (ended,) = (each for each in told if isinstance(each, m.GameEnded))
    assert (ended.round.result, ended.round.ended_by) == ("lost", "flatten")
    assert not table.desk.bots["game"].awaited
