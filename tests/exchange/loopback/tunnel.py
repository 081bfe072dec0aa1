"""The CONNECT door: a client asks for a real host and gets our server, in TLS, on that socket.

The rule it keeps: a host that is not ours is refused and noted, so that a test can show that
nothing else was asked for. The network behind it can be off, silent or cut, as on a bad day.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

HEAD_BYTES_MAX: Final = 8_192
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
        protocol = self._serve()
        protocol.connection_made(secure)
        secure.set_protocol(protocol)
        if early.data:
            protocol.data_received(early.data)
