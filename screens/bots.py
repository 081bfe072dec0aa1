"""Bots: all of them by name, and the one under the cursor in full, to stop, set and look into.

It has no rule of trading: it sends commands, and draws the newest views it was given.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.events import Key

from lefi_tui.core.messages import (
    Command,
    GiveCommand,
    PauseBot,
    ResumeBot,
    SettleCashFlow,
    StopBot,
)
from lefi_tui.views.bot_view import BotView
from lefi_tui.views.desk_view import BotRow, DeskView
from lefi_tui.views.queries import BotQuery
from screens.bot_settings import BotSettingsScreen
from screens.choice import ChoiceScreen
from screens.framed import Framed
from screens.keys import ON_BOTS, bindings, of_groups
from screens.stop_bot import StopBotScreen
from widgets.block import Block
from widgets.bot_pane import BotNames, alive_first, flow_words, page
from widgets.ink import Palette
from widgets.lines import Frame

WIDE: Final = 100  # from here on, the list stays beside the bot
SETTLES: Final = "Which one has been paid or received? It is noted, and no money moves."
NO_BOT: Final = "There is no bot here. n lists what can be started."


class BotsScreen(Framed):
    CSS_PATH = "bots.tcss"
    AUTO_FOCUS: ClassVar[str | None] = "#names"
    GROUPS = ON_BOTS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*of_groups(*ON_BOTS))]
    every_s: ClassVar[float] = 0.5

    def __init__(self, send: Callable[[Command], None], palette: Palette) -> None:
        super().__init__(palette)
        self.view: BotView | None = None
        self._send = send
        self._silent_ms = 0
        self._top = 0
        self.names = BotNames(self.palette, id="names")
        self.detail = Block(self.palette, id="detail")

    def inside(self) -> ComposeResult:
        with Horizontal():
            yield self.names
            yield self.detail
        yield self.words

    # ---- what is shown

    def frame(self, view: DeskView) -> None:
        super().frame(view)
        self.names.show(view, self.palette)
        self._look()

    def show(self, answer: Any, silent_ms: int) -> None:
        assert isinstance(answer, BotView)
        self.view, self._silent_ms = answer, silent_ms
        self._draw_bot()

    def on_resize(self) -> None:
        self.set_class(self.size.width < WIDE, "-narrow")
        super().on_resize()
        self.call_after_refresh(self._draw_bot)

    def dress(self) -> None:
        super().dress()
        self._draw_bot()

    def _look(self) -> None:
        """Another bot under the cursor is another question."""
        row = self.selected
        query = None if row is None else BotQuery(row.id)
        if query != self.query_of:
            self.query_of, self._top = query, 0
        self._draw_bot()

    def _draw_bot(self) -> None:
        width, height = self.detail.size
        if not width or not height:
            return
        row, rows = self.selected, () if self.desk_view is None else self.desk_view.bots
        place = "" if row is None else f"{alive_first(rows).index(row) + 1} of {len(rows)}"
        view = self.view if row is not None and self.view and self.view.id == row.id else None
        drawn = Frame(width, height, top=self._top, glyphs=self.palette.glyphs)
        shown = page(view, place, drawn, self._silent_ms)
        self._top = shown.top
        self.detail.show(shown.rows, self.palette)
        self.draw_words()

    def said(self) -> str:
        row = self.selected
        return "" if row is None else row.why

    # ---- what a person does

    @property
    def selected(self) -> BotRow | None:
        view = self.desk_view
        return alive_first(view.bots)[self.names.cursor] if view and view.bots else None

    def action_move(self, step: int) -> None:
        self.names.move(step)
        self._look()

    def action_scroll(self, pages: int) -> None:
        self._top = max(0, self._top + pages * max(1, self.detail.size.height - 2))
        self._draw_bot()

    def action_settings(self) -> None:
        view = self._known()
        if view is None:
            return
        if not view.is_alive or not view.settings:
            why = "has no settings" if view.is_alive else f"is {view.status}"
            self.notice(f"{view.id} {why}; settings of a new run are given when it starts.")
            return
        self.app.push_screen(BotSettingsScreen(view, self._send, self.palette))

    def action_stop(self) -> None:
        view = self._known()
        if view is None:
            return
        if not view.is_open:
            held = " Its position stays; c on the desk closes it." if view.shares else ""
            self.notice(f"{view.id} is {view.status}; there is nothing to stop.{held}")
        elif view.shares:
            self.app.push_screen(StopBotScreen(view.id, self._send))
        else:
            self._send(StopBot(view.id))

    def action_pause(self) -> None:
        view = self._known()
        if view is None:
            return
        if view.is_waiting:
            self._send(ResumeBot(view.id))
        elif view.is_alive:
            self._send(PauseBot(view.id))
        else:
            self.notice(f"{view.id} is {view.status}; there is nothing to pause.")

    def action_settle(self) -> None:
        """A person's word that what a script planned was paid or received."""
        view = self._known()
        if view is None:
            return
        if not view.flows:
            self.notice(f"{view.id} has no cash flow that is open.")
            return
        answers = [(flow_words(each), partial(self._settle, each.id)) for each in view.flows]
        self.app.push_screen(ChoiceScreen(f"Cash flows of {view.id}", SETTLES, answers))

    def _settle(self, flow: str) -> None:
        self._send(SettleCashFlow(flow))

    def on_key(self, event: Key) -> None:
        """A key of the bot's own sends its command; a key of the screen stays the screen's."""
        row, view = self.selected, self.view
        if row is None or view is None or view.id != row.id or not view.commands:
            return
        typed = event.character or event.key
        name = next((each.name for each in view.commands if each.key in {typed, event.key}), "")
        if name and event.key not in self.active_bindings:
            event.stop()
            self._send(GiveCommand(view.id, name))
            self.notice(f"{name} sent to {view.id}.")

    def _known(self) -> BotView | None:
        """The bot under the cursor, once the engine has told of it."""
        row, view = self.selected, self.view
        if row is None:
            self.notice(NO_BOT)
            return None
        if view is None or view.id != row.id:
            self.notice(f"{row.id} is still asked for; press the key again.")
            return None
        return view

    async def action_why(self) -> None:
        row = self.selected
        if row is None:
            self.notice(NO_BOT)
            return
        await self.app.run_action(f"app.why({row.id!r})")
