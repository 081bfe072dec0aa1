"""Depth and prints of the markets that somebody looks at, as they come; beside the market feed.

Nothing of it is journaled and no decision rests on it: it is for eyes, and for the age that disarms
a game. Prices that decide go the market feed's way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from lefi_tui.core.book import Book, Traded
from lefi_tui.core.record import Record

HearBook = Callable[[Book], None]
HearPrint = Callable[[str, Traded], None]  # symbol, what was traded


class Line(Record):
    """How a market is reached now; None is what nobody measures there."""

    ping_ms: int | None = None  # there and back
    offset_ms: int | None = None  # its clock before ours
    why: str = ""  # no books come, and why; empty while they do


class DepthFeed(Protocol):
    def listen(self, hear_book: HearBook, hear_print: HearPrint) -> None:
        """Where books and prints go, in the feed's own loop. Set once, before `watch`.

        Times are the market's own moments, told by our clock as well as they can be. A book is
        whole: best first, never crossed, with both sides; one that can't be is not told.
        """
        ...

    async def watch(self, symbols: tuple[str, ...]) -> None:
        """What is wanted from now on; replaces what was wanted before. Markets that it does not
        know are passed over; none at all costs nothing. Returns at once: what the market does not
        give is told by `line`."""
        ...

    def line(self) -> Line: ...
