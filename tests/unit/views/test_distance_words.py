"""How close a condition is, in words: what holds it back, whose numbers these are."""

from __future__ import annotations

import textwrap

import pytest
from msgspec.structs import replace

from lefi_tui.core.nearness import Near, NearRun, Part, Side
from lefi_tui.views.distance_view import DistancesView
from lefi_tui.views.distance_words import Told, cells, compared, heading, run_words, state, told

PRICE = "USDT per BTC"
PLACES = {PRICE: 2, "USDT": 2}.get
CLOSE = Part(
    ">",
    is_met=False,
    away=0.006,
    left=Side("close", 68_304.2),
    right=Side("top", 68_716.5),
    unit=PRICE,
)
PNL = Part(
    ">",
    is_met=False,
    away=1.0,
    left=Side("PnL(symbol)", 0.0),
    right=Side("", 5.0),
    unit="USDT",
)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (CLOSE, "412.30 USDT (0.6%) to go"),
        (PNL, "5.00 USDT to go"),
        (replace(CLOSE, sign="<", is_met=True), "true by 412.30 USDT (0.6%)"),
        (replace(CLOSE, unit="a number"), "412.3 to go"),
        (replace(CLOSE, left=Side("close")), "no value yet"),
        (replace(CLOSE, is_fixed=True, is_met=True), "always true"),
        (replace(CLOSE, is_past=True, away=None), "false, of earlier candles"),
        (replace(CLOSE, is_past=True, is_met=True, away=None), "true, of earlier candles"),
        (replace(CLOSE, is_past=True, left=Side("close[1]")), "no value yet"),
        (replace(CLOSE, away=0.0), "equal, not yet above"),
        (replace(CLOSE, away=0.0, sign="<"), "equal, not yet below"),
        (replace(CLOSE, away=0.0, sign="!="), "equal"),
        (replace(CLOSE, away=0.0, sign=">=", is_met=True), "true, just equal"),
        (replace(CLOSE, away=0.0, sign="==", is_met=True), "true"),
        (Part("==", is_met=False, left=Side("regime", text="up"), right=Side(text="x")), "false"),
        (Part("", is_met=True, left=Side("halted", 1.0)), "true"),
        (Part("", is_met=False, left=Side("halted")), "no value yet"),
        (Part("and", is_met=False, away=0.1), "false"),
    ],
)
def test_what_is_still_to_go_is_said_in_the_unit(part: Part, said: str) -> None:
    assert state(part, PLACES) == said


def test_both_sides_stand_beside_their_names() -> None:
    assert compared(CLOSE, PLACES) == "close 68,304.20 > top 68,716.50"
    assert compared(PNL, PLACES) == "PnL(symbol) 0.00 > 5.00"
    text = Part("==", is_met=False, left=Side("regime", text="up"), right=Side(text="down"))
    assert compared(text, PLACES) == 'regime "up" == "down"'
    assert compared(Part("not", is_met=True, left=Side("halted", 0.0)), PLACES) == "not halted"


@pytest.mark.parametrize(
    ("away", "count"),
    [(0.5, 0), (0.1, 1), (0.03, 2), (0.011, 2), (0.01, 3), (0.003, 4), (0.0, 4), (None, 0)],
)
def test_a_bar_grows_by_steps_of_the_gap_and_is_full_only_when_it_is_true(
    away: float | None, count: int
) -> None:
    assert cells(replace(CLOSE, away=away)) == count
    assert cells(replace(CLOSE, away=away, is_met=True)) == 5


def test_each_part_of_a_condition_has_a_line_and_the_whole_its_own() -> None:
    whole = Part("and", is_met=False, away=1.0)
    inner = Part("or", is_met=True, depth=1, text="a or b")
    fixed = replace(CLOSE, depth=1, is_fixed=True, is_met=True)
    parts = (whole, replace(CLOSE, depth=1), inner, fixed)
    near = Near(7, 0, 1, "close > top and (a or b)", was_reached=False, parts=parts)
    assert told(near, PLACES) == [
        Told(0, 0, is_met=False, state="not reached, false", about="close > top and (a or b)"),
        Told(1, 3, is_met=False, state="412.30 USDT (0.6%) to go", about=compared(CLOSE, PLACES)),
        Told(1, 5, is_met=True, state="true", about="one of: a or b"),
        Told(1, 5, is_met=True, state="always true", about=compared(CLOSE, PLACES), has_bar=False),
    ]


def test_what_this_candle_cant_change_has_no_bar() -> None:
    past = replace(CLOSE, is_past=True, away=None)
    near = Near(7, 0, 1, "close[1] > top", was_reached=True, parts=(past,))
    assert [each.has_bar for each in told(near, PLACES)] == [False]


RUN = NearRun(3, "candle BTC/USDT 1m", (), "", 1_000)
VIEW = DistancesView((RUN,), "", "demo", at_ms=60_000)


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (VIEW, "market of demo, the script's defaults, candle to 00:01 UTC"),
        (replace(VIEW, at_ms=0), "market of demo, the script's defaults, now"),
        (
            replace(VIEW, bot="near-1"),
            (
                "market of demo, the settings of bot near-1, which runs another text, states at"
                " their first values, candle to 00:01 UTC"
            ),
        ),
        (
            replace(VIEW, bot="near-1", is_bots=True),
            "bot near-1 with its settings and states, run of 00:01:00 UTC",
        ),
        (
            replace(VIEW, bot="near-1", is_bots=True, runs=(RUN, RUN)),
            "bot near-1 with its settings and states",
        ),
        (replace(VIEW, runs=()), "there is none in this script"),
        (replace(VIEW, refusal="It waits."), "It waits."),
    ],
)
def test_the_heading_says_whose_numbers_these_are(view: DistancesView, said: str) -> None:
    assert heading(view) == f"How close each condition is: {said}"


def test_a_refusal_of_a_bot_names_it_and_is_whole_in_a_narrow_window() -> None:
    refusal = "It has not run since it was started or changed."
    words = heading(replace(VIEW, bot="near-1", is_bots=True, refusal=refusal))
    assert words == f"How close each condition is of bot near-1: {refusal}"
    assert len(textwrap.wrap(words, 76)) <= 2


def test_a_handler_among_several_is_told_with_its_own_run() -> None:
    assert run_words(RUN, is_bots=True) == "candle BTC/USDT 1m: run of 00:00:01 UTC"
    assert run_words(RUN, is_bots=False) == "candle BTC/USDT 1m"
    never = replace(RUN, refusal="has not run")
    assert run_words(never, is_bots=True) == "candle BTC/USDT 1m: has not run"
