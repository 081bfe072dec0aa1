"""The numbers of a run from its curve in machine code: those of core.metrics, to the last digit."""

from __future__ import annotations

import ctypes
import inspect
import math
from array import array
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from lefi_tui.core.metrics import Sums, sums_of
from lefi_tui.simulate.lanes import course, curve, sums
from lefi_tui.simulate.machine.code import Code
from lefi_tui.simulate.machine.columns import doubles
from lefi_tui.simulate.machine.kept_code import kept_code

_DOUBLES: Final = ctypes.POINTER(ctypes.c_double)
_WHOLE: Final = ctypes.c_int64


def fall_and_sums(equity: array[float], folder: Path | None = None) -> tuple[float, Sums]:
    """The largest fall, and what Sharpe and Sortino need. `folder`: of kept code."""
    n, functions = len(equity), _code(folder).functions
    cells, y = doubles(equity), array("d", bytes(8 * course.OF_SUMS))
    fall, count = (
        functions["largest_fall"](n, cells),
        functions["sum_returns"](n, cells, doubles(y)),
    )
    if not 0 < count < sums.COUNT_MAX:
        return fall, sums_of(_returns(equity))
    mean = math.fsum(y[course.TOTAL : course.TOTAL + 2]) / count
    functions["sum_squares"](n, mean, cells, doubles(y))
    return fall, sums.sums_of(count, count, y, lambda: _returns(equity))


def _returns(equity: array[float]) -> array[float]:
    return array("d", (after / before - 1 for before, after in pairwise(equity) if before))


@cache
def _code(folder: Path | None) -> Code:
    wanted: dict[str, tuple[Any, list[Any]]] = {
        "largest_fall": (ctypes.c_double, [_WHOLE, _DOUBLES]),
        "sum_returns": (_WHOLE, [_WHOLE, _DOUBLES, _DOUBLES]),
        "sum_squares": (None, [_WHOLE, ctypes.c_double, _DOUBLES, _DOUBLES]),
    }
    add_one = inspect.getsource(course.add_one)
    texts = [(add_one, vars(course)), (inspect.getsource(curve), vars(curve))]
    return kept_code(folder, texts, wanted)
