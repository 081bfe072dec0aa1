"""Binance's door for orders by WebSocket: one line that stays open, each request with its answer.

The rules it keeps: what could not be sent is said to be so, and may go another way; what was sent
and has no answer is lost, which nobody may read as "not placed". It signs as the client does, which
a test holds it to. Only the worker process loads this module.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import random
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

import aiohttp
from msgspec import Struct

from lefi_tui.adapters.guards import backoff_s
from lefi_tui.ports.clock import Clock

# By the client's own table (its streams' class has it, the class for questions has not).
ADDRESSES: Final[Mapping[str, str]] = {"binanceusdm": "wss://ws-fapi.binance.com/ws-fapi/v1"}
ANSWER_S: Final = 5.0  # an order is good for two seconds; what comes later is nobody's answer
BEAT_S: Final = 15.0  # a line that no longer answers is found out in so long
OPEN_S: Final = 10.0
MADE_MS: Final = 500  # what was signed so long ago is signed anew
AGAIN_MOST: Final = 5  # doublings of the wait before it is opened again
BYTES_MAX: Final = 4_000_000
CORK: Final = getattr(socket, "TCP_CORK", None)  # of this system; without it frames leave singly
TROUBLE: Final = (aiohttp.ClientError, OSError, TimeoutError, asyncio.IncompleteReadError)


class NotSentError(Exception):
    """It has certainly not left."""


class LostError(Exception):
    """It has left, and nobody knows what became of it."""


class Told(Struct):
    """One answer: a status as by HTTP, and what was asked for or what was wrong with it."""

    status: int
    result: Any
    error: dict[str, Any]
    limits: list[dict[str, Any]]


class Made(Struct):
    """A request that is signed, all but sent."""

    number: str
    text: str
    at_ms: int  # the exchange's time in its signature


class OrderSocket:
    def __init__(self, client: Any, clock: Clock, now_ms: Callable[[], int]) -> None:
        """`client` is ccxt's: its key, its proxy, the authorities that it trusts; `now_ms` the
        exchange's time."""
        self._client, self._clock, self._now_ms = client, clock, now_ms
        self._ws: aiohttp.ClientWebSocketResponse | None = None
        self._waiting: dict[str, asyncio.Future[Told]] = {}
        self._asked = 0
        self._opened = asyncio.Event()
        self.left: Callable[[], None] = _unstamped

    @property
    def is_open(self) -> bool:
        return self._ws is not None and not self._ws.closed

    async def opened(self) -> None:
        """Returns when it is open for the first time, or again."""
        await self._opened.wait()

    async def run(self, url: str) -> None:
        """Keeps it open, until cancelled."""
        self._client.open()  # it makes the context of what it trusts
        connector = aiohttp.TCPConnector(ssl=self._client.ssl_context)
        trusts_env = bool(self._client.aiohttp_trust_env)
        failures = 0
        async with aiohttp.ClientSession(connector=connector, trust_env=trusts_env) as session:
            while True:
                with suppress(*TROUBLE):
                    await self._hear(session, url)
                    failures = 0
                failures = min(failures + 1, AGAIN_MOST)
                await self._clock.sleep(backoff_s(failures, random.SystemRandom().random()))

    async def _hear(self, session: aiohttp.ClientSession, url: str) -> None:
        proxy = self._client.wssProxy or self._client.httpsProxy or self._client.aiohttp_proxy
        async with asyncio.timeout(OPEN_S):
            self._ws = await session.ws_connect(
                url, proxy=proxy, heartbeat=BEAT_S, max_msg_size=BYTES_MAX, compress=0
            )
        self._opened.set()
        try:
            async for message in self._ws:
                if message.type is not aiohttp.WSMsgType.TEXT or not self._heard(message.data):
                    break  # half an answer: whose it was nobody knows
        finally:
            self._opened.clear()
            await self._ws.close()
            for each in self._waiting.values():
                if not each.done():
                    each.set_exception(LostError("the line ended before its answer"))

    def _heard(self, text: str) -> bool:
        try:
            said = json.loads(text)
            told = Told(
                int(said["status"]),
                said.get("result"),
                said.get("error") or {},
                said.get("rateLimits") or [],
            )
            waits = self._waiting.get(str(said["id"]))
        except (ValueError, TypeError, LookupError, AttributeError):
            return False
        if waits is not None and not waits.done():
            waits.set_result(told)
        return True

    def in_one_piece(self) -> None:
        """What is sent before the loop's next callback of all that wait now leaves together: else
        who reads the first frame is busy with it while the second one comes."""
        line = None if self._ws is None else self._ws.get_extra_info("socket")
        if line is not None and CORK is not None and _is_set(line, 1):
            asyncio.get_running_loop().call_soon(_is_set, line, 0)

    def made(self, method: str, params: Mapping[str, Any]) -> Made:
        """To be sent soon: what is signed is good for a moment only."""
        self._asked += 1
        number, signed = str(self._asked), self.signed(params)
        text = json.dumps({"id": number, "method": method, "params": signed})
        return Made(number, text, signed["timestamp"])

    async def ask(self, method: str, params: Mapping[str, Any], made: Made | None = None) -> Told:
        """Signed, now or just before. Raises NotSentError or LostError where there is no answer."""
        if not self.is_open:
            raise NotSentError("the line for orders is not open")
        assert self._ws is not None
        if made is None or self._now_ms() - made.at_ms > MADE_MS:
            made = self.made(method, params)
        number, text = made.number, made.text
        answer: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            async with asyncio.timeout(ANSWER_S):
                await self._ws.send_str(text)
                self.left()
                return await answer
        except TimeoutError as error:
            raise LostError(f"no answer in {ANSWER_S:g} s") from error
        except ConnectionError as error:  # a part of it may have left
            raise LostError(f"the line broke: {error}") from error
        finally:
            del self._waiting[number]

    def signed(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """In the sequence of their names, as the exchange puts them together."""
        given = {**params, "apiKey": self._client.apiKey, "timestamp": self._now_ms()}
        sent = {name: given[name] for name in sorted(given)}
        text = "&".join(f"{name}={_word(value)}" for name, value in sent.items())
        secret = self._client.secret
        sent["signature"] = hmac.digest(secret.encode(), text.encode(), "sha256").hex()
        return sent


def _is_set(line: Any, held: int) -> bool:
    """Whether the system holds its bytes back, or lets go what it held; not of a closed one."""
    try:
        line.setsockopt(socket.IPPROTO_TCP, CORK, held)
    except OSError:
        return False
    return True


def _unstamped() -> None:
    """Nobody asks when it left."""


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def address_of(client: Any, *, is_sandbox: bool) -> str:
    """Where orders go by WebSocket; nothing where they only go by REST: elsewhere, on a practice
    market, through a SOCKS proxy, or with a key that is no shared secret."""
    is_plain = "PRIVATE KEY" not in (client.secret or "")
    by_socks = client.socksProxy or client.wsSocksProxy
    usual = is_plain and not is_sandbox and not by_socks
    return ADDRESSES.get(client.id, "") if usual else ""
