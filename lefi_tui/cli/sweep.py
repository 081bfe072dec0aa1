"""`lefi sweep`: a script with every combination of some settings, the best first."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from lefi_tui.cli.backtest import request_of
from lefi_tui.cli.output import Output
from lefi_tui.cli.progress import progress
from lefi_tui.core.timeframe import candles
from lefi_tui.errors import INTERRUPTED, NotThereYetError, SweepError
from lefi_tui.requests import SweepRequest

if TYPE_CHECKING:
    from lefi_tui.views.sweep_view import SweepCell, SweepView


def run(arguments: Namespace, output: Output) -> int:
    from lefi_tui import wiring

    if arguments.cluster:
        raise NotThereYetError("a cluster comes with a later version", where="--cluster")
    request = SweepRequest(
        request_of(arguments), tuple(arguments.over), arguments.rank, arguments.workers
    )
    _check_set(request)
    with progress(output, "cells") as shown:
        found = wiring.sweep_script(request, shown)
    if arguments.json:
        output.value(found.report())
    else:
        _tell(found, output)
    if found.is_stopped:
        output.say(f"Interrupted: {found.done:,} of {len(found.cells):,} cells are done.")
        return INTERRUPTED
    return 0


def _check_set(request: SweepRequest) -> None:
    """One value and many at once: nobody knows which was meant."""
    varied = {each.name for each in request.over}
    for name, value in request.run.settings:
        if name in varied:
            raise SweepError(
                f"`{name}` is varied and set to {value} as well",
                where=f"--set {name}={value}",
                next_step=f"Leave out --set {name}, or --over {name}",
            )


def _tell(found: SweepView, output: Output) -> None:
    from lefi_tui.views.sweep_view import BEST_MAX

    output.line(
        f"{found.script}  {', '.join(found.symbols)}  {candles(found.candles)}  "
        f"{len(found.cells):,} variants in {found.seconds:.1f} s"
    )
    ways = ", ".join(f"{count:,} by the {name} way" for name, count in found.ways)
    output.line(f"  {ways or 'none done'}; ranked by {found.rank}")
    for line, text in found.why:
        output.line(f"    {f'line {line}: ' if line else ''}{text}")
    for number in found.ranked[:BEST_MAX]:
        output.line(f"  {_row(found.cells[number])}")
    if found.tried is not None:
        output.line(f"  {found.tried:,} variants were tried on this data so far")
    for each in (*found.warnings, *found.notices):
        output.say(f"Note: {each}")


def _row(cell: SweepCell) -> str:
    settings = " ".join(f"{name}={value}" for name, value in cell.settings)
    sharpe = "none" if cell.sharpe is None else f"{cell.sharpe:.2f}"
    return (
        f"{settings:<32} return {cell.total_return or 0.0:>8.2%}  sharpe {sharpe:>7}  "
        f"fall {cell.max_drawdown or 0.0:>7.2%}  {cell.trades:>6,} trades"
    )
