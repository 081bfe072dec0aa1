"""A market that the account does not list: the refusal says where the script names it."""

from __future__ import annotations

import pytest

from bots.automated import Automated
from lefi_tui.core.desk.commands import unlisted
from tests.unit.core.desk_kit import open_desk

HANDLER = "on Candle({}, 1h) {{ Buy({}, 5%, stop_loss = 2%) }}"
LITERAL = "\n\n" + HANDLER.format('"DOGE/USDT"', '"BTC/USDT"')
SETTING = 'script "a"\nsetting coin = "DOGE/USDT"\n' + HANDLER.format("coin", "coin")
BITCOIN = SETTING.replace("DOGE", "BTC")
LISTS = "It lists BTC/USDT, BTC/USDT:USDT; change"


@pytest.mark.parametrize(
    ("source", "settings", "words"),
    [
        (LITERAL, {}, f"DOGE/USDT, which line 3 names. {LISTS} line 3."),
        (SETTING, {}, f", which line 2 names. {LISTS} the setting coin."),
        (BITCOIN, {"coin": "DOGE/USDT"}, f"{LISTS} the setting coin."),
        (BITCOIN, {}, ""),
    ],
)
def test_a_refused_start_names_the_line_and_a_setting_only_where_there_is_one(
    source: str, settings: dict[str, str], words: str
) -> None:
    told = unlisted(open_desk(), "main", Automated().needs(source, settings))
    assert told.endswith(words)
    assert bool(told) == bool(words)
