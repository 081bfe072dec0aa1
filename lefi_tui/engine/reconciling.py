"""At a start, before the venues have answered what became of every working order.

The rule it keeps: until each was looked up nothing new may be sent; commands wait a while for it,
market input waits for nobody, and what sends no order is taken at once.
"""

from __future__ import annotations

import asyncio
from typing import Final

from lefi_tui.core.desk import Desk
from lefi_tui.core.messages import MarketInput
from lefi_tui.core.order import OrderStatus
from lefi_tui.engine.effects import Effects
from lefi_tui.engine.inbox import Inbox, Waiting, sends_no_order
from lefi_tui.engine.publisher import Publisher
from lefi_tui.engine.turn import Receipt

REFUSE_S: Final = 10.0  # commands wait so long for the venues' answers
PARKED_MAX: Final = 256


class Reconciling:
    def __init__(self, effects: Effects, publisher: Publisher, inbox: Inbox) -> None:
        self._effects, self._publisher, self._inbox = effects, publisher, inbox
        self.waiting: set[str] = set()  # orders that are being looked up
        self.is_done = asyncio.Event()
        self.parked: list[Waiting] = []
        self._is_patience_over = False

    def begin(self, desk: Desk) -> None:
        """Every working order is asked for before a new one may be sent."""
        orders = list(desk.orders.values())
        self.waiting = {order.id for order in orders}
        self.is_done.clear()
        self._is_patience_over = False
        for order in orders:
            self._effects.look_up(order.account, order.id)
            if order.status is OrderStatus.CANCEL_PENDING:  # its cancel may not have left
                self._effects.cancel(order.account, (order.id,))
        if orders:
            asyncio.get_running_loop().call_later(REFUSE_S, self._refuse_parked)
        else:
            self.is_done.set()

    def answered(self, order: str) -> None:
        if order in self.waiting:
            self.waiting.discard(order)
            if not self.waiting:
                self.is_done.set()
                self._inbox.nudge()

    def admit(self, waiting: list[Waiting]) -> list[Waiting]:
        """What the next turn may take; the rest is parked, shown or refused."""
        if not self.waiting:
            parked, self.parked = self.parked, []
            return waiting + parked
        admitted = []
        for each in waiting:
            if sends_no_order(each.message):
                admitted.append(each)
            elif isinstance(each.message, MarketInput):
                self._publisher.market(each.message)
            elif len(self.parked) < PARKED_MAX and not self._is_patience_over:
                self.parked.append(each)
            else:
                each.reply(self._not_yet())
        return admitted

    def _refuse_parked(self) -> None:
        if self.waiting:
            self._is_patience_over = True
            parked, self.parked = self.parked, []
            for each in parked:
                each.reply(self._not_yet())

    def _not_yet(self) -> Receipt:
        some = ", ".join(sorted(self.waiting)[:3])
        text = (
            f"Not taken: {len(self.waiting)} orders ({some}) are still being looked up at "
            "their venue after the start. Try again when it answers; kill and cancel work."
        )
        return Receipt(is_accepted=False, text=text)
