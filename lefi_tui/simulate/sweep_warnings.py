"""What a trader should doubt in a sweep's best cell, in words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import product
from statistics import median
from typing import Final

from lefi_tui.views.honest_words import TRADES_MIN, few_trades
from lefi_tui.views.sweep_view import SweepAxis, SweepCell, measured

SPREADS_MAX: Final = 5.0  # a peak so many times the usual distance above what is around it
NEIGHBORS_MIN: Final = 2


def warnings_of(
    axes: Sequence[SweepAxis], cells: Sequence[SweepCell], rank: str, ranked: Sequence[int]
) -> tuple[str, ...]:
    out = [] if not ranked else list(_of_best(axes, cells, rank, ranked))
    refused = [each for each in cells if each.refused]
    if refused:
        out.append(
            f"{len(refused):,} of {len(cells):,} cells can't run with their settings, "
            f"as {_named(refused[0])}: {refused[0].refused}"
        )
    if not ranked and any(each.is_done and not each.refused for each in cells):
        out.append(f"no cell has a {rank}: nothing was traded, or its divisor is 0")
    return tuple(out)


def _of_best(
    axes: Sequence[SweepAxis], cells: Sequence[SweepCell], rank: str, ranked: Sequence[int]
) -> Iterator[str]:
    best = cells[ranked[0]]
    edges = [
        f"{axis.name}={value}"
        for axis, (_, value) in zip(axes, best.settings, strict=True)
        if len(axis.values) > 1 and value in {axis.values[0], axis.values[-1]}
    ]
    if edges:
        yield (
            f"the best cell lies at the grid's edge ({', '.join(edges)}): "
            "a better one may lie outside it"
        )
    around = [each for each in _around(axes, ranked[0]) if cells[each].is_done]
    if _is_peak(cells, rank, ranked, around):
        yield (
            f"the best cell ({_named(best)}) stands alone: the cells around it are far worse, "
            "which chance alone often makes"
        )
    if best.trades < TRADES_MIN:
        yield f"the best cell: {few_trades(best.trades)}"


def _named(cell: SweepCell) -> str:
    return ", ".join(f"{name}={value}" for name, value in cell.settings)


def _around(axes: Sequence[SweepAxis], number: int) -> list[int]:
    """The cells one step away on any of the axes, corners too."""
    sizes = [len(each.values) for each in axes]
    place, rest = [], number
    for size in reversed(sizes):
        place.append(rest % size)
        rest //= size
    place.reverse()
    out = []
    for step in product((-1, 0, 1), repeat=len(sizes)):
        at = [here + way for here, way in zip(place, step, strict=True)]
        if any(step) and all(0 <= here < size for here, size in zip(at, sizes, strict=True)):
            found = 0
            for here, size in zip(at, sizes, strict=True):
                found = found * size + here
            out.append(found)
    return out


def _is_peak(
    cells: Sequence[SweepCell], rank: str, ranked: Sequence[int], around: Sequence[int]
) -> bool:
    """Whether it stands further above what is around it than cells usually differ from the middle
    of all: by their median distance, which a few odd cells do not move."""
    values = [value for each in ranked if (value := measured(cells[each], rank)) is not None]
    near = [value for each in around if (value := measured(cells[each], rank)) is not None]
    if len(near) < NEIGHBORS_MIN or not all(map(math.isfinite, (*values, *near))):
        return False
    middle = median(values)
    usual = median(abs(each - middle) for each in values)
    return values[0] - median(near) > SPREADS_MAX * usual
