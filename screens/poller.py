"""Asks for the newest view as often as a screen wants it, and only after the last answer.

What the engine does not answer grows old on the screen: the last view is shown again, aged.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from textual.screen import Screen

from lefi_tui.views.desk_view import SILENCE_MAX_MS, DeskView, aged
from lefi_tui.views.queries import Query
from screens.asking import Asking
from screens.framed import Framed

POLL_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a screen was told last, to which question, and when."""

    query: Query
    answer: object
    at: float


class Poller:
    def __init__(
        self,
        ask: Callable[[Query], Awaitable[Any]],
        run: Callable[[Any], object],  # a worker of the application's
        complain: Callable[[str], None],
    ) -> None:
        self._ask = ask
        self._run = run
        self._complain = complain
        self._open: set[Asking] = set()  # screens whose question waits for its answer
        self._answered: dict[Asking, _Answer] = {}
        self._framed: list[Framed] = []

    def poll(self, stack: Sequence[Screen[Any]]) -> None:
        """Once for each screen that shows an answer; a dialog does not still the desk below it."""
        asking = [screen for screen in stack if isinstance(screen, Asking)]
        self._framed = [screen for screen in stack if isinstance(screen, Framed)]
        self._answered = {each: self._answered[each] for each in asking if each in self._answered}
        for screen in asking:
            self._show_age(screen)
            query = screen.query_of
            if query is not None and screen not in self._open and self._is_due(screen):
                self._open.add(screen)
                self._run(partial(self._question, screen, query))

    def _is_due(self, screen: Asking) -> bool:
        """A slow question is not asked at every poll; another one of its screen is, at once."""
        known = self._answered.get(screen)
        if known is None or known.query != screen.query_of:
            return True
        return time.monotonic() - known.at >= screen.every_s - POLL_SECONDS / 2

    def _show_age(self, screen: Asking) -> None:
        known = self._answered.get(screen)
        if known is None or known.query != screen.query_of:
            return
        silent_s = time.monotonic() - known.at
        if silent_s > SILENCE_MAX_MS / 1_000 + screen.every_s:
            self._show(screen, known.answer, int(silent_s * 1_000))

    async def _question(self, screen: Asking, query: Query) -> None:
        try:
            answer = await self._ask(query)
        except OSError as error:
            self._complain(f"The engine can't be reached: {error}. It is asked again.")
            return
        finally:
            self._open.discard(screen)
        if screen.is_attached and query == screen.query_of:
            self._answered[screen] = _Answer(query, answer, time.monotonic())
            self._show(screen, answer, 0)

    def _show(self, screen: Asking, answer: object, silent_ms: int) -> None:
        """The desk's answer is also what stands on the frame of every other screen."""
        screen.show(answer, silent_ms)
        if isinstance(answer, DeskView):
            for each in self._framed:
                if each is not screen and each.is_attached:
                    each.frame(aged(answer, silent_ms))
