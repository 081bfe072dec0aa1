"""What was said and asked at the foot of the screens: for the arrows, and its newest answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Final

from msgspec import Struct, field

from lefi_tui.core.messages import SayStatement
from lefi_tui.core.order import Side
from lefi_tui.core.record import Record
from lefi_tui.views.desk_view import Mode
from lefi_tui.views.figures import MONEY_PLACES
from lefi_tui.views.numbers import price, quantity, signed
from lefi_tui.views.orders_view import OrdersView, PastOrderRow
from lefi_tui.views.queries import Receipt

HISTORY_MAX: Final = 100
ANSWERS_MAX: Final = 4
SENT: Final = "on its way"
BEHIND: Final = "older than the newest orders: the orders screen tells how it stands"
UNKNOWN: Final = "no answer came: look at the orders before you say it again"


class Place(Record):
    """An account that a line may be said to."""

    account: str
    mode: Mode
    symbols: tuple[str, ...] = ()  # of its markets that have a price


class Answer(Struct):
    """What was said or asked, and what came of it."""

    text: str
    value: str
    awaited: SayStatement | None = None  # that the engine has not answered yet
    orders: dict[str, str] = field(default_factory=dict)  # that it sent: id, and how it stands
    working: set[str] = field(default_factory=set)  # of these
    entries: dict[str, Decimal] = field(default_factory=dict)  # of what it closes, by symbol

    @property
    def told(self) -> str:
        orders = (f"order {order}: {state}" for order, state in self.orders.items())
        return ", ".join((self.value, *orders))


def nobody() -> None:
    """Looks at it now."""


class Spoken(Struct):
    """Oldest first. `account` is where the last line was said; `changed` draws it anew."""

    texts: list[str] = field(default_factory=list)
    kept: list[Answer] = field(default_factory=list)
    account: str = ""
    changed: Callable[[], None] = nobody

    def say(self, account: str, text: str) -> None:
        self.account = account
        if self.texts[-1:] != [text]:
            self.texts.append(text)
        del self.texts[:-HISTORY_MAX]

    @property
    def answers(self) -> list[tuple[str, str]]:
        return [(each.text, each.told) for each in self.kept]

    def answer(
        self,
        text: str,
        value: str,
        awaited: SayStatement | None = None,
        entries: Iterable[tuple[str, Decimal]] = (),
    ) -> None:
        self.kept.append(Answer(text, value, awaited, entries=dict(entries)))
        del self.kept[:-ANSWERS_MAX]

    # ---- what came of a statement

    def came(self, statement: SayStatement, receipt: Receipt | None) -> None:
        """The engine's word on this very one: of the same line said to two accounts, that of real
        money may be answered last."""
        said = next((each for each in self.kept if each.awaited is statement), None)
        if said is None:
            return
        said.awaited = None
        if receipt is None:
            said.value = UNKNOWN
        elif not receipt.is_accepted:
            said.value = f"refused: {receipt.text}"
        else:
            said.value = receipt.text or "done"
            said.orders = dict.fromkeys(receipt.orders, SENT)
            said.working = set(receipt.orders)
        self.changed()

    @property
    def has_working(self) -> bool:
        return any(each.working for each in self.kept)

    def stand(self, view: OrdersView) -> None:
        """An order that many newer ones have left behind is not told by what it was once."""
        rows = {row.id: row for row in view.rows}
        for each in self.kept:
            for order in tuple(each.working):
                row = rows.get(order)
                if row is not None:
                    each.orders[order] = state_of(row, each.entries.get(row.symbol))
                elif view.is_cut:
                    each.orders[order] = BEHIND
                if view.is_cut if row is None else not row.is_working:
                    each.working.remove(order)
        self.changed()


def state_of(row: PastOrderRow, entry: Decimal | None = None) -> str:
    """filled 0.01 at 20,000.5; a status alone while nothing is filled. `entry` is the price of what
    it closes."""
    filled = ""
    if row.filled and row.average is not None:
        filled = f" {quantity(row.filled)} at {price(row.average, row.places)}"
        if entry is not None:
            sign = 1 if row.side == Side.SELL else -1
            profit = (row.average - entry) * row.filled * sign - row.fee
            filled += f", profit {signed(profit, MONEY_PLACES)} after its fee, not the entry's"
    return f"{row.status.replace('_', ' ')}{filled}"
