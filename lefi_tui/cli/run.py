"""`lefi run`: one bot through the real engine, a line for each thing that happens."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime

from lefi_tui.adapters.script_files import text_of
from lefi_tui.cli import simulated
from lefi_tui.cli.output import Output
from lefi_tui.cli.profile import loaded
from lefi_tui.errors import NotThereYetError, UsageError
from lefi_tui.requests import RunLine, RunRequest


def run(arguments: Namespace, output: Output) -> int:
    _refuse_live(arguments)
    request = RunRequest(
        script=arguments.file,
        source=text_of(arguments.file),
        files=simulated.files(arguments),
        account=arguments.account,
        symbol=arguments.symbol or "",
        timeframe_ms=arguments.timeframe,
        window=simulated.window(arguments),
        settings=tuple(arguments.settings),
        costs=simulated.costs(arguments),
        speed=arguments.speed,
        duration_ms=arguments.duration_ms,
        limits=simulated.limits(arguments),
    )
    if request.limits is not None and not request.files:
        why = "--limits is for candle files; an account keeps the [limits] of config.toml"
        raise UsageError(why, where="lefi run", next_step="Give --data, or leave --limits out")
    settings = loaded(output)
    if not request.files and not request.account:
        output.say("No --data: this runs on the demo market, made up, as time passes. ^C ends it.")
    from lefi_tui import wiring

    def hear(line: RunLine) -> None:
        if arguments.json:
            output.value({"kind": line.kind, "at": line.at_ms, "text": line.text, **line.data})
        else:
            output.line(f"{_when(line.at_ms)}  {line.kind:<9} {line.text}")

    return wiring.run_script(request, settings, hear)


def _refuse_live(arguments: Namespace) -> None:
    if arguments.live and arguments.dry:
        raise UsageError("--dry and --live together", where="lefi run", next_step="Give one")
    if arguments.live or arguments.yes_live:
        raise NotThereYetError(
            "orders to an exchange come with a later version; no order was sent",
            where="lefi run --live",
            next_step="Run it dry: `lefi run FILE`, or on a file with --data",
        )


def _when(at_ms: int) -> str:
    moment = datetime.fromtimestamp(at_ms / 1_000, UTC)
    return moment.strftime("%Y-%m-%d %H:%M:%S")
