"""Carries commands to the engine, and says what it answered when that was no.

The rule it keeps: what a person asked for is not lost because the screen is closed right after.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from lefi_tui.core.messages import Command, SayStatement
from lefi_tui.errors import EngineAbsentError, NoAnswerError, render
from lefi_tui.views.queries import Receipt
from lefi_tui.views.wording import asked

SETTLE_SECONDS: Final = 2.0  # leaving waits so long for answers that are still out


class Courier:
    def __init__(
        self,
        send: Callable[[Command], Awaitable[Receipt]],
        notice: Callable[[str], None],
    ) -> None:
        self._send = send
        self._notice = notice
        self.said: Callable[[SayStatement, Receipt | None], None] = lambda _said, _receipt: None
        self._under_way: set[asyncio.Task[None]] = set()

    def send(self, command: Command) -> None:
        """At once; nobody waits for the answer."""
        # Not a worker of Textual: those are cancelled when a screen is left.
        task = asyncio.get_running_loop().create_task(self._carry(command))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def settled(self) -> None:
        """When every command was answered, or after the deadline."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=SETTLE_SECONDS)

    async def _carry(self, command: Command) -> None:
        name = asked(type(command).__name__)
        try:
            receipt = await self._send(command)
        except TimeoutError as error:
            self._tell(command, None)
            self._notice(render(NoAnswerError(str(error), where=name)))
            return
        except OSError as error:
            self._tell(command, None)
            why = f"it was not reached, so nothing was done: {error}"
            self._notice(render(EngineAbsentError(why, where=name)))
            return
        self._tell(command, receipt)
        if not receipt.is_accepted:
            self._notice(f"{name} refused: {receipt.text}")
        elif isinstance(command, SayStatement):
            self._notice(receipt.text)

    def _tell(self, command: Command, receipt: Receipt | None) -> None:
        """A statement's own line says what came of it; None: no answer came."""
        if isinstance(command, SayStatement):
            self.said(command, receipt)
