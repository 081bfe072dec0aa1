"""Why a bot did what it did: the last run's conditions with the values they had."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from lefi_tui.views import numbers
from lefi_tui.views.desk_view import BotRow, WhyView
from lefi_tui.views.queries import StoryQuery, WhyQuery
from screens.asking import Asking, Dialog
from screens.keys import bindings
from screens.story import StoryScreen
from widgets.board import Listing


class WhyScreen(Dialog, Asking):
    """Asked again while it is open, so that a running bot can be watched thinking."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back", "story")]

    def __init__(self, bot: str) -> None:
        super().__init__()
        self.query_of = WhyQuery(bot)
        self._bot = bot
        self._words = Static("waits for the engine", classes="words", markup=False)

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="window") as window:
            window.border_title = f"Why: {self._bot}"
            window.border_subtitle = "w the whole story   Esc back"
            yield self._words

    def action_story(self) -> None:
        """In its place, so that Esc leads back to where it was asked."""
        self.app.switch_screen(StoryScreen(StoryQuery(bot=self._bot)))

    def show(self, answer: Any, silent_ms: int) -> None:
        assert isinstance(answer, WhyView)
        self._words.update("\n".join(words(answer, silent_ms)))


def why_of(focused: Widget | None, bot: BotRow | None) -> Screen[None] | None:
    """The story under the cursor of the pane that has the keys, else the bot's last run."""
    asked = focused.why if isinstance(focused, Listing) else None
    if asked is not None:
        return StoryScreen(asked)
    return None if bot is None else WhyScreen(bot.id)


def words(view: WhyView, silent_ms: int) -> list[str]:
    when = "has not run yet"
    if view.age_ms is not None:
        when = f"last run {numbers.age(view.age_ms + silent_ms)} ago"
    head = f"{view.title or view.bot}: {view.status}, {when}"
    return [head, "", *view.lines]
