"""`lefi import`: a job of the older form becomes a script, on standard output or as a new file.

What did not come over is told on standard error; what the checker says of the script, too.
"""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from typing import Any, Final

from lefi_tui.adapters.script_files import whole, write
from lefi_tui.cli.output import Output
from lefi_tui.errors import REFUSED, JobError, JobNoteError, UsageError
from lefi_tui.lang.job import Imported, NoJobError, script_of
from lefi_tui.lang.program import check
from lefi_tui.lang.source import Source

SCRIPT: Final = "script"  # what the script is called while it is no file


def run(arguments: Namespace, output: Output) -> int:
    out: Path | None = arguments.out
    if out is not None and out.exists() and not arguments.force:
        raise UsageError(
            "it is there already", where=str(out), next_step="Name another file, or say --force"
        )
    imported = _imported(arguments.file)
    for note in imported.notes:
        output.error(JobNoteError(note.why, where=note.where, next_step=note.next_step))
    if out is None:
        output.script(imported.text)
    else:
        write(out, imported.text)
        output.say(f"{out} is written.")
    return _checked(imported.text, str(out or SCRIPT), output)


def _imported(file: Path) -> Imported:
    data = _data(file)
    try:
        return script_of(data)
    except NoJobError as error:
        note = error.note
        where = f"{file} at {note.where}"
        raise JobError(note.why, where=where, next_step=note.next_step) from None


def _data(file: Path) -> Any:
    text = whole(file).text
    try:
        return json.loads(text, object_pairs_hook=_once_each)
    except json.JSONDecodeError as error:
        where = f"{file}:{error.lineno}:{error.colno}"
        raise JobError(f"it is no JSON: {error.msg}", where=where) from None
    except RecursionError:
        raise JobError("it is nested too deeply for a job", where=str(file)) from None
    except _TwiceError as error:
        why = f"`{error}` stands twice in one record"
        raise JobError(why, where=str(file), next_step="Leave one of the two") from None


class _TwiceError(ValueError):
    """A key that stands twice: one of its values would be lost in silence."""


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in pairs:
        if key in out:
            raise _TwiceError(key)
        out[key] = value
    return out


def _checked(text: str, name: str, output: Output) -> int:
    source, found = Source(text, name), check(text).diagnostics
    for each in found:
        output.say(each.render(source))
    return REFUSED if any(each.is_error for each in found) else 0
