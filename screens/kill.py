"""A kill on the screen: each step with its time, what is left and why, at last the proof."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, Final

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from lefi_tui.core.messages import TradingState
from lefi_tui.views.desk_view import SILENCE_MAX_MS
from lefi_tui.views.kill_view import KillView
from lefi_tui.views.queries import KillQuery, Query
from screens.asking import Asking, Dialog
from screens.keys import bindings

LOOKS: Final = 20  # for the engine's first word on it; a screen that got none says so itself
LOOK_S: Final = 0.1


class KillScreen(Dialog, Asking):
    """It is only watched here: closed, it goes on."""

    CSS_PATH = "dialog.tcss"
    AUTO_FOCUS: ClassVar[str | None] = None
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back", "resume")]

    def __init__(self, view: KillView) -> None:
        super().__init__()
        self.query_of = KillQuery()
        self._view, self._silent_ms = view, 0
        self._words = Static(words(view, 0), classes="words")

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="window") as window:
            window.border_title = "Kill"
            window.border_subtitle = "r resumes, with a reason   Esc closes this; it goes on"
            yield self._words

    def show(self, answer: Any, silent_ms: int) -> None:
        """Drawn anew only when there is news: it is asked ten times a second."""
        assert isinstance(answer, KillView)
        if not answer.is_known and self.is_current:  # trading was resumed
            self.dismiss()
            return
        silent = silent_ms if silent_ms > SILENCE_MAX_MS else 0
        if (answer, silent) != (self._view, self._silent_ms):
            self._view, self._silent_ms = answer, silent
            self._words.update(words(answer, silent))


def words(view: KillView, silent_ms: int) -> Text:
    """What stands in the window; nothing in it is markup."""
    text = Text()
    state = "HALTED" if view.state is TradingState.HALTED else view.state.upper()
    text.append(f"{state}: {view.cause} (by {view.by})\n\n", "bold")
    for step in view.steps[:-1] if view.proof else view.steps:
        text.append(f"{step.at}  ", "dim")
        text.append(f"{step.text}\n")
    text.append("\n")
    if view.proof:
        text.append(f"+ {view.proof}\n", "bold green")
        text.append("  Read back from every venue. Times are UTC.", "dim")
    else:
        text.append("Not proven yet. What is left:\n" if view.left else "Venues are being read.\n")
        for each in view.left:
            text.append(f"! {each}\n", "bold yellow")
    if view.kill_file:
        text.append(f"\nThe file {view.kill_file} is there: remove it before resuming.", "yellow")
    if silent_ms:
        text.append(f"\nThe engine has not answered for {silent_ms // 1_000} s.", "bold yellow")
    return text


class KillWatch:
    """Opens the window once the engine knows of the kill."""

    def __init__(self, app: App[Any], ask: Callable[[Query], Awaitable[Any]]) -> None:
        self._app, self._ask = app, ask
        self._looks = 0

    def begin(self) -> None:
        self._looks = LOOKS
        self._look()

    def _look(self) -> None:
        self._app.run_worker(self._asked(), exit_on_error=False)

    async def _asked(self) -> None:
        view = await self._ask(KillQuery())
        assert isinstance(view, KillView)
        self._looks -= 1
        if view.is_known:
            if not any(isinstance(each, KillScreen) for each in self._app.screen_stack):
                self._app.push_screen(KillScreen(view))
        elif self._looks:
            self._app.set_timer(LOOK_S, self._look)
