"""What a person does to orders and positions from the desk: each key opens a window or sends."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lefi_tui.core.messages import CancelOrder, Command, MoveOrder
from lefi_tui.views.desk_view import DeskView, Mode, OrderRow
from screens.close_position import ClosePositionScreen
from screens.framed import Framed
from screens.protect import ProtectScreen
from screens.ticket import TicketScreen
from widgets.board import Board
from widgets.bots import Bots, meant
from widgets.ink import Palette
from widgets.orders import Orders, canceling
from widgets.positions import EXTERNAL, Positions
from widgets.prices import Prices

NO_MARKET = "No market is in sight yet: its price comes first."


class ByHand(Framed):
    """To be named before the frame among a screen's bases."""

    send: Callable[[Command], None]
    bots: Bots
    orders: Orders
    positions: Positions
    prices: Prices

    def __init__(self, palette: Palette, mode: Mode = Mode.DEMO) -> None:
        super().__init__(palette, mode)

    @property
    def view(self) -> DeskView | None:
        return self.desk_view

    def is_seen(self, board: Board) -> bool:
        raise NotImplementedError

    def _order(self, what: str) -> OrderRow | None:
        """Under the cursor; nothing is done under one that nobody sees."""
        if self.view is None or not self.view.orders:
            self.notice(f"No working order to {what}.")
            return None
        return self.view.orders[self.orders.cursor] if self.is_seen(self.orders) else None

    def aim(self, key: str, act: Callable[[], None]) -> bool:
        board, rows = self._meant(key)
        if board is None:
            return False
        board.focus()
        if len(rows) != 1 or not board.display:
            return False
        board.cursor_key = rows[0]
        self.call_after_refresh(act)
        return True

    def _meant(self, key: str) -> tuple[Board | None, Sequence[str]]:
        """The pane whose row that key acts on, and the rows of it that can be meant."""
        view = self.view
        if view is None:
            return None, ()
        if key in {"stop", "in_front", "why"}:
            return self.bots, [each.id for each in meant(view.bots)]
        if key == "cancel":
            return self.orders, [each.id for each in view.orders if not each.is_external]
        if key in {"close_position", "protect"}:
            return self.positions, self.positions.keys(view)
        return None, ()

    def pointed(self, key: str) -> str:
        if key == "stop":
            bot = self.bots.selected
            return "" if bot is None else bot.id
        if key == "close_position" and self.view is not None and self.view.positions:
            held = self.view.positions[self.positions.cursor]
            return f"{held.symbol} on {held.account}"
        if key != "cancel" or self.view is None or not self.view.orders:
            return ""
        row = self.view.orders[self.orders.cursor]
        return f"{row.side} {row.symbol}, {row.id}"

    def action_cancel(self) -> None:
        row = self._order("cancel")
        if row is None:
            return
        if not row.is_external:
            self.send(CancelOrder(row.id))
        self.notice(canceling(row))

    def action_move_order(self, ticks: int) -> None:
        row = self._order("move")
        if row is None:
            return
        if row.is_external:
            self.notice(f"{row.side} {row.symbol} is another hand's: adopt it first (Alt+U).")
        else:
            self.send(MoveOrder(row.id, ticks))

    def action_close_position(self) -> None:
        if self.view is None or not self.view.positions:
            self.notice("No open position to close.")
        else:
            row = self.view.positions[self.positions.cursor]
            self.app.push_screen(ClosePositionScreen(row, self.view, self.send))

    def action_protect(self) -> None:
        if self.view is None or not self.view.positions:
            self.notice("No open position to protect.")
            return
        row = self.view.positions[self.positions.cursor]
        if row.is_external:
            self.notice(f"{row.symbol} is nobody's of ours: adopt it first (Alt+U).")
            return
        modes = {each.name: each.mode for each in self.view.accounts}
        self.app.push_screen(ProtectScreen(row, modes[row.account], self.send))

    def action_ticket(self) -> None:
        market = self._market()
        if market is None:
            self.notice(NO_MARKET)
        else:
            self.app.push_screen(TicketScreen(market, self.send, self.palette))

    async def action_say(self) -> None:
        """To the account of the row under the cursor."""
        market = self._market()
        await self.app.run_action(f"window('say', {market[0] if market else ''!r})", self.app)

    def _market(self) -> tuple[str, str] | None:
        """Of the row under the cursor; else the first that has a price."""
        board: Board = self.positions if self.focused is self.positions else self.prices
        if self.focused is self.orders and self.view is not None and self.view.orders:
            row = self.view.orders[self.orders.cursor]
            return row.account, row.symbol
        account, _, symbol = board.cursor_key.removesuffix(EXTERNAL).partition("/")
        if symbol:
            return account, symbol
        if self.view is None or not self.view.prices:
            return None
        return self.view.prices[0].account, self.view.prices[0].symbol
