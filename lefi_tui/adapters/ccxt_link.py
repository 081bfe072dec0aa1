"""Our end of the exchange's worker process: a question over its pipe, its answer or its refusal.

What a stream of the account says comes without a question, and goes to who listens (`tells`); a
line that is neither is counted and passed over.
The rules it keeps: one process an exchange and its settings, so one budget of questions; ccxt is
never loaded beside the bots (it would hold up their loop for a second at a start, and for tens of
milliseconds at a large answer). A process that dies is started again at the next question.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, Final, Self

from lefi_tui.adapters.call_tally import CallTally
from lefi_tui.adapters.held_questions import HeldQuestion, WordLine
from lefi_tui.errors import (
    ExchangeAnswerError,
    ExchangeAwayError,
    ExchangeError,
    ExchangeKeyError,
    ExchangePlaceError,
    ExchangeUnknownError,
    ExchangeWaitError,
    MarketUnknownError,
)
from lefi_tui.ports.conditions import Calls
from lefi_tui.ports.secrets import SecretsError

WORKER: Final = "lefi_tui.adapters.ccxt_worker"
ANSWER_BYTES_MAX: Final = 64 * 1024 * 1024  # the markets of the largest exchanges are 3 MB
# ccxt gives up a request after 10 s; a question may be some requests, and wait for its turn.
ANSWER_S: Final = 60.0
LAST_WORDS_BYTES: Final = 2_000

ERRORS: Final[Mapping[str, type[ExchangeError]]] = {
    "away": ExchangeAwayError,
    "wait": ExchangeWaitError,
    "answer": ExchangeAnswerError,
    "place": ExchangePlaceError,
    "market": MarketUnknownError,
    "exchange": ExchangeUnknownError,
    "key": ExchangeKeyError,
    "refused": ExchangeError,
}


Tells = Callable[[dict[str, Any]], None]
Put = tuple[int, asyncio.Future[dict[str, Any]]]
# With its process an account's stream has ended too.
ENDED: Final = {"what": "stream", "state": "ended", "why": "its process ended"}
# It was asked and gave nothing to use; every other refusal is an answer.
NO_ANSWER: Final = (ExchangeAwayError, ExchangeAnswerError)


class ExchangeLink:
    """`async with link`, by each who asks; the process ends with the last of them.

    `ccxt` is the account's own table, handed on as it is. `private` is what the first line holds
    besides: a key, where it is one account's line. It may wait for a person to unlock the store, so
    it is called in a thread.
    """

    def __init__(
        self,
        exchange: str,
        ccxt: Mapping[str, Any],
        answer_s: float = ANSWER_S,
        private: Callable[[], Mapping[str, Any]] = dict,
        worker: str = WORKER,
    ) -> None:
        self.exchange = exchange
        self._ccxt = ccxt
        self._private = private
        self._worker = worker
        self._answer_s = answer_s
        self._process: asyncio.subprocess.Process | None = None
        self._reads: set[asyncio.Task[None]] = set()
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._last_words = b""
        self._asked = 0
        self._tally = CallTally()
        self._words: WordLine | None = None  # where held questions get their word
        self._opens = asyncio.Lock()
        self._users = 0
        self.tells: Tells = _unheard  # must not raise: it is called where answers are read
        self.unread = 0  # lines that were neither an answer nor told

    async def __aenter__(self) -> Self:
        self._users += 1
        return self

    async def __aexit__(self, *_: object) -> None:
        self._users -= 1
        if not self._users:
            await self._close()

    @property
    def pid(self) -> int | None:
        """Of the process that answers now."""
        return None if self._process is None else self._process.pid

    def calls(self) -> Calls:
        """How the exchange has answered in the last ten minutes; in the loop only."""
        return self._tally.seen(asyncio.get_running_loop().time())

    async def ask(self, question: str, **asked: Any) -> Any:
        """The answer; raises an ExchangeError in four parts where there is none."""
        return await self._counted(self._ask(question, asked))

    async def _counted(self, asking: Awaitable[Any]) -> Any:
        failed = True
        try:
            answer = await asking
            failed = False
        except ExchangeError as error:
            failed = isinstance(error, NO_ANSWER)
            raise
        finally:
            self._tally.count(asyncio.get_running_loop().time(), failed=failed)
        return answer

    async def _ask(self, question: str, asked: Mapping[str, Any]) -> Any:
        if not self._users:
            raise ExchangeAwayError("nobody keeps its line open", where=self.exchange)
        process = await self._running()
        number, answer = self._put(process, {"ask": question, "with": asked})
        waiting = self._waiting
        try:
            async with asyncio.timeout(self._answer_s):  # wait_for may lose a cancel
                said = await answer
        except TimeoutError as error:
            await self._ended(process)  # it hangs; the next question begins another
            why = f"no answer in {self._answer_s:g} s to {question}"
            raise ExchangeAwayError(why, where=self.exchange) from error
        finally:
            waiting.pop(number, None)
        if "refused" in said:
            raise self._error(said, str(asked.get("symbol", "")))
        return said["answer"]

    def _put(self, process: asyncio.subprocess.Process, said: Mapping[str, Any]) -> Put:
        assert process.stdin is not None
        self._asked += 1
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[self._asked] = answer
        line = json.dumps({"n": self._asked, **said}).encode() + b"\n"
        with suppress(ConnectionError):  # it has just died: whoever reads from it says so
            process.stdin.write(line)
        return self._asked, answer

    def hold(self, question: str, **asked: Any) -> HeldQuestion | None:
        """Made ready over there, where it waits for its word to go; nothing waits for it here.
        None where no process runs."""
        process, words = self._process, self._words
        if not self._users or process is None or process.returncode is not None or words is None:
            return None
        number, answer = self._put(process, {"ask": question, "with": asked, "hold": True})
        waiting = self._waiting
        answer.add_done_callback(lambda _: waiting.pop(number, None))
        return HeldQuestion(number, answer, words)

    async def answer_of(self, held: HeldQuestion) -> Any:
        """Of one that has gone; raises as `ask` does."""
        return await self._counted(self._answer_of(held))

    async def _answer_of(self, held: HeldQuestion) -> Any:
        try:
            async with asyncio.timeout(self._answer_s):
                said = await held.answer
        except TimeoutError as error:
            raise ExchangeAwayError("no answer in time", where=self.exchange) from error
        if "refused" in said:
            raise self._error(said, "")
        return said["answer"]

    async def _close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            await self._ended(process)
        for task in self._reads:
            task.cancel()
        if self._reads:
            await asyncio.wait(self._reads)
        self._hang_up()

    def _hang_up(self) -> None:
        """What no word has gone to never goes now."""
        words, self._words = self._words, None
        if words is not None:
            words.close()

    async def _ended(self, process: asyncio.subprocess.Process) -> None:
        """Killed at once: it holds nothing, and half a second of good manners would be ours."""
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()

    def _error(self, said: Mapping[str, Any], symbol: str) -> ExchangeError:
        where = f"{self.exchange} {symbol}".strip()
        error = ERRORS[said["refused"]](said["why"], where=where)
        error.wait_s = said["wait_s"]
        return error

    # ---- the process

    async def _running(self) -> asyncio.subprocess.Process:
        async with self._opens:
            if self._process is None or self._process.returncode is not None:
                self._process = await self._begun()
            return self._process

    async def _begun(self) -> asyncio.subprocess.Process:
        private = await self._told_in_private()
        self._hang_up()
        words = self._words = WordLine()
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                self._worker,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                limit=ANSWER_BYTES_MAX,
                start_new_session=True,  # ^C is for us; it ends when we do
                pass_fds=(words.theirs,),
            )
        finally:
            os.close(words.theirs)
        assert process.stdin is not None
        # Not as an argument: a proxy's address may hold a password, and anyone can list processes.
        begin = {"exchange": self.exchange, "ccxt": self._ccxt, "words": words.theirs, **private}
        process.stdin.write(json.dumps(begin).encode() + b"\n")
        self._last_words = b""
        self._waiting = {}  # an old process ends its own questions, not those of the next one
        for work in (self._read(process), self._listen(process)):
            task = asyncio.get_running_loop().create_task(work)
            self._reads.add(task)
            task.add_done_callback(self._reads.discard)
        return process

    async def _told_in_private(self) -> Mapping[str, Any]:
        try:
            return await asyncio.to_thread(self._private)
        except SecretsError as error:
            raise ExchangeError(error.why, where=error.where, next_step=error.next_step) from error

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        waiting = self._waiting
        with suppress(ConnectionError):
            async for line in _lines(process):
                self._hear(line, waiting)
        self.tells(ENDED)
        status = await process.wait()
        words = self._last_words.decode(errors="replace").strip().splitlines()
        why = f"its process ended (status {status}): {words[-1] if words else 'without a word'}"
        for answer in waiting.values():
            if not answer.done():
                answer.set_result({"refused": "away", "why": why, "wait_s": 0.0})

    def _hear(self, line: bytes, waiting: Mapping[int, asyncio.Future[dict[str, Any]]]) -> None:
        try:
            said = json.loads(line)
            told = said.get("tell")
            answer = waiting.get(said["n"]) if told is None else None
        except (ValueError, AttributeError, LookupError, TypeError):
            self.unread += 1
            return
        if told is not None:
            self.tells(told)
        elif answer is not None and not answer.done():
            answer.set_result(said)

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        """What it complains of; only the end is kept, for the case that it dies of it."""
        assert process.stderr is not None
        while said := await process.stderr.read(LAST_WORDS_BYTES):
            self._last_words = (self._last_words + said)[-LAST_WORDS_BYTES:]


async def _lines(process: asyncio.subprocess.Process) -> AsyncIterator[bytes]:
    """One that is too long is read as nothing, and what is left of it as no JSON."""
    assert process.stdout is not None
    while True:
        try:
            line = await process.stdout.readline()
        except ValueError:
            line = b"\n"
        if not line:
            return
        yield line


def _unheard(_told: dict[str, Any]) -> None:
    """Nobody has asked for a stream."""
