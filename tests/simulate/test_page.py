"""A backtest as a page: what the page says is what the report of the same run says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lefi_tui.cli import main
from lefi_tui.simulate.event_way import backtest
from lefi_tui.simulate.page import view_of
from lefi_tui.views import numbers
from tests.simulate.test_event_way import SOURCE, asked, candles


def test_the_view_has_the_numbers_of_the_result_and_every_candle_in_its_curve(
    tmp_path: Path,
) -> None:
    result = backtest(asked(tmp_path))
    view = view_of(result, 1)
    assert [float(each.pnl) for each in reversed(view.trades)] == [
        each.pnl for each in result.trades
    ]
    assert (
        view.ratios.fall_max
        == result.numbers.max_drawdown
        == max(each.fall for each in view.points)
    )
    assert [each.equity for each in view.points] == list(result.equity)
    assert [each.at_ns // 10**6 for each in view.points] == [
        each * 60_000 for each in range(len(result.equity))
    ]
    assert view.holds[0].yield_share == result.buy_and_hold
    assert [float(each) for each in (view.holds[0].first, view.holds[0].last)] == [100, 108]


def test_the_command_writes_the_page_beside_its_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script, out = tmp_path / "two.lefi", tmp_path / "out" / "two.html"
    script.write_text(SOURCE)
    data = candles(tmp_path / "a.csv")
    arguments = ["backtest", str(script), "--data", str(data), "--html", str(out), "--json"]
    assert main(arguments) == 0
    said = capsys.readouterr()
    report = json.loads(said.out)
    assert f"Written: {out}" in said.err
    page = out.read_text()
    assert "SIMULATION" in page
    assert numbers.share(report["return"]) in page
    assert numbers.share(report["buy_and_hold"]) in page
    assert "dashed" not in page  # no curve of holding is drawn here
