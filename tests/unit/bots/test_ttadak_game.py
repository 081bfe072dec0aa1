"""A game at the desk: one key opens, the exit follows what is filled, and nothing is left bare."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from bots.ttadak import stage_of
from lefi_tui.core import messages as m
from lefi_tui.core.desk import apply
from lefi_tui.core.game import Do, Plan, Stage
from lefi_tui.core.order import LevelKind, OrderKind, Side, SizeKind, TimeInForce
from tests.unit.bots.game_table import BTC, Table

D = Decimal


def opened(**settings: str) -> Table:
    """A buy game whose entry is filled and whose exit works."""
    table = Table(**settings).armed()
    table.key(Do.BUY)
    table.accept(table.sent[0])
    table.fill(table.sent[0])
    return table


# ---- one game


def test_a_key_sends_an_entry_with_a_real_stop_and_the_fill_sends_the_exit_at_the_target() -> None:
    table = opened()
    entry, exit_ = table.sent[0], table.exits[0]
    assert (entry.terms.side, entry.terms.time_in_force) == (Side.BUY, TimeInForce.IOC)
    assert entry.terms.limit == D("50000.3")  # across, two ticks of slip
    stop = entry.terms.exits.stop_loss
    assert stop is not None
    assert (stop.kind, stop.value) == (LevelKind.PERCENT, D("0.003"))  # 30 % of margin at 100x
    assert exit_.terms.kind is OrderKind.LIMIT
    assert exit_.terms.is_reduce_only
    assert exit_.quantity == entry.quantity == D("0.1")
    # 50,000.3 (1 + 0.0005 + 0.0001) / (1 - 0.0002), up to the tick
    assert exit_.terms.limit == D("50040.4")


def test_a_game_that_fills_its_exit_is_won_with_at_least_its_target_and_its_stop_goes() -> None:
    table = opened()
    table.accept(table.exits[0])
    table.fill(table.exits[0], liquidity="maker")
    assert table.state.game is None
    assert table.round.result == "won"
    assert table.round.net_share >= D("0.01")
    assert stage_of(table.state) is Stage.ARMED
    assert all(each.leg != "stop" for each in table.desk.orders.values())


def test_exits_grow_with_the_fills_and_never_ask_for_more_than_is_held() -> None:
    table = Table().armed()
    table.key(Do.BUY)
    table.fill(table.sent[0], "0.03", "50000.1")
    table.fill(table.sent[0], "0.05", "50000.2")
    assert sum(each.quantity or D(0) for each in table.exits) == D("0.08")
    table.cancel(table.sent[0], "IOC", is_expired=True)
    assert sum(each.quantity or D(0) for each in table.exits) == D("0.08")


def test_a_maker_game_stands_at_its_own_best_and_its_deadline_ends_it_as_missed() -> None:
    table = Table(entry="maker", entry_ms="2000").armed()
    table.key(Do.SELL)
    entry = table.sent[0]
    assert (entry.terms.limit, entry.terms.is_post_only) == (D("50000.1"), True)
    table.accept(entry)
    table.later(2_000)
    table.alarm()
    assert table.is_asked_away(entry)
    table.cancel(entry)
    assert (table.round.result, table.round.units) == ("missed", D(0))
    assert table.state.tally.losses_row == 0


def test_a_stop_that_fills_takes_the_exit_with_it_and_counts_as_lost() -> None:
    table = opened()
    exit_ = table.exits[0]
    table.accept(exit_)
    table.stop_fills("49850")
    assert table.is_asked_away(exit_)
    table.cancel(exit_)
    assert (table.round.result, table.round.ended_by) == ("lost", "stop")
    assert table.state.tally.lost == 1


# ---- keys


def test_a_disarmed_game_plays_nothing() -> None:
    table = Table()
    table.key(Do.BUY)
    assert table.sent == []
    assert "Arm it first" in table.state.why


@pytest.mark.parametrize("gap_ms", [1, 33, 149])
def test_a_second_press_within_the_bounce_is_counted_and_plays_nothing(gap_ms: int) -> None:
    table = Table().armed()
    table.key(Do.BUY)
    table.fill(table.sent[0])
    table.fill(table.exits[0])
    table.later(gap_ms)
    table.key(Do.SELL)
    assert len(table.sent) == 2
    assert table.state.keys.ignored == 1


def test_a_key_that_is_held_down_is_one_press_however_quick_the_game_was() -> None:
    table = Table().armed()
    table.key(Do.BUY)
    table.fill(table.sent[0])
    table.fill(table.exits[0])
    table.later(500)
    for _ in range(30):
        table.key(Do.BUY)
        table.later(33)
    assert len(table.sent) == 2
    assert table.state.keys.ignored == 30
    table.later(800)
    table.key(Do.BUY)
    assert len(table.sent) == 3


def test_the_same_press_told_twice_is_one_play() -> None:
    table = Table().armed()
    table.key(Do.EXIT, 1, press=77)
    table.later(5_000)
    table.key(Do.BUY, press=78)
    table.later(5_000)
    table.key(Do.BUY, press=78)
    assert len(table.sent) == 1
    assert table.state.keys.ignored == 1


def test_arrows_move_the_exit_when_the_old_one_is_surely_gone() -> None:
    table = opened()
    old = table.exits[0]
    table.accept(old)
    table.key(Do.EXIT, 5)
    assert table.is_asked_away(old)
    assert len(table.sent) == 2  # never two exits for the same units
    table.cancel(old)
    assert [each.terms.limit for each in table.exits] == [D("50040.9")]


def test_an_exit_that_fills_while_it_is_moved_is_not_sent_again() -> None:
    table = opened()
    old = table.exits[0]
    table.accept(old)
    table.key(Do.EXIT, 5)
    table.fill(old)
    assert len(table.sent) == 2
    assert table.state.game is None


def test_break_even_is_where_both_fees_are_paid() -> None:
    table = opened()
    old = table.exits[0]
    table.accept(old)
    table.key(Do.BREAK_EVEN)
    table.cancel(old)
    # 50,000.3 (1 + 0.0005) / (1 - 0.0002), up to the tick
    assert table.exits[0].terms.limit == D("50035.4")


def test_flatten_waits_for_its_exits_to_go_then_closes_once() -> None:
    table = opened()
    exit_ = table.exits[0]
    table.accept(exit_)
    table.key(Do.FLATTEN)
    table.cancel(exit_)
    close = table.sent[-1]
    assert close.terms.size.kind is SizeKind.ALL
    table.key(Do.FLATTEN)
    assert table.sent[-1] is close
    table.fill(close, price="49990")
    assert (table.round.result, table.round.ended_by) == ("lost", "flatten")


def test_a_late_fill_behind_a_flatten_is_closed_too() -> None:
    table = Table(entry="maker").armed()
    table.key(Do.BUY)
    entry = table.sent[0]
    table.accept(entry)
    table.fill(entry, "0.04")
    table.key(Do.FLATTEN)
    table.cancel(table.exits[0])
    table.fill(entry, "0.06")  # before its cancel was heard
    table.fill(table.sent[-1])
    left = table.desk.positions["main", "BTC/USDT:USDT"].units
    assert left == 0 or table.sent[-1].terms.size.kind is SizeKind.ALL


def test_disarming_calls_an_entry_off_and_leaves_the_exit_of_what_is_held() -> None:
    table = Table(entry="maker").armed()
    table.key(Do.BUY)
    entry = table.sent[0]
    table.accept(entry)
    table.fill(entry, "0.04")
    table.key(Do.DISARM)
    assert table.is_asked_away(entry)
    assert [each.quantity for each in table.exits] == [D("0.04")]


# ---- what goes wrong


def test_an_entry_without_an_answer_freezes_the_game_until_it_is_known() -> None:
    table = Table().armed()
    table.key(Do.BUY)
    entry = table.sent[0]
    table.silent(entry)
    assert stage_of(table.state) is Stage.FROZEN
    assert not table.state.is_armed
    table.later(5_000)
    table.key(Do.BUY)
    table.key(Do.FLATTEN)
    assert len(table.sent) == 1
    table.fill(entry)
    assert stage_of(table.state) is Stage.EXITING  # the key that waited
    assert table.sent[-1].terms.size.kind is SizeKind.ALL


def test_an_exit_that_is_refused_again_and_again_ends_in_a_close_aloud() -> None:
    table = opened()
    for _ in range(3):
        table.reject(table.exits[0])
        table.later(1_000)
    assert table.sent[-1].terms.size.kind is SizeKind.ALL
    assert "closed at market" in table.state.why


def test_a_refused_exit_is_tried_again_a_moment_later() -> None:
    table = opened()
    table.reject(table.exits[0])
    assert table.exits == []
    table.later(60)
    table.alarm()
    assert len(table.exits) == 1


def test_units_that_fill_behind_the_end_of_a_game_are_traded_back() -> None:
    table = Table(entry="maker").armed()
    table.key(Do.BUY)
    entry = table.sent[0]
    table.accept(entry)
    table.key(Do.CANCEL)
    table.cancel(entry)
    assert table.round.result == "missed"
    table.fill(entry, "0.02")
    assert table.sent[-1].terms.size.kind is SizeKind.ALL
    table.fill(table.sent[-1], "0.02")
    assert table.desk.positions["main", "BTC/USDT:USDT"].units == 0


# ---- limits


def test_losses_one_after_another_disarm_and_arming_again_begins_anew() -> None:
    table = Table(losses_max="2").armed()
    for _ in range(2):
        table.key(Do.BUY)
        table.fill(table.sent[-1])
        table.accept(table.exits[0])
        exit_ = table.exits[0]
        table.stop_fills("49850")
        table.cancel(exit_)
        table.later(1_000)
    assert not table.state.is_armed
    assert "lost one after another" in table.state.why
    table.armed()


def test_no_key_for_its_time_disarms() -> None:
    table = Table(idle_s="10").armed()
    table.later(10_000, quoted=False)
    table.alarm()
    assert not table.state.is_armed


def test_an_old_price_plays_nothing_and_disarms() -> None:
    table = Table().armed()
    table.later(501, quoted=False)
    table.key(Do.BUY)
    assert table.sent == []
    assert not table.state.is_armed


def test_a_stop_that_would_come_after_the_liquidation_is_never_armed() -> None:
    table = Table(stop="60")
    table.key(Do.ARM)
    assert not table.state.is_armed
    assert "liquidation" in table.state.why


def test_a_game_that_lasts_too_long_is_closed_at_market() -> None:
    table = opened(game_s="30")
    exit_ = table.exits[0]
    table.accept(exit_)
    table.later(30_000, quoted=False)
    table.alarm()
    table.cancel(exit_)
    assert table.sent[-1].terms.size.kind is SizeKind.ALL


def test_the_session_starts_disarmed_again_behind_every_start_of_the_engine() -> None:
    table = opened()
    table.desk = apply(table.desk, m.EngineStarted(table.now_ms * 10**6, "now", 1))
    assert not table.state.is_armed
    assert table.state.why == "disarmed: the engine has started again"
    assert table.state.game is not None  # its exit goes on


def test_behind_a_pause_and_behind_other_settings_it_says_which_of_them_disarmed_it() -> None:
    table = Table()
    table.tell(m.PauseBot("game", by="ann", reason="lunch"))
    assert table.state.why == "disarmed: its bot was paused by ann (lunch)"
    table.tell(m.ResumeBot("game"))
    assert table.state.why == "disarmed: its bot was paused by ann (lunch)"
    table.tell(m.ChangeSettings("game", (("target", "2"),)))
    assert table.state.why == "disarmed: its settings were changed"


# ---- plans


def test_parallel_needs_an_entry_that_crosses_and_says_so() -> None:
    table = Table(plan="parallel", entry="maker").armed()
    table.key(Do.BUY)
    assert table.state.game is not None
    assert table.state.game.plan is Plan.ON_FILL
    assert "crosses" in table.state.game.plan_why


def test_an_attached_exit_is_the_venues_and_counts_as_a_taker() -> None:
    table = opened(plan="attach")
    target = table.sent[0].terms.exits.take_profit
    assert target is not None
    # 50,000.3 (1 + 0.0005 + 0.0001) / (1 - 0.0005), up to the tick
    assert (target.kind, target.value) == (LevelKind.PRICE, D("50055.4"))
    assert table.exits == []


def test_a_games_state_is_the_same_behind_a_snapshot() -> None:
    table = opened()
    kind = table.desk.kinds["ttadak"]
    bot = table.desk.bots["game"]
    kept = kind.encode(bot.state)
    assert kind.decode("", dict(bot.settings), kept) == bot.state


def test_a_game_that_is_over_is_told_with_when_its_key_came_and_when_its_legs_left() -> None:
    table = Table().armed()
    table.later(1_000)
    table.key(Do.BUY)
    entry = table.sent[0]
    pressed_ns = table.now_ms * 10**6
    sent = m.VenueAccepted(entry.id, pressed_ns, "v1", sent_ns=pressed_ns + 1_500_000)
    table.tell(replace(sent, heard_ns=pressed_ns + 3_000_000))
    table.fill(entry)
    events = table.fill(table.exits[0])
    (ended,) = [each for each in events if isinstance(each, m.GameEnded)]
    timing = ended.round.timing
    assert timing.key_to_sent == 1_500_000
    assert timing.sent_to_ack == 1_500_000
    assert timing.skew is None  # nobody told when the exit left


def test_a_part_that_is_worth_less_than_the_least_order_still_gets_its_exit() -> None:
    table = Table().armed()
    least = replace(BTC, minimum_notional=D(1_000))
    table.tell(m.ListInstruments("main", (least,)))
    table.key(Do.BUY)
    table.fill(table.sent[0], "0.001")  # 50 of quote
    assert [each.quantity for each in table.exits] == [D("0.001")]
