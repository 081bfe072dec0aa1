"""Asks for the newest view as often as a screen wants it, and only after the last answer.

What the engine does not answer grows old on the screen: the last view is shown again, aged.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Final

from textual.screen import Screen

from lefi_tui.core.record import Record
from lefi_tui.errors import LefiError
from lefi_tui.views.desk_view import SILENCE_MAX_MS, DeskView, aged
from lefi_tui.views.queries import Query
from screens.asking import Aside, Asking
from screens.framed import Framed

POLL_SECONDS: Final = 0.05  # what asks most often: the ladder of a game

Slot = tuple[Asking, int]  # a screen's own question is 0, its panes' are 1 and more


class _Answer(Record):
    """What was told last, to which question, and when."""

    query: Query
    answer: object
    at: float


class Poller:
    def __init__(
        self,
        ask: Callable[[Query], Awaitable[Any]],
        run: Callable[[Any], object],  # a worker of the application's
        complain: Callable[[str], None],
        heed: Callable[[DeskView], None],  # each newer desk
    ) -> None:
        self._ask = ask
        self._run = run
        self._complain = complain
        self._heed = heed
        self._open: set[Slot] = set()  # whose question waits for its answer
        self._answered: dict[Slot, _Answer] = {}
        self._framed: list[Framed] = []

    def poll(self, stack: Sequence[Screen[Any]]) -> None:
        """Once for each question; a dialog does not still the desk below it."""
        asking = [screen for screen in stack if isinstance(screen, Asking)]
        self._framed = [screen for screen in stack if isinstance(screen, Framed)]
        self._answered = {at: each for at, each in self._answered.items() if at[0] in asking}
        for screen in asking:
            self._show_age(screen)
            for number, wish in enumerate(self._wishes(screen)):
                slot = screen, number
                if wish is not None and slot not in self._open and self._is_due(slot, wish):
                    self._open.add(slot)
                    self._run(partial(self._question, slot, wish.query))

    def _wishes(self, screen: Asking) -> list[Aside | None]:
        """The screen's own question first; its panes ask only while a person sees them."""
        query = screen.query_of
        own = None if query is None else Aside(query, screen.every_s)
        return [own] if screen.is_covered else [own, *screen.asides()]

    def _is_due(self, slot: Slot, wish: Aside) -> bool:
        """A slow question is not asked at every poll; another one in its place is, at once."""
        known = self._answered.get(slot)
        if known is None or known.query != wish.query:
            return True
        return time.monotonic() - known.at >= wish.every_s - POLL_SECONDS / 2

    def _show_age(self, screen: Asking) -> None:
        known = self._answered.get((screen, 0))
        if known is None or known.query != screen.query_of:
            return
        silent_s = time.monotonic() - known.at
        if silent_s > SILENCE_MAX_MS / 1_000 + screen.every_s:
            self._show(screen, known.answer, int(silent_s * 1_000))

    async def _question(self, slot: Slot, query: Query) -> None:
        try:
            answer = await self._ask(query)
        except OSError as error:
            self._complain(f"The engine can't be reached: {error}. It is asked again.")
            return
        except LefiError as error:  # a damaged table is no reason to leave
            self._complain(f"{error.what}: {error.why}. {error.next_step}.")
            return
        finally:
            self._open.discard(slot)
        screen, number = slot
        if not screen.is_attached or (number == 0 and query != screen.query_of):
            return
        self._answered[slot] = _Answer(query, answer, time.monotonic())
        if number == 0:
            self._show(screen, answer, 0)
        else:
            screen.show_aside(answer)

    def _show(self, screen: Asking, answer: object, silent_ms: int) -> None:
        """The desk's answer is also what stands on the frame of every other screen."""
        screen.show(answer, silent_ms)
        if isinstance(answer, DeskView):
            for each in self._framed:
                if each is not screen and each.is_attached:
                    each.frame(aged(answer, silent_ms))
            self._heed(answer)  # last: a new state takes the words of the one before away
