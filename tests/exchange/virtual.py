"""The exchange without a wire and without waiting: the genuine client, time that jumps to what is
due, and the same faults. What takes an hour by the clock takes some seconds, and is the same by
seed.
"""

from __future__ import annotations

import asyncio
import json
import selectors
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final, Self, TypeVar

import aiohttp
import yarl
from multidict import CIMultiDict

from lefi_tui.adapters.ccxt_client import Refusal
from lefi_tui.adapters.ccxt_link import ERRORS
from lefi_tui.adapters.ccxt_private import PrivateExchange
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.engine.ending import end_all
from tests.exchange.loopback.arrived import Arrived
from tests.exchange.loopback.door import Broken, Door, Reply

BEGIN_NS: Final = 1_790_000_000_000_000_000
NS_PER_S: Final = 1_000_000_000
NS_PER_MS: Final = 1_000_000
T = TypeVar("T")


class _Jump(selectors.DefaultSelector):
    """Instead of waiting it moves the time on; there is nothing outside to wait for."""

    now_s = 0.0

    def select(self, timeout: float | None = None) -> Any:
        found = super().select(0)
        if not found:
            assert timeout is not None, "nothing is due any more, and something still waits"
            self.now_s += max(timeout, 0.0)
        return found


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)

    def time(self) -> float:
        return self._jump.now_s


class LoopClock(SystemClock):
    """The port's clock over a virtual loop, which its sleep asks too."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def now_ns(self) -> int:
        return BEGIN_NS + self.monotonic_ns()

    def monotonic_ns(self) -> int:
        return round(self._loop.time() * NS_PER_S)


def in_virtual_time(make: Callable[[LoopClock], Coroutine[Any, Any, T]]) -> T:
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(make(LoopClock(loop)))
    finally:
        left = asyncio.all_tasks(loop)  # requests whose client has given up
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


# ---- in the place of the wire


class _Answer:
    """What the client reads of an answer; a broken one fails where a wire would."""

    def __init__(self, reply: Reply, *, is_whole: bool) -> None:
        self.status, self.reason = reply.status, ""
        self.headers = CIMultiDict(reply.headers)
        self._body, self._is_whole = reply.body, is_whole

    async def text(self, errors: str = "") -> str:
        if not self._is_whole:
            raise aiohttp.ClientPayloadError(f"the answer ended in its middle ({errors})")
        return self._body


class _Sent:
    """`async with session.post(...) as answer`."""

    def __init__(self, door: Door, asked: Arrived, most_s: float) -> None:
        self._door, self._asked, self._most_s = door, asked, most_s

    async def __aenter__(self) -> _Answer:
        # The exchange goes on with it also where the client has given up.
        done = asyncio.ensure_future(self._door.answered(self._asked))
        async with asyncio.timeout(self._most_s):
            told = await asyncio.shield(done)
        if not isinstance(told, Broken):
            return _Answer(told, is_whole=True)
        if not told.reply.body:
            raise aiohttp.ServerDisconnectedError
        return _Answer(told.reply, is_whole=False)

    async def __aexit__(self, *_: object) -> None:
        """There is no line to give back."""


class Session:
    """Of aiohttp's session what ccxt calls."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self.headers: dict[str, str] = {}
        self.get, self.post = self._by("GET"), self._by("POST")
        self.put, self.delete = self._by("PUT"), self._by("DELETE")

    def _by(self, method: str) -> Callable[..., _Sent]:
        def send(url: yarl.URL, data: bytes | None, headers: Any, timeout: Any, **_: Any) -> _Sent:
            asked = Arrived(
                url.host or "",
                method,
                url.path,
                url.raw_path_qs,
                url.raw_query_string,
                dict(url.query),
                CIMultiDict(headers),
                (data or b"").decode(),
            )
            return _Sent(self._door, asked, timeout.total)

        return send

    async def close(self) -> None:
        """There is nothing to close."""


class NearLink:
    """The worker's questions without its process and its pipe, by JSON all the same."""

    def __init__(
        self, exchange: str, door: Door, key: Mapping[str, str], clock: LoopClock, **more: Any
    ) -> None:
        """`more` is said to the client besides."""
        self.exchange = exchange
        table = {
            "session": Session(door),
            "milliseconds": lambda: clock.now_ns() // NS_PER_MS,
            "enableRateLimit": False,
            **more,
        }
        begin = {"exchange": exchange, "ccxt": table, "key": key, "currency": "USDT"}
        self._private = PrivateExchange(begin, clock)
        self._asked: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """What is still asked ends, as with the worker's process."""
        await end_all(self._asked)
        await self._private.close()

    def hold(self, _question: str, **_asked: Any) -> None:
        """Nothing is made ready beforehand here."""

    async def ask(self, question: str, **asked: Any) -> Any:
        plain = json.loads(json.dumps(asked))
        # The worker goes on with a question also where nobody waits for its answer any more.
        asked_there = asyncio.create_task(self._private.answer(question, plain))
        self._asked.add(asked_there)
        asked_there.add_done_callback(self._asked.discard)
        try:
            return json.loads(json.dumps(await asyncio.shield(asked_there)))
        except Refusal as refusal:
            error = ERRORS[refusal.kind](refusal.why, where=self.exchange)
            error.wait_s = refusal.wait_s
            raise error from refusal
