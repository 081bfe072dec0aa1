"""`lefi backtest`: a script over candles of the past, by the rules a trader can check by hand."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import to_builtins

from lefi_tui.adapters.script_files import text_of
from lefi_tui.cli import simulated
from lefi_tui.cli.output import Output
from lefi_tui.cli.progress import progress
from lefi_tui.core.timeframe import candles
from lefi_tui.errors import REFUSED
from lefi_tui.requests import BacktestRequest

if TYPE_CHECKING:
    from lefi_tui.views.proof_view import ProofView


def run(arguments: Namespace, output: Output) -> int:
    request = request_of(arguments)
    report = _carried_out(request, arguments.html, output)
    for each in report["notices"]:
        output.say(f"Note: {each}.")
    proofs = _proved(request, output) if arguments.prove else ()
    if arguments.json:
        told = [to_builtins(each) for each in proofs]
        output.value({**report, "proofs": told} if proofs else report)
    else:
        _tell(report, output)
        for each in proofs:
            output.line(f"Proof by the {each.way} way: {each.name}: {each.verdict}; {each.text}")
    return REFUSED if any(each.is_proven is False for each in proofs) else 0


def _proved(request: BacktestRequest, output: Output) -> tuple[ProofView, ...]:
    from lefi_tui import wiring

    with progress(output, "runs of the proofs") as shown:
        return wiring.prove_script(request, shown)


def request_of(arguments: Namespace) -> BacktestRequest:
    return BacktestRequest(
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
        columns=simulated.columns(),
        variants=simulated.variants(),
    )


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
    output.line(f"{report['script']}  {report['symbol']}  {candles(report['candles'])}")
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
    _tell_trust(report["honest"], output)


def _tell_trust(honest: Mapping[str, Any], output: Output) -> None:
    """Warnings first, then how much of it may be chance, then what it stands on."""
    from msgspec import convert

    from lefi_tui.views import honest_words
    from lefi_tui.views.honest_view import HonestView

    view = convert(honest, HonestView)
    for warning in view.warnings:
        output.line(f"  Warning: {warning}")
    output.line(honest_words.TITLE)
    for fact in honest_words.facts(view):
        output.line(f"  {fact.name:<33}{fact.text}")
    output.line(honest_words.ASSUMED)
    for each in view.assumptions:
        output.line(f"  - {each}")
