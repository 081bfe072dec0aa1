"""The scale of a fall from the peak: the deepest stands on it, on a screen and on a page."""

from __future__ import annotations

import re

import pytest

from lefi_tui.views import numbers
from lefi_tui.views.report_drawing import fall_drawing, falls
from lefi_tui.views.report_view import Point
from widgets.lines import Frame, Row
from widgets.report_picture import fall_picture

HOUR_NS = 3_600_000_000_000
WIDTH = 60


def fallen(deepest: float) -> tuple[Point, ...]:
    """A fall of this share, and half of the way back."""
    shares = (0.0, deepest / 3, deepest, deepest / 2)
    return tuple(
        Point(10**18 + number * HOUR_NS, 100 * (1 - share), share)
        for number, share in enumerate(shares)
    )


@pytest.mark.parametrize("rows", [3, 4, 5, 9])
@pytest.mark.parametrize("deepest", [0.0251, 0.07, 0.5, 0.999])
def test_the_deepest_fall_stands_at_the_end_of_its_scale(deepest: float, rows: int) -> None:
    words = f"-{deepest:.2%}"
    picture = fall_picture(fallen(deepest), Frame(WIDTH, rows))
    assert picture[-1].text.strip().startswith(words)
    assert picture[0].text.strip().startswith("0.00%")
    assert f">{words}</text>" in fall_drawing(fallen(deepest))


@pytest.mark.parametrize("rows", [3, 4, 5, 9])
def test_no_two_values_of_it_share_a_row(rows: int) -> None:
    for percent in range(1, 1_000):
        low = -percent / 10
        at = [round(value / low * (rows - 1)) for value in falls(low, 1 / (rows - 1))]
        assert len(set(at)) == len(at)


@pytest.mark.parametrize("rows", [4, 9])
def test_a_fall_of_nearly_nothing_is_drawn_small_and_named_with_a_digit_that_counts(
    rows: int,
) -> None:
    picture = fall_picture(fallen(0.00004), Frame(WIDTH, rows))
    assert picture[-1].text.strip().startswith("-0.20%")
    assert all(not curve(row) for row in picture[rows // 2 :])
    assert "-0.00%" not in "".join(row.text for row in picture)
    assert ">-0.20%</text>" in fall_drawing(fallen(0.00004))
    assert [numbers.percent(each) for each in (0.00004, 0.0251, 0.0, None)] == [
        "0.004%",
        "2.51%",
        "0.00%",
        numbers.UNKNOWN,
    ]


def curve(row: Row) -> bool:
    return any("\u2800" < cell <= "\u28ff" for cell in row.text)


def test_where_nothing_fell_the_scale_still_begins_at_none() -> None:
    text = "\n".join(row.text for row in fall_picture(fallen(0.0), Frame(WIDTH, 4)))
    assert re.findall(r"-?\d+\.\d+%", text)[0] == "0.00%"
