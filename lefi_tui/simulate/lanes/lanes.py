"""Cells of a sweep as lanes over the same columns: what does not depend on a setting is made once.

The rule it keeps: a lane gives the numbers of a backtest to the last digit, or gives none: then the
cell is carried out whole.
"""

from __future__ import annotations

import ctypes
import math
from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Any, Final

from msgspec import Struct, field

from lefi_tui.core import metrics
from lefi_tui.core.matching.rules import LOT_DIGITS_DEFAULT, Fees
from lefi_tui.requests import BacktestRequest
from lefi_tui.simulate.costs import fees_of
from lefi_tui.simulate.lanes import account as at
from lefi_tui.simulate.lanes import adding
from lefi_tui.simulate.lanes.parts import Name, Part, UnfitError
from lefi_tui.simulate.lanes.rows import Padded, Rows, rows_of
from lefi_tui.simulate.lanes.sums import COUNT_MAX, sums_of, won_and_lost
from lefi_tui.simulate.lanes.text import BLOCK, LaneText, LaneTexts, texts_of
from lefi_tui.simulate.machine.code import Code, Signature
from lefi_tui.simulate.machine.columns import Columns, doubles
from lefi_tui.simulate.machine.dialect_values import DialectError
from lefi_tui.simulate.machine.eights import WIDTH
from lefi_tui.simulate.machine.kept_code import kept_code
from lefi_tui.simulate.machine.why_not import why_not
from lefi_tui.simulate.prepared import Prepared
from lefi_tui.simulate.sweep_grid import Settings
from lefi_tui.views.sweep_view import SweepCell

COLUMNS_MAX: Final = 256 * 1024 * 1024  # bytes of indicators that are kept
KEPT_MAX: Final = 64  # texts
OF_DOUBLE: Final = 8
_DOUBLE: Final = ctypes.POINTER(ctypes.c_double)
_WHOLE: Final = ctypes.POINTER(ctypes.c_int64)
_COUNT: Final = ctypes.c_int64
Known = dict[Name, tuple[Any, Padded]]  # columns by name, each with what tells it from others


def unfit(prepared: Prepared, request: BacktestRequest, columns: Columns) -> str:
    """What keeps all cells of a script from being lanes, in words; empty where nothing does."""
    program = prepared.bound.program
    rules = next(iter(prepared.markets.values()))
    handlers = prepared.bound.candles
    others = [each for each in program.handlers if each.event != "Candle"]
    found = {
        "the gate's limits are told every candle (--limits)": request.limits is not None,
        "a run of it waits": bool(why_not(program)),
        "it has several markets": len(prepared.files) != 1,
        "it has several handlers": len(handlers) != 1 or bool(others),
        "its market is a perpetual": rules.is_perpetual,
        "it looks at other candles": bool(program.feeds) or any(f.others for f in program.forms),
        "its market has ticks or minimums": bool(
            rules.tick or rules.minimum_units or rules.minimum_notional or not rules.lot.scale
        ),
        "a longer candle closes in a gap of the data": columns.is_amiss,
        "the data is too long": len(columns.opens) >= COUNT_MAX,
    }
    return next((words for words, is_so in found.items() if is_so), "")


class Room:
    """What one lane at a time writes into; beside other rooms, lanes run at once."""

    def __init__(self, candles: int) -> None:
        self.account: Any = (ctypes.c_double * at.OF_ACCOUNT)()
        self.sums: Any = (ctypes.c_double * (adding.OF_SUMS + candles))()
        self.returns: Any = (ctypes.c_double * (candles + WIDTH))()
        self.awake = [(_COUNT * (candles + BLOCK))() for _ in range(2)]
        self.candles = candles

    def begin(self, cash: float, fees: Fees) -> None:
        x, y = self.account, self.sums
        x[:] = [0.0] * at.OF_ACCOUNT
        x[at.CASH] = x[at.LAST] = x[at.PEAK] = x[at.TROUGH] = cash
        x[at.STOP], x[at.TARGET], x[at.OPENED_AT] = -at.INF, at.INF, at.NAN
        x[at.CANDLES] = y[adding.MOST] = float(self.candles)
        x[at.MAKER], x[at.TAKER] = fees.maker, fees.taker
        x[at.SLIPPAGE], x[at.SCALE] = fees.slippage, 10.0**LOT_DIGITS_DEFAULT
        y[: adding.MOST] = [0.0] * adding.MOST


class Column(Struct):
    """Made by whoever asks first; others who ask meanwhile wait."""

    number: int  # no other's, though this one be forgotten
    made: tuple[Padded, ...] = ()
    lock: Lock = field(default_factory=Lock)


class Lanes:
    """Of one script over one file. Rooms apart, its lanes may run at once in several threads."""

    def __init__(self, prepared: Prepared, request: BacktestRequest, columns: Columns) -> None:
        self._prepared, self._columns = prepared, columns
        self._folder = request.columns
        self._fees, self._cash = fees_of(request.costs), float(request.costs.cash)
        first = prepared.files[0]
        self._n = len(columns.opens)
        self._candles = doubles(columns.candles[first.symbol, prepared.timeframe_ms])
        self._texts = LaneTexts()
        self._rows = rows_of(
            columns, prepared.bound.candles[0], prepared.timeframe_ms, self._folder
        )
        self._known: OrderedDict[Any, Column] = OrderedDict()  # by what they are made of
        self._numbers, self._lock = count(), Lock()

    def text(self, prepared: Prepared) -> LaneText:
        """Raises UnfitError, in words."""
        return self._texts.of(prepared.bound.program, prepared.bound.candles[0].timeframe_ms)

    def room(self) -> Room:
        return Room(self._n)

    def cell(self, settings: Settings, text: LaneText, room: Room) -> SweepCell:
        """Raises UnfitError, in words."""
        rows = self._rows
        do = self.coded(text).functions
        given = self._given(text, rows, do)
        numbers = _floats(text.numbers)
        warm = max(text.warm - 1, 0)
        awake = [
            do[f"wake_{held}"](rows.count, warm, numbers, place, *given)
            for held, place in zip(("flat", "long"), room.awake, strict=True)
        ]
        room.begin(self._cash, self._fees)
        state, reads = _floats(text.first), _floats([0.0] * text.reads)
        memory = (self._candles, rows.moments, *room.awake, numbers, state, reads)
        if do["lane"](self._n, *awake, *memory, room.account, room.sums, room.returns, *given):
            raise UnfitError("a run of it needs Python")
        if room.account[at.TRADES] > self._n:
            raise UnfitError("it trades more often than there are candles")
        return self._told(settings, room, do["add_squares"])

    # ---- machine code and columns, each made once

    def coded(self, text: LaneText) -> Code:
        """Raises UnfitError. Before any of its lanes runs in a thread: llvm is for one alone."""
        parts = tuple([len(each.given) + len(each.gives) for each in text.parts])
        try:
            return _code(text.text, parts, len(text.columns), self._folder)
        except (DialectError, RecursionError) as error:
            raise UnfitError(f"its machine code can't be made ({error})") from error

    def _given(self, text: LaneText, rows: Rows, do: Any) -> list[Any]:
        """The columns its statements look at, made from those before them."""
        known: Known = {
            ("event", number): (number, column) for number, column in rows.fields.items()
        }
        for number, part in enumerate(text.parts):
            column = self._column(part, known)
            with column.lock:
                if not column.made:
                    column.made = self._made(do[f"part_{number}"], part, known)
            for place, (name, made) in enumerate(zip(part.gives, column.made, strict=True)):
                known[name] = ((column.number, place), made)
        return [known[each][1].cells for each in text.columns]

    def _column(self, part: Part, known: Known) -> Column:
        key = (part.text, part.numbers, part.first, *[known[each][0] for each in part.given])
        with self._lock:
            column = self._known.get(key)
            if column is None:
                column = self._known[key] = Column(next(self._numbers))
                size = self._rows.count * OF_DOUBLE
                while len(self._known) > 1 and len(self._known) * size > COLUMNS_MAX:
                    self._known.popitem(last=False)  # what was not looked at for longest
            self._known.move_to_end(key)
        return column

    def _made(self, part_of: Any, part: Part, known: Known) -> tuple[Padded, ...]:
        given = [known[each][1] for each in part.given]
        if part.is_delay and math.isnan(part.first[0]) and given[0].is_padded:
            return (given[0].delayed(),)
        made = tuple([Padded(self._rows.count) for _ in part.gives])
        cells = (each.cells for each in (*given, *made))
        part_of(self._rows.count, _floats(part.numbers), _floats(part.first), *cells)
        return made

    # ---- what it came to

    def _told(self, settings: Settings, room: Room, add_squares: Any) -> SweepCell:
        x, y = room.account, room.sums
        prepared, n, last = self._prepared, self._n, x[at.LAST]
        returns, trades = int(x[at.RETURNS]), int(x[at.TRADES])

        def add(mean: float) -> None:
            add_squares(returns, mean, room.returns, y)

        sums = sums_of(n, returns, y, add, room.returns)
        won, lost = won_and_lost(y)
        a_year = metrics.yearly(prepared.timeframe_ms)
        ends = metrics.Course(
            (self._cash, last), 0, prepared.timeframe_ms, prepared.from_ms, prepared.to_ms
        )
        peak, trough = x[at.PEAK], x[at.TROUGH]
        return SweepCell(
            settings,
            is_done=True,
            final_equity=last,
            total_return=last / self._cash - 1,
            max_drawdown=max(x[at.WORST], (peak - trough) / peak),
            sharpe=metrics.sharpe(sums, a_year),
            sortino=metrics.sortino(sums, a_year),
            cagr=metrics.cagr(ends),
            win_rate=y[adding.WINS] / trades if trades else None,
            profit_factor=won / -lost if lost else None,
            exposure=int(x[at.EXPOSED]) / n,
            fees=x[at.FEES],
            trades=trades,
        )


def _floats(values: Sequence[float]) -> Any:
    return (ctypes.c_double * max(len(values), 1))(*values)


@lru_cache(maxsize=KEPT_MAX)
def _code(text: str, parts: tuple[int, ...], columns: int, folder: Path | None) -> Code:
    """`parts` tells how many columns each takes and gives, `columns` what the statements take."""
    given = [_DOUBLE] * columns
    wanted: dict[str, Signature] = {
        f"part_{number}": (None, [_COUNT, *[_DOUBLE] * (2 + each)])
        for number, each in enumerate(parts)
    }
    for held in ("flat", "long"):
        wanted[f"wake_{held}"] = (_COUNT, [_COUNT, _COUNT, _DOUBLE, _WHOLE, *given])
    wanted["lane"] = (_COUNT, [*[_COUNT] * 3, _DOUBLE, *[_WHOLE] * 3, *[_DOUBLE] * 6, *given])
    wanted["add_squares"] = (None, [_COUNT, ctypes.c_double, *[_DOUBLE] * 2])
    return kept_code(folder, texts_of(text), wanted, abreast=True)
