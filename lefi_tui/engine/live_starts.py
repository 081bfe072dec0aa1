"""A bot that would move real money: what the engine finds out before the desk decides on its start.

The rule it keeps: the facts are the engine's own, found at that moment; what a sender says of them
is not looked at. They go into the journal with the command.
"""

from __future__ import annotations

import asyncio
import logging
from asyncio import to_thread
from collections.abc import Callable
from functools import partial
from typing import Any, Final, TypeGuard

from msgspec.structs import replace

from lefi_tui.core.desk import Desk
from lefi_tui.core.desk.live import gates_of, not_offered
from lefi_tui.core.desk.updating import looked_at
from lefi_tui.core.live_gates import LiveFacts
from lefi_tui.core.messages import Command, MoveOrder, PlaceOrder, StartBot, UpdateBot
from lefi_tui.core.protection import SLOT_OF
from lefi_tui.engine.by_hand import BY_HAND, ByHand
from lefi_tui.engine.world import World
from lefi_tui.errors import LefiError
from lefi_tui.ports.live_door import LiveDoor
from lefi_tui.views.gates_view import GatesView
from lefi_tui.views.queries import GatesQuery, UpdateQuery
from lefi_tui.views.update_picture import update_view
from lefi_tui.views.update_view import UpdateView

_log: Final = logging.getLogger(__name__)
Asking = StartBot | UpdateBot | ByHand | MoveOrder


class LiveStarts:
    """Lives in the engine's loop."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._tasks: set[asyncio.Task[LiveFacts]] = set()
        self.desk: Callable[[], Desk] | None = None  # while the engine runs
        self._updates: dict[str, asyncio.Task[LiveFacts]] = {}  # by bot, the one asked for last

    def begin(self, command: Asking, account: str, put: Callable[[Any], None]) -> None:
        """Puts it with its facts, as soon as they are found; else with why they are not."""
        before = self._updates.get(command.bot) if isinstance(command, UpdateBot) else None
        found = self._facts_behind(command, account, before)
        task = asyncio.get_running_loop().create_task(found)
        self._tasks.add(task)
        if isinstance(command, UpdateBot):
            self._updates[command.bot] = task
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

    async def _facts_behind(
        self, command: Asking, account: str, before: asyncio.Task[LiveFacts] | None
    ) -> LiveFacts:
        """A text whose tests take long is not put behind one that was asked for later."""
        facts = await self._facts_of(command, account)
        if before is not None:
            await asyncio.wait((before,))
        return facts

    async def _facts_of(self, command: Asking, account: str) -> LiveFacts:
        """Of an order by hand no tests are run: it has no script."""
        if isinstance(command, UpdateBot):
            facts = await self._of_text(account, command.source)
            if self.desk is not None:  # what is looked at is remembered: the turn then is quick
                await to_thread(looked_at, self.desk(), replace(command, facts=facts))
            return facts
        if isinstance(command, StartBot):
            return await self._facts(command.account, command.source)
        return await self._found(lambda door: door.standing(account))

    async def _facts(self, account: str, source: str) -> LiveFacts:
        return await self._found(lambda door: door.facts(account, source))

    async def _of_text(self, account: str, source: str) -> LiveFacts:
        """Of another text for a bot: its tests always, and what real money asks for where it is."""
        standing = LiveFacts()
        if account:
            standing = await self._found(lambda door: door.standing(account))
        proof = self._world.proof
        return (
            standing if proof is None else replace(standing, tests=await to_thread(proof, source))
        )

    async def _found(self, ask: Callable[[LiveDoor], LiveFacts]) -> LiveFacts:
        if self._world.live is None:
            return LiveFacts()
        try:
            return await to_thread(ask, self._world.live)
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

    async def update_view(self, query: UpdateQuery, desk: Desk, now_ns: int) -> UpdateView:
        """What is looked at is remembered by its kind: the command behind it is quick."""
        asked = UpdateBot(
            query.bot,
            query.source,
            query.settings,
            at_ns=now_ns,
            is_whole=query.is_whole,
            typed=query.typed,
            facts=await self._of_text(_account_of(desk, query.bot), query.source),
        )
        return await to_thread(update_view, desk, asked)


def is_asking(command: Command) -> TypeGuard[Asking]:
    return isinstance(command, (StartBot, UpdateBot, MoveOrder, *BY_HAND))


def asks_for(desk: Desk, command: Asking) -> str | None:
    """The account whose real money it may move; none where nothing is to be found out. Of what only
    reduces no gate is asked; of another text the tests are run, whatever the money ("")."""
    if isinstance(command, UpdateBot):
        return _account_of(desk, command.bot)
    if isinstance(command, MoveOrder):
        order = desk.order(command.order)
        if order is None or order.leg in SLOT_OF or order.terms.is_reduce_only:
            return None
        name = order.account
    else:
        name = command.account
    account = desk.accounts.get(name)
    is_reducing = isinstance(command, PlaceOrder) and command.is_reduce_only
    return name if account is not None and account.is_real and not is_reducing else None


def _account_of(desk: Desk, bot_id: str) -> str:
    bot = desk.bots.get(bot_id)
    return bot.account if bot is not None and desk.accounts[bot.account].is_real else ""
