"""Runs a script's tests beside the screen, one after the other; a person may end them early."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from msgspec.structs import replace
from textual.screen import Screen

from lefi_tui.core.record import Record
from lefi_tui.errors import LefiError
from lefi_tui.views.scripts import RanTest, ScriptRow, Untested


class RunSoFar(Record):
    """What is known of a run of tests. `refusal` where they could not begin."""

    text: str
    row: ScriptRow
    ran: tuple[RanTest, ...] = ()
    is_running: bool = True
    refusal: str = ""

    @property
    def count(self) -> int:
        return self.ran[0].count if self.ran else 0

    @property
    def untested(self) -> tuple[Untested, ...]:
        """Ways that no test has gone: known once all have run."""
        is_whole = bool(self.ran) and not self.is_running and len(self.ran) == self.count
        return self.ran[-1].untested if is_whole else ()


class Runs:
    """One run at a time; `told` hears of each test that ended, and of the end."""

    def __init__(
        self,
        screen: Screen[None],
        tests: Callable[[str, ScriptRow], Iterator[RanTest]],
        told: Callable[[RunSoFar], None],
    ) -> None:
        self._screen = screen
        self._tests = tests
        self._told = told
        self._run = 0
        self._now: RunSoFar | None = None

    @property
    def is_running(self) -> bool:
        return self._now is not None

    def start(self, text: str, row: ScriptRow) -> None:
        self._run += 1
        self._now = now = RunSoFar(text, row)
        self._told(self._now)
        self._screen.run_worker(partial(self._carry, self._run, now), thread=True)

    def end_early(self) -> None:
        """The test under way ends by itself, and is not counted."""
        self._ended(self._run)
        self._run += 1

    def _carry(self, run: int, now: RunSoFar) -> None:
        later = self._screen.call_later
        try:
            for each in self._tests(now.text, now.row):
                if run != self._run:
                    return
                later(self._one, run, each)
        except LefiError as error:
            later(self._ended, run, error.why)
        else:
            later(self._ended, run)

    def _one(self, run: int, ran: RanTest) -> None:
        if run == self._run and self._now is not None:
            self._now = replace(self._now, ran=(*self._now.ran, ran))
            self._told(self._now)

    def _ended(self, run: int, refusal: str = "") -> None:
        if run == self._run and self._now is not None:
            done = replace(self._now, is_running=False, refusal=refusal)
            self._now = None
            self._told(done)
