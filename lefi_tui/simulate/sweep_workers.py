"""Cells of a sweep on several processes: each takes some, answers, and takes the next.

The rule it keeps: no worker outlives whoever began it. Leaving the block ends them all, for
whatever reason; one that finds its line closed, or its beginner gone, ends after the cell at hand.
"""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from types import TracebackType
from typing import Any, Final, Self

from lefi_tui.errors import WorkerEndedError

END_S: Final = 2.0  # then it is killed
SHARES: Final = 16  # of each worker: the last one to come home keeps the others waiting this long

Task = Callable[[int], Any]
Answer = tuple[int, Any]  # number of the cell, what it came to


class Workers:
    """Forked, so that what was prepared is shared as it stands and nothing is read again."""

    def __init__(self, task: Task, count: int) -> None:
        self._task, self._count = task, count
        self._lines: dict[Connection, ForkProcess] = {}

    def __enter__(self) -> Self:
        context = get_context("fork")
        for _ in range(self._count):
            ours, theirs = context.Pipe()
            inherited = [*self._lines, ours]
            process = context.Process(
                target=_work, args=(self._task, theirs, inherited), daemon=True
            )
            process.start()
            theirs.close()
            self._lines[ours] = process
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for line, process in self._lines.items():
            line.close()
            process.terminate()
        for process in self._lines.values():
            process.join(END_S)
            if process.is_alive():
                process.kill()
                process.join()

    def answers(self, numbers: Sequence[int]) -> Iterator[Answer]:
        """As they come home."""
        size = max(1, len(numbers) // (SHARES * self._count))
        shares = [numbers[at : at + size] for at in range(0, len(numbers), size)]
        shares.reverse()
        under_way = 0
        for line in self._lines:
            under_way += _give(line, shares)
        while under_way:
            ready: list[Any] = wait([*self._lines])
            for line in ready:
                yield from self._heard(line)
                under_way += _give(line, shares) - 1

    def _heard(self, line: Connection) -> list[Answer]:
        try:
            found: list[Answer] = line.recv()
        except EOFError:
            process = self._lines[line]
            process.join(END_S)
            why = f"process {process.pid} ended with status {process.exitcode}"
            raise WorkerEndedError(why) from None
        return found


def _give(line: Connection, shares: list[Sequence[int]]) -> int:
    if not shares:
        return 0
    line.send(shares.pop())
    return 1


def _work(task: Task, line: Connection, inherited: Sequence[Connection]) -> None:
    """In the worker: until its line is closed. Ctrl-C reaches it too, and is its beginner's; a bug
    ends it, with its lines on standard error."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for each in inherited:
        each.close()
    gc.freeze()  # what was there before stays shared: no collection writes into it
    beginner = os.getppid()
    with suppress(EOFError, BrokenPipeError):
        while True:
            answers = []
            for each in line.recv():
                answers.append((each, task(each)))
                if os.getppid() != beginner:
                    return
            line.send(answers)
