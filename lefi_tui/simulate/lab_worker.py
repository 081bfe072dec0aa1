"""The process that simulates for the Lab: a line of JSON in is a question, lines out its answers.

The rules it keeps: it yields to whatever trades on this machine (nice), it dies with whoever
started it (its input ends), and a run ends whatever was asked before it: that stops where it next
tells how far it is.
"""

from __future__ import annotations

import faulthandler
import os
import sys
import threading
from collections import deque
from pathlib import Path
from time import monotonic
from typing import BinaryIO, Final, assert_never

import msgspec

from lefi_tui.errors import LefiError
from lefi_tui.places import places
from lefi_tui.requests import Progress
from lefi_tui.simulate.lab import LabRuns
from lefi_tui.views.lab_view import (
    Answer,
    AskCandles,
    AskRun,
    AskSweep,
    AskTrust,
    Busy,
    Candles,
    Drop,
    Dropped,
    Question,
    Ran,
    Refused,
    Swept,
    Trusted,
)

NICE: Final = 10
TELL_S: Final = 0.2  # between two words of progress


class DroppedError(Exception):
    """Nobody waits for this run any more."""


def answered(runs: LabRuns, asked: Question, progress: Progress) -> Answer:
    """What `progress` raises to end a run is for the caller."""
    try:
        match asked:
            case AskRun():
                return Ran(asked.number, runs.run(asked, progress))
            case AskTrust():
                return Trusted(asked.number, *runs.trust(asked.run, progress))
            case AskSweep():
                found = runs.sweep(asked, progress)
                return Swept(asked.number, asked.run.text, asked.run.ground, found)
            case AskCandles():
                shown = runs.candles(asked)
                return Candles(asked.number, asked.symbol, asked.timeframe_ms, shown)
            case Drop():
                return Dropped(asked.number)
            case _:
                assert_never(asked)
    except LefiError as error:
        told = (error.code, error.what, error.where, error.why, error.next_step)
        return Refused(asked.number, *told)


class Inbox:
    """Questions as they come, read by a thread of their own: a run hears of the next one."""

    def __init__(self) -> None:
        self._come: deque[Question] = deque()
        self._there = threading.Condition()
        self._unwanted = 0  # whatever was asked up to this number

    def put(self, asked: Question) -> None:
        with self._there:
            if isinstance(asked, Drop):
                self._unwanted = max(self._unwanted, asked.number)
            else:
                if isinstance(asked, AskRun):
                    self._unwanted = max(self._unwanted, asked.number - 1)
                self._come.append(asked)
            self._there.notify()

    def next(self) -> Question:
        with self._there:
            while not self._come:
                self._there.wait()
            return self._come.popleft()

    def is_wanted(self, number: int) -> bool:
        return number > self._unwanted


class Worker:
    def __init__(self, inbox: Inbox, out: BinaryIO) -> None:
        self._inbox, self._out = inbox, out
        here = places(os.environ)
        self._runs = LabRuns(here.columns, here.variants, os.cpu_count() or 1)
        self._encoder = msgspec.json.Encoder()

    def serve(self) -> None:
        while True:
            asked = self._inbox.next()
            try:
                said = answered(self._runs, asked, self._progress(asked.number))
            except DroppedError:
                said = Dropped(asked.number)
            self._say(said)

    def _progress(self, number: int) -> Progress:
        """Called between blocks of candles, or cells; it ends what nobody waits for."""
        told = monotonic()

        def progress(done: int, of: int) -> None:
            nonlocal told
            if not self._inbox.is_wanted(number):
                raise DroppedError
            if monotonic() - told >= TELL_S:
                told = monotonic()
                self._say(Busy(number, done, of))

        progress(0, 0)  # it may have been waiting behind another
        return progress

    def _say(self, said: Answer) -> None:
        self._out.write(self._encoder.encode(said) + b"\n")
        self._out.flush()


def _listen(inbox: Inbox, lines: BinaryIO) -> None:
    """Until the one who asks is gone; then so is this process, whatever it is doing."""
    decoder = msgspec.json.Decoder(Question)
    for line in lines:
        inbox.put(decoder.decode(line))
    os._exit(0)


def main() -> None:
    # A sweep forks, and a fork closes its `sys.stdin`: that must not be what a thread reads from.
    lines = os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    sys.stdin = Path(os.devnull).open()  # noqa: SIM115 -- for as long as the process lives
    out = sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever a library prints is no answer
    faulthandler.enable()
    os.nice(NICE)
    inbox = Inbox()
    threading.Thread(target=_listen, args=(inbox, lines), daemon=True).start()
    Worker(inbox, out).serve()


if __name__ == "__main__":
    main()
