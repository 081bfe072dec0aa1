"""The gate: every verdict told, exits never stopped for their size, refusals in four parts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from lefi_tui.core.messages import TradingState, Verdict
from lefi_tui.core.order import Side
from lefi_tui.core.risk.facts import Facts, GateRequest
from lefi_tui.core.risk.gate import check
from lefi_tui.core.risk.limits import SETTINGS, InForce, Limits, strictest

D = Decimal
REQUEST = GateRequest(
    Side.BUY, "BTC/USDT", "USDT", notional=D(12_500), needed=D("12506.25"), is_reducing=False
)
EXIT = replace(REQUEST, side=Side.SELL, needed=D(0), is_reducing=True)
FACTS = Facts(TradingState.ACTIVE, "", free=D(20_000), orders_last_minute=3)


def limited(**limits: Any) -> InForce:
    return strictest(((SETTINGS, Limits(**limits)),))


LIMITS = limited(order_notional_max=D(10_000), orders_per_minute_max=60)


def verdict(name: str, verdicts: tuple[Verdict, ...]) -> Verdict:
    return next(each for each in verdicts if each.name == name)


def failed(verdicts: tuple[Verdict, ...]) -> list[str]:
    return [each.code for each in verdicts if not each.passed]


def test_an_order_over_the_limit_is_denied_with_what_was_asked_and_what_is_allowed() -> None:
    notional = verdict("order notional", check(REQUEST, LIMITS, FACTS))
    assert (notional.value, notional.bound) == ("12,500 USDT", "10,000 USDT")
    assert f"Denied {notional.code}: {notional.text}" == (
        "Denied NOTIONAL_EXCEEDS_MAXIMUM: 12,500 USDT asked, 10,000 allowed. "
        "Lower the quantity, or the limit under [limits] in config.toml is too low."
    )


@pytest.mark.parametrize(
    ("place", "owner", "option"),
    [
        ("desk", "desk", ""),
        ("account/main", "account main", " --place account/main"),
        ("bot/grid", "bot grid", " --place bot/grid"),
    ],
)
def test_a_refusal_names_the_place_that_set_the_limit_and_how_it_is_changed_there(
    place: str, owner: str, option: str
) -> None:
    wide = Limits(order_notional_max=D(20_000), orders_per_minute_max=100)
    own = Limits(order_notional_max=D(100), orders_per_minute_max=1, leverage_max=D(1))
    force = strictest(((SETTINGS, wide), (place, own)))
    facts = replace(FACTS, orders_last_minute=7)
    refused = [each for each in check(replace(REQUEST, leverage=D(5)), force, facts) if each.text]
    assert {each.code: each.text for each in refused} == {
        code: f"{said} It is the limit of the {owner}: `lefi limits set {name}=VALUE{option}`, "
        "or key 7."
        for code, name, said in (
            (
                "NOTIONAL_EXCEEDS_MAXIMUM",
                "order_notional_max",
                "12,500 USDT asked, 100 allowed. Lower the quantity.",
            ),
            (
                "RATE_EXCEEDS_MAXIMUM",
                "orders_per_minute_max",
                "7 in the last minute, 1 a minute allowed. Wait.",
            ),
            ("LEVERAGE_ABOVE_LIMIT", "leverage_max", "5x asked, 1x allowed. Lower the leverage."),
        )
    }


def test_all_verdicts_are_told_not_only_the_first_that_failed() -> None:
    facts = Facts(TradingState.HALTED, "kill key", free=D(100), orders_last_minute=60)
    verdicts = check(REQUEST, LIMITS, facts)
    assert [each.name for each in verdicts] == [
        "validity",
        "trading state",
        "order notional",
        "order rate",
    ]
    assert failed(verdicts) == [
        "FUNDS_TOO_SMALL",
        "TRADING_HALTED",
        "NOTIONAL_EXCEEDS_MAXIMUM",
        "RATE_EXCEEDS_MAXIMUM",
    ]


def test_an_order_within_all_bounds_passes_at_each_bound_exactly() -> None:
    limits = limited(order_notional_max=D(12_500), orders_per_minute_max=4)
    facts = replace(FACTS, free=D("12506.25"))
    assert failed(check(REQUEST, limits, facts)) == []
    assert failed(check(REQUEST, limits, replace(facts, free=D("12506.24")))) == ["FUNDS_TOO_SMALL"]
    facts = replace(facts, orders_last_minute=4)
    assert failed(check(REQUEST, limits, facts)) == ["RATE_EXCEEDS_MAXIMUM"]


def test_without_limits_nothing_is_bounded_and_the_verdicts_say_so() -> None:
    verdicts = check(REQUEST, limited(), FACTS)
    assert failed(verdicts) == []
    assert [each.bound for each in verdicts[2:]] == ["no limit", "no limit"]


def test_a_size_that_the_fill_fixes_is_named_as_such_beside_the_limit() -> None:
    request = replace(REQUEST, notional=None, needed=None)
    notional = verdict("order notional", check(request, LIMITS, FACTS))
    assert (notional.value, notional.bound) == ("known at its fill", "10,000 USDT")
    assert notional.passed


def test_what_the_market_does_not_take_keeps_its_own_reason() -> None:
    request = replace(REQUEST, invalid=("QUANTITY_BELOW_STEP", "Ask for more."), needed=None)
    validity = verdict("validity", check(request, LIMITS, FACTS))
    assert (validity.code, validity.text) == ("QUANTITY_BELOW_STEP", "Ask for more.")


@pytest.mark.parametrize(
    ("state", "opening", "reducing"),
    [
        (TradingState.ACTIVE, True, True),
        (TradingState.REDUCING, False, True),
        (TradingState.HALTED, False, False),
    ],
)
def test_the_trading_state_lets_through_what_its_name_says(
    state: TradingState, *, opening: bool, reducing: bool
) -> None:
    facts = replace(FACTS, trading_state=state, trading_cause="daily loss")
    small = replace(REQUEST, notional=D(1), needed=D(1))
    assert all(each.passed for each in check(small, LIMITS, facts)) is opening
    assert all(each.passed for each in check(EXIT, LIMITS, facts)) is reducing
    refused = verdict("trading state", check(small, LIMITS, facts))
    if not opening:
        assert f"Trading is {state.value} (daily loss)" in refused.text
        assert "lefi resume" in refused.text
    if state is TradingState.REDUCING:
        assert refused.bound == "reducing orders only"
    if state is TradingState.HALTED:
        assert refused.bound == "no new orders"


@given(
    notional=st.decimals(D(1), D(10) ** 12, places=2),
    orders=st.integers(0, 10_000),
    free=st.decimals(D(-100), D(100), places=2),
)
def test_an_exit_is_never_refused_for_its_size_its_cost_or_its_number(
    notional: Decimal, orders: int, free: Decimal
) -> None:
    request = replace(EXIT, notional=notional, needed=notional)
    facts = replace(FACTS, orders_last_minute=orders, free=free)
    for state in (TradingState.ACTIVE, TradingState.REDUCING):
        verdicts = check(request, LIMITS, replace(facts, trading_state=state))
        assert failed(verdicts) == []
    invalid = replace(request, invalid=("NOTHING_TO_REDUCE", "There is no position."))
    assert failed(check(invalid, LIMITS, facts)) == ["NOTHING_TO_REDUCE"]


@given(
    notional=st.decimals(D(1), D(30_000), places=2),
    free=st.decimals(D(0), D(30_000), places=2),
    orders=st.integers(0, 100),
    state=st.sampled_from(TradingState),
)
def test_a_failed_verdict_always_says_what_bound_and_next(
    notional: Decimal, free: Decimal, orders: int, state: TradingState
) -> None:
    request = replace(REQUEST, notional=notional, needed=notional)
    for each in check(request, LIMITS, Facts(state, "asked", free, orders)):
        assert each.value
        assert each.bound
        assert bool(each.code) == bool(each.text) == (not each.passed)
        assert each.passed or each.text.endswith(".")
