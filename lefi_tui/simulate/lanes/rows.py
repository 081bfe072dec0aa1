"""The candles a handler hears, one after the other, and the moment of the data each closes at."""

from __future__ import annotations

import ctypes
import inspect
import math
from functools import cache
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from lefi_tui.lang.blueprint import Handler
from lefi_tui.simulate.machine.code import Code, Signature
from lefi_tui.simulate.machine.columns import CLOSE, HIGH, LOW, OPEN, VOLUME, Columns, doubles
from lefi_tui.simulate.machine.kept_code import kept_code
from lefi_tui.simulate.machine.words import Floats, Ints

FUNDING_AT: Final = 6  # of longer candles: when it opened
FIELDS: Final = {"open": OPEN, "high": HIGH, "low": LOW, "close": CLOSE, "volume": VOLUME}
_DOUBLE: Final = ctypes.POINTER(ctypes.c_double)
_WHOLE: Final = ctypes.POINTER(ctypes.c_int64)


def rows_at(n: int, k: Floats, m: Ints) -> int:
    """The moments at which one closes."""
    count = 0
    for each in range(n):
        if k[each] != 0.0:
            m[count] = each
            count += 1
    return count


def picked(count: int, m: Ints, begin: int, k: Floats, to: Floats) -> None:
    for each in range(count):
        to[each] = k[begin + m[each]]


def shifted(count: int, by: float, k: Floats) -> None:
    for each in range(count):
        k[each] = k[each] + by


class Padded:
    """A column with a missing value before its first, so that it is the column of the values one
    row before as well."""

    def __init__(self, count: int, whole: Any = None) -> None:
        self.count, self.is_padded = count, whole is None
        self._whole = (ctypes.c_double * (count + 1))() if whole is None else whole
        self._whole[0] = math.nan
        offset = ctypes.sizeof(ctypes.c_double) if self.is_padded else 0
        self.cells = (ctypes.c_double * count).from_buffer(self._whole, offset)

    def delayed(self) -> Padded:
        return Padded(self.count, self._whole)


class Rows(Struct):
    count: int
    moments: Any  # of each row
    fields: dict[int, Padded]  # of the handler's event, by number


def rows_of(columns: Columns, handler: Handler, data_ms: int, folder: Path | None) -> Rows:
    """Raises KeyError for a field that is no number of a candle."""
    n = len(columns.opens)
    kind = columns.candles[handler.symbol, handler.timeframe_ms]
    is_longer = handler.timeframe_ms != data_ms
    do, candles = _code(folder).functions, doubles(kind)
    moments = (ctypes.c_int64 * n)()
    count = do["rows_at"](n, candles, moments)
    fields: dict[int, Padded] = {}
    for number, name in enumerate(handler.fields):
        fields[number] = Padded(count)
        out = fields[number].cells
        if name == "time":
            source = candles if is_longer else doubles(columns.opens)
            do["picked"](count, moments, FUNDING_AT * n if is_longer else 0, source, out)
            do["shifted"](count, float(handler.timeframe_ms), out)
        elif name != "symbol":
            do["picked"](count, moments, FIELDS[name] * n, candles, out)
    return Rows(count, moments, fields)


@cache
def _code(folder: Path | None) -> Code:
    text = "\n".join(inspect.getsource(each) for each in (rows_at, picked, shifted))
    count = ctypes.c_int64
    wanted: dict[str, Signature] = {
        "rows_at": (count, [count, _DOUBLE, _WHOLE]),
        "picked": (None, [count, _WHOLE, count, _DOUBLE, _DOUBLE]),
        "shifted": (None, [count, ctypes.c_double, _DOUBLE]),
    }
    return kept_code(folder, [(text, {})], wanted)
