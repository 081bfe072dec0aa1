"""`lefi` alone: the desk in the terminal."""

from __future__ import annotations

import sys
from argparse import Namespace

from lefi_tui.cli.output import Output
from lefi_tui.cli.profile import loaded
from lefi_tui.errors import UsageError


def run(arguments: Namespace, output: Output) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "the desk needs a terminal, and here input or output is none",
            where="lefi",
            next_step="Open it in a terminal, or use a command: `lefi --help` lists them",
        )
    settings = loaded(output)
    from lefi_tui import wiring

    return wiring.open_app(settings, is_demo=arguments.demo)
