"""`lefi explain CODE`: what a message of the checker means."""

from __future__ import annotations

from argparse import Namespace

from lefi_tui.cli.output import Output
from lefi_tui.errors import UsageError
from lefi_tui.lang.diagnostic import CODES, nearest


def run(arguments: Namespace, output: Output) -> int:
    code = arguments.code.upper()
    known = CODES.get(code)
    if known is None:
        close = nearest(code, list(CODES))
        step = (
            f"Did you mean {close}?" if close else "`lefi check FILE` shows codes beside messages"
        )
        raise UsageError("there is no such code", where=arguments.code, next_step=step)
    output.line(f"{code} {known.title} ({known.severity})")
    return 0
