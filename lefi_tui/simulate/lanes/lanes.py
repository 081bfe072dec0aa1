"""Cells of a sweep as lanes over the same columns: what does not depend on a setting is made once.

The rule it keeps: a lane gives the numbers of a backtest to the last digit, or gives none: then the
cell is carried out whole.
"""

from __future__ import annotations

import ctypes
from array import array
from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from lefi_tui.core import metrics
from lefi_tui.core.matching.rules import LOT_DIGITS_DEFAULT
from lefi_tui.requests import BacktestRequest
from lefi_tui.simulate.costs import fees_of
from lefi_tui.simulate.lanes import account as at
from lefi_tui.simulate.lanes import adding
from lefi_tui.simulate.lanes.parts import Name, Part, UnfitError
from lefi_tui.simulate.lanes.rows import Rows, rows_of
from lefi_tui.simulate.lanes.sums import COUNT_MAX, sums_of, won_and_lost
from lefi_tui.simulate.lanes.text import LaneText, LaneTexts, texts_of
from lefi_tui.simulate.machine.code import Code, Signature
from lefi_tui.simulate.machine.columns import Columns, doubles
from lefi_tui.simulate.machine.dialect_values import DialectError
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


class Lanes:
    """Of one script over one file."""

    def __init__(self, prepared: Prepared, request: BacktestRequest, columns: Columns) -> None:
        self._prepared, self._columns = prepared, columns
        self._folder = request.columns
        self._fees, self._cash = fees_of(request.costs), float(request.costs.cash)
        first = prepared.files[0]
        self._n = len(columns.opens)
        self._candles = doubles(columns.candles[first.symbol, prepared.timeframe_ms])
        self._texts = LaneTexts()
        self._rows: dict[int, Rows] = {}
        self._known: OrderedDict[Any, Any] = OrderedDict()  # columns by what they are made of
        self._returns: Any = (ctypes.c_double * (self._n + 1))()
        self._y = (ctypes.c_double * (adding.OF_SUMS + self._n))()
        self._awake = [(_COUNT * (self._n + 1))() for _ in range(2)]

    def cell(self, settings: Settings, prepared: Prepared) -> SweepCell:
        """Raises UnfitError, in words."""
        handler = prepared.bound.candles[0]
        program = prepared.bound.program
        text = self._texts.of(program, handler.timeframe_ms)
        rows = self._rows_of(prepared)
        do = self._coded(text).functions
        given = self._given(text, rows, do)
        numbers = _floats(text.numbers)
        warm = max(text.warm - 1, 0)
        awake = [
            do[f"wake_{held}"](rows.count, warm, numbers, place, *given)
            for held, place in zip(("flat", "long"), self._awake, strict=True)
        ]
        x, y = self._account(), self._sums()
        state, reads = _floats(text.first), _floats([0.0] * text.reads)
        memory = (self._candles, rows.moments, *self._awake, numbers, state, reads)
        if do["lane"](self._n, *awake, *memory, x, y, self._returns, *given):
            raise UnfitError("a run of it needs Python")
        if x[at.TRADES] > self._n:
            raise UnfitError("it trades more often than there are candles")
        return self._told(settings, x, y, do["add_squares"])

    def _account(self) -> Any:
        x = (ctypes.c_double * at.OF_ACCOUNT)()
        x[at.CASH] = x[at.LAST] = x[at.PEAK] = x[at.TROUGH] = self._cash
        x[at.STOP], x[at.TARGET], x[at.OPENED_AT] = -at.INF, at.INF, at.NAN
        x[at.CANDLES] = float(self._n)
        x[at.MAKER], x[at.TAKER] = self._fees.maker, self._fees.taker
        x[at.SLIPPAGE], x[at.SCALE] = self._fees.slippage, 10.0**LOT_DIGITS_DEFAULT
        return x

    def _sums(self) -> Any:
        y = self._y
        y[: adding.OF_SUMS] = [0.0] * adding.OF_SUMS
        y[adding.MOST] = float(self._n)
        return y

    def _rows_of(self, prepared: Prepared) -> Rows:
        handler = prepared.bound.candles[0]
        if handler.timeframe_ms not in self._rows:
            rows = rows_of(self._columns, handler, prepared.timeframe_ms, self._folder)
            self._rows[handler.timeframe_ms] = rows
        return self._rows[handler.timeframe_ms]

    # ---- machine code and columns, each made once

    def _coded(self, text: LaneText) -> Code:
        parts = tuple([len(each.given) + len(each.gives) for each in text.parts])
        try:
            return _code(text.text, parts, len(text.columns), self._folder)
        except (DialectError, RecursionError) as error:
            raise UnfitError(f"its machine code can't be made ({error})") from error

    def _given(self, text: LaneText, rows: Rows, do: Any) -> list[Any]:
        """The columns its statements look at, made from those before them."""
        known: dict[Name, tuple[Any, Any]] = {
            ("event", number): (("event", number), column) for number, column in rows.fields.items()
        }
        for number, part in enumerate(text.parts):
            self._carry_out(do[f"part_{number}"], (part, text.first), rows, known)
        return [known[each][1] for each in text.columns]

    def _carry_out(
        self,
        part_of: Any,
        what: tuple[Part, Sequence[float]],
        rows: Rows,
        known: dict[Name, tuple[Any, Any]],
    ) -> None:
        part, first = what
        given = [known[each] for each in part.given]
        key = (id(rows), part.text, part.numbers, tuple(each for each, _ in given))
        if key not in self._known:
            made = [_column(rows.count) for _ in part.gives]
            memory = (_floats(part.numbers), _floats([first[each] for each in part.slots]))
            part_of(rows.count, *memory, *(column for _, column in given), *made)
            self._known[key] = made
            self._forget(rows.count * OF_DOUBLE)
        self._known.move_to_end(key)
        for number, (name, column) in enumerate(zip(part.gives, self._known[key], strict=True)):
            known[name] = ((key, number), column)

    def _forget(self, size: int) -> None:
        """What was not looked at for longest."""
        while len(self._known) > 1 and len(self._known) * size > COLUMNS_MAX:
            self._known.popitem(last=False)

    # ---- what it came to

    def _told(self, settings: Settings, x: Any, y: Any, add_squares: Any) -> SweepCell:
        prepared, n, last = self._prepared, self._n, x[at.LAST]
        count, trades = int(x[at.RETURNS]), int(x[at.TRADES])

        def add(mean: float) -> None:
            add_squares(count, mean, self._returns, y)

        sums = sums_of(n, count, y, add, self._returns)
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


def _column(count: int) -> Any:
    return doubles(array("d", bytes(OF_DOUBLE * max(count, 1))))


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
    return kept_code(folder, texts_of(text), wanted)
