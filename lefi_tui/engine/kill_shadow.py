"""The desk in memory: a kill goes on there while the journal can't be written.

The rules it keeps: the same pure code decides as on the desk itself; what it sends leaves by its
synced note alone; an order that was taken back in memory never leaves, whatever the journal still
says of it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Final, Protocol

from lefi_tui.core.desk import Desk, advance, apply
from lefi_tui.core.messages import (
    AdvanceKill,
    CancelOrders,
    FlattenTried,
    Kill,
    LookUpOrder,
    Report,
    SubmitOrders,
    TakeOrders,
    VenueNeverSaw,
)
from lefi_tui.core.order import Order
from lefi_tui.engine.effects import Effects
from lefi_tui.engine.fold import IMPOSSIBLE
from lefi_tui.engine.freeze import is_of_a_kill
from lefi_tui.engine.inbox import Inbox
from lefi_tui.engine.kill_notes import KillNotes
from lefi_tui.engine.turn import Turn
from lefi_tui.ports.clock import Clock

NO_NOTE: Final = "it can't be noted in emergency.log, so it was not closed; look at the disk"

Begin = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]
_log: Final = logging.getLogger(__name__)


class Host(Protocol):
    """The writer, as far as a kill needs it."""

    failure: Exception | None
    inbox: Inbox
    effects: Effects

    @property
    def desk(self) -> Desk: ...

    @property
    def held(self) -> Iterable[Report]:
        """Reports that no turn has taken since the journal failed."""
        ...

    @property
    def in_flight(self) -> Turn | None:
        """The turn that is being committed."""
        ...


class Shadow:
    """`begin_task` makes a task of the engine's loop."""

    def __init__(self, host: Host, notes: KillNotes, clock: Clock, begin_task: Begin) -> None:
        self._host, self._notes, self._clock = host, notes, clock
        self._begin_task = begin_task
        self.desk: Desk | None = None  # while the journal has not the kill

    def begin(self) -> None:
        """From the newest there is: what is being committed, and what no turn has taken yet."""
        turn = self._host.in_flight
        self.desk = self._host.desk if turn is None else turn.after.desk
        for effect in () if turn is None else turn.effects:
            if isinstance(effect, SubmitOrders) and is_of_a_kill(effect):
                self._begin_task(self._leave(effect))
        for report in (*self._host.held, *self._host.inbox.reports()):
            self.advance(report)

    def end(self) -> None:
        """The journal has all of it."""
        self.desk = None

    def overhear(self, report: Report) -> None:
        if self.desk is not None:
            self.advance(report)

    def advance(self, message: Kill | AdvanceKill | Report) -> None:
        """What can't be carried out is left out: whatever is broken, the rest of a kill goes on."""
        assert self.desk is not None
        try:
            self.desk, step = advance(self.desk, message)
        except IMPOSSIBLE:
            _log.exception("left out of the kill: %s", message)
            return
        is_first = isinstance(message, Kill)  # its cancels wait for their note
        for effect in step.effects:
            if isinstance(effect, CancelOrders | LookUpOrder) and not is_first:
                self._host.effects.carry_out(effect)
            elif isinstance(effect, SubmitOrders):
                self._begin_task(self._leave(effect))

    async def _leave(self, effect: SubmitOrders) -> None:
        """Orders that close: without their note on the disk they do not leave."""
        note = TakeOrders(effect.orders, self._clock.now_ns())
        if not await self._notes.synced(note) and self._host.effects.take_back(effect.orders):
            _log.error("no note could be written; nothing was closed at %s", effect.account)
            self._taken_back(effect.orders)
            return
        if self._host.failure is None:  # before any word about them: a fill must find its order
            self._host.inbox.put(note)
        self._host.effects.leave(effect.account, effect.orders)

    def _taken_back(self, orders: Iterable[Order]) -> None:
        """They have not left, and a person is told why; they are tried again later."""
        now_ns = self._clock.now_ns()
        for order in orders:
            self.overhear(VenueNeverSaw(order.id, now_ns))
            key = (order.account, order.terms.symbol)
            state = None if self.desk is None else self.desk.kill
            if self.desk is not None and state is not None and key in state.tries:
                tried = FlattenTried(*key, state.tries[key].units, now_ns, NO_NOTE)
                self.desk = apply(self.desk, tried)
