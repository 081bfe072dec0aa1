"""A webhook on this machine alone: signed events come in by HTTP, each is answered in words.

The rules it keeps: it listens on 127.0.0.1 and nowhere else; nothing is believed before its
signature is; a request is good for five minutes and once, also over a restart; sizes, times,
connections and events a second are bounded.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

from lefi_tui.core.messages import EmitEvent
from lefi_tui.core.record import Record
from lefi_tui.event_text import BYTES_MAX, EventTextError, event_of
from lefi_tui.ports.clock import Clock
from lefi_tui.ports.event_source import Ear
from lefi_tui.ports.secrets import SecretsError

HOST: Final = "127.0.0.1"
PATH: Final = "/events"
SECRET: Final = "webhook/secret"  # noqa: S105 -- the name under which the keyring holds it
SECRET_LETTERS_MIN: Final = 32
HEAD_BYTES_MAX: Final = 8_192
LENGTH_DIGITS_MAX: Final = 6
REST_BYTES_MAX: Final = 1_000_000
WINDOW_S: Final = 300
REQUEST_S: Final = 5.0  # for a whole request; a slow sender is let go
LINGER_S: Final = 1.0
ANSWER_S: Final = 30.0  # for the desk: it may be halted, or its disk may hang
CONNECTIONS_MAX: Final = 16
EVENTS_PER_S: Final = 5.0
BURST: Final = 20.0
NS: Final = 1_000_000_000
QUIET_NS: Final = 60 * NS  # between two lines of the log about requests that were refused
_NONCE: Final = re.compile(r"[A-Za-z0-9_-]{16,64}")

_log: Final = logging.getLogger(__name__)


class RefusedRequestError(Exception):
    """A request that is answered with a status and a reason; nothing came of it."""

    def __init__(self, status: str, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


class Request(Record):
    headers: Mapping[str, str]
    body: bytes


def signature(secret: str, timestamp: str, nonce: str, body: bytes) -> str:
    """What a sender writes into Lefi-Signature."""
    signed = f"{timestamp}.{nonce}.".encode() + body
    return f"sha256={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


class Webhook:
    """Implements ports.event_source. `secret` is asked in a thread: a keyring may wait."""

    def __init__(self, port: int, secret: Callable[[], str | None], clock: Clock) -> None:
        self._port = port
        self._secret_of = secret
        self._clock = clock
        self._secret = ""
        self._connections = 0
        self._under_way: set[str] = set()  # ids that wait for the desk's answer
        self._tokens, self._filled_ns = BURST, 0
        self._told_ns = -QUIET_NS

    def where(self) -> str:
        return f"http://{HOST}:{self._port}{PATH}"

    async def run(self, ear: Ear) -> None:
        secret = await asyncio.to_thread(self._secret_of)
        if not secret:
            step = "`lefi webhook secret` makes one"
            raise SecretsError("the webhook has no secret", where=self.where(), next_step=step)
        self._secret = secret

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._serve(ear, reader, writer)

        server = await asyncio.start_server(serve, HOST, self._port, limit=HEAD_BYTES_MAX)
        async with server:
            await server.serve_forever()

    # ---- one connection, one request

    async def _serve(
        self, ear: Ear, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._connections += 1
        try:
            status, words = await self._answered(ear, reader)
            writer.write(_response(status, words))
            writer.write_eof()
            async with asyncio.timeout(LINGER_S):
                await _rest(reader)
        except TimeoutError:
            writer.transport.abort()  # it neither reads its answer nor leaves
        except (ConnectionError, asyncio.IncompleteReadError):
            _log.debug("a sender left")
        finally:
            self._connections -= 1
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _answered(self, ear: Ear, reader: asyncio.StreamReader) -> tuple[str, str]:
        try:
            self._admit()
            request = await _in_time(reader)
            event = self._event(self._checked(request, ear), request)
            return await self._told(ear, event)
        except RefusedRequestError as refused:
            self._note(refused)
            return refused.status, refused.words

    def _admit(self) -> None:
        if self._connections > CONNECTIONS_MAX:
            many = f"{CONNECTIONS_MAX} requests are open; send them one after the other"
            raise RefusedRequestError("503 Service Unavailable", many)

    def _checked(self, request: Request, ear: Ear) -> str:
        """The id of a request that is what its sender signed, of now, and new."""
        timestamp, nonce = (
            request.headers.get(f"lefi-{name}", "") for name in ("timestamp", "nonce")
        )
        if not (timestamp.isascii() and timestamp.isdigit() and _NONCE.fullmatch(nonce)):
            words = (
                "Lefi-Timestamp is seconds since 1970, Lefi-Nonce 16 to 64 of A-Z a-z 0-9 - _, "
                "new for each request"
            )
            raise RefusedRequestError("400 Bad Request", words)
        given = request.headers.get("lefi-signature", "")
        wanted = signature(self._secret, timestamp, nonce, request.body)
        if not hmac.compare_digest(given.encode(), wanted.encode()):
            words = "the signature does not fit timestamp, nonce, body and secret"
            raise RefusedRequestError("401 Unauthorized", words)
        off_s = abs(self._clock.now_ns() // NS - int(timestamp[:12]))
        if off_s > WINDOW_S:
            words = f"signed {off_s} s away from now, {WINDOW_S} allowed; check the sender's clock"
            raise RefusedRequestError("401 Unauthorized", words)
        event_id = f"webhook:{nonce}"
        if event_id in self._under_way or ear.is_taken(event_id):
            raise RefusedRequestError("409 Conflict", "this nonce was used; nothing is heard twice")
        if not self._has_room():
            words = f"over {EVENTS_PER_S:.0f} events a second; send again later"
            raise RefusedRequestError("429 Too Many Requests", words)
        return event_id

    def _has_room(self) -> bool:
        now_ns = self._clock.monotonic_ns()
        earned = (now_ns - self._filled_ns) / NS * EVENTS_PER_S
        self._tokens, self._filled_ns = min(BURST, self._tokens + earned), now_ns
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def _event(self, event_id: str, request: Request) -> EmitEvent:
        try:
            name, fields, _ = event_of(request.body.decode())
        except (EventTextError, UnicodeDecodeError) as error:
            raise RefusedRequestError("400 Bad Request", str(error)) from error
        return EmitEvent(name, fields, event_id, by="webhook")

    async def _told(self, ear: Ear, event: EmitEvent) -> tuple[str, str]:
        """The desk may still hear it when the sender has left: so its nonce is used up first."""
        self._under_way.add(event.id)
        task = asyncio.ensure_future(ear.emit(event))
        task.add_done_callback(lambda _done: self._under_way.discard(event.id))
        try:
            answer = await asyncio.wait_for(asyncio.shield(task), ANSWER_S)
        except TimeoutError as error:
            words = "the desk has it and has not answered; look there before you send it again"
            raise RefusedRequestError("504 Gateway Timeout", words) from error
        if answer.is_accepted:
            return "200 OK", f"{event.name} {answer.text}"
        status = "422 Unprocessable Content" if answer.n else "503 Service Unavailable"
        raise RefusedRequestError(status, answer.text)

    def _note(self, refused: RefusedRequestError) -> None:
        now_ns = self._clock.monotonic_ns()
        if now_ns - self._told_ns >= QUIET_NS:
            self._told_ns = now_ns
            _log.warning("a request was refused: %s, %s", refused.status, refused.words)


async def _rest(reader: asyncio.StreamReader) -> None:
    """Closing on what was not read would reset the line, and the answer with it."""
    read = 0
    while read < REST_BYTES_MAX and (more := await reader.read(HEAD_BYTES_MAX)):
        read += len(more)


async def _in_time(reader: asyncio.StreamReader) -> Request:
    try:
        async with asyncio.timeout(REQUEST_S):
            return await _read(reader)
    except TimeoutError as error:
        words = f"the request was not whole after {REQUEST_S:.0f} s"
        raise RefusedRequestError("408 Request Timeout", words) from error


async def _read(reader: asyncio.StreamReader) -> Request:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError as error:
        words = f"headers over {HEAD_BYTES_MAX} bytes"
        raise RefusedRequestError("431 Request Header Fields Too Large", words) from error
    asked, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    method, _, rest = asked.partition(" ")
    if rest.partition(" ")[0] != PATH:
        raise RefusedRequestError("404 Not Found", f"events go to {PATH}")
    if method != "POST":
        raise RefusedRequestError("405 Method Not Allowed", "events come by POST")
    headers = _headers(lines)
    length = headers.get("content-length", "")
    if "transfer-encoding" in headers or not (length.isascii() and length.isdigit()):
        raise RefusedRequestError("411 Length Required", "say Content-Length; no chunks are read")
    if len(length) > LENGTH_DIGITS_MAX or int(length) > BYTES_MAX:
        words = f"an event has {BYTES_MAX} bytes at most"
        raise RefusedRequestError("413 Content Too Large", words)
    return Request(headers, await reader.readexactly(int(length)))


def _headers(lines: list[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        key = name.lower()
        if not colon or name != name.strip() or key in headers:
            raise RefusedRequestError("400 Bad Request", "a header is malformed or stands twice")
        headers[key] = value.strip()
    return headers


def _response(status: str, words: str) -> bytes:
    body = f"{words}\n".encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body
