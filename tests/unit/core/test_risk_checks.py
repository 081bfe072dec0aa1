"""Each check of the gate: one case it stops, one it lets pass; an exit passes all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from lefi_tui.core.bot import Bar
from lefi_tui.core.messages import TradingState, Verdict
from lefi_tui.core.order import Side
from lefi_tui.core.risk.checks import CHECKS, set_checks
from lefi_tui.core.risk.facts import (
    NS_PER_S,
    Facts,
    GateRequest,
    Held,
    Seen,
    VenueState,
)
from lefi_tui.core.risk.gate import NOT_KNOWN, check, refusals
from lefi_tui.core.risk.limits import NONE, SETTINGS, InForce, Limits, strictest
from lefi_tui.core.risk.periods import Calendar, Worth, first_worth, worth_after
from lefi_tui.core.risk.release import Release

D = Decimal
HOUR_MS = 3_600_000
HOUR_NS = 3_600 * NS_PER_S
NOW_NS = 1_000 * HOUR_NS
BTC, ETH = "BTC/USDT", "ETH/USDT"

REQUEST = GateRequest(
    Side.BUY,
    BTC,
    "USDT",
    notional=D(1_000),
    needed=D(1_001),
    is_reducing=False,
    price=D(100),
    opening=D(10),
    quantity=D(10),
    stop=D(98),
    target=D(106),
)
EXIT = replace(REQUEST, side=Side.SELL, needed=D(0), is_reducing=True)


def candles(symbol: str, *, wide: float = 1.0, sign: int = 1, age: int = 0) -> tuple[Bar, ...]:
    """120 hours that end `age` hours ago; the last 14 are `wide` times as wide as the others."""
    out = []
    for number in range(120):
        half = 0.3 * (wide if number >= 106 else 1.0)
        close = 100 + sign * 0.3 * (number % 7)
        at_ms = (NOW_NS // 1_000_000) - (120 + age - number) * HOUR_MS
        out.append(Bar(symbol, HOUR_MS, at_ms, close, close + half, close - half, close, 10.0))
    return tuple(out)


def seen(symbol: str = BTC, **changes: Any) -> Seen:
    values: dict[str, Any] = {
        "bid": D("99.95"),
        "ask": D("100.05"),
        "volume_24h": D(5_000_000),
        "bids": ((D("99.95"), D(8)), (D(99), D(8))),
        "asks": ((D("100.05"), D(8)), (D(101), D(8))),
        "bars": candles(symbol),
    }
    return Seen(NOW_NS - NS_PER_S, **{**values, **changes})


def worth(before: int, after: int) -> Worth:
    """What it was worth when the day, the week and the month began, and now."""
    calendar = Calendar()
    return worth_after(
        first_worth(NOW_NS - HOUR_NS, D(before), calendar), NOW_NS, D(after), calendar
    )


FACTS = Facts(
    TradingState.ACTIVE,
    "",
    free=D(10_000),
    orders_last_minute=0,
    at_ns=NOW_NS,
    cash=D(10_000),
    worth=worth(10_000, 10_000),
    seen={BTC: seen()},
    venue=VenueState(NOW_NS),
)
OTHER = Held(ETH, D(10), D(100), stop=D(99))
MINE = Held(BTC, D(5), D(100), stop=D(99))


@dataclass(frozen=True)
class Case:
    setting: str
    limit: Any
    stopped: Mapping[str, Any] = field(default_factory=dict)  # of the facts
    asked: Mapping[str, Any] = field(default_factory=dict)  # of the request
    good: Mapping[str, Any] = field(default_factory=dict)
    right: Mapping[str, Any] = field(default_factory=dict)


SHORT = {"side": Side.SELL, "stop": None, "target": None}
CASES = (
    Case("symbols_allowed", "ETH/USDT, BTC/USDT", asked={"symbol": "DOGE/USDT"}),
    Case("shorts_refused", limit=True, asked=SHORT),
    Case(
        "daily_loss_max",
        D(200),
        {"worth": worth(10_000, 9_800)},
        good={"worth": worth(10_000, 9_801)},
    ),
    Case(
        "positions_open_max",
        2,
        {"held": (OTHER,), "coming": {"SOL/USDT": D(5)}},
        good={"held": (OTHER, MINE)},
    ),
    Case(
        "position_notional_max",
        D(1_500),
        {"held": (replace(MINE, mark=D("100.1")),)},
        good={"held": (MINE,)},
    ),
    Case(
        "deployed_share_max",
        D("0.2"),
        {"held": (OTHER,), "coming": {BTC: D(1)}},
        good={"held": (OTHER,)},
    ),
    Case(
        "cooldown_minutes",
        15,
        {"stopped_ns": NOW_NS - 14 * 60 * NS_PER_S},
        good={"stopped_ns": NOW_NS - 15 * 60 * NS_PER_S},
    ),
    Case("volume_24h_min", D(1_000_000), {"seen": {BTC: seen(volume_24h=D(999_999))}}),
    Case("spread_bps_max", D(10), {"seen": {BTC: seen(ask=D("100.06"))}}),
    Case(
        "slippage_bps_max", D(25), {"seen": {BTC: seen(asks=((D("100.05"), D(5)), (D(101), D(8))))}}
    ),
    Case("leverage_max", D(3), asked={"leverage": D("3.5")}, right={"leverage": D(3)}),
    Case(
        "entry_notional_min",
        D(1_000),
        asked={"opening": D("9.9"), "quantity": D("9.9")},
    ),
    Case("stop_bps_max", D(200), asked={"stop": D("97.99")}),
    Case("edge_bps_min", D(20), {"signal": {"confidence": 0.3}}, good={"signal": {"adx": 9.0}}),
    Case("volatility_ratio_max", D("2.5"), {"seen": {BTC: seen(bars=candles(BTC, wide=9.0))}}),
    Case(
        "event_lockout",
        limit=True,
        stopped={"releases": (Release(1, "FOMC", is_approximate=True),)},
    ),
    Case("anomaly_lockout", limit=True, stopped={"seen": {BTC: seen(ask=D(102))}}),
    Case("risk_share_max", D("0.0025"), asked={"stop": D(97)}),
    Case(
        "drawdown_day_max",
        D("0.03"),
        {"worth": worth(10_000, 9_700)},
        good={"worth": worth(10_000, 9_701)},
    ),
    Case("drawdown_day_close", D("0.05"), {"worth": worth(10_000, 9_500)}),
    Case("drawdown_month_max", D("0.15"), {"worth": worth(10_000, 8_500)}),
    Case("reward_risk_min", D("1.5"), asked={"target": D("102.9")}, right={"target": D(103)}),
    Case(
        "trading_hours",
        "08:00-12:00, 14:00-17:00 Europe/Berlin",
        {"at_ns": int(datetime(2026, 1, 5, 12, 30, tzinfo=UTC).timestamp()) * NS_PER_S},
        good={"at_ns": int(datetime(2026, 1, 5, 13, 30, tzinfo=UTC).timestamp()) * NS_PER_S},
    ),
    Case("orders_per_day_max", 10, {"entries_day": 10}, good={"entries_day": 9}),
    Case(
        "open_risk_share_max",
        D("0.003"),
        {"held": (replace(OTHER, stop=None),)},
        good={"held": (OTHER,)},
    ),
    Case(
        "correlation_max",
        D("0.7"),
        {"held": (OTHER,), "seen": {BTC: seen(), ETH: seen(ETH)}},
        good={"held": (OTHER,), "seen": {BTC: seen(), ETH: seen(ETH, bars=candles(ETH, sign=-1))}},
    ),
    Case(
        "correlation_sum_max",
        D("0.9"),
        {"held": (OTHER,), "seen": {BTC: seen(), ETH: seen(ETH)}},
        good={"held": (replace(OTHER, units=D(-10)),), "seen": {BTC: seen(), ETH: seen(ETH)}},
    ),
)


def limited(**limits: Any) -> InForce:
    return strictest(((SETTINGS, Limits(**limits)),))


def judged(case: Case, request: GateRequest, facts: Facts) -> Verdict:
    """The one verdict that this limit adds to the four that are always told."""
    (verdict,) = check(request, limited(**{case.setting: case.limit}), facts)[4:]
    return verdict


def of(case: Case) -> str:
    return next(row.code for row in CHECKS if row.setting == case.setting)


def test_every_check_of_the_table_has_its_case() -> None:
    assert [case.setting for case in CASES] == [row.setting for row in CHECKS]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.setting)
def test_a_check_stops_what_is_over_its_bound_and_says_why(case: Case) -> None:
    verdict = judged(case, replace(REQUEST, **case.asked), replace(FACTS, **case.stopped))
    assert not verdict.passed
    assert verdict.code == of(case)
    assert verdict.value
    assert verdict.bound
    assert verdict.text.endswith(".")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.setting)
def test_a_check_lets_pass_what_is_within_its_bound(case: Case) -> None:
    verdict = judged(case, replace(REQUEST, **case.right), replace(FACTS, **case.good))
    assert verdict.passed, verdict
    assert (verdict.code, verdict.text) == ("", "")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.setting)
def test_an_exit_passes_every_check(case: Case) -> None:
    request = replace(EXIT, **{**case.asked, "side": Side.SELL})
    force = limited(**{case.setting: case.limit})
    verdicts = check(request, force, replace(FACTS, **case.stopped))
    assert [each.name for each in verdicts] == ["validity", "trading state"]
    assert refusals(verdicts) == ()


NEEDS_WORTH = (
    *("daily_loss_max", "deployed_share_max", "risk_share_max", "open_risk_share_max"),
    *("drawdown_day_max", "drawdown_day_close", "drawdown_month_max"),
)


@pytest.mark.parametrize("setting", NEEDS_WORTH)
def test_an_account_that_cannot_be_valued_enters_nothing(setting: str) -> None:
    case = next(each for each in CASES if each.setting == setting)
    for facts in (
        replace(FACTS, old_marks=("the price of ETH/USDT is 300 s old",)),
        replace(FACTS, worth=None),
    ):
        verdict = judged(case, REQUEST, facts)
        assert (verdict.passed, verdict.value, verdict.code) == (False, "not known", NOT_KNOWN)


OLD = replace(seen(), at_ns=NOW_NS - 31 * NS_PER_S)
UNSEEN: tuple[tuple[str, Mapping[str, Seen]], ...] = (
    ("volume_24h_min", {}),
    ("volume_24h_min", {BTC: OLD}),
    ("volume_24h_min", {BTC: seen(volume_24h=None)}),
    ("spread_bps_max", {BTC: OLD}),
    ("spread_bps_max", {BTC: seen(bid=None)}),
    ("spread_bps_max", {BTC: seen(ask=None)}),
    ("slippage_bps_max", {BTC: OLD}),
    ("slippage_bps_max", {BTC: seen(bids=())}),
    ("slippage_bps_max", {BTC: seen(asks=())}),
    ("volatility_ratio_max", {}),
    ("volatility_ratio_max", {BTC: seen(bars=candles(BTC)[-113:])}),
    ("volatility_ratio_max", {BTC: seen(bars=candles(BTC, age=4))}),
    ("edge_bps_min", {}),
    ("edge_bps_min", {BTC: seen(bars=candles(BTC)[-14:])}),
    ("anomaly_lockout", {}),
    ("anomaly_lockout", {BTC: seen(bars=candles(BTC)[-19:])}),
)


@pytest.mark.parametrize(("setting", "markets"), UNSEEN)
def test_a_market_that_was_not_told_or_is_old_is_not_entered(
    setting: str, markets: Mapping[str, Seen]
) -> None:
    case = next(each for each in CASES if each.setting == setting)
    verdict = judged(case, REQUEST, replace(FACTS, seen=markets))
    assert (verdict.passed, verdict.value, verdict.code) == (False, "not known", NOT_KNOWN)


@pytest.mark.parametrize("setting", ["correlation_max", "correlation_sum_max"])
def test_kinship_with_a_market_of_few_candles_is_not_guessed(setting: str) -> None:
    case = next(each for each in CASES if each.setting == setting)
    verdict = judged(case, REQUEST, replace(FACTS, held=(OTHER,)))
    assert (verdict.value, verdict.code) == ("not known", NOT_KNOWN)
    assert "0 hourly candles of ETH/USDT are known" in verdict.text


def test_the_book_that_has_less_than_the_order_refuses_it() -> None:
    case = next(each for each in CASES if each.setting == "slippage_bps_max")
    verdict = judged(case, replace(REQUEST, quantity=D(17)), FACTS)
    assert (verdict.value, verdict.passed) == ("more than the book has", False)


def test_slippage_of_a_sell_is_walked_through_the_bids() -> None:
    case = next(each for each in CASES if each.setting == "slippage_bps_max")
    short = replace(REQUEST, side=Side.SELL, quantity=D(8))
    assert judged(case, short, FACTS).value == "5 bps"
    assert judged(case, replace(short, quantity=D(16)), FACTS).value == "52.5 bps"


def test_an_anomaly_that_is_not_high_is_named_and_lets_pass() -> None:
    case = next(each for each in CASES if each.setting == "anomaly_lockout")
    verdict = judged(case, REQUEST, replace(FACTS, seen={BTC: seen(ask=D("100.65"))}))
    assert (verdict.value, verdict.passed) == ("spread in bps 69.79", True)
    old = replace(FACTS, seen={BTC: OLD})
    assert judged(case, REQUEST, old).value == "nothing odd"  # an old spread is none


def test_without_a_stop_all_that_is_bought_is_at_stake() -> None:
    case = next(each for each in CASES if each.setting == "risk_share_max")
    verdict = judged(case, replace(REQUEST, stop=None), FACTS)
    assert verdict.value == "1,000 USDT"
    assert verdict.text.endswith("Set a stop_loss.")


@pytest.mark.parametrize("plan", [{"stop": None}, {"target": None}, {"stop": D(100)}])
def test_a_reward_needs_a_stop_and_a_target(plan: Mapping[str, Any]) -> None:
    case = next(each for each in CASES if each.setting == "reward_risk_min")
    assert judged(case, replace(REQUEST, **plan), FACTS).code == NOT_KNOWN


def test_a_position_against_the_entry_counts_its_kinship_the_other_way() -> None:
    case = next(each for each in CASES if each.setting == "correlation_max")
    facts = replace(
        FACTS, held=(replace(OTHER, units=D(-10)), MINE), seen={BTC: seen(), ETH: seen(ETH)}
    )
    verdict = judged(case, REQUEST, facts)
    assert (verdict.value, verdict.passed) == ("-1 with ETH/USDT", True)


# ---- policy


SOFT = {
    "reward_risk_min": D(9),
    "orders_per_day_max": 0,
    "open_risk_share_max": D("0.0001"),
}


def test_up_to_two_soft_failures_are_told_and_do_not_refuse() -> None:
    two = {name: SOFT[name] for name in list(SOFT)[:2]}
    verdicts = check(REQUEST, limited(**two), FACTS)
    assert [(each.passed, each.is_soft) for each in verdicts[4:]] == [(False, True)] * 2
    assert refusals(verdicts) == ()


def test_three_soft_failures_together_refuse_the_entry() -> None:
    verdicts = check(REQUEST, limited(**SOFT), FACTS)
    assert [each.code for each in refusals(verdicts)] == ["POLICY_FAILED"]
    assert verdicts[-1].value == "3 soft failures"


def test_all_limits_are_looked_at_whatever_the_first_one_says() -> None:
    whole = {case.setting: case.limit for case in CASES}
    verdicts = check(REQUEST, limited(**whole), replace(FACTS, worth=None, seen={}))
    names = [row.name for row in CHECKS]
    assert [each.name for each in verdicts][4 : 4 + len(names)] == names


def test_what_is_not_set_is_not_looked_at() -> None:
    assert set_checks(NONE) == ()
    assert [row.setting for row in set_checks(Limits(leverage_max=D(2)))] == ["leverage_max"]
    assert len(check(REQUEST, limited(), FACTS)) == 4


def test_an_order_without_units_meets_only_what_a_simulation_checks() -> None:
    at_fill = replace(REQUEST, notional=None, needed=None)
    assert len(check(at_fill, limited(leverage_max=D(1)), FACTS)) == 4
    invalid = replace(REQUEST, invalid=("NO_PRICE", "Wait."))
    assert len(check(invalid, limited(leverage_max=D(1)), FACTS)) == 4


def test_the_verdict_names_the_place_that_the_bound_comes_from() -> None:
    force = strictest(
        (
            (SETTINGS, Limits(leverage_max=D(10), order_notional_max=D(5_000))),
            ("bot/ema", Limits(leverage_max=D(2), order_notional_max=D(500))),
        )
    )
    verdicts = check(REQUEST, force, FACTS)
    assert verdicts[2].bound == "500 USDT (bot/ema)"
    assert verdicts[4].bound == "2x (bot/ema)"
