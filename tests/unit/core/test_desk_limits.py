"""Limits at the desk: changed hot, journaled, kept over a restart; the day's loss; the breach."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from lefi_tui.core import messages as m
from lefi_tui.core.bot import Quote
from lefi_tui.core.codec import decode, encode
from lefi_tui.core.desk import Desk, advance, apply
from lefi_tui.core.desk.facts import gate_answer
from lefi_tui.core.desk.gathering import in_force
from lefi_tui.core.order import (
    ExitPlan,
    Level,
    LevelKind,
    Order,
    OrderKind,
    OrderTerms,
    Side,
)
from lefi_tui.core.risk.facts import exit_price
from lefi_tui.core.risk.limits import TYPES, Limits, given
from lefi_tui.core.risk.release import Release
from lefi_tui.engine import snapshot
from lefi_tui.engine.standing import Standing
from tests.unit.core.desk_kit import (
    PERPETUAL,
    SPOT,
    STOP,
    bought,
    fill,
    of,
    open_desk,
    quote,
    started,
    submitted,
    units,
)

D = Decimal
HOUR_MS = 3_600_000
DAY_NS = 86_400_000_000_000
DAY_ONE = 20_000 * DAY_NS


def changed(desk: Desk, place: str = "desk", **limits: str) -> Desk:
    command = m.ChangeLimits(place, tuple(limits.items()), at_ns=7, by="anna", reason="test")
    desk, step = advance(desk, command)
    assert not of(m.CommandRefused, step), of(m.CommandRefused, step)
    return desk


def order(side: Side = Side.BUY, quantity: str = "0.01", **more: Any) -> Order:
    terms = OrderTerms(SPOT.symbol, side, OrderKind.MARKET, units(quantity), **more)
    return Order("o1", "main", terms, "b")


def seen_at(desk: Desk, price: float, at_ms: int = 1_000) -> Desk:
    return advance(desk, quote(price, at_ms=at_ms))[0]


def refused(desk: Desk, asked: Order, at_ns: int = 2_000_000_000) -> list[str]:
    return [each.code for each in gate_answer(desk, asked, at_ns).refusals]


def conditions(price: float, at_ms: int, **more: Any) -> m.ConditionsSeen:
    last = Quote(SPOT.symbol, at_ms, price - 0.05, price + 0.05, price)
    return m.ConditionsSeen("main", SPOT.symbol, at_ms, last, **more)


# ---- changes


def test_a_limit_changed_hot_acts_on_the_next_order_and_says_who_when_and_from_what() -> None:
    desk = seen_at(started("buy"), 60_000)
    assert refused(desk, order()) == []
    desk, step = advance(
        desk,
        m.ChangeLimits("desk", (("order_notional_max", "100"),), at_ns=7, by="anna", reason="calm"),
    )
    (told,) = of(m.LimitsChanged, step)
    assert told.values == (("order_notional_max", "", "100"),)
    assert (told.version, told.at_ns, told.by, told.reason) == (1, 7, "anna", "calm")
    assert refused(desk, order()) == ["NOTIONAL_EXCEEDS_MAXIMUM"]
    desk = changed(desk, order_notional_max="")
    assert refused(desk, order()) == []
    assert desk.own_limits["desk"].version == 2


def test_the_strictest_of_settings_account_and_bot_counts() -> None:
    desk = changed(seen_at(started("buy"), 60_000), "settings", order_notional_max="5000")
    desk = changed(desk, "account/main", order_notional_max="900")
    desk = changed(desk, "bot/b", order_notional_max="500")
    verdict = gate_answer(desk, order(), 2_000_000_000).verdicts[2]
    assert verdict.bound == "500 USDT (bot/b)"
    other = replace(order(), owner="hand")
    assert gate_answer(desk, other, 2_000_000_000).verdicts[2].bound == "900 USDT (account/main)"


def test_the_settings_of_a_start_replace_those_of_the_start_before() -> None:
    desk = changed(open_desk(), "settings", order_notional_max="5000", leverage_max="3")
    whole = m.ChangeLimits("settings", (("leverage_max", "2"),), is_whole=True, by="settings")
    desk, step = advance(desk, whole)
    assert desk.limits == Limits(leverage_max=D(2))
    assert len(of(m.LimitsChanged, step)) == 1
    assert of(m.LimitsChanged, advance(desk, whole)[1]) == []


@pytest.mark.parametrize(
    ("place", "name", "text", "why"),
    [
        ("bot/nobody", "leverage_max", "3", "none of them"),
        ("account/nobody", "leverage_max", "3", "Accounts: main"),
        ("moon", "leverage_max", "3", "none of them"),
        ("desk", "leverage_max", "0", "1 or more"),
        ("desk", "day_zone", "Europe/Berlin", "one for the whole desk"),
        ("bot/b", "drawdown_month_demo", "0.15", "of an account"),
    ],
)
def test_a_change_that_can_not_be_is_refused_and_changes_nothing(
    place: str, name: str, text: str, why: str
) -> None:
    desk = started("buy")
    after, step = advance(desk, m.ChangeLimits(place, ((name, text),)))
    assert why in of(m.CommandRefused, step)[0].text
    assert after == desk


def test_a_journal_and_a_snapshot_of_before_still_open() -> None:
    name, version, body = encode(m.SetLimits(D(500), 30))
    desk, step = advance(open_desk(), decode(name, version, body))
    assert desk.limits == Limits(order_notional_max=D(500), orders_per_minute_max=30)
    assert of(m.LimitsSet, advance(desk, decode(name, version, body))[1]) == []
    assert len(of(m.LimitsSet, step)) == 1
    saved = snapshot.save(Standing(desk))
    plain = json.loads(saved.body)
    plain["limits"] = {"order_notional_max": "500", "orders_per_minute_max": 30}
    for new in (
        "own_limits",
        "releases",
        "worths",
        "seen",
        "venues",
        "stopped",
        "entered",
        "breached",
        "left",
        "account_states",
    ):
        del plain[new]
    old = replace(saved, body=json.dumps(plain))
    assert snapshot.load(old, desk.kinds).desk == desk


def test_limits_worths_and_conditions_survive_a_snapshot() -> None:
    desk = changed(started("buy"), overlay="yes", volume_24h_min="5", daily_loss_max="9")
    desk, _ = advance(desk, m.SetCalendar((Release(5, "CPI"),), "own.csv"))
    desk, _ = advance(desk, conditions(60_000, 5_000, volume_24h=D(9), bids=((D(1), D(2)),)))
    desk, _ = advance(desk, m.VenueStateSeen("main", 5_000, 9, 1, 2, ((SPOT.symbol, D(3)),)))
    assert desk.seen
    assert desk.worths
    assert desk.venues
    again = snapshot.load(snapshot.save(Standing(desk)), desk.kinds).desk
    assert again == desk
    assert again.releases == (Release(5, "CPI"),)


# ---- the day's loss


def test_the_daily_loss_counts_what_is_open_and_begins_anew_with_the_day() -> None:
    desk, _ = bought()
    desk = changed(desk, daily_loss_max="100")
    noon = DAY_ONE // 1_000_000 + 12 * HOUR_MS
    desk = seen_at(desk, 60_000, noon)
    assert refused(desk, order(), noon * 1_000_000) == []
    desk = seen_at(desk, 49_000, noon + 1)  # 0.01 bought at 60,000: 110 lost, none of it realized
    assert refused(desk, order(), (noon + 1) * 1_000_000) == ["DAILY_LOSS_EXCEEDS_MAXIMUM"]
    assert refused(desk, order(Side.SELL), (noon + 1) * 1_000_000) == []
    # The sample before the boundary is kept by the journal, and so by a restart.
    sample = m.EquitySampled("main", (noon + 2) * 1_000_000, D(9_889), D(9_400), ())
    desk = apply(desk, sample)
    again = snapshot.load(snapshot.save(Standing(desk)), desk.kinds).desk
    assert refused(again, order(), (noon + 3) * 1_000_000) == ["DAILY_LOSS_EXCEEDS_MAXIMUM"]
    tomorrow = noon + 24 * HOUR_MS
    again = seen_at(again, 49_000, tomorrow)
    assert refused(again, order(), tomorrow * 1_000_000) == []
    again = seen_at(again, 38_000, tomorrow + 1)
    assert refused(again, order(), (tomorrow + 1) * 1_000_000) == ["DAILY_LOSS_EXCEEDS_MAXIMUM"]


def test_an_old_price_of_what_is_open_keeps_entries_out() -> None:
    desk = changed(bought()[0], daily_loss_max="100")
    assert refused(desk, order(), 400_000_000_000) == ["NOT_KNOWN"]
    text = gate_answer(desk, order(), 400_000_000_000).refusals[0].text
    assert "the price of BTC/USDT is 399 s old" in text
    without = replace(desk, quotes={})
    limited = replace(order(), terms=replace(order().terms, kind=OrderKind.LIMIT, limit=D(60_000)))
    assert "no price of BTC/USDT was seen" in gate_answer(without, limited, 5).refusals[0].text


# ---- what the desk remembers for its limits


def test_a_market_whose_stop_filled_cools_down() -> None:
    desk, bought_order = bought("stopped buy")
    desk = changed(desk, cooldown_minutes="15")
    (stop,) = desk.orders.values()
    desk, _ = advance(desk, fill(stop, "0.01", "58800", side="sell", reason="stop_loss", at_ns=9))
    assert bought_order.owner == "b"
    assert refused(desk, order(), 9 + 14 * 60_000_000_000) == ["COOLING_DOWN"]
    assert refused(desk, order(), 9 + 15 * 60_000_000_000) == []


def test_entries_of_a_day_are_counted_and_exits_are_not() -> None:
    desk, _ = bought()
    assert desk.entered == {"main": (1_000_000_000,)}
    closing, step = advance(desk, m.ClosePosition("main", SPOT.symbol, at_ns=9))
    assert submitted(step).terms.is_reduce_only
    assert closing.entered == desk.entered


def test_working_entries_count_to_the_position_they_may_open() -> None:
    desk = changed(seen_at(started("limit"), 60_000), position_notional_max="700")
    (resting,) = desk.orders.values()
    assert resting.terms.limit == 50_000
    codes = refused(desk, order(quantity="0.005"))
    assert codes == ["POSITION_EXCEEDS_MAXIMUM"]  # 500 rest, 300 more are asked
    assert refused(desk, order(quantity="0.003")) == []


# ---- an entry made smaller


def test_an_entry_is_made_smaller_to_the_step_and_says_why() -> None:
    desk = changed(seen_at(started("buy"), 60_000), size_fixed="333")
    answer = gate_answer(desk, order(), 2_000_000_000)
    assert answer.order.quantity == D("0.005")
    assert answer.refusals == ()
    verdict = answer.verdicts[-1]
    assert (verdict.name, verdict.value) == ("size", "0.01 BTC asked")
    assert verdict.bound == "0.005 BTC: a fixed size"
    assert gate_answer(desk, order(quantity="0.005"), 5).verdicts[-1].bound == "no less"


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"size_fixed": "1"}, "SIZE_TOO_SMALL"),
        ({"size_atr_risk": "0.01"}, "SIZE_UNKNOWN"),
        ({"overlay": "yes"}, "SIZE_NOTHING"),
    ],
)
def test_an_entry_of_which_nothing_can_be_left_is_refused(
    limits: dict[str, str], code: str
) -> None:
    desk = changed(seen_at(started("buy"), 60_000), **limits)
    assert refused(desk, order()) == [code]


def test_what_turns_a_position_over_is_made_smaller_only_in_what_opens() -> None:
    desk, step = advance(started("short"), quote(60_000, PERPETUAL.symbol))
    entry = submitted(step)
    desk, _ = advance(desk, fill(entry, "0.1", symbol=PERPETUAL.symbol))
    desk = changed(desk, size_fixed="600")
    terms = OrderTerms(PERPETUAL.symbol, Side.BUY, OrderKind.MARKET, units("0.15"), leverage=D(10))
    answer = gate_answer(desk, Order("o2", "main", terms, "b"), 2_000_000_000)
    assert answer.order.quantity == D("0.109")  # 0.1 closes, 600 USDT at 60,000.05 open


@pytest.mark.parametrize(("bias", "quantity"), [(0.5, "0.005"), (1.0, "0.01"), (-0.1, None)])
def test_an_adviser_is_asked_after_the_limits_where_the_script_decides(
    bias: float, quantity: str | None
) -> None:
    desk = seen_at(started("buy"), 60_000)
    watcher = replace(
        desk.bots["b"],
        id="mood",
        needs=replace(desk.bots["b"].needs, can_trade=False),
        gave={"bias": bias},
    )
    desk = replace(desk, bots={**desk.bots, "mood": watcher})
    answer = gate_answer(desk, replace(order(), is_advised=True), 2_000_000_000)
    names = [each.name for each in answer.verdicts]
    assert names.index("bias") == 4
    if quantity is None:
        assert [each.code for each in answer.refusals] == ["BIAS_AGAINST"]
    else:
        assert (answer.refusals, answer.order.quantity) == ((), D(quantity))
    assert "bias" not in [each.name for each in gate_answer(desk, order(), 5).verdicts]


# ---- the rest


def test_a_calendar_is_kept_once_and_one_that_is_too_long_is_refused() -> None:
    own = (Release(5, "CPI"),)
    desk, step = advance(open_desk(), m.SetCalendar(own, "own.csv"))
    assert len(of(m.CalendarSet, step)) == 1
    assert of(m.CalendarSet, advance(desk, m.SetCalendar(own, "own.csv"))[1]) == []
    long = m.SetCalendar(own * 5_001)
    assert "5000 are the most" in of(m.CommandRefused, advance(desk, long)[1])[0].text


def test_events_near_keep_entries_out() -> None:
    desk = changed(seen_at(started("buy"), 60_000), event_lockout="yes")
    desk, _ = advance(desk, m.SetCalendar((Release(20 * 60_000, "CPI"),)))
    assert refused(desk, order(), 1_000_000_000) == ["EVENT_NEAR"]


def test_stops_of_positions_are_their_risk() -> None:
    plan = ExitPlan(stop_loss=Level(LevelKind.PERCENT, D("0.02")))
    assert plan == STOP
    assert exit_price(plan.stop_loss, D(100), -1) == 98
    assert exit_price(plan.stop_loss, D(100), 1) == 102
    assert exit_price(Level(LevelKind.PRICE, D(95)), D(100), -1) == 95
    desk, _ = bought("stopped buy")
    desk = changed(desk, open_risk_share_max="0.001", orders_per_day_max="0", reward_risk_min="9")
    answer = gate_answer(desk, order(), 2_000_000_000)
    risk = next(each for each in answer.verdicts if each.name == "open risk")
    assert (risk.value, risk.is_soft) == ("612 USDT", True)  # 12 at its stop, 600 without one
    assert answer.refusals[-1].code == "POLICY_FAILED"


def test_each_limit_can_be_set_at_the_desk() -> None:
    texts = {bool: "yes", int: "5", Decimal: "1"}
    values = {name: texts[kind] for name, kind in TYPES.items() if kind in texts}
    desk = changed(open_desk(), **values)
    assert {name for name, _ in given(in_force(desk, "main").limits)} == set(values)
