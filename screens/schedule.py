"""Schedule: what runs when, of bots and of the engine itself; what hangs stands first.

It has no rule of trading: it draws the newest view it was given.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import BindingType

from lefi_tui.core.messages import Command
from lefi_tui.views.queries import ScheduleQuery
from lefi_tui.views.schedule_view import ScheduleView
from screens.framed import Framed
from screens.keys import SCHEDULE, bindings, of_groups
from widgets.ink import Palette
from widgets.schedule import Schedule

NS_PER_MS = 1_000_000


class ScheduleScreen(Framed):
    CSS_PATH = "schedule.tcss"
    AUTO_FOCUS: ClassVar[str | None] = "#schedule"
    GROUPS = (SCHEDULE,)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*of_groups(SCHEDULE))]
    every_s: ClassVar[float] = 1.0

    def __init__(self, _send: Callable[[Command], None], palette: Palette) -> None:
        super().__init__(palette)
        self.query_of = ScheduleQuery()
        self.view: ScheduleView | None = None
        self.list = Schedule(self.palette, id="schedule")

    def inside(self) -> ComposeResult:
        yield self.list
        yield self.words

    def show(self, answer: Any, silent_ms: int) -> None:
        """A silent engine's picture grows old: what was to come is then past."""
        assert isinstance(answer, ScheduleView)
        self.view = replace(answer, at_ns=answer.at_ns + silent_ms * NS_PER_MS)
        self.list.show(self.view, self.palette)
        self.draw_words()

    def dress(self) -> None:
        super().dress()
        self.list.show(self.view, self.palette)

    def said(self) -> str:
        return self.list.words

    def action_move(self, step: int) -> None:
        self.list.move(step)
        self.draw_words()
