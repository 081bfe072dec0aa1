"""Our end of the venue in another process: the venue port over its Unix socket.

The rule it keeps: an answer that does not come, or can't be read, is a VenueTimeoutError, and the
next call opens a new connection. Fills pushed while there was none are told by `look_up` alone.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from lefi_tui.core.codec import decode, from_plain, to_plain
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.messages import Report
from lefi_tui.core.order import Order
from lefi_tui.ports.venue import Hear, VenueTimeoutError

LINE_BYTES_MAX = 8 * 1024 * 1024


class FarVenue:
    """Implements ports.venue."""

    def __init__(self, path: Path, timeout_s: float = 5.0) -> None:
        self._path = path
        self._timeout_s = timeout_s
        self._hear: Hear | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._reads: asyncio.Task[None] | None = None
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._calls = 0
        self._opens = asyncio.Lock()

    def listen(self, hear: Hear) -> None:
        assert self._hear is None, "a venue has one listener"
        self._hear = hear

    async def instruments(self) -> tuple[Instrument, ...]:
        answer = await self.call("instruments")
        return tuple(from_plain(Instrument, each) for each in answer["instruments"])

    async def submit(self, orders: tuple[Order, ...]) -> tuple[Report, ...]:
        return self._reports(await self.call("submit", orders=[to_plain(each) for each in orders]))

    async def cancel(self, orders: tuple[str, ...]) -> tuple[Report, ...]:
        return self._reports(await self.call("cancel", orders=list(orders)))

    async def look_up(self, order: str) -> tuple[Report, ...]:
        return self._reports(await self.call("look_up", orders=[order]))

    async def working(self) -> tuple[str, ...]:
        return tuple((await self.call("working"))["ids"])

    async def holdings(self) -> dict[str, Decimal]:
        told = (await self.call("holdings"))["units"]
        return {symbol: Decimal(units) for symbol, units in told.items()}

    async def close(self) -> None:
        self._lose("closed")
        if self._reads is not None:
            self._reads.cancel()
            with suppress(asyncio.CancelledError):
                await self._reads

    async def call(self, name: str, **what: Any) -> dict[str, Any]:
        """Any call of the server's: `act`, `begin` and `summary` are for tests."""
        writer = await self._open()
        self._calls += 1
        number = self._calls
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        writer.write(json.dumps({"n": number, "call": name, **what}).encode() + b"\n")
        try:
            return await asyncio.wait_for(answer, self._timeout_s)
        except TimeoutError as error:
            raise VenueTimeoutError(f"no answer to {name} in {self._timeout_s:g} s") from error
        finally:
            self._waiting.pop(number, None)

    def _reports(self, answer: dict[str, Any]) -> tuple[Report, ...]:
        if "timeout" in answer:
            raise VenueTimeoutError(answer["timeout"])
        return tuple(cast("Report", decode(*each)) for each in answer["reports"])

    async def _open(self) -> asyncio.StreamWriter:
        async with self._opens:
            if self._writer is not None and not self._writer.is_closing():
                return self._writer
            if self._reads is not None:
                await asyncio.wait([self._reads])  # what it waited for is told lost first
            try:
                reader, self._writer = await asyncio.open_unix_connection(
                    self._path, limit=LINE_BYTES_MAX
                )
            except OSError as error:
                raise VenueTimeoutError(f"the venue can't be reached: {error}") from error
            self._reads = asyncio.create_task(self._read(reader))
            return self._writer

    async def _read(self, reader: asyncio.StreamReader) -> None:
        with suppress(ConnectionError):
            while line := await reader.readline():
                try:
                    self._heard(json.loads(line))
                except json.JSONDecodeError:
                    break
        self._lose("the connection ended before the answer")

    def _heard(self, said: dict[str, Any]) -> None:
        for each in said.get("push", ()):
            if self._hear is not None:
                self._hear(cast("Report", decode(*each)))
        answer = self._waiting.get(said.get("n", 0))
        if answer is not None and not answer.done():
            answer.set_result(said)

    def _lose(self, why: str) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(VenueTimeoutError(why))
