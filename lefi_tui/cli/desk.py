"""`lefi` alone: the desk in the terminal."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from lefi_tui.cli.output import Output
from lefi_tui.errors import UsageError
from lefi_tui.terminal.fitness import refusal_here
from lefi_tui.terminal.waiter import Line, under_waiter

if TYPE_CHECKING:
    from argparse import Namespace


def run(arguments: Namespace, output: Output) -> int:
    return open_here(output, is_demo=arguments.demo)


def open_here(output: Output, *, is_demo: bool) -> int:
    """Until a person leaves; what goes on then goes on without this terminal."""
    refuse_elsewhere("lefi")
    return under_waiter(lambda line: _open(output, line, is_demo=is_demo))


def refuse_elsewhere(command: str) -> None:
    """A desk needs a terminal that can show it."""
    why = refusal_here()
    if why:
        raise UsageError("this is no terminal for the desk", where=command, next_step=why)


def _open(output: Output, line: Line, *, is_demo: bool) -> int:
    # What is loaded up to the first frame stays; looking it through is a tenth of that time.
    gc.disable()
    from lefi_tui.cli.profile import loaded

    settings = loaded(output)
    from lefi_tui import wiring

    return wiring.open_app(settings, line, output.say, is_demo=is_demo)
