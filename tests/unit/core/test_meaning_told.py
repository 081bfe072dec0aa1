"""What a person reads before they confirm: where it says too little."""

from __future__ import annotations

from lefi_tui.views.compared import compared

FLOOR = """
state floor = %s
on Candle("PEPE/USDT", 1m) { if close < floor { Buy("PEPE/USDT", 10 USDT) } }
"""
SIZE = """
on Candle("BTC/USDT", 1m) { Buy("BTC/USDT", %s USDT) }
"""
TWO = """
setting stop = 2%% in 1%%..50%%
setting take = 2%% in 1%%..50%%
on Candle("BTC/USDT", 1m) {
    if close > 1 { Buy("BTC/USDT", 10 USDT, stop_loss = %s, take_profit = %s) }
}
"""


def test_a_small_first_value_of_a_state_is_a_change() -> None:
    told = compared(FLOOR % "0.000000012", FLOOR % "0.000000009")
    assert told.meaning is not None
    assert not told.meaning.is_same, told.words


def test_a_bot_with_a_chosen_timeframe_is_told_what_a_text_means() -> None:
    """What a bot has chosen may hold `@timeframe` too."""
    told = compared(SIZE % "10", SIZE % "10000", {"@timeframe": "300000"})
    assert told.meaning is not None, told.words
    assert told.meaning.more


def test_a_setting_that_governs_nothing_any_more_is_a_change() -> None:
    told = compared(TWO % ("stop", "take"), TWO % ("2%", "2%"))
    assert told.meaning is not None
    assert not told.meaning.is_same, told.words


def test_two_settings_that_changed_places_are_a_change() -> None:
    told = compared(TWO % ("stop", "take"), TWO % ("take", "stop"))
    assert told.meaning is not None
    assert not told.meaning.is_same, told.words
