"""Orders as a list to look through: the newest above, working ones bright, each with its end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lefi_tui.core.order import OrderStatus
from lefi_tui.core.record import Record
from lefi_tui.views import numbers
from lefi_tui.views.orders_view import PastOrderRow, whose
from lefi_tui.views.queries import StoryQuery
from widgets.board import Listing
from widgets.ink import Ink
from widgets.lines import Column, Frame, Page, Row, Span, padded, table
from widgets.prices import WAITING

NONE_YET: Final = "no order yet: a bot sends the first, or you by hand"
NO_MATCH: Final = "no order has all these words; Esc shows all"
_STATUS: Final = {
    OrderStatus.FILLED.value: Ink.GAIN,
    OrderStatus.REJECTED.value: Ink.BAD,
    OrderStatus.DENIED.value: Ink.BAD,
    OrderStatus.UNCONFIRMED.value: Ink.WARN,
    OrderStatus.CANCEL_PENDING.value: Ink.WARN,
    OrderStatus.CANCELED.value: Ink.DIM,
    OrderStatus.EXPIRED.value: Ink.DIM,
}


class Found(Record):
    """What the filter left of all that was asked for."""

    rows: tuple[PastOrderRow, ...]
    total: int
    is_cut: bool = False  # there are older ones that were not asked for
    silent_ms: int = 0

    @property
    def counted(self) -> str:
        """12 of 340; with a plus where older ones were left out."""
        more = "+" if self.is_cut else ""
        return f"{len(self.rows)} of {self.total}{more}"


def _ink(row: PastOrderRow) -> Ink:
    return Ink.TEXT if row.is_working else Ink.DIM


def _price(row: PastOrderRow) -> Span:
    price = row.average if row.average is not None else row.price
    unknown = "market" if row.leg == "entry" else numbers.UNKNOWN
    return (unknown if price is None else numbers.price(price, row.places)), _ink(row)


def _units(row: PastOrderRow) -> Span:
    unknown = "at fill" if row.leg == "entry" else "all"
    return (unknown if row.quantity is None else numbers.quantity(row.quantity)), _ink(row)


def _filled(row: PastOrderRow) -> Span:
    return numbers.quantity(row.filled), _ink(row)


def _kind(row: PastOrderRow) -> Span:
    return f" {row.kind if row.leg == 'entry' else row.leg}", _ink(row)


def _status(row: PastOrderRow) -> Span:
    return row.status, _STATUS.get(row.status, Ink.TEXT)


COLUMNS: Final[tuple[Column[PastOrderRow], ...]] = (
    Column("order", 13, lambda row: (row.symbol, _ink(row))),
    Column("when", 12, lambda row: (numbers.moment(row.created_ns)[5:], Ink.DIM), rank=5),
    Column("side", 5, lambda row: (row.side, _ink(row))),
    Column("units", 8, _units, is_right=True, rank=1),
    Column("filled", 9, _filled, is_right=True, rank=6),
    Column("price", 11, _price, is_right=True),
    Column(" kind", 10, _kind, rank=2),
    Column("status", 14, _status),
    Column("of", 10, lambda row: (whose(row), Ink.DIM), rank=3, grows=True),
)


def layout(found: Found | None, frame: Frame) -> Page:
    if found is None:
        return table("Orders", COLUMNS, (), frame, WAITING)
    empty = NO_MATCH if found.total else NONE_YET
    return table("Orders", COLUMNS, found.rows, frame, empty)


def told(found: Found | None, frame: Frame) -> Row:
    """How many the filter left, and how old the list is when the engine is silent."""
    spans: list[Span] = [(f" {found.counted} " if found else " ", Ink.TEXT)]
    if found and found.silent_ms:
        spans.append((f" {numbers.old(found.silent_ms)} ", Ink.WARN))
    return padded(spans, frame)


def explain(row: PastOrderRow) -> str:
    """All there is of it; the reason last, in full."""
    parts = [
        f"{row.id}: {_asked(row)}, {whose(row)} on {row.account}",
        f"{row.status}, {numbers.quantity(row.filled)} of {_units(row)[0]} filled",
    ]
    if row.average is not None:
        fee = numbers.amount(row.fee)
        parts[-1] += f" at {numbers.price(row.average, row.places)}, fee {fee}"
    parts.append(f"changed {numbers.moment(row.updated_ns)} UTC")
    reason = f". {row.reason}" if row.reason else ""
    return "; ".join(parts) + reason


def _asked(row: PastOrderRow) -> str:
    price = "" if row.price is None else f" at {numbers.price(row.price, row.places)}"
    if row.leg != "entry":
        return f"{row.leg}{price}: {row.side}s all {row.symbol}"
    return f"{row.side} {_units(row)[0]} {row.symbol}{price or ' at market'}"


class PastOrders(Listing[Found]):
    IS_POINTED = True

    def draw(self, view: Found | None, frame: Frame) -> Page:
        return layout(view, frame)

    def keys(self, view: Found) -> Sequence[str]:
        return tuple(row.id for row in view.rows)

    def explain(self, view: Found, number: int) -> str:
        return explain(view.rows[number])

    @property
    def why(self) -> StoryQuery | None:
        order = self.selected
        return None if order is None else StoryQuery(order=order.id)

    @property
    def selected(self) -> PastOrderRow | None:
        """The order under the cursor."""
        return self.view.rows[self.cursor] if self.view and self.view.rows else None
