"""`lefi explain CODE`: what a message of the checker, or of the program, means."""

from __future__ import annotations

from argparse import Namespace

from lefi_tui.cli.output import Output
from lefi_tui.errors import LefiError, UsageError
from lefi_tui.lang.diagnostic import CODES, nearest
from lefi_tui.lang.explain import EXPLAINED, told


def run(arguments: Namespace, output: Output) -> int:
    code = arguments.code.upper()
    known = CODES.get(code)
    if known is None and (own := _of_the_program().get(code)):
        output.line(f"{code} {own.title}")
        output.line(f"  Next: {own.usual_next}")
        return 0
    if known is None:
        close = nearest(code, list(CODES))
        step = (
            f"Did you mean {close}?" if close else "`lefi check FILE` shows codes beside messages"
        )
        raise UsageError("there is no such code", where=arguments.code, next_step=step)
    output.line(f"{code} {known.title} ({known.severity})")
    for line in told(code) if code in EXPLAINED else ():
        output.line(line)
    return 0


def _of_the_program() -> dict[str, type[LefiError]]:
    """Messages that are not about a script, by their codes."""
    import lefi_tui.ports.journal  # noqa: F401 -- makes its errors known as subclasses

    found: dict[str, type[LefiError]] = {}
    waiting = LefiError.__subclasses__()
    while waiting:
        one = waiting.pop(0)
        found.setdefault(one.code, one)
        waiting += one.__subclasses__()
    return found
