"""What becomes of a bot with another text: what goes on, what does not, and what it could spend."""

from __future__ import annotations

import pytest

from bots.automated.handover import handover
from lefi_tui.core.rewriting import Handover, Text

FIRST = """
setting weak = 30 in 5..45
setting size = 100 USDT
state seen = 0
state entry = none
on Candle("BTC/USDT", 1m) {
    seen = seen + 1
    if RSI(close, 14) < weak { Buy("BTC/USDT", size); entry = close }
}
"""


def between(after: str, *settings: tuple[str, str], is_whole: bool = False) -> Handover:
    chosen = (("weak", "25"), ("@timeframe", "300000"))
    return handover(Text(FIRST, chosen), Text(after, settings), is_whole=is_whole)


def test_chosen_settings_and_states_of_the_same_name_go_on() -> None:
    found = between(FIRST.replace("RSI(close, 14)", "RSI(close, 7)"))
    assert found.refusal == ""
    assert dict(found.settings) == {"weak": "25", "@timeframe": "300000"}
    assert found.kept == ("seen", "entry")
    assert not found.lost


def test_what_the_other_text_has_no_more_is_told() -> None:
    found = between(FIRST.replace("weak", "low_mark").replace("seen", "count"))
    assert found.lost == ("setting weak = 25: the text has none of this name",)
    assert found.kept == ("entry",)  # a state that is gone is told with its value: changes
    assert between(FIRST.replace("weak", "low_mark"), ("low_mark", "20")).refusal == ""


def test_given_settings_stand_over_those_that_were_chosen_and_alone_where_they_are_all() -> None:
    assert dict(between(FIRST, ("weak", "20")).settings)["weak"] == "20"
    assert between(FIRST, ("size", "50 USDT"), is_whole=True).settings == (("size", "50 USDT"),)


@pytest.mark.parametrize(
    ("after", "why"),
    [
        (FIRST.replace("30 in 5..45", "8 in 5..10"), "outside its bounds 5 to 10"),
        (
            FIRST.replace("seen = 0", 'seen = ""').replace("seen + 1", '"one"'),
            "and a text in the other",
        ),
        (FIRST.replace("= close }", "= 5% }"), "`entry` holds USDT per BTC"),
        ('kind indicator\nstate seen = 0\non Candle("BTC/USDT", 1m) { seen = 1 }', "of kind"),
    ],
)
def test_what_can_t_go_on_is_refused_in_words(after: str, why: str) -> None:
    assert why in between(after).refusal


def test_what_no_past_candle_can_warm_is_told_with_how_long_it_takes() -> None:
    prices = 'on PriceUpdate("BTC/USDT") { if EMA(event.price, 9) > 0 { Print("up") } }'
    assert between(FIRST).cold == ()
    (words,) = between(FIRST + prices).cold
    assert words == "price update BTC/USDT waits for 9 events first"


def test_the_largest_order_is_told_before_and_after() -> None:
    found = between(FIRST.replace("100 USDT", "250 USDT"))
    assert found.worth == (100.0, 250.0)
    assert found.more == ("buys BTC/USDT: 250 USDT",)
    assert between(FIRST.replace("100 USDT", "50 USDT")).more == ()
