"""A snapshot of a desk with real bots is the desk: a start from it reads no whole journal."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bots.automated import Automated
from bots.indicator import SOURCE, Indicator
from lefi_tui.core.bot import Bar
from lefi_tui.core.desk import Desk, advance
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.messages import BarsClosed, ListInstruments, OpenAccount, Sizing, StartBot
from lefi_tui.engine.snapshot import load, save
from lefi_tui.engine.standing import Standing

MINUTE = 60_000
SCRIPT = """
script "remembers"
state count = 0
state word = "none yet"
on Candle("BTC/USDT", 2m) {
    count = count + 1
    word = "{RSI(close, 3)} {close[2]}"
    if close > Highest(high, 5)[1] { Buy("BTC/USDT", 10%, stop_loss = 2%) }
}
"""


@pytest.mark.parametrize(("kind", "source"), [("automated", SCRIPT), ("indicator", SOURCE)])
def test_a_desk_with_a_real_bot_comes_back_as_it_was(kind: str, source: str) -> None:
    desk = Desk(kinds={"automated": Automated(), "indicator": Indicator()})
    rate = Decimal("0.0005")
    account = OpenAccount(
        "main", "USDT", Decimal(10_000), "simulation", "file", Sizing.AT_FILL, rate, rate
    )
    spot = Instrument("BTC/USDT", "BTC", "USDT")
    for command in (
        account,
        ListInstruments("main", (spot,)),
        StartBot("bot", kind, "main", source, at_ns=1),
    ):
        desk, _ = advance(desk, command)
    for minute in range(61):
        close = 100.0 + (minute * 7) % 13
        bar = Bar("BTC/USDT", MINUTE, minute * MINUTE, close, close + 1, close - 1, close, 1.0)
        desk, _ = advance(desk, BarsClosed("main", (minute + 1) * MINUTE, (bar,)))
    assert desk.bots["bot"].occasions > 20
    again = load(save(Standing(desk)), desk.kinds)
    assert save(again) == save(Standing(desk))
    bar = Bar("BTC/USDT", MINUTE, 61 * MINUTE, 101.0, 120.0, 90.0, 119.0, 1.0)
    more = BarsClosed("main", 62 * MINUTE, (bar,))
    assert advance(again.desk, more)[1].events == advance(desk, more)[1].events
