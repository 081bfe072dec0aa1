"""`lefi` alone: the desk in the terminal."""

from __future__ import annotations

from argparse import Namespace

from lefi_tui.cli.output import Output
from lefi_tui.cli.profile import loaded
from lefi_tui.errors import UsageError
from lefi_tui.terminal.fitness import refusal_here
from lefi_tui.terminal.waiter import Line, under_waiter


def run(arguments: Namespace, output: Output) -> int:
    why = refusal_here()
    if why:
        raise UsageError("this is no terminal for the desk", where="lefi", next_step=why)
    return under_waiter(lambda line: _open(arguments, output, line))


def _open(arguments: Namespace, output: Output, line: Line) -> int:
    settings = loaded(output)
    from lefi_tui import wiring

    return wiring.open_app(settings, line, output.say, is_demo=arguments.demo)
