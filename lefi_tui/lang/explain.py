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
EXPLAINED: Final[dict[str, Explained]] = {**READING, **MEANING, **WARNINGS}


def told(code: str, width: int = WIDTH) -> list[str]:
    """The lines below a code's title."""
    explained = EXPLAINED[code]
    return [
        *wrap(explained.why, width),
        "",
        "Wrong:",
        *(f"  {each}" for each in _underlined(explained.wrong)),
        "Right:",
        *(f"  {each}" for each in explained.right.splitlines()),
    ]


def _underlined(marked: str) -> list[str]:
    """Each line, and below it ^^^ under what stood between « and »."""
    out: list[str] = []
    for line in marked.splitlines():
        out.append(line.replace("«", "").replace("»", ""))
        start, end = line.find("«"), line.find("»")
        if start >= 0:
            out.append(" " * start + "^" * max(1, end - start - 1))
    return out
