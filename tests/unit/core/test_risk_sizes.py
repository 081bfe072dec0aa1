"""Sizers have golden values; neither they nor the thermostat ever make an entry larger."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from lefi_tui.core.bot import Bar
from lefi_tui.core.messages import TradingState
from lefi_tui.core.order import Side
from lefi_tui.core.risk import sizers
from lefi_tui.core.risk.advisers import ADVISERS, BiasAdviser
from lefi_tui.core.risk.facts import NS_PER_S, Facts, Held, VenueState
from lefi_tui.core.risk.fitting import SIZES, fitted, is_fitting
from lefi_tui.core.risk.heat import NORMAL
from lefi_tui.core.risk.limits import Limits
from lefi_tui.core.risk.measures import Regime, atr, regime, regime_shift, volatility_ratio
from lefi_tui.core.risk.overlay import EXITS_ONLY, NO_ENTRIES, REDUCED, thermostat
from lefi_tui.core.risk.release import Release
from tests.unit.core.test_risk_checks import (
    BTC,
    ETH,
    FACTS,
    NOW_NS,
    REQUEST,
    candles,
    seen,
    worth,
)

D = Decimal


# ---- sizers


def test_the_four_sizers_have_the_values_that_were_worked_out_by_hand() -> None:
    assert sizers.fixed(D(500), D(250)) == D(2)
    assert sizers.fraction(D(10_000), D("0.1"), D(250)) == D(4)
    # 1 % of 10,000 lost at 1.5 ATR of 20: 100 / 30.
    assert sizers.atr_risk(D(10_000), D("0.01"), D(20)).quantize(D("0.0001")) == D("3.3333")
    # A quarter of (0.55 * 1.5 - 0.45) / 1.5 = 0.25 is 0.0625.
    assert sizers.kelly_share(D("0.25"), D("0.55"), D("1.5")) == D("0.0625")


def test_kelly_bets_nothing_where_the_odds_are_against_it() -> None:
    assert sizers.kelly_share(D("0.25"), D("0.4"), D(1)) == 0
    assert sizers.fraction(D(-5), D("0.1"), D(250)) == 0
    assert sizers.atr_risk(D(-5), D("0.1"), D(250)) == 0


@pytest.mark.parametrize(
    ("volatility", "factor"), [(2.1, "0.5"), (1.6, "0.75"), (1.0, "1"), (0.4, "1.25")]
)
def test_kelly_is_smaller_in_a_wild_market(volatility: float, factor: str) -> None:
    assert sizers.calmed(D("0.01"), volatility) == D("0.01") * D(factor)


@pytest.mark.parametrize(
    ("mode", "cap"), [("demo", "0.1"), ("dry_run", "0.02"), ("live", "0.0025")]
)
def test_kelly_has_a_cap_by_whose_money_it_is(mode: str, cap: str) -> None:
    assert sizers.kelly_cap(mode) == D(cap)


# ---- an entry made smaller


def fit(facts: Facts = FACTS, **limits: Any) -> Any:
    return fitted(REQUEST, Limits(**limits), facts)


def test_the_smallest_of_the_sizes_that_are_set_counts() -> None:
    assert fit(size_fixed=D(300)).units == D(3)
    both = fit(size_fixed=D(300), size_share=D("0.02"))
    assert (both.units, both.why) == (D(2), "a share of equity")
    assert fit(size_fixed=D(30_000)).units == REQUEST.opening


def test_a_size_by_range_takes_the_newest_candles() -> None:
    usual = atr(candles(BTC))
    assert usual is not None
    sized = fit(size_atr_risk=D("0.0001"))
    assert sized.units == sizers.atr_risk(D(10_000), D("0.0001"), D(repr(usual)))
    assert "0 hourly candles" in fit(replace(FACTS, seen={}), size_atr_risk=D("0.01")).missing


def test_kelly_needs_odds_and_candles() -> None:
    odds: dict[str, Any] = {"kelly_win_rate": D("0.55"), "kelly_payoff": D("1.5")}
    assert fit(size_kelly=D("0.25"), **odds).units == D(2)  # the cap of a dry run: 2 % of 10,000
    assert "kelly_payoff" in fit(size_kelly=D("0.25"), kelly_win_rate=D("0.5")).missing
    assert "kelly_payoff" in fit(size_kelly=D("0.25"), kelly_payoff=D(2)).missing
    assert "candles" in fit(replace(FACTS, seen={}), size_kelly=D("0.25"), **odds).missing


@pytest.mark.parametrize(
    ("kind", "up", "down"),
    [
        (Regime.RISING, "1.2", "0.8"),
        (Regime.FALLING, "0.8", "1.2"),
        (Regime.SIDEWAYS, "0.6", "0.6"),
        (Regime.WILD, "0.5", "0.5"),
    ],
)
def test_kelly_goes_with_the_trend_where_that_is_wanted(kind: Regime, up: str, down: str) -> None:
    assert sizers.in_regime(D(1), kind, Side.BUY) == D(up)
    assert sizers.in_regime(D(1), kind, Side.SELL) == D(down)


def test_a_market_is_wild_rising_falling_or_sideways() -> None:
    assert regime(course((119, 0.3)), 1.0) is Regime.RISING
    assert regime(course((119, -0.02)), 1.0) is Regime.SIDEWAYS
    assert regime(course((119, -0.03)), 1.0) is Regime.FALLING
    assert regime(course((119, 0.3)), 2.6) is Regime.WILD


def test_a_market_without_a_trend_makes_kelly_smaller_and_none_makes_it_larger_than_its_cap() -> (
    None
):
    odds: dict[str, Any] = {"kelly_win_rate": D("0.51"), "kelly_payoff": D(1)}
    plain = fit(size_kelly=D("0.5"), **odds)
    calm = fit(size_kelly=D("0.5"), kelly_regime=True, **odds)
    assert calm.units == plain.units * D("0.6")
    assert calm.why == "Kelly in a sideways market"
    rising = replace(FACTS, seen={BTC: seen(bars=course((119, 0.3)))})
    sure: dict[str, Any] = {"kelly_win_rate": D("0.9"), "kelly_payoff": D(3)}
    assert fit(rising, size_kelly=D(1), kelly_regime=True, **sure).units == D(2)  # 2 % of 10,000


def test_a_share_of_equity_needs_to_know_the_equity() -> None:
    assert "worth" in fit(replace(FACTS, worth=None), size_share=D("0.1")).missing


# ---- the thermostat


@pytest.mark.parametrize(
    ("equity", "stage", "factor"),
    [
        (9_701, NORMAL, "1"),
        (9_700, REDUCED, "0.5"),
        (9_500, NO_ENTRIES, "0"),
        (9_200, EXITS_ONLY, "0"),
    ],
)
def test_the_thermostat_follows_the_drawdown(equity: int, stage: str, factor: str) -> None:
    heat = thermostat(Limits(overlay=True), replace(FACTS, worth=worth(10_000, equity)))
    assert (heat.stage, heat.factor) == (stage, D(factor))


def test_reasons_of_account_and_market_multiply_and_are_told() -> None:
    facts = replace(
        FACTS,
        held=(Held(ETH, D(70), D(100)),),
        releases=(Release(1, "CPI"),),
        unconfirmed=6,
        seen={BTC: seen(bars=candles(BTC, wide=9.0)), ETH: seen(bars=candles(ETH, wide=9.0))},
    )
    heat = thermostat(Limits(overlay=True), facts, BTC)
    names = [each.name for each in heat.reasons]
    assert names == ["concentration", "event", "backlog", "volatility", "correlation"]
    assert heat.stage == REDUCED
    assert heat.factor == D("0.5") * D("0.3") * D("0.3") * D("0.4") * D("0.5")
    assert "CPI is near ×0.3" in heat.words


def test_a_market_whose_candles_are_unknown_is_not_entered_and_one_of_few_is_wild() -> None:
    unknown = thermostat(Limits(overlay=True), replace(FACTS, seen={}), BTC)
    assert (unknown.stage, unknown.factor) == (NO_ENTRIES, D(0))
    few = replace(FACTS, seen={BTC: seen(bars=candles(BTC)[-50:])})
    assert thermostat(Limits(overlay=True), few, BTC).factor == D("0.4")


@pytest.mark.parametrize(
    ("venue", "name", "factor"),
    [
        (None, "venue", "0"),
        (VenueState(NOW_NS - 61 * NS_PER_S), "venue", "0"),
        (VenueState(NOW_NS, asked=29, failed=3), "API errors", "0"),
        (VenueState(NOW_NS, apart=D(51), apart_before=D(51)), "drift", "0"),
        (VenueState(NOW_NS, waiting=6), "backlog", "0.3"),
    ],
)
def test_a_venue_that_fails_differs_or_lags_is_a_reason(
    venue: VenueState | None, name: str, factor: str
) -> None:
    heat = thermostat(Limits(overlay=True), replace(FACTS, venue=venue))
    assert [each.name for each in heat.reasons] == [name]
    assert heat.factor == D(factor)


@pytest.mark.parametrize(
    "venue",
    [
        VenueState(NOW_NS - 60 * NS_PER_S),
        VenueState(NOW_NS, asked=30, failed=3),
        VenueState(NOW_NS, asked=2, failed=2),
        VenueState(NOW_NS, apart=D(900), apart_before=D(50)),
        VenueState(NOW_NS, waiting=5),
    ],
)
def test_a_venue_within_its_bounds_is_no_reason(venue: VenueState) -> None:
    assert thermostat(Limits(overlay=True), replace(FACTS, venue=venue)).factor == 1


def course(*steps: tuple[int, float]) -> tuple[Bar, ...]:
    """Hours that go so far each: (how many, by how much)."""
    closes = [100.0]
    for count, change in steps:
        closes += [closes[-1] + change * (number + 1) for number in range(count)]
    return tuple(
        replace(bar, open=close, high=close + 0.3, low=close - 0.3, close=close)
        for bar, close in zip(candles(BTC)[-len(closes) :], closes, strict=True)
    )


def test_a_slow_trend_that_turned_makes_entries_smaller() -> None:
    turned = course((98, 0.3), (21, -1.5))
    assert regime_shift(turned)
    facts = replace(FACTS, seen={BTC: seen(bars=turned)})
    reasons = {e.name: e.factor for e in thermostat(Limits(overlay=True), facts, BTC).reasons}
    assert reasons["regime"] == D("0.6")
    assert not regime_shift(course((119, 0.3)))
    assert not regime_shift(course((119, 0.0)))
    assert not regime_shift(turned[-73:])


def traded(volume: float, symbol: str = BTC, **changes: Any) -> Any:
    """A market whose last day turned over so much an hour; the days before 10 each."""
    bars = candles(symbol)
    return seen(bars=(*bars[:-24], *(replace(b, volume=volume) for b in bars[-24:])), **changes)


@pytest.mark.parametrize(
    ("one", "other", "is_thin"),
    [
        (traded(4.9, bid=None), traded(4.9, ETH), True),
        (traded(4.9), traded(5.0, ETH), False),  # half of them is not most
        (traded(5.0), traded(5.0, ETH), False),
        (traded(4.9), traded(9.0, ETH, ask=D("100.5")), True),  # 55 bps apart
        (traded(4.9), seen(ETH, bars=candles(ETH)[-100:]), False),  # too few of them to say
    ],
)
def test_most_markets_thin_at_once_make_every_entry_smaller(
    one: Any, other: Any, *, is_thin: bool
) -> None:
    heat = thermostat(Limits(overlay=True), replace(FACTS, seen={BTC: one, ETH: other}))
    reasons = {each.name: each.factor for each in heat.reasons}
    assert reasons == ({"liquidity": D("0.4")} if is_thin else {})
    assert heat.stage == (REDUCED if is_thin else NORMAL)


def test_one_thin_market_alone_is_no_matter_of_the_others() -> None:
    facts = replace(FACTS, seen={BTC: traded(0.0)})
    assert thermostat(Limits(overlay=True), facts).stage == NORMAL


def test_a_position_of_the_same_market_or_of_another_kind_is_no_spike() -> None:
    facts = replace(
        FACTS,
        held=(Held(BTC, D(1), D(100)), Held(ETH, D(1), D(100))),
        seen={BTC: seen(), ETH: seen(bars=candles(ETH, sign=-1))},
    )
    assert thermostat(Limits(overlay=True), facts, BTC).stage == NORMAL


def test_a_week_far_below_its_highest_halves_the_size() -> None:
    limits = Limits(drawdown_week_halve=D("0.07"))
    down = replace(FACTS, worth=worth(10_000, 9_300))
    heat = thermostat(limits, down)
    assert (heat.stage, heat.factor) == (REDUCED, D("0.5"))
    assert fitted(REQUEST, limits, down).units == D(5)
    assert thermostat(limits, FACTS).factor == 1
    assert thermostat(limits, replace(FACTS, worth=None)).factor == 0
    assert thermostat(Limits(overlay=True), replace(FACTS, worth=None)).stage == NO_ENTRIES


def test_without_such_limits_nothing_is_made_smaller() -> None:
    assert not is_fitting(Limits(leverage_max=D(2)))
    each: dict[str, Any] = {name: D("0.1") for name in SIZES}
    assert all(is_fitting(Limits(**{name: value})) for name, value in each.items())
    assert is_fitting(Limits(overlay=True))
    assert is_fitting(Limits(drawdown_week_halve=D("0.1")))
    assert fit().units == REQUEST.opening


share = st.decimals(D("0.0001"), D(1), places=4)


@given(
    opening=st.decimals(D("0.0001"), D(1_000), places=4),
    equity=st.integers(-500, 50_000),
    limits=st.fixed_dictionaries(
        {},
        optional={
            "size_fixed": st.decimals(D("0.01"), D(10**6), places=2),
            "size_share": share,
            "size_atr_risk": share,
            "size_kelly": share,
            "overlay": st.booleans(),
            "kelly_regime": st.booleans(),
            "drawdown_week_halve": share,
        },
    ),
    wide=st.floats(0.01, 50),
)
def test_no_sizer_and_no_overlay_ever_enlarges(
    opening: Decimal, equity: int, limits: dict[str, Any], wide: float
) -> None:
    facts = replace(
        FACTS, worth=worth(10_000, equity), seen={BTC: seen(bars=candles(BTC, wide=wide))}
    )
    odds: dict[str, Any] = {"kelly_win_rate": D("0.9"), "kelly_payoff": D(3)}
    request = replace(REQUEST, opening=opening)
    found = fitted(request, Limits(**limits, **odds), facts)
    assert 0 <= found.units <= opening
    assert thermostat(Limits(overlay=True), facts, BTC).factor <= 1


# ---- advisers


def advised(side: Side, *said: tuple[str, float]) -> Any:
    (bias,) = ADVISERS
    facts = Facts(TradingState.ACTIVE, "", D(0), 0, biases=said)
    return bias.advise(replace(REQUEST, side=side), facts)


def test_a_bias_against_the_order_refuses_and_one_for_it_is_as_large_as_its_conviction() -> None:
    assert advised(Side.BUY).verdict.passed
    agreed = advised(Side.BUY, ("mood", 0.4))
    assert (agreed.verdict.passed, agreed.share) == (True, D("0.4"))
    against = advised(Side.SELL, ("mood", 0.4), ("other", -0.9))
    assert (against.verdict.passed, against.verdict.code) == (False, "BIAS_AGAINST")
    assert "mood" in against.verdict.text


@given(st.floats(-10, 10), st.sampled_from(Side))
def test_an_adviser_never_enlarges(value: float, side: Side) -> None:
    assert 0 < advised(side, ("mood", value)).share <= 1
    assert BiasAdviser().name == "bias"


# ---- measures


def test_a_flat_market_has_no_volatility_to_compare() -> None:
    flat = tuple(replace(bar, high=100.0, low=100.0, close=100.0) for bar in candles(BTC))
    assert volatility_ratio(flat) is None
    assert volatility_ratio(candles(BTC)) == pytest.approx(1.0, abs=0.1)
