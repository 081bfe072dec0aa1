"""The trades of a report as a list to go through: it changes only when something was traded.

The newest stand above. Narrow screens leave out columns; words tell the trade under the cursor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from rich.text import Text
from textual.widgets import DataTable

from lefi_tui.views import numbers
from lefi_tui.views.report_view import TradeRow
from lefi_tui.views.report_words import price_of
from widgets.ink import Ink, Palette
from widgets.lines import fit

Column = tuple[str, int, bool, Callable[[TradeRow], str]]  # title, width, right, words
_CLOSED: Final[Column] = (" closed", 13, False, lambda row: f" {numbers.moment(row.exit_ns)[5:]}")
_OPENED: Final[Column] = ("opened", 12, False, lambda row: numbers.moment(row.entry_ns)[5:])
_OF: Final[Column] = ("of", 14, False, lambda row: row.owner)
_SYMBOL: Final[Column] = ("symbol", 14, False, lambda row: row.symbol)
_SIDE: Final[Column] = ("side", 6, False, lambda row: row.side)
_UNITS: Final[Column] = ("units", 8, True, lambda row: numbers.amount(row.units))
_ENTRY: Final[Column] = ("entry", 11, True, lambda row: price_of(row.entry_price))
_EXIT: Final[Column] = ("exit", 11, True, lambda row: price_of(row.exit_price))
_FEES: Final[Column] = ("fees", 8, True, lambda row: numbers.price(row.fees, 2))
_PROFIT: Final[Column] = ("profit", 9, True, lambda row: numbers.signed(row.pnl, 2))
_REASON: Final[Column] = ("  reason", 13, False, lambda row: f"  {row.reason.replace('_', ' ')}")
LEAST: Final = (_SYMBOL, _SIDE, _PROFIT)
SMALL: Final = (_CLOSED, _SYMBOL, _SIDE, _EXIT, _PROFIT)
NARROW: Final = (_CLOSED, _SYMBOL, _SIDE, _UNITS, _ENTRY, _EXIT, _PROFIT)
MIDDLE: Final = (*NARROW, _REASON)
ALL: Final = (_CLOSED, _OF, _SYMBOL, _SIDE, _UNITS, _ENTRY, _EXIT, _FEES, _PROFIT, _REASON)
FULL: Final = (_CLOSED, _OPENED, *ALL[1:])
SPARE: Final = 3  # for the scroll bar and a margin


def columns(width: int) -> tuple[Column, ...]:
    """The richest set that fits: a number is shown whole or not at all."""
    for each in (FULL, ALL, MIDDLE, NARROW, SMALL):
        if sum(column[1] for column in each) + SPARE <= width:
            return each
    return LEAST


class Trades(DataTable[Text]):
    """It is told the rows; the cursor stays where it was, as far as there are rows."""

    def __init__(self, palette: Palette, *, id: str) -> None:  # noqa: A002 -- Textual's word
        super().__init__(
            id=id, cursor_type="row", cursor_foreground_priority="renderable", cell_padding=0
        )
        self._palette = palette
        self._shown: tuple[tuple[TradeRow, ...], tuple[Column, ...]] | None = None
        self.rows_told: Sequence[TradeRow] = ()

    def show(self, rows: tuple[TradeRow, ...]) -> None:
        wanted = columns(self.size.width)
        if (rows, wanted) == self._shown:
            return
        self._shown, self.rows_told, cursor = (rows, wanted), rows, self.cursor_row
        self.clear(columns=True)
        cut = self._palette.glyphs.cut
        for title, width, is_right, _ in wanted:
            self.add_column(Text(fit(title, width, cut, is_right=is_right)), width=width)
        for row in rows:
            self.add_row(*(self._cell(row, column) for column in wanted))
        self.move_cursor(row=min(cursor, max(0, len(rows) - 1)), scroll=True)

    def _cell(self, row: TradeRow, column: Column) -> Text:
        _, width, is_right, words = column
        ink = Ink.TEXT
        if column is _PROFIT:
            ink = Ink.GAIN if row.pnl > 0 else Ink.LOSS if row.pnl < 0 else Ink.TEXT
        text = fit(words(row), width, self._palette.glyphs.cut, is_right=is_right)
        return Text(text, self._palette.inks[ink])

    @property
    def words(self) -> str:
        """What a narrow list leaves out of the trade under the cursor."""
        if self.cursor_row >= len(self.rows_told):
            return ""
        row = self.rows_told[self.cursor_row]
        return (
            f"of {row.owner}, opened {numbers.moment(row.entry_ns)[5:]}, closed by "
            f"{row.reason.replace('_', ' ')}, fees {numbers.price(row.fees, 2)}"
        )
