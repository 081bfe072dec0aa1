"""What was typed after `lefi`, read by the one table of commands."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, NoReturn

from lefi_tui import __version__
from lefi_tui.cli.output import Output
from lefi_tui.cli.table import COMMANDS, Command
from lefi_tui.errors import NotThereYetError, UsageError

Run = Callable[[argparse.Namespace, Output], int]


class _Parser(argparse.ArgumentParser):
    """argparse with our four parts."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, where=self.prog, next_step=f"`{self.prog} --help` lists them")


def carried_out(arguments: Sequence[str], output: Output) -> int:
    """Parsed by the table of commands, then the command's own module runs it."""
    name = arguments[0] if arguments else ""
    if name in COMMANDS and not COMMANDS[name].module:
        why = f"`lefi {name}` ({COMMANDS[name].summary}) comes with a later version"
        raise NotThereYetError(why, where=f"lefi {name}")
    if name and name not in COMMANDS and not name.startswith("-"):
        raise UsageError("there is no such command", where=f"lefi {name}", next_step=_meant(name))
    asked = {name: COMMANDS[name]} if name in COMMANDS else COMMANDS
    parsed, unknown = _parser(asked).parse_known_args(list(arguments))
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


def _parser(asked: Mapping[str, Command]) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="lefi",
        description="The terminal desk for traders who write small scripts.",
        epilog="Without a command it opens the desk.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="store_true", help="say the version")
    parser.add_argument("--demo", action="store_true", help="a throw-away profile, made-up market")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    # What does not work yet stands last, so that nobody has to pick the rest out of it.
    for name, command in sorted(asked.items(), key=lambda each: not each[1].module):
        _add(commands, name, command)
    return parser


def _add(commands: Any, name: str, command: Command) -> None:
    later = "" if command.module else " (not there yet)"
    summary = f"{command.summary}{later}"
    one = commands.add_parser(name, help=summary, description=summary, allow_abbrev=False)
    for each in command.arguments:
        one.add_argument(*each.names, **each.keywords)
