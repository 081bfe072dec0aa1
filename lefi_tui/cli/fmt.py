"""`lefi fmt`: scripts in the one style; a file that already is so is not touched.

A script that can't be read is left as it is, its mistakes are said, and the others are written.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path
from typing import Final

from lefi_tui.adapters.script_files import ScriptFile, whole, write
from lefi_tui.cli.output import Output
from lefi_tui.errors import REFUSED, FileUnreadableError
from lefi_tui.lang.formatter import Formatted, formatted
from lefi_tui.lang.source import Source

STDIN: Final = Path("-")


def run(arguments: Namespace, output: Output) -> int:
    # All files are read first: a name mistyped is wrong usage, and then nothing is written.
    scripts = [_from_stdin() if path == STDIN else whole(path) for path in arguments.files]
    answers = [(script, formatted(script.text)) for script in scripts]
    for script, answer in answers:
        _tell_mistakes(script, answer, output)
    changed = [(script, answer) for script, answer in answers if answer.text != script.text]
    if arguments.diff:
        for script, answer in changed:
            output.script("".join(_diff(script, answer)))
    elif not arguments.check:
        _write(answers, output)
    for script, _ in changed:
        if arguments.check:
            output.say(f"{script.path} is not in the style; lefi fmt writes it anew.")
    has_mistakes = any(answer.mistakes for _, answer in answers)
    return REFUSED if has_mistakes or (arguments.check and changed) else 0


def _from_stdin() -> ScriptFile:
    raw = sys.stdin.buffer.read()
    try:
        return ScriptFile(STDIN, raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        next_step = "Give a script as UTF-8"
        raise FileUnreadableError("it is not UTF-8", where="-", next_step=next_step) from None


def _write(answers: list[tuple[ScriptFile, Formatted]], output: Output) -> None:
    for script, answer in answers:
        if script.path == STDIN:
            output.script(answer.text)
        elif answer.text != script.text:
            write(script.path, answer.text)
            output.say(f"{script.path} is written anew.")


def _tell_mistakes(script: ScriptFile, answer: Formatted, output: Output) -> None:
    source = Source(script.text, str(script.path))
    for each in answer.mistakes:
        output.say(each.render(source))
    if answer.mistakes:
        output.say(f"{script.path} is left as it is.")


def _diff(script: ScriptFile, answer: Formatted) -> Iterator[str]:
    name = str(script.path)
    before, after = script.text.splitlines(keepends=True), answer.text.splitlines(keepends=True)
    for line in unified_diff(before, after, name, name):
        yield line if line.endswith("\n") else f"{line}\n"
