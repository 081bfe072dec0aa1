"""A script in the one style, as the smallest edits: an editor keeps its cursor and its folds."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from lefi_tui.lang.diagnostic import Edit
from lefi_tui.lang.formatter import formatted
from lefi_tui.lang.source import Span


def styled(text: str) -> tuple[Edit, ...] | None:
    """None where the script can't be read: its messages say why, and it is left as it is. A text
    whose lines end as on Windows keeps those ends."""
    answer = formatted(text)
    if answer.mistakes:
        return None
    first = text.find("\n")
    is_windows = first > 0 and text[first - 1] == "\r"
    after = answer.text.replace("\n", "\r\n") if is_windows else answer.text
    return tuple(_edits(text.splitlines(keepends=True), after.splitlines(keepends=True)))


def _edits(before: list[str], after: list[str]) -> Iterator[Edit]:
    starts = [0]
    for line in before:
        starts.append(starts[-1] + len(line))
    for tag, low, high, new_low, new_high in SequenceMatcher(None, before, after).get_opcodes():
        if tag != "equal":
            yield Edit(Span(starts[low], starts[high]), "".join(after[new_low:new_high]))
