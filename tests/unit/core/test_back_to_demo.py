"""An account that fell too far in its month enters no more until a person lifts it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from lefi_tui.core import messages as m
from lefi_tui.core.desk import Desk, Step, advance
from lefi_tui.core.desk.facts import gate_answer
from lefi_tui.core.desk.gathering import DEMO_VENUE
from lefi_tui.core.desk.limiting import wanted
from lefi_tui.core.order import Order, OrderKind, OrderStatus, Side
from lefi_tui.engine import snapshot
from lefi_tui.engine.standing import Standing
from lefi_tui.views.fold import ScreenState
from lefi_tui.views.limits_picture import limits_view
from lefi_tui.views.picture import picture
from tests.unit.core.desk_kit import bought, of, started
from tests.unit.core.test_desk_limits import changed, conditions, order, refused
from widgets.edge import top_line
from widgets.ink import Glyphs

D = Decimal
MONTH_MS = 40 * 86_400_000


def limited() -> Desk:
    """0.01 BTC bought at 60,000 of 10,000: a price of 45,000 is 1.5 % of it lost."""
    return changed(bought()[0], "account/main", drawdown_month_demo="0.015")


def fallen(desk: Desk | None = None, at_ms: int = 2_000) -> tuple[Desk, Step]:
    return advance(desk or limited(), conditions(44_900, at_ms))


def lifted(desk: Desk, at_ms: int = 3_000) -> Desk:
    command = m.Resume("looked at it", at_ms * 1_000_000, "anna", "main")
    desk, step = advance(desk, command)
    assert of(m.CommandRefused, step) == []
    return desk


def test_a_fall_within_the_bound_changes_nothing() -> None:
    _, step = advance(limited(), conditions(45_200, 2_000))
    assert of(m.AccountStateChanged, step) == []


def test_it_enters_no_more_and_says_why_and_who_may_lift_it() -> None:
    desk, step = fallen()
    (told,) = of(m.AccountStateChanged, step)
    assert (told.state, told.by, told.lift) == (m.TradingState.REDUCING, "limits", "admin")
    assert told.cause == "back to demo: 1.51 % below the month's highest, 1.5 % allowed"
    assert of(m.OrderSubmitted, step) == []  # what is held is not closed
    assert refused(desk, order()) == ["TRADING_REDUCING"]
    text = gate_answer(desk, order(), 2_000_000_000).refusals[0].text
    assert "Resume with `lefi resume --account main`." in text
    assert of(m.AccountStateChanged, fallen(desk, 3_000)[1]) == []


def test_exits_and_what_is_half_done_go_on_to_their_end() -> None:
    desk, _ = fallen()
    assert refused(desk, order(Side.SELL)) == []
    assert refused(desk, replace(order(), is_undo=True)) == []
    _, step = advance(desk, m.ClosePosition("main", "BTC/USDT", at_ns=9))
    assert len(of(m.OrderSubmitted, step)) == 1


def test_entries_that_work_are_taken_back() -> None:
    terms = replace(order(quantity="0.001").terms, kind=OrderKind.LIMIT, limit=D(10_000))
    resting = Order("rest", "main", terms, "b", status=OrderStatus.ACCEPTED, quantity=D("0.001"))
    desk = limited()
    _, step = fallen(replace(desk, orders={"rest": resting}))
    assert [each.order for each in of(m.OrderCancelRequested, step)] == ["rest"]


def test_no_bot_starts_there_and_is_told_to_go_on_in_demo() -> None:
    desk, _ = fallen()
    _, step = advance(desk, m.StartBot("c", "told", "main", "buy", at_ns=9))
    (told,) = of(m.BotRefused, step)
    assert "Start it on a demo account; `lefi resume --account main`" in told.text
    assert desk.bots["b"].is_alive  # those that run go on telling what they would do


def test_a_person_lifts_it_with_a_reason_and_it_is_not_sent_back_in_that_month_again() -> None:
    desk, _ = fallen()
    _, step = advance(desk, m.Resume(" ", at_ns=9, account="main"))
    assert "asks for a reason" in of(m.CommandRefused, step)[0].text
    desk = lifted(desk)
    assert desk.trading_state is m.TradingState.ACTIVE
    assert refused(desk, order()) == []
    assert of(m.AccountStateChanged, fallen(desk, 4_000)[1]) == []
    desk, _ = advance(desk, conditions(44_900, MONTH_MS))
    _, step = advance(desk, conditions(20_000, MONTH_MS + 10_000))
    assert len(of(m.AccountStateChanged, step)) == 1


@pytest.mark.parametrize("account", ["main", "nobody"])
def test_what_trades_already_or_is_none_is_not_resumed(account: str) -> None:
    _, step = advance(limited(), m.Resume("why not", at_ns=9, account=account))
    assert "nothing to resume" in of(m.CommandRefused, step)[0].text


def test_a_kill_counts_before_it_and_its_end_does_not_lift_it() -> None:
    desk, _ = fallen()
    assert (desk.lift_of("main"), desk.lift_of("other"), desk.lift_of("")) == ("admin", "", "")
    desk, _ = advance(desk, m.Kill(at_ns=9, reason="kill key"))
    assert refused(desk, order()) == ["TRADING_HALTED"]
    desk, _ = advance(desk, m.Resume("all is well", at_ns=10))
    assert refused(desk, order()) == ["TRADING_REDUCING"]


def test_a_demo_account_is_in_demo_already() -> None:
    desk = limited()
    demo = replace(desk.accounts["main"], venue=DEMO_VENUE)
    _, step = fallen(replace(desk, accounts={"main": demo}))
    assert of(m.AccountStateChanged, step) == []


def test_an_old_price_or_an_account_of_unknown_worth_is_no_fall() -> None:
    _, step = advance(limited(), replace(conditions(44_900, 2_000), quote=None))
    assert of(m.AccountStateChanged, step) == []


def test_its_bots_markets_are_asked_also_while_nothing_is_held() -> None:
    desk = changed(started("buy"), drawdown_month_demo="0.1")
    assert [each.symbol for each in wanted(desk)] == ["BTC/USDT", "BTC/USDT:USDT"]


def test_it_stands_after_a_restart_and_on_every_screen() -> None:
    desk, _ = fallen()
    again = snapshot.load(snapshot.save(Standing(desk)), desk.kinds).desk
    assert again.account_states == desk.account_states
    seen = picture(ScreenState(), again, 2_000_000_000)
    assert "main: REDUCING ONLY" in top_line(seen, seen.banner.mode, 80, Glyphs()).text
    (heat,) = limits_view(again, ScreenState(), 2_000_000_000, "desk").heats
    assert (heat.stage, heat.factor) == ("reducing only", D(0))
    assert "admin lifts it: lefi resume --account main" in heat.reasons[0].text
    active = picture(ScreenState(), lifted(again), 2_000_000_000)
    assert "REDUCING" not in top_line(active, active.banner.mode, 80, Glyphs()).text
