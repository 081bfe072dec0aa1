"""What an account was worth since the engine began, as one line: few points, however long it runs.

The rule it keeps: when the line is full, about every second point goes and the next ones come half
as often. Two points that stand further apart than their step have a gap between them.
"""

from __future__ import annotations

from typing import Final

from lefi_tui.core.record import Record

STEP_NS: Final = 10_000_000_000  # the first pace
POINTS_MAX: Final = 120


class EquityLine(Record):
    """Points of (time, equity), oldest first; a double is enough to draw."""

    step_ns: int = STEP_NS
    points: tuple[tuple[int, float], ...] = ()


def longer(line: EquityLine, at_ns: int, equity: float) -> EquityLine:
    """The line with one more point, if one is due; a clock that went back adds none."""
    if line.points and at_ns // line.step_ns <= line.points[-1][0] // line.step_ns:
        return line
    after = EquityLine(line.step_ns, (*line.points, (at_ns, equity)))
    while len(after.points) >= POINTS_MAX:
        after = _thinned(after)
    return after


def _thinned(line: EquityLine) -> EquityLine:
    step_ns = line.step_ns * 2
    kept: dict[int, tuple[int, float]] = {}
    for point in line.points:
        kept.setdefault(point[0] // step_ns, point)
    return EquityLine(step_ns, tuple(kept.values()))
