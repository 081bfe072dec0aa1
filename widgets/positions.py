"""Open positions: units, entry, mark, profit, and where a perpetual would be liquidated."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from lefi_tui.views import numbers
from lefi_tui.views.desk_view import DeskView, PositionRow
from widgets.board import Board
from widgets.ink import Ink
from widgets.lines import Column, Frame, Page, Span, table
from widgets.prices import WAITING

EMPTY: Final = "no open position"
ROOMY: Final = 100  # cells: from here on a stop is told in words
EXTERNAL: Final = " external"  # ends the key of a row that is not ours, beside one of ours
NEAR: Final = 0.1  # so close to its end a position is in danger (WB-18)


def _ink(row: PositionRow, fresh: Ink) -> Ink:
    return Ink.DIM if row.is_stale or row.mark is None else fresh


def _side(row: PositionRow) -> Span:
    return "long" if row.units > 0 else "short", Ink.TEXT


def _gain(row: PositionRow) -> Ink:
    if not row.pnl:
        return _ink(row, Ink.TEXT)
    return _ink(row, Ink.GAIN if row.pnl > 0 else Ink.LOSS)


def _age(row: PositionRow) -> Span:
    """On the narrowest screen it is the one place for what matters more."""
    if row.is_bare:
        return "NO STOP", Ink.BAD
    if row.mark is None:
        return "no mark", Ink.WARN
    if row.is_stale:
        return numbers.old(max(row.age_ms, row.unconfirmed_ms)), Ink.WARN
    return numbers.age(row.age_ms), Ink.FAINT


def _money(row: PositionRow, value: Decimal | None) -> str:
    return numbers.price(value, row.places)


def _share(row: PositionRow) -> Span:
    return numbers.share(row.pnl_share), _gain(row)


def _liquidation(row: PositionRow) -> Span:
    """Only a perpetual can be liquidated; a spot holding shows nothing there."""
    return ("" if row.liquidation is None else _money(row, row.liquidation)), _danger(row)


def _away(row: PositionRow) -> Span:
    return ("" if row.away is None else numbers.share(row.away)), _danger(row)


def _danger(row: PositionRow) -> Ink:
    """How near its end is from the mark; with a mark that is old nobody knows."""
    if row.is_stale or row.is_read_late:
        return Ink.DIM
    return Ink.TEXT if row.away is None or abs(row.away) >= NEAR else Ink.BAD


def _units(row: PositionRow) -> Span:
    return numbers.quantity(abs(row.units)), Ink.TEXT


def _mark(row: PositionRow) -> Span:
    return _money(row, row.mark), _ink(row, Ink.TEXT)


def _profit(row: PositionRow) -> Span:
    return numbers.signed(row.pnl, 2), _gain(row)


def _stop(row: PositionRow) -> Span:
    """In words, never by color alone."""
    return row.stop, Ink.BAD if row.is_bare else Ink.TEXT


def _few(row: PositionRow) -> Span:
    return row.stop_few, _stop(row)[1]


def _owners(row: PositionRow) -> Span:
    return "  " + ", ".join(row.owners), Ink.DIM


STOP: Final[Column[PositionRow]] = Column("stop", 21, _stop, rank=2)
FEW: Final[Column[PositionRow]] = Column("stop", 9, _few, is_right=True, rank=2)
LIQUIDATION: Final = (
    Column("liq. at", 9, _liquidation, is_right=True, rank=3),
    Column("liq. %", 8, _away, is_right=True, rank=8),
)
# On the narrowest screen symbol, profit and age are left: what it is, and whether to believe it.
COLUMNS: Final[tuple[Column[PositionRow], ...]] = (
    Column("position", 13, lambda row: (row.symbol, Ink.TEXT)),
    Column("side", 5, _side, rank=4),
    Column("units", 7, _units, is_right=True, rank=4),
    Column("entry", 10, lambda row: (_money(row, row.entry), Ink.TEXT), is_right=True, rank=6),
    Column("mark", 10, _mark, is_right=True, rank=7),
    Column("profit", 9, _profit, is_right=True),
    Column("profit %", 8, _share, is_right=True, rank=9),
    *LIQUIDATION,
    Column("age", 7, _age, is_right=True),
    STOP,
    Column("  of", 10, _owners, rank=10, grows=True),
)


def layout(view: DeskView | None, frame: Frame) -> Page:
    rows = () if view is None else view.positions
    empty = WAITING if view is None else EMPTY
    return table("Positions", _columns(rows, frame.width), rows, frame, empty)


def _columns(rows: Sequence[PositionRow], width: int) -> Sequence[Column[PositionRow]]:
    """Where there is little room a stop is its price, and what no row can tell has no column."""
    away = () if any(row.liquidation is not None for row in rows) else LIQUIDATION
    kept = (each for each in COLUMNS if each not in away)
    return [FEW if each is STOP and width < ROOMY else each for each in kept]


def explain(row: PositionRow) -> str:
    """Whose it is, and how far a perpetual is from its end."""
    words = f"{row.symbol} on {row.account}, of {', '.join(row.owners)}"
    if row.mark is None:
        return f"{words}: no price was seen yet, so no profit is shown"
    if row.liquidation is not None and row.mark:
        away = numbers.share(row.away)
        words += f"; liquidated at {_money(row, row.liquidation)}, {away} from the mark{_said(row)}"
    words += _protected(row)
    if row.unconfirmed_ms:
        words += f". OLD: not confirmed there for {numbers.age(row.unconfirmed_ms)}"
    elif row.is_stale:
        words += f". STALE: the mark is {numbers.age(row.age_ms)} old"
    return words


def _said(row: PositionRow) -> str:
    """By whom, and how long ago."""
    if row.read_age_ms is None:
        return ""
    kind = "isolated" if row.is_isolated else "cross"
    times = "" if row.leverage is None else f"{row.leverage.normalize():f}x "
    return f" ({times}{kind}, as the exchange said {numbers.age(row.read_age_ms)} ago)"


def _protected(row: PositionRow) -> str:
    words = f"; {row.stop}" if row.stop else ""
    if row.is_bare:
        words += f": {row.stop_why}"
    if row.lost_ms >= 1_000:
        words += f"; without its stop for {row.lost_ms / 1_000:.0f} s in all"
    return words


def _key(row: PositionRow) -> str:
    return f"{row.account}/{row.symbol}{EXTERNAL if row.is_external else ''}"


class Positions(Board):
    OWN_KEY = "close_position"
    IS_POINTED = True

    def draw(self, view: DeskView | None, frame: Frame) -> Page:
        return layout(view, frame)

    def keys(self, view: DeskView) -> Sequence[str]:
        return tuple(_key(row) for row in view.positions)

    def explain(self, view: DeskView, number: int) -> str:
        return explain(view.positions[number])
