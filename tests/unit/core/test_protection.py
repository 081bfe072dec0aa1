"""What protects a position: levels, when the exchange is asked, what is dust."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from lefi_tui.core.instrument import Instrument
from lefi_tui.core.order import Level, LevelKind, Side
from lefi_tui.core.protection import (
    MISSING,
    REARM_AGAIN_NS,
    REFUSED,
    RETRY_NS,
    STOP,
    TARGET,
    TARGET_TRIES_MAX,
    TRAIL,
    Asked,
    Guard,
    Slot,
    is_better,
    is_dust,
    is_given_up,
    may_hang,
    rest_of,
    wanted,
)
from tests.unit.core.desk_kit import PERPETUAL, SPOT

D = Decimal
TICK = D("0.1")


def asked(value: str, kind: LevelKind = LevelKind.PERCENT) -> Asked:
    return Asked(Level(kind, D(value)), "entry", "bot")


LONG = Guard(Side.BUY, "entry", stop=asked("0.02"), best=D(100))
SHORT = Guard(Side.SELL, "entry", stop=asked("0.02"), best=D(100))


@pytest.mark.parametrize(
    ("guard", "leg", "price"),
    [
        (LONG, STOP, "98.0"),
        (SHORT, STOP, "102.0"),
        (replace(LONG, trail=asked("0.05")), STOP, "98.0"),  # the nearer of the two hangs
        (replace(LONG, trail=asked("0.05"), best=D(110)), TRAIL, "104.5"),
        (replace(SHORT, trail=asked("0.05"), best=D(90)), TRAIL, "94.5"),
        (replace(LONG, stop=None, trail=asked("7", LevelKind.PRICE)), TRAIL, "93.0"),
        (replace(LONG, stop=asked("97.04", LevelKind.PRICE)), STOP, "97.0"),
    ],
)
def test_of_stop_and_trail_the_nearer_one_hangs_on_the_tick(
    guard: Guard, leg: str, price: str
) -> None:
    hang = wanted(guard, STOP, D(100), TICK)
    assert hang is not None
    assert (hang.leg, hang.price) == (leg, D(price))


def test_a_percent_hangs_on_the_average_entry_price_and_a_target_earns_what_it_says() -> None:
    guard = replace(LONG, target=asked("0.0301"))
    moved = wanted(guard, STOP, D(104), TICK)
    target = wanted(guard, TARGET, D(104), TICK)
    assert moved is not None
    assert target is not None
    assert (moved.price, target.price) == (D("101.9"), D("107.2"))  # 107.1304, rounded up
    assert wanted(LONG, TARGET, D(104), TICK) is None


def test_a_level_at_no_price_at_all_is_none() -> None:
    assert wanted(replace(LONG, stop=asked("1.5")), STOP, D(100), TICK) is None


def test_a_trail_follows_by_steps_that_are_worth_a_move_and_never_back() -> None:
    guard = replace(LONG, trail=asked("0.05"))
    prices = ["99", "100.04", "100.06", "0"]
    assert [is_better(guard, D(price)) for price in prices] == [False, False, True, False]
    short = replace(SHORT, trail=asked("0.05"))
    assert [is_better(short, D(price)) for price in prices[:3]] == [True, False, False]
    assert not is_better(LONG, D(200))  # it has no trail


def test_one_that_is_refused_is_tried_again_later_each_time_and_a_target_not_for_ever() -> None:
    slot = Slot("a", at_ns=0, tries=1, ended=REFUSED)
    assert not may_hang(slot, STOP, RETRY_NS - 1)
    assert may_hang(slot, STOP, RETRY_NS)
    third = replace(slot, tries=3)
    assert not may_hang(third, STOP, 4 * RETRY_NS - 1)
    assert may_hang(third, STOP, 4 * RETRY_NS)
    many = replace(slot, tries=TARGET_TRIES_MAX)
    assert may_hang(many, STOP, REARM_AGAIN_NS)
    assert not may_hang(many, TARGET, REARM_AGAIN_NS)


def test_one_that_vanishes_is_hung_again_once_and_not_again_for_a_while() -> None:
    gone = Slot("a", ended=MISSING)
    assert may_hang(gone, STOP, 5)
    again = replace(gone, rearmed_ns=5)
    assert not may_hang(again, STOP, 6)
    assert is_given_up(again, STOP, 6)
    assert may_hang(again, STOP, 5 + REARM_AGAIN_NS)


@pytest.mark.parametrize(
    ("instrument", "units", "price", "is_so"),
    [
        (SPOT, "0.0004", "60000", True),  # below the step
        (SPOT, "0.001", "4000", True),  # worth less than the least order
        (SPOT, "0.001", "60000", False),
        (PERPETUAL, "-0.0004", "60000", True),
        (PERPETUAL, "-0.001", "1", False),  # a reducing order needs no least value
        (SPOT, "0", "60000", False),
        (None, "0.0004", "60000", False),
    ],
)
def test_a_rest_that_no_order_can_sell_is_dust(
    instrument: Instrument | None, units: str, price: str, *, is_so: bool
) -> None:
    assert is_dust(instrument, D(units), D(price)) is is_so


def test_a_fee_taken_in_base_leaves_a_rest_that_is_known_before() -> None:
    assert rest_of(SPOT, D("0.010"), D("0.001")) == D("0.00099")
    assert rest_of(SPOT, D("0.010"), D(0)) == 0
    assert rest_of(PERPETUAL, D("0.010"), D("0.001")) == 0
