"""A number as a person types it: a comma is no point."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lefi_tui.views.ticket_form import UnreadableError, level, number, part_of


@pytest.mark.parametrize(
    ("typed", "meant"), [("1,500", "1500"), ("12,345,678.5", "12345678.5"), ("1_000", "1000")]
)
def test_commas_stand_between_thousands(typed: str, meant: str) -> None:
    assert number(typed, "size") == Decimal(meant)


@pytest.mark.parametrize("typed", ["0,01", "1,5", "0,010", "1,50,000", ",5", "1,5%"])
def test_a_comma_anywhere_else_is_asked_about_and_never_guessed(typed: str) -> None:
    for read in (part_of, lambda text: level(text, "stop")):
        with pytest.raises(UnreadableError, match="with a point"):
            read(typed)


def test_the_number_that_was_meant_is_shown() -> None:
    with pytest.raises(UnreadableError, match=r"size: '0,01' .* write 0\.01 with a point"):
        number("0,01", "size")
