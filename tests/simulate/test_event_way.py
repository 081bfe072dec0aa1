"""A backtest of a script over candle files: what fits, what is refused, what the report says."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from lefi_tui.errors import MarketFileError, ScriptRefusedError, SettingRefusedError, UsageError
from lefi_tui.requests import BacktestRequest, Costs, MarketFile, Window
from lefi_tui.simulate.event_way import backtest

SOURCE = """
script "two lines"
setting symbol = "BTC/USDT"
setting size = 50% in 1%..100%
on Candle(symbol, 1m) {
    if close > close[1] and Position(symbol) == 0 { Buy(symbol, size, stop_loss = 5%) }
    if close < close[1] and Position(symbol) > 0 { Close(symbol) }
}
"""
CLOSES = (100, 101, 102, 103, 101, 100, 99, 104, 106, 108)
KEYS = frozenset(
    {
        *("script", "symbol", "timeframe", "candles", "from", "to", "way", "seconds"),
        *("candles_per_second", "start_equity", "final_equity", "return", "max_drawdown"),
        *("sharpe", "sortino", "cagr", "win_rate", "profit_factor", "exposure", "fees"),
        *("buy_and_hold", "trades", "open"),
    }
)
TRADE_KEYS = [
    *("symbol", "side", "units", "entry_time", "entry_price", "exit_time", "exit_price"),
    *("fees", "pnl", "reason"),
]


def candles(path: Path, step_s: int = 60, closes: tuple[float, ...] = CLOSES) -> Path:
    lines = ["time,open,high,low,close,volume"]
    before = closes[0]
    for number, close in enumerate(closes):
        high, low = max(before, close), min(before, close)
        lines.append(f"{number * step_s},{before},{high},{low},{close},1")
        before = close
    path.write_text("\n".join(lines) + "\n")
    return path


def asked(tmp_path: Path, source: str = SOURCE, symbol: str = "") -> BacktestRequest:
    file = MarketFile(candles(tmp_path / "a.csv"), symbol)
    return BacktestRequest(Path("two.lefi"), source, (file,))


def test_the_report_has_every_promised_key_and_is_json(tmp_path: Path) -> None:
    report = backtest(asked(tmp_path)).report()
    assert set(report) >= KEYS
    assert list(report["trades"][0]) == TRADE_KEYS
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert (report["symbol"], report["timeframe"], report["way"]) == ("BTC/USDT", "1m", "event")
    assert (report["candles"], report["from"], report["to"]) == (10, 0, 600_000)


def test_orders_of_a_close_fill_at_the_next_open(tmp_path: Path) -> None:
    result = backtest(replace(asked(tmp_path), costs=Costs(maker=Decimal(0), taker=Decimal(0))))
    (first,) = result.trades
    assert (first.entry_time, first.entry_price) == (120_000, 101)
    assert (first.exit_time, first.exit_price, first.reason) == (300_000, 101, "close")
    (held,) = result.open
    assert (held.entry_time, held.price) == (480_000, 108)
    assert result.equity[0] == 10_000
    assert len(result.equity) == 11


def test_settings_cash_and_fees_are_taken(tmp_path: Path) -> None:
    request = replace(
        asked(tmp_path),
        settings=(("size", "10%"),),
        costs=Costs(cash=Decimal(1_000), taker=Decimal("0.01")),
    )
    result = backtest(request)
    assert result.trades[0].units == pytest.approx(100 / (101 * 1.01), abs=1e-8)
    assert result.equity[0] == 1_000


def test_the_market_can_be_chosen_or_is_named_by_the_data(tmp_path: Path) -> None:
    chosen = replace(asked(tmp_path), symbol="ETH/USDT")
    assert backtest(chosen).symbols == ("ETH/USDT",)
    named = asked(tmp_path, symbol="SOL/USDT:USDT")
    result = backtest(named)
    assert result.symbols == ("SOL/USDT:USDT",)
    assert any("no funding column" in each for each in result.notices)


def test_the_timeframe_can_be_chosen(tmp_path: Path) -> None:
    result = backtest(replace(asked(tmp_path), timeframe_ms=120_000))
    assert (result.timeframe_ms, result.data_ms, result.candles) == (120_000, 60_000, 10)


def test_a_part_of_the_data_can_be_chosen(tmp_path: Path) -> None:
    result = backtest(replace(asked(tmp_path), window=Window(120_000, 480_000)))
    assert (result.candles, result.from_ms, result.to_ms) == (6, 120_000, 480_000)


def test_coarser_data_is_refused(tmp_path: Path) -> None:
    request = replace(asked(tmp_path), files=(MarketFile(candles(tmp_path / "b.csv", step_s=300)),))
    with pytest.raises(MarketFileError, match="can't be built"):
        backtest(request)
    with pytest.raises(MarketFileError, match="can't be built"):
        backtest(replace(asked(tmp_path), timeframe_ms=90_000))
    reads = SOURCE + "\non Start { Print(Candles(symbol, 90s).close) }"
    with pytest.raises(MarketFileError, match="can't be built"):
        backtest(asked(tmp_path, reads))


def test_markets_without_data_and_data_without_a_market_are_refused(tmp_path: Path) -> None:
    source = SOURCE + '\non PriceUpdate("ETH/USDT") { Print("x") }'
    with pytest.raises(UsageError, match="no data for ETH/USDT"):
        backtest(asked(tmp_path, source, "BTC/USDT"))
    request = asked(tmp_path, symbol="BTC/USDT")
    more = MarketFile(candles(tmp_path / "b.csv"), "XRP/USDT")
    with pytest.raises(UsageError, match="does not name XRP/USDT"):
        backtest(replace(request, files=(*request.files, more)))
    with pytest.raises(UsageError, match="no candle file"):
        backtest(replace(request, files=()))


def test_markets_of_two_currencies_or_timeframes_are_refused(tmp_path: Path) -> None:
    source = 'on PriceUpdate("A/USDT") { Print("{Spot("B/EUR")}") }'
    files = (
        MarketFile(candles(tmp_path / "a.csv"), "A/USDT"),
        MarketFile(candles(tmp_path / "b.csv", step_s=300), "B/EUR"),
    )
    request = BacktestRequest(Path("x.lefi"), source, files)
    with pytest.raises(MarketFileError, match="one timeframe"):
        backtest(request)
    files = (files[0], MarketFile(candles(tmp_path / "b.csv"), "B/EUR"))
    with pytest.raises(ScriptRefusedError, match="EUR, USDT"):
        backtest(replace(request, files=files))


def test_a_script_with_errors_and_a_wrong_setting_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ScriptRefusedError, match="LF"):
        backtest(asked(tmp_path, SOURCE.replace("Buy", "Byu")))
    with pytest.raises(SettingRefusedError, match="`abc` is no value for `size`") as refused:
        backtest(replace(asked(tmp_path), settings=(("size", "abc"),)))
    assert refused.value.where == "--set size=abc"
    assert refused.value.next_step.startswith("Write --set size=… with a percent, ")
    with pytest.raises(UsageError, match="no setting 'sise'"):
        backtest(replace(asked(tmp_path), settings=(("sise", "1%"),)))
    with pytest.raises(SettingRefusedError, match="`size` is outside its bounds"):
        backtest(replace(asked(tmp_path), settings=(("size", "500%"),)))


def test_refused_orders_are_reported_with_their_reasons(tmp_path: Path) -> None:
    source = """
    on Candle("BTC/USDT", 1m) {
        Buy("BTC/USDT", 1_000, stop_loss = 1%)
        Sell("BTC/USDT", 1, at = 500)
    }
    """
    result = backtest(asked(tmp_path, source))
    codes = {each.code for each in result.refusals}
    assert {"CASH_TOO_LITTLE", "UNITS_TOO_FEW"} <= codes
    assert all(each.text for each in result.refusals)
    assert result.refusals[-1].code == "LAPSED"


def test_notices_are_counted_and_gaps_reported(tmp_path: Path) -> None:
    path = candles(tmp_path / "a.csv")
    rows = path.read_text().splitlines()
    del rows[5]
    path.write_text("\n".join(rows))
    source = 'on PriceUpdate("BTC/USDT") { Notify("{event.price}") }'
    result = backtest(BacktestRequest(Path("x.lefi"), source, (MarketFile(path),)))
    assert (result.gaps, result.notes) == (1, {"notify": 9})
    assert "1 gap; 1 candle is missing" in result.notices[0]
    done: list[tuple[int, int]] = []
    request = BacktestRequest(Path("x.lefi"), source, (MarketFile(path),))
    backtest(request, lambda *each: done.append(each))
    assert done[0] == (0, 9)


def test_what_a_script_reads_of_its_account_is_the_markets_own(tmp_path: Path) -> None:
    source = """
    state lines = 0
    on Candle("BTC/USDT", 1m) {
        lines = lines + 1
        if lines == 1 { Buy("BTC/USDT", 1, stop_loss = 50%) }
        if lines == 2 { Print("{Position("BTC/USDT")} {Entry("BTC/USDT")} {PnL("BTC/USDT")}") }
        if lines == 2 { Print("{AccountBalance()} {Equity()} {OpenOrders("BTC/USDT")}") }
        if lines == 3 { Print("{Spread("BTC/USDT")} {Bid("BTC/USDT")} {Ask("BTC/USDT")}") }
    }
    """
    result = backtest(
        replace(asked(tmp_path, source), costs=Costs(maker=Decimal(0), taker=Decimal(0)))
    )
    assert result.notes == {"print": 3}
    assert result.open[0].entry_price == 100
