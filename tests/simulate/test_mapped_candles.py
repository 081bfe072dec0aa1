"""Candles that stay on disk while they are used come to what candles in memory come to."""

from __future__ import annotations

import mmap
import random
from pathlib import Path

import pytest
from msgspec.structs import replace

from lefi_tui.adapters import column_cache
from lefi_tui.requests import BacktestRequest, MarketFile, Window
from lefi_tui.simulate.machine import columns, runner
from lefi_tui.simulate.machine.columns import columns_of
from lefi_tui.simulate.machine.compiled import Compiled, compile_script
from lefi_tui.simulate.prepared import prepare
from lefi_tui.simulate.result import Result
from tests.campaign.machine import market

SCRIPT = """script "Cross"
on Candle("BTC/USDT", 5m) {
    quick = EMA(close, 3)
    if CrossesAbove(close, quick) and Position("BTC/USDT") == 0 {
        Buy("BTC/USDT", 25%, stop_loss = 1%, take_profit = 1%)
    }
}
on Candle("BTC/USDT", 1h) { Print("{close}") }
"""


def test_a_run_over_mapped_candles_is_the_run_over_candles_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = market(tmp_path / "a.csv", random.Random(3), has_funding=False)
    files = (MarketFile(path, "BTC/USDT"),)
    request = BacktestRequest(Path("cross.lefi"), SCRIPT, files, columns=tmp_path / "columns")
    bare = replace(request, columns=None)
    plain = told(runner.backtest(bare))
    assert plain.trades
    monkeypatch.setattr(column_cache, "MAPPED_BYTES_MIN", 0)
    monkeypatch.setattr(runner, "AT_ONCE", 7)
    monkeypatch.setattr(columns, "AT_ONCE", 5)
    for _ in range(2):  # kept, then found
        assert told(runner.backtest(request)) == plain
    assert told(runner.backtest(replace(request, way="event"))) == replace(plain, way="event")
    part = Window(plain.from_ms + 20 * 300_000, plain.to_ms - 30 * 300_000)
    cut = [told(runner.backtest(replace(each, window=part))) for each in (bare, request)]
    assert cut[0] == cut[1]
    assert cut[0].candles < plain.candles


def told(result: Result) -> Result:
    """But for how long it took; sequences as tuples."""
    return replace(result, seconds=1.0, equity=tuple(result.equity), times=tuple(result.times))


def test_pages_that_were_passed_come_back_from_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = market(tmp_path / "a.csv", random.Random(4), has_funding=False)
    files = (MarketFile(path, "BTC/USDT"),)
    request = BacktestRequest(Path("cross.lefi"), SCRIPT, files, columns=tmp_path / "columns")
    monkeypatch.setattr(column_cache, "MAPPED_BYTES_MIN", 0)
    prepared = prepare(request)
    assert isinstance(compile_script(prepared, request), Compiled)
    (tmp_path / "full").write_text("no folder")
    for folder, count in ((tmp_path / "columns", 2), (tmp_path / "full", 1), (None, 1)):
        built = columns_of(prepared.files, prepared.bound, folder)
        before, hours = list(built.rows), list(built.candles["BTC/USDT", 3_600_000])
        assert [type(each) for each, _ in built.mapped] == [mmap.mmap] * count
        built.passed(0, len(before))
        assert list(built.rows) == before
        assert repr(list(built.candles["BTC/USDT", 3_600_000])) == repr(hours)
