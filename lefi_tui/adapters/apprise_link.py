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

from lefi_tui.adapters.keyring_secrets import KeyringSecrets
from lefi_tui.core.notices import Delivery
from lefi_tui.ports.notifier import NotSentError

READY: Final = 0  # the number of its first word
WORKER: Final = "lefi_tui.adapters.apprise_worker"
SEND_S: Final = 15.0  # for one notice, the keyring included
START_S: Final = 60.0  # of the process: a second and a half, on a machine that is busy some more
GRACE_S: Final = 10.0  # the process answers in time for every child; a process that hangs does not
IDLE_S: Final = 120.0


class AppriseLink:
    """Implements ports.notifier.Sender; lives in the loop of whoever first sends."""

    def __init__(
        self, secrets: KeyringSecrets, send_s: float = SEND_S, idle_s: float = IDLE_S
    ) -> None:
        self._secrets = secrets
        self._send_s = send_s
        self._idle_s = idle_s
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
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
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        waiting[number] = answer
        # A vault that was opened here is opened there too; over the pipe, where nobody else reads.
        vault = {"folder": str(self._secrets.folder), "passphrase": self._secrets.passphrase}
        question = {"n": number, "limit_s": self._send_s, **vault, **asked}
        try:
            with suppress(ConnectionError):  # it has just died: whoever reads from it says so
                process.stdin.write(json.dumps(question).encode() + b"\n")
            async with asyncio.timeout(self._send_s + GRACE_S):
                said = await answer
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            raise NotSentError("the process that sends it hangs", is_unknown=True) from None
        finally:
            del waiting[number]
            self._rest()
        if said["why"]:
            raise NotSentError(said["why"], is_unknown=said["is_unknown"])

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
                ready: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
                self._waiting[READY] = ready
                work = self._read(self._process, self._waiting)
                self._reading = asyncio.get_running_loop().create_task(work)
                await self._begun(self._process, ready)
            return self._process

    async def _begun(
        self, process: asyncio.subprocess.Process, ready: asyncio.Future[dict[str, Any]]
    ) -> None:
        """What it takes to load is no part of a notice's time."""
        try:
            async with asyncio.timeout(START_S):
                await ready
        except TimeoutError:
            process.kill()
            raise NotSentError("the process that sends it does not begin") from None
        finally:
            del self._waiting[READY]

    async def _read(
        self,
        process: asyncio.subprocess.Process,
        waiting: dict[int, asyncio.Future[dict[str, Any]]],
    ) -> None:
        assert process.stdout is not None
        with suppress(ConnectionError):
            while line := await process.stdout.readline():
                said = json.loads(line)
                answer = waiting.get(said["n"])
                if answer is not None and not answer.done():
                    answer.set_result(said)
        await process.wait()
        for answer in waiting.values():
            if not answer.done():
                answer.set_exception(NotSentError("its process ended", is_unknown=True))
