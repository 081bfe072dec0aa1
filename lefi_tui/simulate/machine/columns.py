"""Candle files as columns of doubles, and the longer candles built from them, for machine code.

They depend on the data and on which candles a script hears, not on what it does with them: a script
that is edited again and again runs over the same ones.
"""

from __future__ import annotations

import ctypes
import inspect
import math
import mmap
import os
import tempfile
from array import array
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final, overload

from msgspec import Struct, field

from bots.automated.plan import Bound
from lefi_tui.adapters.column_cache import leave
from lefi_tui.adapters.history_files import CandleFile
from lefi_tui.core import candles
from lefi_tui.core.bars import MONDAY_MS, Bucket
from lefi_tui.core.bot import Bar
from lefi_tui.core.candles import Candles, Column, together
from lefi_tui.core.timeframe import WEEK_MS
from lefi_tui.simulate.machine import longer
from lefi_tui.simulate.machine.code import Code
from lefi_tui.simulate.machine.kept_code import kept_code

Kind = tuple[str, int]  # market, timeframe in ms

# Each column is one after the other: column c of n moments begins at c * n.
THERE: Final = 0  # whether there is a candle at the moment (of longer ones: whether one closes)
OPEN: Final = 1
HIGH: Final = 2
LOW: Final = 3
CLOSE: Final = 4
VOLUME: Final = 5
FUNDING: Final = 6  # its rate; of longer ones: when the candle opened


AT_ONCE: Final = 131_072  # moments


class Columns(Struct):
    rows: Rows  # the candles of each moment
    opens: Column  # times in ms
    closes: Sequence[int]
    candles: dict[Kind, Column]
    amiss: Column  # 1 where a longer candle closes in a gap, before the moment's own
    mapped: list[tuple[mmap.mmap, int]] = field(default_factory=list)  # on disk: so many columns
    is_amiss: bool = False  # anywhere

    def passed(self, begin: int, end: int) -> None:
        """Pages of these moments leave memory; who asks for them again has them from the disk."""
        for pages, columns in self.mapped:
            leave(pages, (columns, len(self.opens)), (begin, end))

    def bucket(self, known: Bucket, at: int) -> Bucket:
        """As it stands behind that moment."""
        kind, count = (known.symbol, known.timeframe_ms), len(self.rows)
        column = self.candles[kind]
        if len(column) < longer.OF_LONGER * count:
            return known  # the data's own candles: nothing is in the making
        begin = longer.MAKING * count + at
        start, opening, high, low, close, volume = column[begin : begin + 6 * count : count]
        skipped = column[longer.SKIPPED * count + at]
        of_it = None if math.isnan(skipped) else int(skipped)
        if start < 0:
            return Bucket(*kind, skipped_ms=of_it)
        return Bucket(*kind, int(start), opening, high, low, close, volume, of_it)


class Rows(Sequence[tuple[Bar, ...]]):
    """The candles of each moment, made where they are asked for."""

    def __init__(self, markets: Sequence[Candles]) -> None:
        """All of the same moments."""
        self._markets = [(each, each.column(candles.THERE)) for each in markets]

    def __len__(self) -> int:
        return len(self._markets[0][0])

    @overload
    def __getitem__(self, place: int) -> tuple[Bar, ...]: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[tuple[Bar, ...]]: ...
    def __getitem__(self, place: int | slice) -> tuple[Bar, ...] | Sequence[tuple[Bar, ...]]:
        if isinstance(place, slice):
            return [self[each] for each in range(len(self))[place]]
        return tuple([each[place] for each, there in self._markets if there[place]])


class Closes(Sequence[int]):
    """When the candles of each moment close, in ms."""

    def __init__(self, opens: Column, step_ms: int) -> None:
        self._opens, self._step_ms = opens, step_ms

    def __len__(self) -> int:
        return len(self._opens)

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> list[int]: ...
    def __getitem__(self, place: int | slice) -> int | list[int]:
        if isinstance(place, slice):
            return list(map(self._step_ms.__add__, map(int, self._opens[place])))
        return int(self._opens[place]) + self._step_ms


def columns_of(files: Sequence[CandleFile], bound: Bound, folder: Path | None = None) -> Columns:
    """Those of one file that is taken whole are used as they are. `folder`: of kept code."""
    markets = together([each.bars for each in files])
    opens, step_ms = markets[0].times, files[0].timeframe_ms
    count = len(opens)
    of_each = {(each.symbol, step_ms): each.cells[count:] for each in markets}
    pages = [each.cells.obj for each in markets]
    mapped = [(each, candles.COLUMNS) for each in pages if isinstance(each, mmap.mmap)]
    closes, amiss = Closes(opens, step_ms), _zeros(count)
    out = Columns(Rows(markets), opens, closes, of_each, amiss, mapped)
    for each in bound.kinds_of_candles:
        if each[1] != step_ms:
            out.candles[each] = _build(out, each, step_ms, folder)
    return out


def _zeros(count: int) -> Column:
    """A page that is only read takes no memory."""
    return candles.doubles(mmap.mmap(-1, candles.DOUBLE * count))


def _build(columns: Columns, kind: Kind, data_ms: int, folder: Path | None) -> Column:
    """Of the candles of its market."""
    count, timeframe_ms = len(columns.rows), kind[1]
    out = _room(columns, count, folder)
    asked = array("d", bytes(8 * longer.OF_ASKED))
    asked[longer.STEP], asked[longer.SIZE] = data_ms, timeframe_ms
    asked[longer.SHIFT] = MONDAY_MS if timeframe_ms % WEEK_MS == 0 else 0
    whole = (asked, columns.opens, columns.candles[kind[0], data_ms], out)
    given = [doubles(each) for each in whole]
    for begin in range(0, count, AT_ONCE):
        end = min(begin + AT_ONCE, count)
        asked[longer.BEGIN], asked[longer.END] = begin, end
        _code(folder).functions["longer"](count, *given)
        for at in _places_of(2.0, array("d", out[begin:end])):
            columns.amiss[begin + at] = 1.0
            columns.is_amiss = True
        columns.passed(begin, end)
    return out


def _room(columns: Columns, count: int, folder: Path | None) -> Column:
    """On disk beside columns that are there themselves; in memory where the disk is full."""
    size = longer.OF_LONGER * count
    is_able = hasattr(os, "posix_fallocate")  # not on macOS; a sparse file could fill the disk
    if columns.mapped and folder is not None and is_able:
        with suppress(OSError), tempfile.TemporaryFile(dir=folder) as file:
            os.posix_fallocate(file.fileno(), 0, size * candles.DOUBLE)
            pages = mmap.mmap(file.fileno(), 0)
            columns.mapped.append((pages, longer.OF_LONGER))
            return candles.doubles(pages)
    return candles.doubles(array("d", bytes(candles.DOUBLE * size)))


def _places_of(value: float, column: array[float]) -> Iterator[int]:
    """Far quicker than to look at each."""
    at = -1
    with suppress(ValueError):
        while True:
            at = column.index(value, at + 1)
            yield at


def doubles(of: array[float] | Column) -> Any:
    """The same memory, for machine code."""
    return (ctypes.c_double * len(of)).from_buffer(of)


@cache
def _code(folder: Path | None) -> Code:
    double = ctypes.POINTER(ctypes.c_double)
    texts = [(inspect.getsource(longer), vars(longer))]
    return kept_code(folder, texts, {"longer": (None, [ctypes.c_int64, *[double] * 4])})
