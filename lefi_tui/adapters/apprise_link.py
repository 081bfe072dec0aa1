"""Our end of the process that sends notices: a line over its pipe, and its answer in time.

The rules it keeps: no address and no library of a service is ever in the engine's process (loading
one holds up its loop for 60 ms); no answer in time is an answer too; a process that died is started
again by the next notice, and one that has nothing to do ends.
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress
from typing import Any, Final

from lefi_tui.core.notices import Delivery
from lefi_tui.ports.notifier import NotSentError

WORKER: Final = "lefi_tui.adapters.apprise_worker"
ANSWER_S: Final = 20.0  # its child has fifteen seconds; a first one loads the libraries before
IDLE_S: Final = 120.0


class AppriseLink:
    """Implements ports.notifier.Sender; lives in the loop of whoever first sends."""

    def __init__(self, answer_s: float = ANSWER_S, idle_s: float = IDLE_S) -> None:
        self._answer_s = answer_s
        self._idle_s = idle_s
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._waiting: dict[int, asyncio.Future[str]] = {}
        self._asked = 0
        self._opens = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """Of the process, where there is one."""
        return None if self._process is None else self._process.pid

    async def send(self, delivery: Delivery) -> None:
        await self._ask(
            ask="send",
            channel=delivery.channel,
            severity=delivery.severity,
            title=delivery.title,
            body=delivery.body,
        )

    async def beat(self) -> None:
        await self._ask(ask="beat")

    async def check(self, address: str) -> None:
        """Whether some service has such an address; raises NotSentError, and nothing is sent."""
        await self._ask(ask="check", address=address)

    async def _ask(self, **asked: Any) -> None:
        process = await self._running()
        assert process.stdin is not None
        self._asked += 1
        number, waiting = self._asked, self._waiting
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        waiting[number] = answer
        try:
            with suppress(ConnectionError):  # it has just died: whoever reads from it says so
                process.stdin.write(json.dumps({"n": number, **asked}).encode() + b"\n")
            why = await asyncio.wait_for(answer, self._answer_s)
        except TimeoutError:
            text = f"no answer in {self._answer_s:g} s"
            raise NotSentError(text, is_unknown=True) from None
        finally:
            del waiting[number]
            self._rest()
        if why:
            raise NotSentError(why)

    async def close(self) -> None:
        process, self._process = self._process, None
        if self._idle is not None:
            self._idle.cancel()
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()  # it holds nothing; what is under way is sent again, and says so
            await process.wait()
        if self._reading is not None:
            await asyncio.wait([self._reading])

    # ---- the process

    def _rest(self) -> None:
        """With nothing under way for a while it ends, and its memory is free again."""
        if self._idle is not None:
            self._idle.cancel()
        if not self._waiting:
            self._idle = asyncio.get_running_loop().call_later(self._idle_s, self._end)

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            process.stdin.close()

    async def _running(self) -> asyncio.subprocess.Process:
        async with self._opens:
            if self._idle is not None:
                self._idle.cancel()
            if self._process is None or self._process.returncode is not None:
                self._process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-m",
                    WORKER,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.DEVNULL,  # a library's words may hold an address
                    start_new_session=True,  # ^C is for us; it ends when we do
                )
                self._waiting = {}
                work = self._read(self._process, self._waiting)
                self._reading = asyncio.get_running_loop().create_task(work)
            return self._process

    async def _read(
        self, process: asyncio.subprocess.Process, waiting: dict[int, asyncio.Future[str]]
    ) -> None:
        assert process.stdout is not None
        with suppress(ConnectionError):
            while line := await process.stdout.readline():
                said = json.loads(line)
                answer = waiting.get(said["n"])
                if answer is not None and not answer.done():
                    answer.set_result(said["why"])
        await process.wait()
        for answer in waiting.values():
            if not answer.done():
                answer.set_exception(NotSentError("its process ended", is_unknown=True))
