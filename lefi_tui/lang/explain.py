"""What `lefi explain CODE` tells of a message: why it is said, an example wrong and one right.

The rule it keeps: « » stand around the guilty words of a wrong example, and the checker says that
code there and nothing else; of a right one it says nothing.
"""

from __future__ import annotations

from textwrap import wrap
from typing import Final

from lefi_tui.lang.explain_meaning import MEANING
from lefi_tui.lang.explain_reading import READING
from lefi_tui.lang.explain_warnings import WARNINGS
from lefi_tui.lang.explained import Explained

WIDTH: Final = 78
INDENT: Final = 4  # of a line that goes on
EXPLAINED: Final[dict[str, Explained]] = {**READING, **MEANING, **WARNINGS}


def told(code: str, width: int = WIDTH) -> list[str]:
    """The lines below a code's title."""
    explained, room = EXPLAINED[code], width - 2
    return [
        *wrap(explained.why, width),
        "",
        "Wrong:",
        *(f"  {each}" for line in explained.wrong.splitlines() for each in _laid(line, room)),
        "Right:",
        *(f"  {each}" for line in explained.right.splitlines() for each in _laid(line, room)),
    ]


def _laid(marked: str, width: int) -> list[str]:
    """A line of an example, broken between words where it is too long, further in then; below each
    part ^^^ under what of it stood between « and »."""
    line = marked.replace("«", "").replace("»", "")
    start, end = marked.find("«"), marked.find("»") - 1
    end = max(end, start + 1)
    inner = " " * (len(line) - len(line.lstrip()) + INDENT)
    out: list[str] = []
    at = 0
    while True:
        before = inner if at else ""
        stop = _part_end(line, at, max(1, width - len(before)))
        out.append(before + line[at:stop].rstrip())
        is_last = stop == len(line)  # what is marked may stand behind it
        first, last = max(start, at), min(end, max(stop, start + 1) if is_last else stop)
        if start >= 0 and first < last:
            out.append(" " * (len(before) + first - at) + "^" * (last - first))
        at = stop
        if at >= len(line):
            return out


def _part_end(line: str, at: int, room: int) -> int:
    """Where the part that begins there ends: behind the last blank that fits."""
    if len(line) - at <= room:
        return len(line)
    blank = line.rfind(" ", at, at + room + 1)
    return blank + 1 if blank > at and line[at:blank].strip() else at + room
