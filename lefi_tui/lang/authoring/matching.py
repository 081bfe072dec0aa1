"""Which rows fit the letters that are written, best first: a list that shortens at every key."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from lefi_tui.lang.authoring.records import Completion

ROWS_MAX: Final = 200
_NONE: Final = 9


def chosen(rows: Iterable[Completion], prefix: str) -> tuple[Completion, ...]:
    """Equals stay in their order; of two rows with one label the first is kept."""
    best: dict[str, tuple[int, Completion]] = {}
    for row in rows:
        fit = fits(row.label, prefix)
        if fit < _NONE and row.label not in best:
            best[row.label] = fit, row
    ordered = sorted(best.values(), key=lambda each: each[0])
    return tuple(row for _, row in ordered[:ROWS_MAX])


def fits(label: str, prefix: str) -> int:
    """0 as written, 1 but for its case, 2 the beginnings of its parts, 3 its letters in order; 9
    not at all."""
    if label.startswith(prefix):
        return 0
    small, wanted = label.lower().lstrip('"'), prefix.lower().lstrip('"')
    if small.startswith(wanted):
        return 1
    parts = [part for part in small.replace("/", "_").split("_") if part]
    if any(part.startswith(wanted) for part in parts) or _initials(label).startswith(wanted):
        return 2
    letters = iter(small)
    in_order = small[:1] == wanted[:1] and all(each in letters for each in wanted)
    return 3 if in_order else _NONE


def _initials(label: str) -> str:
    """`stop_loss` sl, `CrossesAbove` ca."""
    before = "_"
    out = []
    for each in label:
        if (before == "_" and each != "_") or (each.isupper() and not before.isupper()):
            out.append(each.lower())
        before = each
    return "".join(out)
