"""A bot that would move real money: what the engine finds out before the desk decides on its start.

The rule it keeps: the facts are the engine's own, found at that moment; what a sender says of them
is not looked at. They go into the journal with the command.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any, Final, TypeGuard

from msgspec.structs import replace

from lefi_tui.core.desk import Desk
from lefi_tui.core.desk.live import gates_of, not_offered
from lefi_tui.core.live_gates import LiveFacts
from lefi_tui.core.messages import Command, MoveOrder, PlaceOrder, StartBot
from lefi_tui.core.protection import SLOT_OF
from lefi_tui.engine.by_hand import BY_HAND, ByHand
from lefi_tui.engine.world import World
from lefi_tui.errors import LefiError
from lefi_tui.ports.live_door import LiveDoor
from lefi_tui.views.gates_view import GatesView
from lefi_tui.views.queries import GatesQuery

_log: Final = logging.getLogger(__name__)
Asking = StartBot | ByHand | MoveOrder


class LiveStarts:
    """Lives in the engine's loop."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._tasks: set[asyncio.Task[LiveFacts]] = set()

    def begin(self, command: Asking, account: str, put: Callable[[Any], None]) -> None:
        """Puts it with its facts, as soon as they are found; else with why they are not."""
        task = asyncio.get_running_loop().create_task(self._facts_of(command, account))
        self._tasks.add(task)
        task.add_done_callback(partial(self._put, command, put))

    def _put(
        self, command: Asking, put: Callable[[Any], None], task: asyncio.Task[LiveFacts]
    ) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return  # the engine ends
        error = task.exception()
        if error is None:
            facts = task.result()
        else:
            _log.error("what a live start needs could not be found out", exc_info=error)
            facts = LiveFacts(shut_because=f"it could not be found out: {error!r}")
        put(replace(command, facts=facts))

    async def _facts_of(self, command: Asking, account: str) -> LiveFacts:
        """Of an order by hand no tests are run: it has no script."""
        if isinstance(command, StartBot):
            return await self._facts(command.account, command.source)
        return await self._found(lambda door: door.standing(account))

    async def _facts(self, account: str, source: str) -> LiveFacts:
        return await self._found(lambda door: door.facts(account, source))

    async def _found(self, ask: Callable[[LiveDoor], LiveFacts]) -> LiveFacts:
        if self._world.live is None:
            return LiveFacts()
        try:
            return await asyncio.to_thread(ask, self._world.live)
        except LefiError as error:
            return LiveFacts(shut_because=str(error))

    async def view(self, query: GatesQuery, desk: Desk, now_ns: int) -> GatesView:
        account, kind = desk.accounts.get(query.account), desk.kinds.get(query.kind)
        if account is None or kind is None:
            why = f"account {query.account} is not open" if account is None else "no such kind"
            return GatesView(query.account, refusal=why)
        settings = dict(query.settings)
        refusal = kind.refused(query.source, settings)
        if refusal:
            return GatesView(query.account, account.is_real, refusal=refusal)
        if not account.is_real:
            words = not_offered(desk, query.account, kind.needs(query.source, settings))
            return GatesView(query.account, refusal=words)
        command = StartBot(
            query.bot or "bot",
            query.kind,
            query.account,
            query.source,
            query.settings,
            at_ns=now_ns,
            typed=query.typed,
            facts=await self._facts(query.account, query.source),
        )
        return GatesView(query.account, is_real=True, rows=gates_of(desk, command))


def is_asking(command: Command) -> TypeGuard[Asking]:
    return isinstance(command, (StartBot, MoveOrder, *BY_HAND))


def asks_for(desk: Desk, command: Asking) -> str:
    """The account whose real money it may move; empty where it moves none. Of what only reduces no
    gate is asked."""
    if isinstance(command, MoveOrder):
        order = desk.order(command.order)
        if order is None or order.leg in SLOT_OF or order.terms.is_reduce_only:
            return ""
        name = order.account
    else:
        name = command.account
    account = desk.accounts.get(name)
    is_reducing = isinstance(command, PlaceOrder) and command.is_reduce_only
    return name if account is not None and account.is_real and not is_reducing else ""
