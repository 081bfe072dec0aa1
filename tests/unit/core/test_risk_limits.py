"""Limits as text and back, the strictest of several, the trader's day, the calendar."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lefi_tui.core.bot import Bar
from lefi_tui.core.order import Side
from lefi_tui.core.risk import events
from lefi_tui.core.risk.facts import Held
from lefi_tui.core.risk.hours import is_open, windows_wrong
from lefi_tui.core.risk.limits import (
    ABOUT,
    NONE,
    SETTINGS,
    LimitError,
    Limits,
    from_text,
    strictest,
    symbols_of,
    to_text,
)
from lefi_tui.core.risk.limits import (
    given as given_limits,
)
from lefi_tui.core.risk.measures import anomalies, atr, average_price, correlation
from lefi_tui.core.risk.periods import Calendar, first_worth, worth_after
from lefi_tui.core.risk.release import Release
from tests.unit.core.test_risk_checks import BTC, HOUR_MS, NOW_NS, REQUEST, candles

D = Decimal


# ---- text


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("order_notional_max", "2_500.5", D("2500.5")),
        ("orders_per_minute_max", "30", 30),
        ("overlay", "yes", True),
        ("overlay", "no", False),
        ("symbols_allowed", "BTC/USDT, ETH/USDT", "BTC/USDT, ETH/USDT"),
        ("day_zone", "Europe/Berlin", "Europe/Berlin"),
        ("day_starts_at", "", "00:00"),
        ("leverage_max", "none", None),
    ],
)
def test_a_limit_is_read_from_text(name: str, text: str, value: object) -> None:
    assert from_text(name, text) == value
    assert from_text(name, to_text(value)) == value


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("levrage_max", "3", "There is no limit 'levrage_max'"),
        ("overlay", "maybe", "yes or no"),
        ("leverage_max", "x", "is a number"),
        ("leverage_max", "nan", "is a number"),
        ("leverage_max", "0.5", "1 or more"),
        ("orders_per_minute_max", "1.5", "whole number"),
        ("risk_share_max", "2", "1 or less"),
        ("daily_loss_max", "0", "greater than 0"),
        ("day_starts_at", "24:00", "no time of day"),
        ("day_zone", "Mars/Olympus", "no time zone"),
        ("day_zone", "../etc/passwd", "no time zone"),
        ("symbols_allowed", "BTC/USDT, DOGE", "'DOGE' is no market"),
        ("symbols_allowed", "B/U," * 600, "over 2000 letters"),
    ],
)
def test_what_no_limit_can_be_is_refused_in_words(name: str, text: str, why: str) -> None:
    with pytest.raises(LimitError, match=why):
        from_text(name, text)


def test_only_what_is_set_is_given() -> None:
    assert given_limits(NONE) == ()
    assert given_limits(Limits(leverage_max=D(3), overlay=True)) == (
        ("leverage_max", "3"),
        ("overlay", "yes"),
    )
    assert all(each.meaning for each in ABOUT.values())


# ---- the strictest


def test_the_strictest_of_four_places_counts_whichever_it_is() -> None:
    force = strictest(
        (
            (SETTINGS, Limits(order_notional_max=D(500), day_starts_at="08:00", overlay=True)),
            ("desk", Limits(order_notional_max=D(900), cooldown_minutes=15)),
            ("account/demo", Limits(order_notional_max=D(200), cooldown_minutes=10)),
            ("bot/ema", Limits(cooldown_minutes=30, day_starts_at="09:00")),
        )
    )
    limits = force.limits
    assert (limits.order_notional_max, limits.cooldown_minutes) == (D(200), 30)
    assert limits.day_starts_at == "08:00"
    assert limits.overlay
    assert force.places == {"order_notional_max": "account/demo", "cooldown_minutes": "bot/ema"}


def test_lists_of_markets_leave_what_stands_in_both() -> None:
    both = strictest(
        (
            (SETTINGS, Limits(symbols_allowed="BTC/USDT, ETH/USDT")),
            ("desk", Limits(symbols_allowed="ETH/USDT, SOL/USDT")),
        )
    )
    assert symbols_of(both.limits.symbols_allowed) == ("ETH/USDT",)
    none = strictest(
        (
            (SETTINGS, Limits(symbols_allowed="BTC/USDT")),
            ("desk", Limits(symbols_allowed="ETH/USDT")),
        )
    )
    assert BTC not in symbols_of(none.limits.symbols_allowed)
    assert none.limits.symbols_allowed


def test_hours_of_two_places_must_both_be_open() -> None:
    force = strictest(
        (
            (SETTINGS, Limits(trading_hours="08:00-12:00, 14:00-17:00")),
            ("desk", Limits(trading_hours="11:00-16:00 UTC")),
        )
    )
    hours = force.limits.trading_hours
    assert windows_wrong(hours) == ""
    found = [hour for hour in range(24) if is_open(hours, at(f"2026-01-05T{hour:02}:30"))]
    assert found == [11, 14, 15]
    assert "no hours" in windows_wrong("08:00")
    assert "no time zone" in windows_wrong("08:00-09:00 Mars/X")


# ---- the day


def at(text: str, zone: str = "UTC") -> int:
    moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    return int(moment.timestamp()) * 1_000_000_000


def test_a_day_begins_at_the_traders_hour_and_also_over_a_change_of_the_clocks() -> None:
    berlin = Calendar("17:00", "Europe/Berlin")
    day, week, month = berlin.day(at("2026-03-29 16:59:59", "Europe/Berlin"))
    after = berlin.day(at("2026-03-29 17:00:00", "Europe/Berlin"))
    assert after[0] == day + 1
    # A day that began on Sunday at 17:00 is still Sunday's; Monday's begins a week.
    assert after[1] == week
    assert berlin.day(at("2026-03-30 17:00:00", "Europe/Berlin"))[1] == week + 1
    assert berlin.day(at("2026-04-01 17:00:00", "Europe/Berlin"))[2] == month + 1


def test_what_was_lost_over_the_boundary_counts_to_the_new_day() -> None:
    calendar = Calendar()
    worth = first_worth(at("2026-01-05 10:00:00"), D(10_000), calendar)
    worth = worth_after(worth, at("2026-01-05 23:00:00"), D(10_400), calendar)
    assert (worth.day_loss, worth.day_peak) == (D(-400), D(10_400))
    worth = worth_after(worth, at("2026-01-06 08:00:00"), D(10_100), calendar)
    assert (worth.day_loss, worth.day_start) == (D(300), D(10_400))
    assert worth.below(worth.week_peak) == D(300) / D(10_400)
    assert worth.below(D(0)) == 0


def test_a_clock_set_back_begins_no_day_anew() -> None:
    calendar = Calendar()
    worth = first_worth(at("2026-01-05 10:00:00"), D(10_000), calendar)
    worth = worth_after(worth, at("2026-01-04 10:00:00"), D(9_000), calendar)
    assert worth.day_loss == D(1_000)
    assert worth_after(worth, at("2026-01-05 11:00:00"), D(9_000), calendar).day_loss == D(1_000)


# ---- the calendar


def test_the_usual_releases_come_at_about_their_times_and_say_so() -> None:
    since = at("2026-01-01 00:00:00") // 1_000_000
    month = events.between((), since, since + 31 * events.DAY_MS, with_templates=True)
    named = {each.name: datetime.fromtimestamp(each.at_ms // 1_000, UTC) for each in month}
    assert named["NFP"].isoformat() == "2026-01-02T13:30:00+00:00"
    assert named["FOMC"].isoformat() == "2026-01-28T19:00:00+00:00"
    assert set(named) == {name for name, _, _, _ in events.TEMPLATES}
    assert all(each.is_approximate for each in month)
    assert sum(each.name == "jobless claims" for each in month) == 5


def test_entries_are_locked_from_half_an_hour_before_to_an_hour_after() -> None:
    own = (Release(100 * HOUR_MS, "CPI"), Release(100 * HOUR_MS, "minutes", "medium"))
    locked = [
        minute
        for minute in range(-40, 71)
        if events.locking(own, 100 * HOUR_MS + minute * 60_000, with_templates=False)
    ]
    assert (locked[0], locked[-1]) == (-30, 60)
    near = events.between(own, 0, 200 * HOUR_MS, with_templates=False)
    assert [each.name for each in near] == ["CPI", "minutes"]


# ---- measures and facts


def test_few_candles_say_nothing() -> None:
    assert atr(candles(BTC)[:14]) is None
    assert anomalies(candles(BTC)[:19], 0, None) is None
    assert correlation(candles(BTC)[:30], candles(BTC)) is None
    flat = tuple(Bar(BTC, HOUR_MS, bar.time_ms, 1, 1, 1, 1, 0) for bar in candles(BTC))
    assert correlation(flat, flat) is None
    assert correlation(candles(BTC), candles(BTC)) == pytest.approx(1)
    found = anomalies(flat, NOW_NS // 1_000_000, None)
    assert found == []


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(1, 9)), max_size=5), st.integers(1, 60))
def test_a_walk_through_the_book_pays_between_its_first_and_last_level(
    levels: list[tuple[int, int]], units: int
) -> None:
    side = [(D(price), D(there)) for price, there in sorted(levels)]
    average = average_price(side, D(units))
    if average is None:
        assert sum(there for _, there in levels) < units
    else:
        assert side[0][0] <= average <= side[-1][0]


def test_a_stop_beyond_the_mark_of_a_short_stakes_what_is_between() -> None:
    short = Held(BTC, D(-2), D(100), stop=D(103))
    assert (short.worth, short.at_stake) == (D(200), D(6))
    assert Held(BTC, D(2), D(100), stop=D(101)).at_stake == 0
    assert REQUEST.side is Side.BUY
