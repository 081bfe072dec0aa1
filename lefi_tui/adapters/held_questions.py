"""Questions that wait in the worker, all but sent, for one word: to go, or to be forgotten.

The rules it keeps: the word has a line of its own, which any thread may write to at once, and which
no long question ever stands before; what got no word to go has not left. Those that go together get
one word, so that nothing on this machine comes between them.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import ContextVar
from typing import Any, Final, Self

WORDS_BYTES_MAX: Final = 4_096
DROP: Final = "-"

# Where a question of this context waits, if it is held.
gate: ContextVar[asyncio.Future[int] | None] = ContextVar("gate", default=None)


class DroppedError(Exception):
    """It was not to go: it has certainly not left."""


async def passed() -> int:
    """Where the request stands ready: returns when it may go, and how many go in that moment."""
    waits = gate.get()
    going = 1 if waits is None else await waits
    if not going:
        raise DroppedError("it was not to go")
    return going


# ---- our end


class WordLine:
    """One process's. Closed it says nothing more: its number may be another file's by then."""

    def __init__(self) -> None:
        self.theirs, self._ours = os.pipe()
        os.set_blocking(self._ours, False)
        self.deciding = threading.Lock()  # what goes and what is dropped: one at a time
        self._saying = threading.Lock()
        self._is_open = True

    def say(self, word: str) -> bool:
        """From any thread; a word this short is written whole or not at all."""
        with self._saying, suppress(OSError):
            return self._is_open and os.write(self._ours, word.encode()) > 0
        return False

    def close(self) -> None:
        with self._saying:
            if self._is_open:
                self._is_open = False
                os.close(self._ours)


class HeldQuestion:
    """It waits, has left or is dropped, once and for all: whoever asks behind `drop` knows which,
    though its word was on its way in another thread."""

    def __init__(self, number: int, answer: asyncio.Future[dict[str, Any]], line: WordLine) -> None:
        self.number, self.answer, self.line = number, answer, line
        self.has_left = self.is_dropped = False
        self.is_going = False  # since before its word: what comes of it may be quicker than we are

    @property
    def waits(self) -> bool:
        return not (self.has_left or self.is_dropped)

    def go(self) -> None:
        """From any thread. Where the word can't be said it has not left."""
        go((self,))

    def drop(self) -> bool:
        """Whether this made certain that it never leaves; in the loop."""
        with self.line.deciding:
            if not self.waits:
                return False
            self.is_dropped = True
            self.line.say(f"{DROP}{self.number}\n")
        self.answer.cancel()
        return True


def go(questions: Sequence[HeldQuestion]) -> None:
    """All of one process at one word: between two, whatever else this one does would get its turn.
    From any thread."""
    for line in dict.fromkeys(each.line for each in questions):
        with line.deciding:
            going = [each for each in questions if each.line is line and each.waits]
            for each in going:
                each.is_going = True
            was_said = bool(going) and line.say("".join(f"{each.number}\n" for each in going))
            for each in going:
                each.has_left = each.is_going = was_said


class PreparedOrders:
    """A launch: orders whose question is held."""

    def __init__(
        self, held: HeldQuestion, orders: tuple[str, ...], claimed: Callable[[], None]
    ) -> None:
        self.held, self.orders, self._claimed = held, orders, claimed
        self.ends: Callable[[], None] = _unheard  # it stands there no longer
        self.is_claimed = self.is_dropped = False

    @property
    def has_left(self) -> bool:
        return self.held.has_left

    @property
    def is_going(self) -> bool:
        """It may have left, though whoever said its word is not back from saying it."""
        return self.held.is_going

    def claim(self) -> None:
        if not (self.is_claimed or self.is_dropped):
            self.is_claimed = True
            self._claimed()
            self.ends()

    def go(self, *others: Self) -> None:
        go(tuple(each.held for each in (self, *others)))

    def drop(self) -> None:
        if self.held.drop():
            self.is_dropped = True
            self.ends()


def _unheard() -> None:
    """Nobody waits for it."""


# ---- the worker's end


class Gates:
    """Which held questions may go."""

    def __init__(self) -> None:
        self._waiting: dict[int, asyncio.Future[int]] = {}
        self._early: dict[int, int] = {}  # words that came before their question
        self._half = b""

    def listen(self, words: int) -> None:
        os.set_blocking(words, False)
        asyncio.get_running_loop().add_reader(words, self._read, words)

    def of(self, number: int) -> asyncio.Future[int]:
        """Called when the question is read, before anything is done for it. Its result is how many
        go at its word; none, where it is dropped."""
        waits: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        if number in self._early:
            waits.set_result(self._early[number])
        else:
            self._waiting[number] = waits
        # Numbers rise: what is said of an older one comes too late for it.
        self._early = {each: word for each, word in self._early.items() if each > number}
        return waits

    def _read(self, words: int) -> None:
        said = os.read(words, WORDS_BYTES_MAX)
        if not said:
            asyncio.get_running_loop().remove_reader(words)
        *lines, self._half = (self._half + said).split(b"\n")
        numbers = [int(line) for line in lines]  # what is dropped stands there as less than nothing
        going = sum(number > 0 for number in numbers)
        for number in numbers:
            self._heard(abs(number), going if number > 0 else 0)

    def _heard(self, number: int, going: int) -> None:
        waits = self._waiting.pop(number, None)
        if waits is not None and not waits.done():
            waits.set_result(going)
        else:
            self._early[number] = going
