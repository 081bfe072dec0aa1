"""Carries commands to the engine, and says what it answered when that was no."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from lefi_tui.core.messages import Command
from lefi_tui.views.queries import Receipt
from lefi_tui.views.wording import asked


class Courier:
    def __init__(
        self,
        send: Callable[[Command], Awaitable[Receipt]],
        run: Callable[[Coroutine[Any, Any, None]], object],
        notice: Callable[[str], None],
    ) -> None:
        self._send = send
        self._run = run
        self._notice = notice

    def send(self, command: Command) -> None:
        """At once; nobody waits for the answer."""
        self._run(self._carry(command))

    async def _carry(self, command: Command) -> None:
        name = asked(type(command).__name__)
        try:
            receipt = await self._send(command)
        except OSError as error:
            self._notice(f"{name} did not reach the engine: {error}. Nothing was done.")
            return
        if not receipt.is_accepted:
            self._notice(f"{name} refused: {receipt.text}")
