"""`lefi engine`: the executor without a screen, until it is told to stop; `--stop` tells it."""

from __future__ import annotations

from argparse import Namespace

from lefi_tui.cli.output import Output
from lefi_tui.cli.profile import loaded


def run(arguments: Namespace, output: Output) -> int:
    settings = loaded(output)
    if arguments.stop:
        from lefi_tui.wiring.running import stop_engine

        return stop_engine(settings, output.say)
    from lefi_tui import wiring

    return wiring.serve_engine(settings, output.say)
