"""Orders: what works and what became of those before; letters filter, Delete cancels.

It has no rule of trading: it sends commands, and draws the newest view it was given.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from lefi_tui.core.messages import CancelOrder, Command
from lefi_tui.views.orders_view import OrdersView, PastOrderRow, matching
from lefi_tui.views.queries import OrdersQuery
from screens.framed import Framed
from screens.keys import ORDERS, bindings, of_groups
from screens.story import StoryScreen
from widgets.block import Block
from widgets.in_order import Field
from widgets.ink import Palette
from widgets.lines import Frame
from widgets.past_orders import Found, PastOrders, told

FILTER_MAX = 80
ASKS = "type to filter, for example: filled btc"


class OrdersScreen(Framed):
    CSS_PATH = "orders.tcss"
    AUTO_FOCUS: ClassVar[str | None] = "#filter"
    GROUPS = (ORDERS,)
    # Before the filter, which has uses of its own for some of them.
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*of_groups(ORDERS), is_priority=True)]
    every_s: ClassVar[float] = 1.0

    def __init__(self, send: Callable[[Command], None], palette: Palette) -> None:
        super().__init__(palette)
        self.query_of = OrdersQuery()
        self.view: OrdersView | None = None
        self._send = send
        self._silent_ms = 0
        self._meant = ""  # the one order there is, for what came from elsewhere
        self._act: Callable[[], None] | None = None
        self.filter = Field(placeholder=ASKS, max_length=FILTER_MAX, id="filter")
        self.count = Block(self.palette, id="count")
        self.list = PastOrders(self.palette, id="list")
        self.list.can_focus = False  # the filter has the keys

    def inside(self) -> ComposeResult:
        with Horizontal(id="above"):
            yield self.filter
            yield self.count
        yield self.list
        yield self.words

    # ---- what is shown

    def show(self, answer: Any, silent_ms: int) -> None:
        assert isinstance(answer, OrdersView)
        self.view, self._silent_ms = answer, silent_ms
        self._draw_list()
        self._act_on_meant()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._draw_list()

    def on_resize(self) -> None:
        super().on_resize()
        self.call_after_refresh(self._draw_list)

    def dress(self) -> None:
        super().dress()
        self._draw_list()

    def _draw_list(self) -> None:
        view = self.view
        found = None
        if view is not None:
            rows = matching(self._leveled(view.rows), self.filter.value)
            found = Found(rows, len(view.rows), view.is_cut, self._silent_ms)
        self.list.show(found, self.palette)
        frame = Frame(self.count.size.width, 1, glyphs=self.palette.glyphs)
        if frame.width:
            self.count.show((told(found, frame),), self.palette)
        self.draw_words()

    def _leveled(self, rows: tuple[PastOrderRow, ...]) -> tuple[PastOrderRow, ...]:
        """Where a working exit stands only the desk knows: it hangs on the position's entry."""
        orders = () if self.desk_view is None else self.desk_view.orders
        levels = {each.id: each.price for each in orders if each.leg != "entry"}
        return tuple(
            replace(row, price=levels[row.id]) if row.is_working and row.id in levels else row
            for row in rows
        )

    def said(self) -> str:
        return self.list.words

    # ---- what a person does

    def action_move(self, step: int) -> None:
        self.list.move(step)
        self.draw_words()

    def action_clear(self) -> None:
        self.filter.value = ""

    def action_why(self) -> None:
        asked = self.list.why
        if asked is None:
            self.notice("No order is under the cursor.")
        else:
            self.app.push_screen(StoryScreen(asked))

    def aim(self, key: str, act: Callable[[], None]) -> bool:
        """Of the working orders, for what ends one; known with the first answer."""
        view = self.desk_view
        rows = () if view is None else [each.id for each in view.orders if not each.is_external]
        if key != "order_cancel" or len(rows) != 1:
            return False
        self.filter.value = ""
        self._meant, self._act = rows[0], act
        self._act_on_meant()
        return True

    def _act_on_meant(self) -> None:
        act, found = self._act, self.list.view
        if act is not None and found is not None and self._meant in self.list.keys(found):
            self.list.cursor_key, self._act = self._meant, None
            self.list.show(found)
            act()

    def on_screen_suspend(self) -> None:
        self._act = None

    def pointed(self, key: str) -> str:
        order = self.list.selected if key == "order_cancel" else None
        return "" if order is None else f"{order.side} {order.symbol}, {order.id}"

    def action_cancel(self) -> None:
        order = self.list.selected
        if order is None:
            self.notice("No order is under the cursor.")
        elif not order.is_working:
            self.notice(f"Order {order.id} is {order.status}; there is nothing left to cancel.")
        else:
            self._send(CancelOrder(order.id))
            self.notice(f"Cancel asked for: {order.side} {order.symbol}, {order.id}.")
