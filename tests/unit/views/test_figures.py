"""Values of a script as the desk shows them: by tick, thousands apart, never falsely nothing."""

from __future__ import annotations

import math

import pytest

from lefi_tui.views.desk_view import PriceRow
from lefi_tui.views.figures import figure, gap, places_in, printed, share

PRICE = "USDT per BTC"


def row(symbol: str, places: int, account: str = "demo") -> PriceRow:
    return PriceRow(account, symbol, 1.0, 1.0, 1.0, None, 0, places, 0, 1_000)


ROWS = (row("BTC/USDT:USDT", 1), row("BTC/USDT", 2), row("BTC/USDT", 4, "other"))
DEMO = places_in(ROWS, "demo", ["BTC/USDT"])


def test_a_price_has_the_places_of_the_scripts_own_market_else_of_one_like_it() -> None:
    assert DEMO(PRICE) == 2
    assert places_in(ROWS, "demo")(PRICE) == 1
    assert places_in(ROWS, "other")(PRICE) == 4
    assert places_in((), "demo")(PRICE) is None


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        (48_713.70481239, PRICE, "48,713.70"),
        (48_713.70481239, "EUR per BTC", "48,713.7"),
        (0.004, PRICE, "0.004"),  # below the tick, and not nothing
        (1e-12, PRICE, "1e-12"),
        (12_500.0, "USDT", "12,500.00"),
        (0.0, "USDT", "0.00"),
        (0.00123456, "BTC", "0.00123456"),
        (1_234_567.0, "a plain number", "1,234,567"),
        (57.21344567, "a number", "57.2134"),
        (-0.0, "a number", "0"),
        (0.0512, "a percent", "5.12%"),
        (300_000.0, "a duration", "300 s"),
        (1_763_704_800_000.0, "a time", "2025-11-21 06:00"),
        (math.nan, PRICE, "none"),
        (None, PRICE, "none"),
        (math.inf, "a number", "inf"),
    ],
)
def test_a_value_is_told_by_its_unit(value: float | None, unit: str, told: str) -> None:
    assert figure(value, unit, DEMO) == told


def test_a_gap_has_a_unit_of_its_own() -> None:
    assert gap(412.3, PRICE, DEMO) == "412.30 USDT"
    assert gap(5.0, "USDT", DEMO) == "5.00 USDT"
    assert gap(0.5, "BTC", DEMO) == "0.5 BTC"
    assert gap(27.2, "a number", DEMO) == "27.2"
    assert gap(0.1, "a percent", DEMO) == "10 points"
    assert gap(60_000.0, "a time", DEMO) == "60 s"


def test_a_share_has_two_digits_that_count() -> None:
    assert [share(each) for each in (0.5842, 0.1, 0.00273, 0.000123, 0.0)] == [
        *("58%", "10%", "0.27%", "0.012%", "0%"),
    ]


def test_what_a_script_printed_is_shown_by_the_unit_and_words_stay_words() -> None:
    assert printed("48713.70481239", PRICE, DEMO) == "48,713.70"
    assert printed("5.12345678%", "a percent", DEMO) == "5.12346%"
    assert printed("true", "a condition", DEMO) == "true"
    assert printed("1234567", "a text", DEMO) == "1234567"
    assert printed("none", PRICE, DEMO) == "none"
