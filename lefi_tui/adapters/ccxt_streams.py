"""The account's own stream, opened when it is asked for: what it says is told without a question.

The rule it keeps: one at a time; asked for again, a new one takes its place; one that ends by a
mistake of ours says so, and is asked for again. Only the worker process loads this.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from msgspec import convert

from lefi_tui.adapters.binance_stream import DEMO, BinanceStream, Tell
from lefi_tui.adapters.ccxt_answers import Account, Plain
from lefi_tui.adapters.exchange_stream import StreamTerms
from lefi_tui.ports.clock import Clock
from lefi_tui.redaction import REDACTOR

Answer = Callable[[str, Mapping[str, Any]], Awaitable[Any]]


class OwnStreams:
    """`answer` puts a question as our end would, through budget and guards."""

    def __init__(self, on: Account, answer: Answer, clock: Clock, *, is_demo: bool) -> None:
        self._on, self._answer, self._clock, self._is_demo = on, answer, clock, is_demo
        self.tell: Tell = _nobody
        self._task: asyncio.Task[None] | None = None

    def questions(self) -> dict[str, Callable[..., Awaitable[Any]]]:
        return {
            "stream": self._open,
            "listen_key": self._listen_key,
            "keep_key": self._keep_key,
        }

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _open(self, terms: Plain) -> Plain:
        why = self._refusal()
        if why:
            return {"is_offered": False, "why": why}
        await self.close()
        stream = BinanceStream(self._on.client, self._ask, self._clock, convert(terms, StreamTerms))
        stream.tell, stream.chance = self.tell, random.SystemRandom().random
        stream.base = DEMO if self._is_demo else stream.base
        self._task = asyncio.get_running_loop().create_task(stream.run())
        self._task.add_done_callback(self._ended)
        return {"is_offered": True, "why": ""}

    def _refusal(self) -> str:
        client = self._on.client
        if client.id != "binanceusdm":
            return f"{client.id} has no stream here yet: it is asked instead"
        if client.check_proxy_settings()[2] or client.check_ws_proxy_settings()[2]:
            return "a SOCKS proxy lets no stream of ours through: it is asked instead"
        return ""

    def _ended(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            why = REDACTOR.clean(f"{type(error).__name__}: {error}")
            self.tell({"what": "stream", "state": "ended", "why": why})

    async def _ask(self, question: str) -> Any:
        return await self._answer(question, {"rank": "ENTRY"})

    async def _listen_key(self) -> Any:
        """A new one, or the one that is good already: all programs of an account share it."""
        await self._on.client.load_markets()
        return await self._on.client.fapiPrivatePostListenKey()

    async def _keep_key(self) -> Any:
        return await self._on.client.fapiPrivatePutListenKey()


def _nobody(_told: Plain) -> None:
    """Nobody listens."""
