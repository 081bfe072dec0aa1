"""The ways an order may take to the exchange: REST, and a WebSocket where it is the quicker one.

The rules it keeps: both are measured once the WebSocket is open, by the same signed question; while
that line is not open a new order goes by REST; one whose answer is lost is nobody's to send again.
What is refused because our time was wrong is asked once more by a clock measured anew; what came
too late stays refused.
Only the worker process loads this module.
"""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Protocol, TypeVar

import aiohttp
import ccxt.async_support as ccxt

from lefi_tui.adapters.ccxt_client import Refusal
from lefi_tui.adapters.order_socket import LostError, Made, NotSentError, OrderSocket, Told
from lefi_tui.adapters.sent_stamps import SentStamps
from lefi_tui.adapters.server_clock import ServerClock
from lefi_tui.ports.clock import Clock

NS_PER_MS: Final = 1_000_000
ROUNDS: Final = 5  # of each way, after one that warms it; the quickest one counts
ROUND_WEIGHT: Final = 5.0
MEASURE_AGAIN_S: Final = 60.0
OUT_OF_TIME: Final = "-1021"
WRONG_NS: Final = 200_000_000
WARM_EVERY_S: Final = 25.0
LEGS: Final = 2  # that leave in one moment, each by a connection of its own
WARM_S: Final = 55.0  # a connection that is not used for longer is closed by either side
REST, SOCKET = "rest", "websocket"
NO_WAY: Final = (ccxt.BaseError, Refusal, NotSentError, LostError)

Answer = TypeVar("Answer")


class Door(Protocol):
    """What an exchange's line asks of whoever sends beside the client's own requests."""

    async def leave(self, weight: float) -> None:
        """Returns when it may; raises a Refusal where it may not."""
        ...

    def hear(self, status: int, wait_s: float, body: str) -> None: ...

    def count(self, limits: list[dict[str, Any]]) -> None: ...


class OrderLines:
    def __init__(self, client: Any, door: Door, server: ServerClock, clock: Clock) -> None:
        self._client, self._door, self._server, self._clock = client, door, server, clock
        self.socket = OrderSocket(client, clock, server.now_ms)
        self._chosen = REST
        self._took_ms: dict[str, float] = {}
        fetch2 = client.fetch2
        client.fetch2 = lambda *asked, **more: self._in_time(lambda: fetch2(*asked, **more))

    # ---- which way

    async def run(self, url: str, only: str = "") -> None:
        """Keeps both ways open, until cancelled. `only` leaves no choice."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._kept_warm())
            if url and only != REST:
                tasks.create_task(self.socket.run(url))
                tasks.create_task(self._choose(only))

    async def _choose(self, only: str) -> None:
        while not self._took_ms:
            await self.socket.opened()
            try:
                await self._measure()
            except ccxt.AuthenticationError:
                return  # REST says it in its own words
            except NO_WAY:
                await self._clock.sleep(MEASURE_AGAIN_S)
        self._chosen = only or min(self._took_ms, key=lambda way: self._took_ms[way])

    async def _measure(self) -> None:
        took: dict[str, list[float]] = {REST: [], SOCKET: []}
        for _ in range(ROUNDS + 1):
            for way, ask in ((REST, self._by_rest), (SOCKET, self._by_socket)):
                await self._door.leave(ROUND_WEIGHT)
                began_ns = self._clock.monotonic_ns()
                await ask()
                took[way].append((self._clock.monotonic_ns() - began_ns) / NS_PER_MS)
        self._took_ms = {way: min(each[1:]) for way, each in took.items()}

    async def _by_rest(self) -> None:
        await self._client.fapiPrivateV2GetBalance()

    async def _by_socket(self) -> None:
        await self.ask("v2/account.balance", {})

    async def _kept_warm(self) -> None:
        while True:
            await self._clock.sleep(WARM_EVERY_S)
            if self.uses_socket:
                continue
            try:
                await self.warmed()
            except NO_WAY:
                continue  # whoever asks next says what is wrong

    async def warmed(self) -> None:
        """Two connections: else the second leg of a game waits for a handshake of its own."""
        await asyncio.gather(*(self._client.fapiPublicGetPing() for _ in range(LEGS)))

    @property
    def uses_socket(self) -> bool:
        return self._chosen == SOCKET and self.socket.is_open

    def told(self) -> dict[str, Any]:
        """For people: which way orders take, and how long each took."""
        return {"by": SOCKET if self.uses_socket else REST, "took_ms": dict(self._took_ms)}

    # ---- by WebSocket

    async def leave(self) -> None:
        """Returns when one more may leave by it; a Refusal where it may not."""
        await self._door.leave(1.0)

    async def ask(self, method: str, params: Mapping[str, Any], made: Made | None = None) -> Any:
        """The result; what is wrong is the same error as by REST."""
        return await self._in_time(
            lambda: self._once(method, params, made), lambda: self._again(method, params)
        )

    async def _again(self, method: str, params: Mapping[str, Any]) -> Any:
        """It may be too late for it by now; the first one was refused, so nothing has left."""
        await self.leave()
        return await self._once(method, params)

    async def _once(self, method: str, params: Mapping[str, Any], made: Made | None = None) -> Any:
        told = await self.socket.ask(method, params, made)
        self._door.count(told.limits)
        words = {name: each for name, each in told.error.items() if name != "data"}
        body = json.dumps(words)
        self._door.hear(told.status, self._wait_s(told), body)
        if told.status != 200 or told.error:
            self._raise(told.status, words, body)
        return told.result

    def _wait_s(self, told: Told) -> float:
        """Here the moment itself is told, by the exchange's clock."""
        until_ms = (told.error.get("data") or {}).get("retryAfter")
        return 0.0 if until_ms is None else max((until_ms - self._server.now_ms()) / 1_000, 0.0)

    def _raise(self, status: int, words: Mapping[str, Any], body: str) -> None:
        """By the client's own map of what is said by REST: for WebSocket it has none."""
        url = f"{self._client.urls['api']['fapiPrivate']}/order"
        given: tuple[Any, ...] = (status, "", url, "POST", {}, body)
        self._client.handle_errors(*given, words, {}, "")
        self._client.handle_http_status_code(status, "", url, "POST", body)
        raise ccxt.ExchangeError(f"{self._client.id} {body}")

    async def _in_time(
        self,
        work: Callable[[], Awaitable[Answer]],
        again: Callable[[], Awaitable[Answer]] | None = None,
    ) -> Answer:
        count, ahead_ns = self._server.count, self._server.ahead_ns
        try:
            return await work()
        except ccxt.InvalidNonce as error:
            if OUT_OF_TIME not in str(error) or not await self._was_wrong(count, ahead_ns):
                raise
        return await (again or work)()

    async def _was_wrong(self, count: int, ahead_ns: int) -> bool:
        """Whether the time that we gave was wrong; else the request was late, and stays refused."""
        try:
            await self._server.measured_since(count)
        except NO_WAY:
            return False
        return abs(self._server.ahead_ns - ahead_ns) > WRONG_NS


def keep_warm(client: Any, stamps: SentStamps) -> None:
    """The client's own session gives up a connection after 15 s; a new one costs an order three
    round trips. Before its first request, and not where it was given another session."""
    if client.session is not None:
        return
    context = ssl.create_default_context(cafile=client.cafile) if client.verify else False
    client.ssl_context = context
    client.tcp_connector = aiohttp.TCPConnector(
        ssl=context, keepalive_timeout=WARM_S, family=socket.AF_UNSPEC, happy_eyeballs_delay=0
    )
    trusts_env = bool(client.aiohttp_trust_env)
    client.session = aiohttp.ClientSession(
        connector=client.tcp_connector, trust_env=trusts_env, trace_configs=[stamps.traced()]
    )
