"""The CONNECT door: a client asks for a real host and gets our server, in TLS, on that socket.

The rule it keeps: a host that is not ours is refused and noted, so that a test can show that
nothing else was asked for. The network behind it can be off, silent or cut, as on a bad day.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

HEAD_BYTES_MAX: Final = 8_192
MASKED: Final = 0x80
LONG: Final = 126  # then two bytes tell the size
WHOLE_TEXT: Final = 0x81
TEXTS_MAX: Final = 1_000
RESET_AT_CLOSE: Final = struct.pack("ii", 1, 0)  # closing sends a reset, as a dying machine does


class Line(StrEnum):
    ON = "on"
    REFUSED = "refused"
    SILENT = "silent"


@dataclass
class Network:
    """What a test does to the line, and what it saw there."""

    hosts: frozenset[str]
    line: Line = Line.ON
    asked: Counter[str] = field(default_factory=Counter)
    strangers: Counter[str] = field(default_factory=Counter)
    transports: set[asyncio.Transport] = field(default_factory=set)

    def begin(self) -> None:
        self.line = Line.ON
        self.asked.clear()
        self.strangers.clear()

    def opened(self, transport: asyncio.Transport) -> None:
        self.transports = {each for each in self.transports if not each.is_closing()}
        self.transports.add(transport)

    def turn(self, line: Line) -> None:
        """Off means that what was open breaks, too."""
        self.line = line
        if line is not Line.ON:
            self.cut()

    def cut(self) -> None:
        for transport in tuple(self.transports):
            reset(transport)
        self.transports.clear()


def reset(transport: asyncio.Transport) -> None:
    sock = transport.get_extra_info("socket")
    if sock is not None and sock.fileno() >= 0:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
    transport.abort()


class _Early(asyncio.Protocol):
    """Keeps what comes between the handshake and the server's own protocol."""

    def __init__(self) -> None:
        self.data = b""

    def data_received(self, data: bytes) -> None:
        self.data += data


class Heard(asyncio.Protocol):
    """Hands all on, and keeps when each request was read: what a bench asks for."""

    def __init__(self, inner: asyncio.Protocol) -> None:
        self._inner = inner
        self.read_ns = 0
        self._texts: deque[int] = deque(maxlen=TEXTS_MAX)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._inner.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._inner.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self.read_ns = time.monotonic_ns()
        self._texts.extend(self.read_ns for _ in range(_texts_in(data)))
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received()

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()

    def text_read_ns(self) -> int:
        """Of the WebSocket's next text: two may be read before the first is looked at."""
        return self._texts.popleft() if self._texts else self.read_ns


def _texts_in(data: bytes) -> int:
    """Frames of text that begin in it, where it begins with a frame; small ones are whole."""
    found = at = 0
    while at + 2 <= len(data) and data[at + 1] & MASKED:
        size, head = data[at + 1] & ~MASKED, 6
        if size == LONG:
            size, head = int.from_bytes(data[at + 2 : at + 4], "big"), 8
        found += data[at] == WHOLE_TEXT
        at += head + size
    return found


def heard(transport: asyncio.BaseTransport | None) -> Heard | None:
    protocol = None if transport is None else transport.get_protocol()
    return protocol if isinstance(protocol, Heard) else None


class Tunnel(asyncio.Protocol):
    def __init__(
        self, network: Network, context: ssl.SSLContext, serve: Callable[[], asyncio.Protocol]
    ) -> None:
        self._network = network
        self._context = context
        self._serve = serve
        self._head = b""
        self._transport: asyncio.Transport | None = None
        self._opens: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._network.opened(transport)

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        self._head += data
        if self._network.line is Line.REFUSED or len(self._head) > HEAD_BYTES_MAX:
            reset(self._transport)
        elif b"\r\n\r\n" in self._head and self._network.line is Line.ON and not self._opens:
            self._connect(self._transport)

    def _connect(self, transport: asyncio.Transport) -> None:
        host = self._head.split(b" ")[1].decode().rpartition(":")[0]
        self._network.asked[host] += 1
        if not self._head.startswith(b"CONNECT ") or host not in self._network.hosts:
            self._network.strangers[host] += 1
            transport.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            transport.close()
            return
        transport.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self._opens = asyncio.create_task(self._open(transport))

    async def _open(self, transport: asyncio.Transport) -> None:
        early = _Early()
        loop = asyncio.get_running_loop()
        try:
            secure = await loop.start_tls(transport, early, self._context, server_side=True)
        except (OSError, ssl.SSLError):
            return  # the client went, or does not trust us
        if secure is None:
            return
        protocol = Heard(self._serve())
        protocol.connection_made(secure)
        secure.set_protocol(protocol)
        if early.data:
            protocol.data_received(early.data)
