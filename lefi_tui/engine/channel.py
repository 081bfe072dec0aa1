"""The two ways to an engine that look alike: in its own process, and over its socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any, Protocol

from lefi_tui.core.messages import Command
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.publisher import Published
from lefi_tui.engine.turn import Receipt
from lefi_tui.errors import RefusedError
from lefi_tui.views.queries import Query


class Channel(Protocol):
    async def send(self, command: Command) -> Receipt: ...

    async def ask(self, query: Query) -> Any: ...

    def events(self) -> AsyncGenerator[Published, None]:
        """Everything from now on."""
        ...

    async def close(self) -> None: ...


class DirectChannel:
    """For a screen in the engine's process; used from any loop."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def send(self, command: Command) -> Receipt:
        return await asyncio.wrap_future(self._engine.submit(command, self._engine.people.owner))

    async def ask(self, query: Query) -> Any:
        return await self._engine.ask(query)

    async def events(self) -> AsyncGenerator[Published, None]:
        subscription = self._engine.subscribe()
        if subscription is None:
            raise RefusedError("too many listeners are attached", where="engine")
        try:
            async for published in subscription:
                yield published
        finally:
            subscription.close()

    async def close(self) -> None:
        """The engine goes on."""
