"""Cells of a sweep as lanes over the same columns: what does not depend on a setting is made once.

The rule it keeps: a lane gives the numbers of a backtest to the last digit, or gives none: then the
cell is carried out whole.
"""

from __future__ import annotations

import ctypes
import math
from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property, lru_cache
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
from lefi_tui.simulate.lanes.text import BLOCK, STRETCH, LaneText, LaneTexts, texts_of
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
ROOMS_MAX: Final = 64 * 1024 * 1024  # bytes that the cells of one thread write into
CELLS_MAX: Final = 16  # side by side
KEPT_MAX: Final = 64  # texts
OF_DOUBLE: Final = 8
_DOUBLE: Final = ctypes.POINTER(ctypes.c_double)
_WHOLE: Final = ctypes.POINTER(ctypes.c_int64)
_COUNT: Final = ctypes.c_int64
_TABLE: Final = ctypes.POINTER(ctypes.c_void_p)
Asked = tuple[Settings, LaneText]
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
    """What one cell at a time writes into."""

    def __init__(self, candles: int) -> None:
        self.account: Any = (ctypes.c_double * at.OF_ACCOUNT)()
        self.sums: Any = (ctypes.c_double * (adding.OF_SUMS + candles))()
        self.returns: Any = (ctypes.c_double * (candles + WIDTH))()
        self.candles = candles

    def begin(self, cash: float, fees: Fees, warm: int) -> None:
        x, y = self.account, self.sums
        ctypes.memset(x, 0, ctypes.sizeof(x))
        ctypes.memset(y, 0, adding.OF_SUMS * OF_DOUBLE)
        x[at.CASH] = x[at.LAST] = x[at.PEAK] = x[at.TROUGH] = cash
        x[at.STOP], x[at.TARGET], x[at.OPENED_AT] = -at.INF, at.INF, at.NAN
        x[at.CANDLES] = y[adding.MOST] = float(self.candles)
        x[at.MAKER], x[at.TAKER] = fees.maker, fees.taker
        x[at.SLIPPAGE], x[at.SCALE] = fees.slippage, 10.0**LOT_DIGITS_DEFAULT
        x[at.WARM] = float(max(warm - 1, 0))


class Rooms:
    """Of one thread: so many cells go through the candles side by side, a stretch at a time, so
    that what they look at is in the processor's own memory when the next one wants it."""

    def __init__(self, candles: int) -> None:
        many = ROOMS_MAX // (2 * OF_DOUBLE * max(candles, 1))
        self.of_each = [Room(candles) for _ in range(max(1, min(CELLS_MAX, many)))]
        self.awake = [(_COUNT * (STRETCH + BLOCK))() for _ in range(2)]


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

    def rooms(self) -> Rooms:
        return Rooms(self._n)

    def cells(self, asked: Sequence[Asked], rooms: Rooms) -> list[SweepCell | str]:
        """Of one text, but for numbers, and no more than there are rooms. Or why one is no lane.
        Raises UnfitError where none is."""
        do = self.coded(asked[0][1]).functions
        used = list(zip(asked, rooms.of_each, strict=False))
        kept: list[Any] = []
        for (_, text), room in used:
            room.begin(self._cash, self._fees, text.warm)
            own = (text.numbers, text.first, (0.0,) * text.reads)
            kept += room.account, *map(_floats, own), room.sums, room.returns
            kept += self._given(text, self._rows, do)
        table = (ctypes.c_void_p * len(kept))(*map(ctypes.addressof, kept))
        memory = (self._candles, self._rows.moments, *rooms.awake, table)
        for stretch in self._stretches:
            do["tile"](len(used), *stretch, *memory)
        return [self._told(settings, room, do["add_squares"]) for (settings, _), room in used]

    @cached_property
    def _stretches(self) -> list[tuple[int, int, int, int]]:
        """Rows from and to, and the moments they close at; behind the last row comes the rest."""
        rows, out, moment = self._rows, [], 0
        for begin in range(0, max(rows.count, 1), STRETCH):
            end = min(begin + STRETCH, rows.count)
            after = self._n if end == rows.count else rows.moments[end - 1] + 1
            out.append((begin, end, moment, after))
            moment = after
        return out

    # ---- machine code and columns, each made once

    def coded(self, text: LaneText) -> Code:
        """Raises UnfitError. Before any of its lanes runs in a thread: llvm is for one alone."""
        parts = tuple([len(each.given) + len(each.gives) for each in text.parts])
        try:
            return _code(text.text, parts, self._folder)
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

    def _told(self, settings: Settings, room: Room, add_squares: Any) -> SweepCell | str:
        x, y = room.account, room.sums
        if x[at.LEFT] != 0.0:
            return "a run of it needs Python"
        if x[at.TRADES] > self._n:
            return "it trades more often than there are candles"
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
def _code(text: str, parts: tuple[int, ...], folder: Path | None) -> Code:
    """`parts` tells how many columns each takes and gives."""
    wanted: dict[str, Signature] = {
        f"part_{number}": (None, [_COUNT, *[_DOUBLE] * (2 + each)])
        for number, each in enumerate(parts)
    }
    wanted["tile"] = (None, [*[_COUNT] * 5, _DOUBLE, *[_WHOLE] * 3, _TABLE])
    wanted["add_squares"] = (None, [_COUNT, ctypes.c_double, *[_DOUBLE] * 2])
    return kept_code(folder, texts_of(text), wanted, abreast=True)
