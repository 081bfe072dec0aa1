"""What was said and asked at the foot of the screens: for the arrows, and its newest answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from msgspec import Struct, field

from lefi_tui.core.record import Record
from lefi_tui.views.desk_view import Mode
from lefi_tui.views.numbers import price, quantity
from lefi_tui.views.orders_view import PastOrderRow
from lefi_tui.views.queries import Receipt

HISTORY_MAX: Final = 100
ANSWERS_MAX: Final = 4
SENT: Final = "on its way"
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
    is_awaited: bool = False  # the engine has not answered yet
    orders: dict[str, str] = field(default_factory=dict)  # that it sent: id, and how it stands
    working: set[str] = field(default_factory=set)  # of these

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

    def answer(self, text: str, value: str, *, is_awaited: bool = False) -> None:
        self.kept.append(Answer(text, value, is_awaited))
        del self.kept[:-ANSWERS_MAX]

    # ---- what came of a statement

    def came(self, text: str, receipt: Receipt | None) -> None:
        """The engine's word on the first one of this text that waits for it."""
        said = next((each for each in self.kept if each.is_awaited and each.text == text), None)
        if said is None:
            return
        said.is_awaited = False
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

    def stand(self, rows: Iterable[PastOrderRow]) -> None:
        for row in rows:
            for each in self.kept:
                if row.id in each.working:
                    each.orders[row.id] = state_of(row)
                    each.working -= set() if row.is_working else {row.id}
        self.changed()


def state_of(row: PastOrderRow) -> str:
    """filled 0.01 at 20,000.5; a status alone while nothing is filled."""
    filled = ""
    if row.filled and row.average is not None:
        filled = f" {quantity(row.filled)} at {price(row.average, row.places)}"
    return f"{row.status.replace('_', ' ')}{filled}"
