"""Money: rounding goes where its name says, sums keep every digit, doubles come back."""

from __future__ import annotations

import math
from decimal import Decimal, Inexact, InvalidOperation, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lefi_tui.core.money import (
    MONEY,
    at_least,
    at_most,
    ceil_to,
    exact_sum,
    floor_to,
    from_double,
    grained,
    nearest_to,
    to_double,
    toward_zero,
    words,
)

D = Decimal
STEPS = st.one_of(
    st.sampled_from([D(text) for text in ("0.3", "0.0025", "1E-8", "1", "7", "0.5", "1000")]),
    st.decimals(D("0.000001"), D(1_000), places=6),
)
VALUES = st.one_of(
    st.decimals(D(-((10) ** 12)), D(10) ** 12, allow_nan=False),
    st.floats(-1e12, 1e12).map(from_double),
)


# Fractions are the witness: they round nothing and know nothing of a context.


def steps_of(step: Decimal, value: Decimal) -> Fraction:
    return Fraction(value) / Fraction(step)


@given(step=STEPS, value=VALUES)
def test_a_floor_is_the_last_multiple_not_above(step: Decimal, value: Decimal) -> None:
    assert steps_of(step, floor_to(step, value)) == math.floor(steps_of(step, value))


@given(step=STEPS, value=VALUES)
def test_a_ceiling_is_the_first_multiple_not_below(step: Decimal, value: Decimal) -> None:
    assert steps_of(step, ceil_to(step, value)) == math.ceil(steps_of(step, value))


@given(step=STEPS, value=VALUES)
def test_the_nearest_is_the_nearest_and_of_two_the_even_one(step: Decimal, value: Decimal) -> None:
    assert steps_of(step, nearest_to(step, value)) == round(steps_of(step, value))


@given(step=STEPS, value=VALUES)
def test_amounts_are_cut_never_enlarged(step: Decimal, value: Decimal) -> None:
    assert steps_of(step, toward_zero(step, value)) == math.trunc(steps_of(step, value))


def test_a_tie_goes_to_the_even_multiple() -> None:
    tick = D("0.1")
    pairs = [("0.25", "0.2"), ("0.35", "0.4"), ("-0.25", "-0.2"), ("-0.35", "-0.4"), ("0.05", "0")]
    for value, nearest in pairs:
        assert nearest_to(tick, D(value)) == D(nearest)
    assert nearest_to(tick, D("0.26")) == D("0.3")
    assert nearest_to(tick, D("0.3")) == D("0.3")


def test_a_value_a_hair_below_a_step_stays_below() -> None:
    # A quotient of 34 digits says 3.000 here, and would sell what is not held.
    assert floor_to(D("0.3"), D("0.8999999999999999999999999999999999999")) == D("0.6")
    assert ceil_to(D("0.3"), D("0.9000000000000000000000000000000000001")) == D("1.2")


def test_a_step_of_zero_says_that_there_is_none() -> None:
    for fit in (floor_to, ceil_to, nearest_to, toward_zero):
        assert fit(D(0), D("1.23456789")) == D("1.23456789")


def test_a_negative_step_is_a_bug() -> None:
    with pytest.raises(AssertionError, match="a step of"):
        floor_to(D("-0.1"), D(1))


@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_a_double_comes_back_as_the_same_double(value: float) -> None:
    again = to_double(from_double(value))
    assert again == value
    assert math.copysign(1.0, again) == math.copysign(1.0, value)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_never_becomes_money(value: float) -> None:
    with pytest.raises(ValueError, match="no amount of money"):
        from_double(value)


def test_a_double_is_read_by_its_shortest_digits() -> None:
    assert from_double(0.1) == D("0.1")
    assert from_double(1e-7) == D("1E-7")
    assert from_double(0.1 + 0.2) == D("0.30000000000000004")


@given(values=st.lists(st.decimals(D(-((10) ** 15)), D(10) ** 15, places=18), max_size=8))
def test_a_sum_keeps_every_digit_in_any_order(values: list[Decimal]) -> None:
    total = exact_sum(values)
    assert total == exact_sum(reversed(values))
    assert Fraction(total) == sum(map(Fraction, values))


def test_a_sum_that_would_lose_a_digit_stops_the_program() -> None:
    with pytest.raises(Inexact):
        exact_sum([D(10) ** 60, D("0.1")])
    with pytest.raises(InvalidOperation):
        floor_to(D("1E-18"), D(10) ** 50)


@given(value=st.decimals(D(-((10) ** 20)), D(10) ** 20, places=25))
def test_the_books_grain_is_half_a_grain_from_the_amount(value: Decimal) -> None:
    grain = grained(value)
    assert grain.as_tuple().exponent == -18
    assert abs(Fraction(value) - Fraction(grain)) * 2 <= Fraction(1, 10**18)


@given(step=STEPS, value=VALUES)
def test_no_result_hangs_on_the_threads_own_digits(step: Decimal, value: Decimal) -> None:
    told = [fit(step, value) for fit in (floor_to, ceil_to, nearest_to, toward_zero, _grained)]
    with localcontext(prec=5):
        again = [fit(step, value) for fit in (floor_to, ceil_to, nearest_to, toward_zero, _grained)]
    assert told == again


def _grained(_step: Decimal, value: Decimal) -> Decimal:
    return grained(value)


def test_prices_have_at_least_34_digits_and_nonsense_stops() -> None:
    assert MONEY.prec >= 34
    for wrong in ((D(1), D(0)), (D(0), D(0))):
        with pytest.raises(ArithmeticError):
            MONEY.divide(*wrong)


def test_people_read_thousands_and_no_trailing_zeros() -> None:
    pairs = [
        ("12500", "12,500"),
        ("12500.50", "12,500.5"),
        ("0", "0"),
        ("0E-18", "0"),
        ("-0.5", "-0.5"),
        ("-1234.25", "-1,234.25"),
        ("1E+6", "1,000,000"),
        ("1E-8", "0.00000001"),
        ("1E+24", "1,000,000,000,000,000,000,000,000"),
        ("-1.23456E+300", "-1.235E+300"),  # a slip of a script, not an amount
    ]
    for value, shown in pairs:
        assert words(D(value)) == shown


@pytest.mark.parametrize(
    ("value", "needed", "there"),
    [
        ("1000999.6049582529", "1,000,999.61", "1,000,999.6"),
        ("0.0123456789", "0.01234568", "0.01234567"),
        ("12.5", "12.5", "12.5"),
        ("0", "0", "0"),
        ("1e40", "1.000E+40", "1.000E+40"),
    ],
)
def test_money_in_words_is_never_less_than_needed_nor_more_than_there_is(
    value: str, needed: str, there: str
) -> None:
    assert (at_least(Decimal(value)), at_most(Decimal(value))) == (needed, there)
