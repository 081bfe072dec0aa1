"""A backtest and a run through the engine, on random candles: every field the same double."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from lefi_tui.requests import Costs
from lefi_tui.simulate.event_way import backtest
from tests.campaign.runner import Campaign
from tests.engine.file_run import request, through_the_engine
from tests.engine.test_candle_file_run import ENTRIES, FILLS, OTHERS, SHORTS, market

SCRIPTS: Final = (
    (ENTRIES, "BTC/USDT"),
    (SHORTS, "BTC/USDT:USDT"),
    (FILLS, "BTC/USDT"),
    (OTHERS, "BTC/USDT"),
)


def case(number: int, seed: int) -> str:
    source, symbol = SCRIPTS[number % len(SCRIPTS)]
    with tempfile.TemporaryDirectory(prefix="lefi-paths-") as name:
        folder = Path(name)
        has_gaps, funding = bool(number % 2), symbol.endswith(":USDT")
        chance = seed * 100_000 + number
        path = market(folder / "candles.csv", chance, has_gaps=has_gaps, funding=funding)
        asked = request(source, {symbol: path}, Costs(slippage=Costs().taker))
        direct = backtest(asked)
        (folder / "journal").mkdir()
        run = through_the_engine(asked, folder / "journal")
    if run.trades != list(direct.trades):
        return f"trades differ: {len(run.trades)} by the engine, {len(direct.trades)} directly"
    return "" if run.equity == list(direct.equity[1:]) else "equity differs"


CAMPAIGN: Final = Campaign(
    "random candles through the direct loop and through the engine: the same doubles",
    length=300,
    case=case,
)
