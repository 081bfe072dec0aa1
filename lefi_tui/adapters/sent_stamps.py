"""When the bytes of an order left this machine, told to our end before any word on it comes there.

The rule it keeps: the moment is taken where the bytes are handed to the connection, by our clock,
and told once the loop has sent what it had to send. Only the worker process loads this module.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import aiohttp

from lefi_tui.ports.clock import Clock

# The orders whose request is under way in this context.
naming: ContextVar[tuple[str, ...]] = ContextVar("naming", default=())


class SentStamps:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.tell: Callable[[dict[str, Any]], None] = _nobody

    def left(self) -> None:
        """Called where the bytes have just been handed over."""
        at_ns = self._clock.now_ns()
        for order in naming.get():
            told = {"what": "sent", "order": order, "at_ns": at_ns}
            asyncio.get_running_loop().call_soon(self.tell, told)

    def traced(self) -> aiohttp.TraceConfig:
        """For a session whose requests are stamped: with their body, which each order has."""
        config = aiohttp.TraceConfig()
        config.on_request_chunk_sent.append(self._chunk_sent)
        return config

    async def _chunk_sent(self, *_: Any) -> None:
        self.left()


def _nobody(_told: dict[str, Any]) -> None:
    """Nobody listens."""
