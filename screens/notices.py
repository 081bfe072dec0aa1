"""Notices: who is told when nobody looks, whether it arrived, a test, and once more what did not.

It has no rule of its own: it asks the outbox, and draws the newest view it was given.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType

from lefi_tui.errors import LefiError
from lefi_tui.views import numbers
from lefi_tui.views.notices_view import NoticesView
from lefi_tui.views.queries import NoticeErrand, NoticesQuery, Query
from screens.framed import Framed
from screens.keys import NOTICES, bindings, of_groups
from widgets.ink import Palette
from widgets.notices import Channels, Notices

CHANNELS_SHOWN: Final = 6
Ask = Callable[[Query], Awaitable[Any]]


class NoticesScreen(Framed):
    CSS_PATH = "notices.tcss"
    AUTO_FOCUS: ClassVar[str | None] = "#channels"
    GROUPS = (NOTICES,)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*of_groups(NOTICES), is_priority=True)]
    every_s: ClassVar[float] = 1.0

    def __init__(self, ask: Ask, palette: Palette) -> None:
        super().__init__(palette)
        self.query_of = NoticesQuery()
        self.view: NoticesView | None = None
        self._ask = ask
        self._silent_ms = 0
        self.channels = Channels(self.palette, id="channels")
        self.notices = Notices(self.palette, id="notices")

    def inside(self) -> ComposeResult:
        yield self.channels
        yield self.notices
        yield self.words

    # ---- what is shown

    def show(self, answer: Any, silent_ms: int) -> None:
        assert isinstance(answer, NoticesView)
        self.view, self._silent_ms = answer, silent_ms
        self._draw_lists()

    def dress(self) -> None:
        super().dress()
        self._draw_lists()

    def _draw_lists(self) -> None:
        count = 0 if self.view is None else len(self.view.channels)
        self.channels.styles.height = 1 + max(1, min(count, CHANNELS_SHOWN))
        self.channels.show(self.view, self.palette)
        self.notices.show(self.view, self.palette)
        self.draw_frame()

    def hidden(self) -> Iterable[str]:
        """A test needs a channel, and again is for what was given up."""
        row = self.notices.selected
        test = () if self.channels.selected is not None else ("notice_test",)
        again = () if row is not None and row.is_dead else ("notice_requeue",)
        return (*super().hidden(), *test, *again)

    def on_board_moved(self) -> None:
        self.draw_frame()

    def said(self) -> str:
        if self._silent_ms:
            return f"The engine is silent; this is {numbers.age(self._silent_ms)} old."
        words = self._list.words
        dropped = 0 if self.view is None else self.view.dropped
        return f"{dropped} found no room and are lost. {words}" if dropped else words

    @property
    def _list(self) -> Channels | Notices:
        return self.notices if self.notices.has_focus else self.channels

    # ---- what a person does

    def action_move(self, step: int) -> None:
        self._list.move(step)

    def action_test(self) -> None:
        channel = self.channels.selected
        if channel is None:
            self.notice("There is no channel to test: `lefi notify set phone` makes one.")
            return
        self._errand(NoticeErrand(test=channel.name))

    def action_requeue(self) -> None:
        row = self.notices.selected
        if row is None or not row.is_dead:
            self.notice("The notice under the cursor was not given up.")
            return
        self._errand(NoticeErrand(requeue=row.id))

    def _errand(self, errand: NoticeErrand) -> None:
        self.run_worker(self._carry(errand))

    async def _carry(self, errand: NoticeErrand) -> None:
        try:
            answer = await self._ask(errand)
        except (OSError, LefiError) as error:
            self.notice(f"Not asked: {error}")
        else:
            self.notice(answer.text)
