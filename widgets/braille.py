"""Curves in braille: two dots a cell across, four down; pure, and quick enough for every keystroke.

Where two curves share a cell, the one that is drawn last has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from lefi_tui.core.record import Record
from widgets.candles import Canvas
from widgets.ink import Ink

ACROSS: Final = 2
DOWN: Final = 4
_BLANK: Final = 0x2800
# Unicode's numbering of the dots: left column, right column, from above.
_DOTS: Final = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))

Place = tuple[float, float]  # right of the left edge, below the upper edge; both 0 to 1
Box = tuple[int, int, int, int]  # of cells: left, top, columns, rows


class Curve(Record):
    """Its places from left to right; `is_hanging` fills what is between it and the upper edge."""

    places: Sequence[Place]
    ink: Ink
    sign: str = "*"  # of a plain one, and where there is no braille
    is_plain: bool = False
    is_hanging: bool = False


def draw(canvas: Canvas, curves: Iterable[Curve], box: Box, *, is_ascii: bool) -> None:
    left, top, columns, rows = box
    for curve in curves:
        cells: dict[tuple[int, int], int] = {}
        dots = _dots(curve, columns * ACROSS, rows * DOWN)
        for x, y in _filled(dots) if curve.is_hanging else dots:
            cell = (x // ACROSS, y // DOWN)
            cells[cell] = cells.get(cell, 0) | _DOTS[x % ACROSS][y % DOWN]
        for (column, row), bits in cells.items():
            sign = curve.sign if is_ascii or curve.is_plain else chr(_BLANK | bits)
            canvas.put(left + column, top + row, sign, curve.ink)


def _dots(curve: Curve, width: int, height: int) -> Iterable[tuple[int, int]]:
    """Every dot on the way from place to place."""
    spots = [(round(x * (width - 1)), round(y * (height - 1))) for x, y in curve.places]
    if len(spots) == 1:
        spots *= 2
    for (x0, y0), (x1, y1) in pairwise(spots):
        steps = max(abs(x1 - x0), abs(y1 - y0)) or 1
        for step in range(steps + 1):
            x = x0 + (x1 - x0) * step // steps
            y = y0 + round((y1 - y0) * step / steps)
            yield x, y


def _filled(dots: Iterable[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    """From the upper edge down to the lowest dot of each column."""
    lowest: dict[int, int] = {}
    for x, y in dots:
        lowest[x] = max(y, lowest.get(x, 0))
    return ((x, above) for x, y in lowest.items() for above in range(y + 1))
