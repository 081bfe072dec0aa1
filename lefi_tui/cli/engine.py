"""`lefi engine`: the executor without a screen, until it is told to stop."""

from __future__ import annotations

from argparse import Namespace

from lefi_tui.cli.output import Output
from lefi_tui.cli.profile import loaded


def run(_arguments: Namespace, output: Output) -> int:
    settings = loaded(output)
    from lefi_tui import wiring

    return wiring.serve_engine(settings, output.say)
