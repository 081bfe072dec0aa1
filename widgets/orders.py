"""Working orders: what the venue still holds for us, whose it is and what we know of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lefi_tui.core.order import HAND, OrderStatus
from lefi_tui.views import numbers
from lefi_tui.views.desk_view import DeskView, OrderRow
from lefi_tui.views.queries import StoryQuery
from widgets.board import Board
from widgets.ink import Ink
from widgets.lines import Column, Frame, Page, Span, table
from widgets.prices import WAITING

EMPTY: Final = "no working order"


def _price(row: OrderRow) -> Span:
    return ("market" if row.price is None else numbers.price(row.price, row.places)), Ink.TEXT


def _units(row: OrderRow) -> Span:
    return ("all" if row.quantity is None else numbers.quantity(row.quantity)), Ink.TEXT


def _filled(row: OrderRow) -> Span:
    return numbers.quantity(row.filled), Ink.TEXT


def _kind(row: OrderRow) -> Span:
    return f" {row.kind if row.leg == 'entry' else row.leg}", Ink.TEXT


def _status(row: OrderRow) -> Span:
    if row.unconfirmed_ms:
        return numbers.old(row.unconfirmed_ms), Ink.WARN
    is_doubtful = row.status == OrderStatus.UNCONFIRMED.value
    if row.rests_alone and row.status == OrderStatus.ACCEPTED.value:
        return "no dead-man", Ink.WARN
    return row.status, Ink.WARN if is_doubtful else Ink.DIM


def _owner(row: OrderRow) -> Span:
    return f" {'by hand' if row.owner == HAND else row.owner}", Ink.DIM


COLUMNS: Final[tuple[Column[OrderRow], ...]] = (
    Column("order", 13, lambda row: (row.symbol, Ink.TEXT)),
    Column("side", 5, lambda row: (row.side, Ink.TEXT)),
    Column("units", 7, _units, is_right=True, rank=3),
    Column("filled", 8, _filled, is_right=True, rank=8),
    Column("price", 10, _price, is_right=True),
    Column(" kind", 10, _kind, rank=7),
    Column("status", 11, _status, rank=5),
    Column("age", 4, lambda row: (numbers.age(row.age_ms), Ink.FAINT), is_right=True, rank=6),
    Column(" of", 10, _owner, rank=4, grows=True),
)


def layout(view: DeskView | None, frame: Frame) -> Page:
    rows = () if view is None else view.orders
    return table("Orders", COLUMNS, rows, frame, WAITING if view is None else EMPTY)


def explain(row: OrderRow) -> str:
    filled = f"{numbers.quantity(row.filled)} of {_units(row)[0]} filled"
    words = f"Order {row.id} on {row.account}, {row.kind} {row.leg}: {row.status}, {filled}"
    words += "; no dead-man: it rests on while we are gone" if row.rests_alone else ""
    if row.unconfirmed_ms:
        words += f". OLD: not confirmed there for {numbers.age(row.unconfirmed_ms)}"
    return words


def canceling(row: OrderRow) -> str:
    """What is said of it when it is canceled."""
    if row.is_external:
        return f"{row.side} {row.symbol} is another hand's: cancel it there, or adopt it (Alt+U)."
    return f"Asked the venue to cancel {row.side} {row.symbol}."


class Orders(Board):
    OWN_KEY = "cancel"
    IS_POINTED = True

    def draw(self, view: DeskView | None, frame: Frame) -> Page:
        return layout(view, frame)

    def keys(self, view: DeskView) -> Sequence[str]:
        return tuple(row.id for row in view.orders)

    @property
    def why(self) -> StoryQuery | None:
        orders = () if self.view is None else self.view.orders
        return StoryQuery(order=orders[self.cursor].id) if orders else None

    def explain(self, view: DeskView, number: int) -> str:
        return explain(view.orders[number])
