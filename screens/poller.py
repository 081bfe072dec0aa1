"""Asks for the newest view ten times a second at most; asks again only after the last answer.

What the engine does not answer grows old on the screen: the last view is shown again, aged.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Final

from textual.screen import Screen

from lefi_tui.views.desk_view import SILENCE_MAX_MS
from lefi_tui.views.queries import Query
from screens.asking import Asking

POLL_SECONDS: Final = 0.1


class Poller:
    def __init__(
        self,
        ask: Callable[[Query], Awaitable[Any]],
        run: Callable[[Coroutine[Any, Any, None]], object],
        complain: Callable[[str], None],
    ) -> None:
        self._ask = ask
        self._run = run
        self._complain = complain
        self._open: set[Asking] = set()  # screens whose question waits for its answer
        self._answered: dict[Asking, tuple[object, float]] = {}

    def poll(self, stack: Sequence[Screen[Any]]) -> None:
        """Once for each screen that shows an answer; a dialog does not still the desk below it."""
        asking = [screen for screen in stack if isinstance(screen, Asking)]
        self._answered = {each: self._answered[each] for each in asking if each in self._answered}
        for screen in asking:
            self._show_age(screen)
            if screen not in self._open:
                self._open.add(screen)
                self._run(self._question(screen))

    def _show_age(self, screen: Asking) -> None:
        if screen not in self._answered:
            return
        answer, at = self._answered[screen]
        silent_ms = int((time.monotonic() - at) * 1_000)
        if silent_ms > SILENCE_MAX_MS:
            screen.show(answer, silent_ms)

    async def _question(self, screen: Asking) -> None:
        try:
            answer = await self._ask(screen.query_of)
        except OSError as error:
            self._complain(f"The engine can't be reached: {error}. It is asked again.")
            return
        finally:
            self._open.discard(screen)
        if screen.is_attached:
            self._answered[screen] = (answer, time.monotonic())
            screen.show(answer, 0)
