"""Many simulations of one script as a table: the axes that were varied, and what each cell came to.

Screens draw it as a map, the command line as rows; shares are fractions, a missing number is None.
"""

from __future__ import annotations

from typing import Any, Final

from msgspec import to_builtins

from lefi_tui.core.record import Record

BEST_MAX: Final = 10
LANES: Final = "lanes"
MACHINE: Final = "machine"
EVENT: Final = "event"


class SweepAxis(Record):
    """One setting and its values, as Lefi text, in the order they were varied."""

    name: str
    values: tuple[str, ...]


class SweepCell(Record):
    """One run; its numbers are those that `lefi backtest` gives for these settings."""

    settings: tuple[tuple[str, str], ...]
    is_done: bool = False
    refused: str = ""  # why the script can't run with these settings
    final_equity: float | None = None
    total_return: float | None = None
    max_drawdown: float | None = None
    sharpe: float | None = None
    sortino: float | None = None
    cagr: float | None = None
    win_rate: float | None = None
    profit_factor: float | None = None
    exposure: float | None = None
    fees: float | None = None
    trades: int = 0

    def report(self) -> dict[str, Any]:
        """As `lefi backtest --json` names them."""
        row: dict[str, Any] = to_builtins(self)
        row = {"return" if name == "total_return" else name: row[name] for name in row}
        row["settings"] = dict(self.settings)
        return {name: row[name] for name in row if name not in {"is_done", "refused"}}


def measured(cell: SweepCell, rank: str) -> float | None:
    """The number that cells are ranked by, more being better: of falls the smallest is best."""
    if not cell.is_done or cell.refused:
        return None
    value = getattr(cell, "total_return" if rank == "return" else rank)
    if value is None:
        return None
    return -float(value) if rank == "max_drawdown" else float(value)


class SweepView(Record):
    """Cells stand row by row: of two axes the last one's values run fastest."""

    script: str
    symbols: tuple[str, ...]
    timeframe: str
    candles: int
    from_ms: int
    to_ms: int
    axes: tuple[SweepAxis, ...]
    cells: tuple[SweepCell, ...]
    rank: str
    ranked: tuple[int, ...]  # numbers of cells that have that measure, the best first
    ways: tuple[tuple[str, int], ...]  # lanes, machine, event: how many cells took each
    why: tuple[tuple[int, str], ...]  # what kept cells from a quicker way: line (0: none), words
    warnings: tuple[str, ...]
    notices: tuple[str, ...]
    seconds: float
    workers: int
    is_stopped: bool = False  # before all cells were done
    tried: int | None = None  # variants on this data so far, these too; None: not counted

    @property
    def done(self) -> int:
        return sum(each.is_done for each in self.cells)

    @property
    def way(self) -> str:
        """That most cells took."""
        return max(self.ways, key=lambda each: each[1])[0] if self.ways else ""

    def report(self) -> dict[str, Any]:
        return {
            "script": self.script,
            "symbol": ", ".join(self.symbols),
            "timeframe": self.timeframe,
            "candles": self.candles,
            "from": self.from_ms,
            "to": self.to_ms,
            "over": {each.name: list(each.values) for each in self.axes},
            "variants": len(self.cells),
            "done": self.done,
            "tried": self.tried,
            "stopped": self.is_stopped,
            "seconds": self.seconds,
            "workers": self.workers,
            "way": self.way,
            "ways": dict(self.ways),
            "why": [{"line": line or None, "text": text} for line, text in self.why],
            "rank": self.rank,
            "best": [self.cells[each].report() for each in self.ranked[:BEST_MAX]],
            "cells": [self._row(each) for each in self.cells],
            "warnings": list(self.warnings),
            "notices": list(self.notices),
        }

    def _row(self, cell: SweepCell) -> list[float | int | None]:
        """The measure and the number of trades; of what was not done, nothing."""
        value = measured(cell, self.rank)
        return [None if value is None else abs(value) if self.rank == "max_drawdown" else value,
                cell.trades]  # fmt: skip
