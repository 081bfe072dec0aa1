"""`lefi run`: one bot through the real engine, a line for each thing that happens."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from datetime import UTC, datetime

from lefi_tui.adapters.script_files import text_of
from lefi_tui.cli import simulated
from lefi_tui.cli.output import Output
from lefi_tui.cli.profile import loaded
from lefi_tui.errors import UsageError
from lefi_tui.requests import RunLine, RunRequest


def run(arguments: Namespace, output: Output) -> int:
    is_live = _is_live(arguments)
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
        columns=simulated.columns(),
    )
    if request.limits is not None and not request.files:
        why = "--limits is for candle files; an account keeps the [limits] of config.toml"
        raise UsageError(why, where="lefi run", next_step="Give --data, or leave --limits out")
    settings = loaded(output)
    if not request.files and not request.account and not is_live:
        output.say("No --data: this runs on the demo market, made up, as time passes. ^C ends it.")
    from lefi_tui import wiring

    def hear(line: RunLine) -> None:
        if arguments.json:
            output.value({"kind": line.kind, "at": line.at_ms, "text": line.text, **line.data})
        else:
            output.line(f"{_when(line.at_ms)}  {line.kind:<9} {line.text}")

    if is_live:
        return wiring.run_live(request, settings, hear, _asks(arguments))
    return wiring.run_script(request, settings, hear)


def _is_live(arguments: Namespace) -> bool:
    if arguments.live and arguments.dry:
        raise UsageError("--dry and --live together", where="lefi run", next_step="Give one")
    if arguments.yes_live and not arguments.live:
        raise UsageError("--yes-live without --live", where="lefi run", next_step="Give both")
    if arguments.live and arguments.files:
        why = "a file of candles is no exchange"
        raise UsageError(why, where="lefi run --live", next_step="Leave --data out")
    return bool(arguments.live)


def _asks(arguments: Namespace) -> Callable[[str], str]:
    """For the account's name: as given with --yes-live, or typed at the terminal."""

    def ask(account: str) -> str:
        if arguments.yes_live:
            return str(arguments.yes_live)
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            step = f"Add --yes-live {account}"
            why = "there is no terminal to type the account's name at"
            raise UsageError(why, where="lefi run --live", next_step=step)
        sys.stderr.write(f"Its orders leave. Type the account's name to start: {account}\n> ")
        sys.stderr.flush()
        return sys.stdin.readline().strip()

    return ask


def _when(at_ms: int) -> str:
    moment = datetime.fromtimestamp(at_ms / 1_000, UTC)
    return moment.strftime("%Y-%m-%d %H:%M:%S")
