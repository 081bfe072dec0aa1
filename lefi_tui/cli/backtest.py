"""`lefi backtest`: a script over candles of the past, by the rules a trader can check by hand."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lefi_tui.adapters.script_files import text_of
from lefi_tui.cli import simulated
from lefi_tui.cli.output import Output
from lefi_tui.cli.progress import progress
from lefi_tui.errors import NotThereYetError
from lefi_tui.requests import BacktestRequest


def run(arguments: Namespace, output: Output) -> int:
    if arguments.way == "machine":
        raise NotThereYetError("--way machine comes with a later version", where="lefi backtest")
    request = BacktestRequest(
        script=arguments.file,
        source=text_of(arguments.file),
        files=simulated.files(arguments),
        symbol=arguments.symbol or "",
        timeframe_ms=arguments.timeframe,
        window=simulated.window(arguments),
        settings=tuple(arguments.settings),
        costs=simulated.costs(arguments),
        way=arguments.way,
        limits=simulated.limits(arguments),
    )
    report = _carried_out(request, arguments.html, output)
    if arguments.json:
        output.value(report)
    else:
        _tell(report, output)
    return 0


def _carried_out(request: BacktestRequest, page: Path | None, output: Output) -> Mapping[str, Any]:
    from lefi_tui import wiring

    with progress(output, "candles") as shown:
        if page is None:
            return wiring.backtest_script(request, shown)
        from lefi_tui.wiring.exports import backtest_with_page

        report = backtest_with_page(request, shown, page)
    output.say(f"Written: {page}")
    return report


_ROWS = (
    ("final_equity", "Final equity", "{:,.2f}"),
    ("return", "Return", "{:.2%}"),
    ("buy_and_hold", "Buy and hold", "{:.2%}"),
    ("max_drawdown", "Largest fall", "{:.2%}"),
    ("sharpe", "Sharpe", "{:.2f}"),
    ("sortino", "Sortino", "{:.2f}"),
    ("win_rate", "Win rate", "{:.1%}"),
    ("profit_factor", "Profit factor", "{:.2f}"),
    ("exposure", "In the market", "{:.1%}"),
    ("fees", "Fees", "{:,.2f}"),
)


def _tell(report: Mapping[str, Any], output: Output) -> None:
    output.line(f"{report['script']}  {report['symbol']}  {report['candles']:,} candles")
    for name, title, form in _ROWS:
        value = report[name]
        output.line(f"  {title:<15}{'none' if value is None else form.format(value):>14}")
    output.line(f"  {'Trades':<15}{len(report['trades']):>14,}")
    output.line(f"  {'Still open':<15}{len(report['open']):>14,}")
    if "limits" in report:
        refused = [each for each in report["refused"] if "verdicts" in each]
        output.line(f"  {'Limits refused':<15}{len(refused):>14,}")
        for code, count in Counter(each["code"] for each in refused).most_common():
            output.line(f"    {code:<32}{count:>8,}")
