"""The command line: one table of commands, one guard around them, each loaded only when asked for.

Exit status: 0 done, 1 the answer is no, 2 wrong usage, 130 interrupted, 70 a fault of ours.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Final

from lefi_tui.cli.output import Output
from lefi_tui.errors import (
    BROKEN,
    INTERRUPTED,
    REFUSED,
    InFourParts,
    StorageError,
)

PIPE_CLOSED: Final = 141  # what a shell reports of a program whose reader went away


def main(arguments: Sequence[str] | None = None) -> int:
    """The whole command; what it answers is the exit status."""
    output = Output(sys.stdout, sys.stderr)
    try:
        return _guarded(sys.argv[1:] if arguments is None else arguments, output)
    except BrokenPipeError:
        # `lefi check … | head`: the reader has all it wants. Python would complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED


def _guarded(arguments: Sequence[str], output: Output) -> int:
    try:
        return _carried_out(arguments, output)
    except KeyboardInterrupt:
        output.say("Interrupted.")
        return INTERRUPTED
    except BrokenPipeError:
        raise
    except OSError as error:
        output.error(StorageError(error.strerror or str(error), where=str(error.filename or "")))
        return REFUSED
    except Exception as error:  # noqa: BLE001 -- one of the two top-level guards
        return _told(error, output)


def _told(error: Exception, output: Output) -> int:
    if isinstance(error, InFourParts):
        output.error(error)
        status = getattr(error, "status", REFUSED)
        assert isinstance(status, int)
        return status
    import traceback  # only a fault pays for loading these

    from lefi_tui.redaction import REDACTOR

    output.say(REDACTOR.clean("".join(traceback.format_exception(error))).rstrip())
    output.say(f"LE900 A fault in Lefi itself  {type(error).__name__}")
    output.say("  Why: this should never happen; the lines above say where it did")
    output.say("  Next: send us those lines, they hold no keys")
    return BROKEN


def _carried_out(arguments: Sequence[str], output: Output) -> int:
    """The desk alone needs no parser: every millisecond before its first frame is felt."""
    if set(arguments) <= {"--demo"}:
        from lefi_tui.cli.desk import open_here

        return open_here(output, is_demo="--demo" in arguments)
    from lefi_tui.cli.parser import carried_out

    return carried_out(arguments, output)
