"""The socket of the engine: file 0600 in a folder 0700, and only the same user's processes.

It serves an attached screen and the command line alike, and can do no more than a screen can. Where
the owner gave other users a role the file lets everybody knock; the kernel says who it is, and who
has no role is sent away.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import struct
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Protocol

from lefi_tui.core.codec import to_plain
from lefi_tui.core.messages import Command
from lefi_tui.core.record import Record
from lefi_tui.core.roles import Who
from lefi_tui.engine import wire
from lefi_tui.engine.ending import end_all
from lefi_tui.engine.people import People
from lefi_tui.engine.publisher import Subscription
from lefi_tui.errors import EngineBusyError, LefiError
from lefi_tui.views.queries import Query

CLIENTS_MAX: Final = 16  # screens and commands at once
REQUESTS_MAX: Final = 16  # questions of one client; the next is read when one was answered
READ_S: Final = 5.0  # a client that takes nothing in for so long is stopped or gone
PATH_BYTES_MAX: Final = 107  # sun_path of Linux, less its closing zero
_PEER: Final = struct.Struct("3i")  # pid, uid, gid of SO_PEERCRED
_log: Final = logging.getLogger(__name__)


class Served(Protocol):
    """What the socket gives access to: the engine's own door."""

    def submit(self, command: Command, who: Who | None) -> Any: ...

    async def ask(self, query: Query, who: Who | None) -> Any: ...

    def subscribe(self) -> Subscription | None: ...


def peer_uid(connection: socket.socket) -> int:
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
    return int(_PEER.unpack(raw)[1])


class Door(Record):
    """The engine for one client: whatever comes this way is this user's."""

    served: Served
    who: Who | None

    def submit(self, command: Command) -> Any:
        return self.served.submit(command, self.who)

    async def ask(self, query: Query) -> Any:
        return await self.served.ask(query, self.who)

    def subscribe(self) -> Subscription | None:
        return self.served.subscribe()


class SocketServer:
    def __init__(
        self, served: Served, path: Path, people: People | None = None, *, read_s: float = READ_S
    ) -> None:
        self._served = served
        self._read_s = read_s
        self._path = path
        self._people = people or People()
        self._listening: socket.socket | None = None
        self._clients: dict[asyncio.Task[None], socket.socket] = {}

    @property
    def clients(self) -> int:
        return len(self._clients)

    async def open(self) -> None:
        assert len(os.fsencode(self._path)) <= PATH_BYTES_MAX, (
            f"too long for a socket: {self._path}"
        )
        folder = self._path.parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o711 if self._people.others else 0o700)
        self._remove_stale()
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        # The file is never wider than it may be, not for an instant.
        before = os.umask(0o111 if self._people.others else 0o177)
        try:
            listening.bind(str(self._path))
        finally:
            os.umask(before)
        listening.listen(CLIENTS_MAX)
        listening.settimeout(0)
        self._listening = listening
        asyncio.get_running_loop().add_reader(listening, self._accept, listening)

    def _remove_stale(self) -> None:
        """A file that nobody listens on was left by a crash."""
        if not self._path.exists():
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(str(self._path))
            except ConnectionRefusedError:
                self._path.unlink()
                return
        raise EngineBusyError("its socket answers", where=str(self._path))

    async def close(self) -> None:
        if self._listening is None:
            return
        self._path.unlink(missing_ok=True)
        asyncio.get_running_loop().remove_reader(self._listening)
        self._listening.close()
        await end_all(self._clients)

    def _accept(self, listening: socket.socket) -> None:
        """Taken and kept track of in one go: a stop in between would leave a caller hanging."""
        try:
            connection, _ = listening.accept()
        except (BlockingIOError, ConnectionError):
            return  # it left again
        task = asyncio.get_running_loop().create_task(self._attend(connection))
        self._clients[task] = connection
        task.add_done_callback(self._left)

    def _left(self, task: asyncio.Task[None]) -> None:
        self._clients.pop(task).close()

    async def _attend(self, connection: socket.socket) -> None:
        connection.settimeout(0)
        uid = peer_uid(connection)
        who = self._people.of(uid)
        refusal = self._refusal(uid, who)
        reader, writer = await asyncio.open_unix_connection(
            sock=connection, limit=wire.LINE_BYTES_MAX
        )
        try:
            writer.write(wire.line({"refused": refusal} if refusal else wire.GREETING))
            await writer.drain()
            if not refusal:
                served = Door(self._served, who)
                await _Client(served, reader, writer, self._read_s).serve()
        except ConnectionError:
            _log.debug("a client left")
        except asyncio.CancelledError:
            writer.transport.abort()  # the engine ends, and waits for nobody to read
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    def _refusal(self, uid: int, who: Who | None) -> str:
        if who is None:
            return (
                f"This engine belongs to user {self._people.uid}, not to {uid}. "
                "Its owner gives roles under [roles] in config.toml."
            )
        if len(self._clients) > CLIENTS_MAX:
            return f"{CLIENTS_MAX} clients are attached already; close one."
        return ""


class _Client:
    """Takes requests in their order and answers each when it can: out of order, by its number."""

    def __init__(
        self,
        served: Door,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        read_s: float,
    ) -> None:
        self._served = served
        self._read_s = read_s
        self._reader = reader
        self._writer = writer
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(REQUESTS_MAX)
        self._turn_to_write = asyncio.Lock()

    async def serve(self) -> None:
        try:
            while True:
                await self._room.acquire()
                try:
                    raw = await self._reader.readuntil(b"\n")
                except asyncio.IncompleteReadError:
                    return
                except asyncio.LimitOverrunError:
                    await self._write({"refused": "the line is too long"})
                    return
                self._begin(self._answer(raw)).add_done_callback(self._answered)
        finally:
            await end_all(self._tasks)

    def _answered(self, task: asyncio.Task[None]) -> None:
        self._room.release()
        if not task.cancelled() and (bug := task.exception()) is not None:
            _log.error("a question has no answer", exc_info=bug)
            self._writer.transport.abort()

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _write(self, data: dict[str, Any]) -> None:
        """A client that does not read is dropped; what waits for it is bounded by its requests."""
        async with self._turn_to_write:
            self._writer.write(wire.line(data))
            try:
                async with asyncio.timeout(self._read_s):
                    await self._writer.drain()
            except TimeoutError:
                _log.warning("a client did not read for %.0f s and was dropped", self._read_s)
                self._writer.transport.abort()
            except ConnectionError:
                _log.debug("a client left")

    async def _answer(self, raw: bytes) -> None:
        number: Any = None
        try:
            data = wire.read_line(raw)
            number = data.get("id")
            answer = await self._carry_out(data)
        except wire.WireError as error:
            answer = {"refused": str(error)}
        except LefiError as error:
            answer = {"refused": error.why}
        await self._write({"id": number, **answer})

    async def _carry_out(self, data: dict[str, Any]) -> dict[str, Any]:
        if "send" in data:
            # Nothing is awaited before it: commands reach the inbox in the order they were sent.
            command = wire.read_command(data["send"])
            receipt = await self._outside(asyncio.wrap_future(self._served.submit(command)))
            return {"receipt": to_plain(receipt)}
        if "ask" in data:
            return {"view": to_plain(await self._served.ask(wire.read_query(data["ask"])))}
        if "subscribe" in data:
            return self._subscribe()
        raise wire.WireError("a request says send, ask or subscribe")

    async def _outside(self, receipt: asyncio.Future[Any]) -> Any:
        """It takes no room while it waits for the disk: a kill behind it must be read all the same.

        What waits so is bounded by the inbox.
        """
        self._room.release()
        try:
            return await receipt
        finally:
            await self._room.acquire()

    def _subscribe(self) -> dict[str, Any]:
        subscription = self._served.subscribe()
        if subscription is None:
            raise wire.WireError("too many listeners are attached")
        self._begin(self._tell(subscription))
        return {"subscribed": True}

    async def _tell(self, subscription: Subscription) -> None:
        try:
            async for published in subscription:
                data = wire.event_data(published)
                if data is not None:
                    await self._write(data)
        finally:
            subscription.close()
