"""What is typed behind a key that opens a text is that text's, however long the opening takes.

The rule it keeps: from that key on every key waits, in its order, till the text is there; if
something else comes into sight instead, none of them acts on it, and a person is told.
"""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from typing import Any, Final

from textual.app import App
from textual.events import Event, Key, Paste
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import OptionList

from screens.keys import KeyTable

HELD_MAX: Final = 4_096  # keys: a page that is pasted as keys
WAIT_S: Final = 10.0  # for a disk; a person who can't do anything for longer thinks it is dead
DROPPED: Final = "It did not open at once: what was typed meanwhile is dropped."


class OpeningList(OptionList):
    """A list whose Enter opens a text."""

    def opens(self, key: str) -> bool:
        return key == "enter" and self.highlighted is not None


class HeldKeys(App[int]):
    """An App whose keys wait behind an OpeningList's Enter until `free_keys`."""

    _opening: Screen[object] | None = None  # where it was asked for
    _latest: Timer | None = None

    def __init__(self, table: KeyTable, **kwargs: Any) -> None:
        self._urgent = table.of("kill").keys.split(",")
        self._held: deque[Key | Paste] = deque(maxlen=HELD_MAX)
        super().__init__(**kwargs)

    @abstractmethod
    def notice(self, text: str) -> None:
        """Words for a person."""

    async def on_event(self, event: Event) -> None:
        if not isinstance(event, Key | Paste) or event.is_forwarded or self._is_urgent(event):
            await super().on_event(event)
            return
        if self._opening is not self.screen:
            await self._free()  # a question came instead, or a person went elsewhere
        if self._opening is not None:
            self._held.append(event)
        else:
            await self._act(event)

    def _is_urgent(self, event: Key | Paste) -> bool:
        return isinstance(event, Key) and event.key in self._urgent

    async def _act(self, event: Key | Paste) -> None:
        focused = self.focused
        if isinstance(focused, OpeningList) and isinstance(event, Key) and focused.opens(event.key):
            self._opening = self.screen
            self._latest = self.set_timer(WAIT_S, self.free_keys)
        await super().on_event(event)

    def free_keys(self) -> None:
        """The text is there and has the focus; or it does not come."""
        self.call_later(self._free)  # behind the focus, which Textual gives in the same way

    async def _free(self) -> None:
        opening, self._opening = self._opening, None
        if opening is None:
            return
        if self._latest is not None:
            self._latest.stop()
        if self._held and (self.screen is not opening or isinstance(self.focused, OpeningList)):
            self._held.clear()
            self.notice(DROPPED)
        while self._held and self._opening is None:
            await self._act(self._held.popleft())


def free_keys(app: App[Any]) -> None:
    """Of the screen that opened it, which knows any App."""
    if isinstance(app, HeldKeys):
        app.free_keys()
