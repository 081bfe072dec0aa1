"""A screen's or a command's end of the socket: the same calls as in the engine's own process.

Answers come as they are ready and find their call by its number: a slow question holds up no other.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from lefi_tui.core.messages import Command
from lefi_tui.engine import wire
from lefi_tui.engine.publisher import Published
from lefi_tui.engine.turn import Receipt
from lefi_tui.errors import EngineAbsentError, NoAnswerError, RefusedError
from lefi_tui.views.queries import Query

ANSWER_S: Final = 30.0  # longer than any turn; then the engine is gone


class SocketChannel:
    """One connection for calls; each `events()` opens one more."""

    def __init__(
        self, path: Path, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._path = path
        self._reader = reader
        self._writer = writer
        self._number = 0
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._listening = asyncio.get_running_loop().create_task(self._listen())

    @classmethod
    async def open(cls, path: Path) -> SocketChannel:
        reader, writer = await _connect(path)
        return cls(path, reader, writer)

    @property
    def is_closed(self) -> bool:
        """The other end has gone; nothing will be answered here any more."""
        return self._listening.done()

    async def send(self, command: Command) -> Receipt:
        answer = await self._call({"send": wire.command_data(command)})
        return wire.read_receipt(answer["receipt"])

    async def ask(self, query: Query) -> Any:
        answer = await self._call({"ask": wire.query_data(query)})
        return wire.read_view(query, answer["view"])

    async def events(self) -> AsyncGenerator[Published, None]:
        reader, writer = await _connect(self._path)
        try:
            await _exchange(reader, writer, {"id": 0, "subscribe": True}, self._path)
            while raw := await reader.readline():
                yield wire.read_event(wire.read_line(raw))
        finally:
            await _close(writer)

    async def close(self) -> None:
        self._listening.cancel()
        await asyncio.wait([self._listening])
        await _close(self._writer)

    async def _call(self, request: dict[str, Any]) -> dict[str, Any]:
        if self.is_closed:
            raise EngineAbsentError("it closed the connection", where=str(self._path))
        self._number += 1
        number = self._number
        answer = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            async with asyncio.timeout(ANSWER_S):
                self._writer.write(wire.line({"id": number, **request}))
                await self._writer.drain()
                return _taken(await answer, self._path)
        except (TimeoutError, ConnectionError) as error:
            raise NoAnswerError("it does not answer any more", where=str(self._path)) from error
        finally:
            del self._waiting[number]

    async def _listen(self) -> None:
        """Hands each answer to its call. A refusal without a number is the last word to all."""
        last: dict[str, Any] = {}
        try:
            while raw := await self._reader.readline():
                last = wire.read_line(raw)
                waiting = self._waiting.get(last.get("id", 0))
                if waiting is not None and not waiting.done():
                    waiting.set_result(last)
        except (ConnectionError, ValueError) as error:
            last = {"refused": str(error)}
        finally:
            self._end(last.get("refused", "") if "id" not in last else "")

    def _end(self, refusal: str) -> None:
        where = str(self._path)
        for each in self._waiting.values():
            if not each.done():
                gone = NoAnswerError("it closed the connection", where=where)
                each.set_exception(RefusedError(refusal, where=where) if refusal else gone)


async def _connect(path: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        reader, writer = await asyncio.open_unix_connection(str(path), limit=wire.LINE_BYTES_MAX)
    except (FileNotFoundError, ConnectionRefusedError, PermissionError) as error:
        raise EngineAbsentError(f"nothing answers ({error.strerror})", where=str(path)) from error
    try:
        await _read(reader, path)
    except BaseException:
        await _close(writer)
        raise
    return reader, writer


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(ConnectionError):  # the other end was faster
        await writer.wait_closed()


async def _exchange(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    request: dict[str, Any],
    path: Path,
) -> dict[str, Any]:
    try:
        writer.write(wire.line(request))
        await writer.drain()
    except ConnectionError as error:
        raise EngineAbsentError("it does not answer any more", where=str(path)) from error
    return await _read(reader, path)


async def _read(reader: asyncio.StreamReader, path: Path) -> dict[str, Any]:
    try:
        async with asyncio.timeout(ANSWER_S):
            raw = await reader.readline()
    except (TimeoutError, ConnectionError) as error:
        raise EngineAbsentError("it does not answer any more", where=str(path)) from error
    if not raw:
        raise EngineAbsentError("it closed the connection", where=str(path))
    return _taken(wire.read_line(raw), path)


def _taken(answer: dict[str, Any], path: Path) -> dict[str, Any]:
    if "refused" in answer:
        raise RefusedError(answer["refused"], where=str(path))
    return answer
