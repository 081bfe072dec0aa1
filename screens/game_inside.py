"""The best prices at once: asked for by themselves, more often than a ladder is drawn.

They are two small numbers from memory; the depth behind them comes twenty times a second at most.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

from lefi_tui.errors import LefiError
from lefi_tui.views.book_view import InsideView
from lefi_tui.views.queries import InsideQuery, Query

EVERY_S: Final = 1 / 60  # no terminal is painted more often


class Inside:
    """One question at a time; `tell` hears what is new."""

    def __init__(
        self, ask: Callable[[Query], Awaitable[Any]], tell: Callable[[InsideView], None]
    ) -> None:
        self._ask, self._tell = ask, tell
        self._known: InsideView | None = None
        self._asking: asyncio.Task[None] | None = None

    def look(self, account: str, symbol: str) -> None:
        if self._asking is None or self._asking.done():
            question = self._question(InsideQuery(account, symbol))
            self._asking = asyncio.get_running_loop().create_task(question)

    async def _question(self, query: InsideQuery) -> None:
        with suppress(OSError, LefiError):  # the questions beside it say so
            answer = await self._ask(query)
            assert isinstance(answer, InsideView)
            if answer != self._known:
                self._known = answer
                self._tell(answer)
