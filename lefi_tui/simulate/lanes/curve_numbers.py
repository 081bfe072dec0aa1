"""The numbers of a run from its curve in machine code: those of core.metrics, to the last digit."""

from __future__ import annotations

import ctypes
import inspect
from array import array
from functools import cache
from pathlib import Path
from typing import Any, Final

from lefi_tui.core import metrics
from lefi_tui.core.metrics import Sums
from lefi_tui.simulate.lanes import adding, curve, sums
from lefi_tui.simulate.machine.code import Code
from lefi_tui.simulate.machine.columns import doubles
from lefi_tui.simulate.machine.kept_code import kept_code

_DOUBLES: Final = ctypes.POINTER(ctypes.c_double)
_WHOLE: Final = ctypes.c_int64


def fall_and_sums(equity: array[float], folder: Path | None = None) -> tuple[float, Sums]:
    """The largest fall, and what Sharpe and Sortino need. `folder`: of kept code."""
    n, do = len(equity), _code(folder).functions
    y, returns = (array("d", [0.0]) * each for each in (adding.OF_SUMS, n))
    cells, r, of_y = (doubles(each) for each in (equity, returns, y))
    fall, count = do["largest_fall"](n, cells), do["returns_of"](n, cells, r)
    if not 0 < count < sums.COUNT_MAX:
        return fall, metrics.sums_of(memoryview(returns)[:count])
    do["add_returns"](count, r, of_y)

    def add_squares(mean: float) -> None:
        do["add_squares"](count, mean, r, of_y)

    return fall, sums.sums_of(count, count, y, add_squares, memoryview(returns)[:count])


@cache
def _code(folder: Path | None) -> Code:
    wanted: dict[str, tuple[Any, list[Any]]] = {
        "largest_fall": (ctypes.c_double, [_WHOLE, _DOUBLES]),
        "returns_of": (_WHOLE, [_WHOLE, _DOUBLES, _DOUBLES]),
        "add_returns": (None, [_WHOLE, _DOUBLES, _DOUBLES]),
        "add_squares": (None, [_WHOLE, ctypes.c_double, _DOUBLES, _DOUBLES]),
    }
    texts = [(inspect.getsource(each), vars(each)) for each in (adding, curve)]
    return kept_code(folder, texts, wanted)
