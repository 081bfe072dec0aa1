"""What `lefi explain` shows: of a wrong example its code is said there, of a right one nothing."""

from __future__ import annotations

import pytest

from lefi_tui.lang.authoring.analysis import analysed
from lefi_tui.lang.diagnostic import CODES, Diagnostic
from lefi_tui.lang.explain import EXPLAINED, told
from lefi_tui.lang.program import check


def test_every_code_is_explained_and_no_other() -> None:
    assert set(EXPLAINED) == set(CODES)


@pytest.mark.parametrize("code", EXPLAINED)
def test_a_wrong_example_is_told_its_code_at_its_place_and_nothing_else(code: str) -> None:
    wrong = EXPLAINED[code].wrong
    source = wrong.replace("«", "").replace("»", "")
    start, end = wrong.index("«"), wrong.index("»") - 1
    found = [(each.code, tuple(each.span)) for each in _said(code, source)]
    assert found == [(code, (start, end))]


def _said(code: str, source: str) -> tuple[Diagnostic, ...]:
    """What hangs on the markets of the accounts is said where they are known."""
    markets = {"demo": ("BTC/USDT",)} if code == "LF259" else {}
    return analysed(source).found(markets)


@pytest.mark.parametrize("code", EXPLAINED)
def test_of_a_right_example_nothing_is_said(code: str) -> None:
    checked = check(EXPLAINED[code].right)
    assert _said(code, EXPLAINED[code].right) == ()
    assert checked.diagnostics == ()
    assert checked.program is not None


def test_the_guilty_words_are_underlined() -> None:
    assert told("LF205") == [
        "A setting's value lies outside the bounds, or is none of the choices, that the",
        "script itself gives for it. Both bounds belong to what is allowed.",
        "",
        "Wrong:",
        "  setting fast = 12 in 20..40",
        "                 ^^",
        "  on Start { Print(fast) }",
        "Right:",
        "  setting fast = 20 in 20..40",
        "  on Start { Print(fast) }",
    ]


@pytest.mark.parametrize("code", EXPLAINED)
def test_an_explanation_says_more_than_the_title(code: str) -> None:
    assert len(EXPLAINED[code].why) > len(CODES[code].title)
    assert all(len(each) <= 100 for each in told(code))
