"""The command line: one table of commands, one guard around them, each loaded only when asked for.

Exit status: 0 done, 1 the answer is no, 2 wrong usage, 130 interrupted, 70 a fault of ours.
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, Final, NoReturn

from lefi_tui import __version__
from lefi_tui.cli.output import Output
from lefi_tui.cli.table import COMMANDS, Command
from lefi_tui.errors import (
    BROKEN,
    INTERRUPTED,
    REFUSED,
    InFourParts,
    NotThereYetError,
    StorageError,
    UsageError,
)

Run = Callable[[argparse.Namespace, Output], int]
PIPE_CLOSED: Final = 141  # what a shell reports of a program whose reader went away


class _Parser(argparse.ArgumentParser):
    """argparse with our four parts."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, where=self.prog, next_step=f"`{self.prog} --help` lists them")


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
    from lefi_tui.redaction import REDACTOR  # only a fault pays for loading it

    output.say(REDACTOR.clean("".join(traceback.format_exception(error))).rstrip())
    output.say(f"LE900 A fault in Lefi itself  {type(error).__name__}")
    output.say("  Why: this should never happen; the lines above say where it did")
    output.say("  Next: send us those lines, they hold no keys")
    return BROKEN


def _carried_out(arguments: Sequence[str], output: Output) -> int:
    name = arguments[0] if arguments else ""
    if name in COMMANDS and not COMMANDS[name].module:
        why = f"`lefi {name}` ({COMMANDS[name].summary}) comes with a later version"
        raise NotThereYetError(why, where=f"lefi {name}")
    if name and name not in COMMANDS and not name.startswith("-"):
        raise UsageError("there is no such command", where=f"lefi {name}", next_step=_meant(name))
    parsed, unknown = _parser().parse_known_args(list(arguments))
    if unknown:
        where = f"lefi {parsed.command}" if parsed.command else "lefi"
        why = f"there is no {' '.join(unknown)} here"
        raise UsageError(why, where=where, next_step=f"`{where} --help` lists what there is")
    if parsed.version:
        output.line(f"lefi {__version__}")
        return 0
    module = COMMANDS[parsed.command].module if parsed.command else "desk"
    run: Run = import_module(f"lefi_tui.cli.{module}").run
    return run(parsed, output)


def _meant(name: str) -> str:
    from difflib import get_close_matches  # only a mistake pays for loading it

    close = get_close_matches(name, COMMANDS, n=1)
    return f"Did you mean `lefi {close[0]}`?" if close else UsageError.usual_next


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="lefi",
        description="The terminal desk for traders who write small scripts.",
        epilog="Without a command it opens the desk.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="store_true", help="say the version")
    parser.add_argument("--demo", action="store_true", help="a throw-away profile, made-up market")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, command in COMMANDS.items():
        _add(commands, name, command)
    return parser


def _add(commands: Any, name: str, command: Command) -> None:
    later = "" if command.module else " (not there yet)"
    summary = f"{command.summary}{later}"
    one = commands.add_parser(name, help=summary, description=summary, allow_abbrev=False)
    for each in command.arguments:
        one.add_argument(*each.names, **each.keywords)
