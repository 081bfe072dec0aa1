"""At a start, before the venues have answered what became of every working order, and those where
others trade too what else there is.

The rule it keeps: until an account's venue has, nothing new may be sent there; commands wait a
while and keep their sequence, market input waits for nobody, and what sends no order is taken at
once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from lefi_tui.core.checked import Checked
from lefi_tui.core.desk import Desk
from lefi_tui.core.messages import MarketInput
from lefi_tui.engine.effects import Effects
from lefi_tui.engine.inbox import Inbox, Incoming, Waiting, sends_no_order
from lefi_tui.engine.publisher import Publisher
from lefi_tui.engine.turn import Receipt

REFUSE_S: Final = 10.0  # commands wait so long for the venues' answers
PARKED_MAX: Final = 256


class Reconciling:
    def __init__(
        self, effects: Effects, publisher: Publisher, inbox: Inbox, shared: Mapping[str, Any]
    ) -> None:
        """`shared`: accounts at which others trade too."""
        self._effects, self._publisher, self._inbox = effects, publisher, inbox
        self._shared = frozenset(shared)
        self.waiting: dict[str, str] = {}  # orders that are being looked up: their account
        self.is_done = asyncio.Event()
        self.parked: list[Waiting] = []
        self._is_patience_over = False
        self._blocked: frozenset[str] = frozenset()
        self._count = 0  # of orders that waited at the last look
        self._changed = asyncio.Event()  # of this state: the next one has its own

    def begin(self, desk: Desk) -> None:
        """Every working order is asked for before a new one may be sent."""
        orders = list(desk.orders.values())
        self.waiting = {order.id: order.account for order in orders}
        self.is_done.clear()
        for order in orders:
            self._effects.look_up(order.account, order.id)
            if order.is_cancel_asked:  # and it may not have left, or got no answer
                self._effects.cancel(order.account, (order.id,))
        self._blocked = frozenset()
        self.look(desk)

    def answered(self, order: str) -> None:
        if self.waiting.pop(order, None) is not None:
            self._inbox.nudge()

    def look(self, desk: Desk) -> None:
        """Who is still blocked; whoever waits for another account goes on."""
        before = self._blocked, self._count
        unseen = {each for each in self._shared & desk.accounts.keys() if _is_unseen(desk, each)}
        self._blocked = frozenset({*self.waiting.values(), *unseen})
        if not self._blocked:
            self.is_done.set()
        self._count = len(self.waiting)
        if self._blocked - before[0]:
            self._is_patience_over = False
            asyncio.get_running_loop().call_later(REFUSE_S, self._refuse_parked)
        if before == (self._blocked, self._count):
            return
        self._changed.set()
        self._changed = asyncio.Event()
        if self.parked:
            self._inbox.nudge()

    @property
    def is_open(self) -> bool:
        """Whether all may be taken that comes."""
        return not self._blocked and not self.parked

    def is_clear(self, account: str) -> bool:
        """Whether something new may be sent there."""
        return account not in self._blocked and not self.parked

    async def heard(self, account: str) -> None:
        """Until its venue has said what became of each order."""
        while account in self.waiting.values():
            await self._changed.wait()

    async def cleared(self, account: str) -> None:
        """Until something new may be sent there."""
        while account in self._blocked:
            await self._changed.wait()

    # ---- what may be taken

    def admit(self, waiting: list[Waiting], desk: Desk) -> list[Waiting]:
        """What the next turn may take; the rest is parked, shown or refused."""
        self.look(desk)
        if self.parked:  # they came before every other one that may lead to an order
            waiting, self.parked = sorted(self.parked + waiting, key=_waits_its_turn), []
        if not self._blocked:
            return waiting
        return [each for each in waiting if self._is_admitted(each, desk)]

    def _is_admitted(self, each: Waiting, desk: Desk) -> bool:
        message = each.message
        account = _account_of(message, desk)
        if sends_no_order(message) or (account and account not in self._blocked):
            return True
        if isinstance(message, MarketInput):
            self._publisher.market(message)
        elif not self._is_patience_over and len(self.parked) < PARKED_MAX:
            self.parked.append(each)
        elif not account and not self.waiting:
            return True  # the gate keeps it from the accounts that are not seen yet
        else:
            each.reply(self._not_yet(account))
        return False

    def _refuse_parked(self) -> None:
        if self._blocked:
            self._is_patience_over = True
            self._inbox.nudge()

    def _not_yet(self, account: str) -> Receipt:
        if not self.waiting:
            text = (
                f"Not taken: the venue of {account} has not shown since the start what works and "
                "is held there. Try again when it answers; kill and cancel work."
            )
            return Receipt(is_accepted=False, text=text)
        some = ", ".join(sorted(self.waiting)[:3])
        text = (
            f"Not taken: {len(self.waiting)} orders ({some}) are still being looked up at "
            "their venue after the start. Try again when it answers; kill and cancel work."
        )
        return Receipt(is_accepted=False, text=text)


def _waits_its_turn(each: Waiting) -> bool:
    """Not so what the venues say, nor the market, a kill, a cancel: they go before what waits."""
    return not (sends_no_order(each.message) or isinstance(each.message, MarketInput))


def _is_unseen(desk: Desk, account: str) -> bool:
    return not desk.checked.get(account, Checked()).at_ns


def _account_of(message: Incoming, desk: Desk) -> str:
    """Where it may lead to an order; empty where that may be anywhere."""
    bot = desk.bots.get(getattr(message, "bot", ""))
    return getattr(message, "account", "") or ("" if bot is None else bot.account)
