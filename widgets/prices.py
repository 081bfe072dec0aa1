"""The watch list: bid, ask, last, change and age. A price past its age is dimmed and marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from lefi_tui.views import numbers
from lefi_tui.views.desk_view import DeskView, PriceRow
from widgets.board import Board
from widgets.ink import Glyphs, Ink
from widgets.lines import Column, Frame, Page, Span, table

WAITING: Final = "waits for the engine"
SYMBOL, MARK = 13, 4  # BTC/USDT:USDT, DEMO
EMPTY: Final = "no price has arrived yet"


def columns(glyphs: Glyphs, marks: Mapping[str, str]) -> tuple[Column[PriceRow], ...]:
    """`marks` are words for accounts whose prices are of another kind than the frame's."""

    def symbol(row: PriceRow) -> Span:
        mark = marks.get(row.account, "")
        return f"{row.symbol} {mark}" if mark else row.symbol, ink(row, Ink.TEXT)

    def last(row: PriceRow) -> Span:
        sign = {1: glyphs.up, -1: glyphs.down}.get(row.direction, " ")
        return f"{numbers.price(row.last, row.places)} {sign}", ink(row, Ink.TEXT)

    return (
        Column("symbol", SYMBOL + (1 + MARK if marks else 0), symbol),
        Column("bid", 11, lambda row: _price(row, row.bid), is_right=True, rank=2),
        Column("ask", 11, lambda row: _price(row, row.ask), is_right=True, rank=2),
        Column("last  ", 13, last, is_right=True),
        Column("today", 8, _change, is_right=True, rank=1),
        Column("age", 7, age, is_right=True),
    )


def ink(row: PriceRow, fresh: Ink) -> Ink:
    return Ink.DIM if row.is_stale else fresh


def _price(row: PriceRow, value: float) -> Span:
    return numbers.price(value, row.places), ink(row, Ink.TEXT)


def _change(row: PriceRow) -> Span:
    direction = Ink.GAIN if (row.change or 0.0) > 0 else Ink.LOSS
    return numbers.share(row.change), ink(row, direction if row.change else Ink.DIM)


def age(row: PriceRow) -> Span:
    if row.is_stale:
        return numbers.old(row.age_ms), Ink.WARN
    return numbers.age(row.age_ms), Ink.FAINT


def layout(view: DeskView | None, frame: Frame) -> Page:
    rows = () if view is None else view.prices
    empty = WAITING if view is None else EMPTY
    marks = {} if view is None else _marks(view)
    return table("Prices", columns(frame.glyphs, marks), rows, frame, empty)


def _marks(view: DeskView) -> dict[str, str]:
    """Made-up prices beside real ones say so on their own line."""
    shown = {row.account for row in view.prices}
    return {
        row.name: row.mode.value
        for row in view.accounts
        if row.name in shown and row.mode is not view.banner.mode
    }


def explain(row: PriceRow) -> str:
    spread = numbers.price(row.ask - row.bid, row.places)
    words = f"{row.symbol} on {row.account}: spread {spread}, change since 00:00 UTC or first seen"
    if not row.is_stale:
        return words
    limit = numbers.age(row.limit_ms)
    return f"{words}. STALE: no price for {numbers.age(row.age_ms)}, past {limit} it is called old"


class Prices(Board):
    def draw(self, view: DeskView | None, frame: Frame) -> Page:
        return layout(view, frame)

    def keys(self, view: DeskView) -> Sequence[str]:
        return tuple(f"{row.account}/{row.symbol}" for row in view.prices)

    def explain(self, view: DeskView, number: int) -> str:
        return explain(view.prices[number])
