"""Binance's user stream on a socket of our own: what the account's orders do, as it happens.

ccxt's own goes deaf without a word: on a key that has expired, and on one frame that it can't read
(faults.md, 10 and 11). The rules it keeps: a frame that can't be read is told as that and nothing
else changes; a line that is silent though we ping it is given up; after every end another is
opened, at once where only the key has expired, else later and later, by chance. What happened in
between nobody tells again: whoever listens reads it. Only the worker process loads this.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

import aiohttp
from msgspec import Struct

from lefi_tui.adapters.binance_events import EXPIRED_KEY, Plain, told_of
from lefi_tui.adapters.ccxt_client import MISSHAPEN, Refusal
from lefi_tui.adapters.exchange_stream import StreamTerms
from lefi_tui.adapters.guards import scattered_s
from lefi_tui.ports.clock import Clock
from lefi_tui.redaction import REDACTOR

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

NS_PER_S: Final = 1_000_000_000
LIVE: Final = "wss://fstream.binance.com"
DEMO: Final = "wss://demo-fstream.binance.com"
FAREWELL_S: Final = 0.5  # the other side may never answer our goodbye
TEXT_MOST: Final = 200
BROKEN: Final = (aiohttp.ClientError, OSError, TimeoutError)

Tell = Callable[[Plain], None]
Ask = Callable[[str], Awaitable[Any]]


class _Line(Struct):
    """One connection: until when its key is good, when it was heard last, why it ended."""

    socket: Any
    heard_ns: int
    keep_ns: int
    why: str = ""


class BinanceStream:
    """`ask` makes a listen key ("listen_key") or keeps it ("keep_key"); it raises a Refusal."""

    def __init__(self, client: Any, ask: Ask, clock: Clock, terms: StreamTerms) -> None:
        self._client, self._ask, self._clock, self._terms = client, ask, clock, terms
        self.tell: Tell = _nobody
        self.chance: Callable[[], float] = _whole
        self.base = LIVE

    async def run(self) -> None:
        """Until cancelled."""
        failures = 0
        while True:
            began_ns = self._clock.monotonic_ns()
            why, wait_s = await self._once()
            self.tell({"what": "stream", "state": "closed", "why": REDACTOR.clean(why)[:TEXT_MOST]})
            lived_s = (self._clock.monotonic_ns() - began_ns) / NS_PER_S
            failures = 0 if lived_s > self._terms.first_wait_s else failures + 1
            if failures or why != EXPIRED_KEY:
                wait_s = max(wait_s, self._again_s(failures))
            await self._clock.sleep(wait_s)

    def _again_s(self, failures: int) -> float:
        longer_s = self._terms.first_wait_s * 2.0**failures
        return scattered_s(min(longer_s, self._terms.most_wait_s), self.chance())

    async def _once(self) -> tuple[str, float]:
        """One connection from its key to its end: why it ended, how long we were told to wait."""
        try:
            async with self._opened() as line:
                self.tell({"what": "stream", "state": "open"})
                await self._listen(line)
        except Refusal as refusal:
            return refusal.why, refusal.wait_s
        except BROKEN as error:
            return f"{type(error).__name__}: {error}", 0.0
        return line.why, 0.0

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[_Line]:
        key = (await self._ask("listen_key"))["listenKey"]
        REDACTOR.learn(key)  # whoever has it reads the account's orders
        self._client.open()
        url = f"{self.base}/private/ws?listenKey={key}"
        farewell = aiohttp.ClientWSTimeout(ws_close=FAREWELL_S)
        async with asyncio.timeout(self._terms.dead_s):
            socket = await self._client.session.ws_connect(
                url, proxy=_proxy_of(self._client), autoping=False, timeout=farewell
            )
        now_ns = self._clock.monotonic_ns()
        try:
            yield _Line(socket, now_ns, now_ns + int(self._terms.keep_s * NS_PER_S))
        finally:
            with suppress(*BROKEN):
                await socket.close()

    async def _listen(self, line: _Line) -> None:
        keeps = asyncio.get_running_loop().create_task(self._keep(line))
        try:
            while not line.why:
                frame = await line.socket.receive()
                line.heard_ns = self._clock.monotonic_ns()
                await self._hear(line, frame)
        finally:
            keeps.cancel()
            await asyncio.wait([keeps])
        if not keeps.cancelled():
            keeps.result()

    async def _hear(self, line: _Line, frame: aiohttp.WSMessage) -> None:
        match frame.type:
            case aiohttp.WSMsgType.TEXT:
                self._read(line, frame.data)
            case aiohttp.WSMsgType.PING:
                await line.socket.pong(frame.data)
            case aiohttp.WSMsgType.PONG:
                self.tell({"what": "stream", "state": "alive"})
            case aiohttp.WSMsgType.BINARY:
                self._unread("bytes")
            case _:
                line.why = line.why or "it was closed there"

    def _read(self, line: _Line, text: str) -> None:
        try:
            event = json.loads(text)
            if event["e"] == EXPIRED_KEY:
                line.why = EXPIRED_KEY
                return
            told = told_of(event, self._symbol_of)
        except MISSHAPEN:
            self._unread(text)
            return
        if told is not None:
            self.tell(told)

    def _unread(self, text: str) -> None:
        self.tell({"what": "unread", "text": REDACTOR.clean(text)[:TEXT_MOST]})

    def _symbol_of(self, name: str) -> str:
        """Raises LookupError where nobody lists it."""
        return next(
            str(each["symbol"]) for each in self._client.markets_by_id[name] if each["swap"]
        )

    async def _keep(self, line: _Line) -> None:
        """Pings it, keeps its key, and ends it when nothing at all came back for too long."""
        while True:
            await self._clock.sleep(self._terms.ping_s)
            now_ns = self._clock.monotonic_ns()
            if now_ns - line.heard_ns > self._terms.dead_s * NS_PER_S:
                line.why = f"silent for {self._terms.dead_s:g} s, though it was pinged"
                await line.socket.close()
                return
            if now_ns >= line.keep_ns:
                line.keep_ns = now_ns + int(self._terms.keep_s * NS_PER_S)
                await self._keep_key(line)
            with suppress(*BROKEN):  # whoever reads from it hears that it broke
                await line.socket.ping()

    async def _keep_key(self, line: _Line) -> None:
        try:
            await self._ask("keep_key")
        except Refusal as refusal:
            if refusal.kind != "refused":  # nobody answered: it is asked again at the next ping
                line.keep_ns = 0
                return
            line.why = EXPIRED_KEY
            await line.socket.close()


def _proxy_of(client: Any) -> str | None:
    """The socket goes the way that the questions go."""
    http, https, _socks = client.check_proxy_settings()
    ws, wss, _ws_socks = client.check_ws_proxy_settings()
    found: str | None = wss or ws or https or http or client.aiohttp_proxy
    return found


def _whole() -> float:
    return 1.0


def _nobody(_told: Plain) -> None:
    """Nobody listens yet."""
