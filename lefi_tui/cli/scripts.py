"""A script as a file: read once, whole, as UTF-8."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lefi_tui.errors import FileUnreadableError

SCRIPT_BYTES_MAX: Final = 1_000_000  # a script has 5 to 100 lines; a market file given by mistake


@dataclass(frozen=True, slots=True)
class ScriptFile:
    """`bad_at` is where the text stops being UTF-8; -1 if it never does."""

    path: Path
    text: str
    bad_at: int = -1


def read(path: Path) -> ScriptFile:
    """The file, or the reason in four parts. A byte order mark is no part of the text."""
    try:
        with path.open("rb") as file:
            raw = file.read(SCRIPT_BYTES_MAX + 1)
    except OSError as error:
        raise FileUnreadableError(error.strerror or str(error), where=str(path)) from None
    if len(raw) > SCRIPT_BYTES_MAX:
        raise FileUnreadableError(
            f"over {SCRIPT_BYTES_MAX:,} bytes, which no script has",
            where=str(path),
            next_step="Give a script; candles are given with --data",
        )
    try:
        return ScriptFile(path, raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8-sig")
        return ScriptFile(path, raw.decode("utf-8-sig", errors="replace"), len(before))


def text_of(path: Path) -> str:
    """The text of a script that is to run: it has to be UTF-8 from end to end."""
    script = read(path)
    if script.bad_at >= 0:
        line = script.text.count("\n", 0, script.bad_at) + 1
        why = f"line {line} is not UTF-8"
        raise FileUnreadableError(why, where=str(path), next_step="Save the file as UTF-8")
    return script.text
