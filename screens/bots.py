"""Bots: all of them by name, and the one under the cursor in full, to stop, set and look into.

It has no rule of trading: it sends commands, and draws the newest views it was given.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, Final

from textual.binding import BindingType

from lefi_tui.core.messages import (
    Command,
    PauseBot,
    ResumeBot,
    SettleCashFlow,
    StopBot,
)
from lefi_tui.errors import render
from lefi_tui.views.bot_view import BotView
from lefi_tui.views.desk_view import BotRow, DeskView
from lefi_tui.views.queries import BotQuery
from lefi_tui.views.scripts import Found, ScriptStore
from screens.beside import Errands
from screens.bot_settings import BotSettingsScreen
from screens.choice import ChoiceScreen
from screens.in_front import go_in_front
from screens.keys import ON_BOTS, bindings, of_groups
from screens.stop_bot import StopBotScreen
from screens.two_panes import TwoPanes
from screens.update_bot import UpdateBotScreen
from widgets.bot_pane import BotNames, alive_first, flow_words, page
from widgets.bots import meant
from widgets.ink import Palette
from widgets.lines import Frame, Page

SETTLES: Final = "Which one has been paid or received? It is noted, and no money moves."
NO_BOT: Final = "There is no bot here. n lists what can be started."


class BotsScreen(TwoPanes[BotNames]):
    GROUPS = ON_BOTS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*of_groups(*ON_BOTS))]

    def __init__(
        self, store: ScriptStore, send: Callable[[Command], None], palette: Palette
    ) -> None:
        super().__init__(BotNames, palette)
        self._store = store
        self.view: BotView | None = None
        self._send = send
        self._silent_ms = 0
        self._act: Callable[[], None] | None = None  # to do once the one bot there is, is known
        self._scripts: dict[str, str] = {}  # by the hash of a bot's text
        self._errands = Errands(self, lambda error: self.notice(render(error)))

    # ---- what is shown

    def frame(self, view: DeskView) -> None:
        super().frame(view)
        self.list.show(view, self.palette)
        self._look()

    def show(self, answer: Any, silent_ms: int) -> None:
        assert isinstance(answer, BotView)
        self._silent_ms = silent_ms
        self.view = answer.named(self._scripts.get(answer.version, ""))
        if answer.source and answer.version not in self._scripts:
            self._scripts[answer.version] = ""
            work = partial(self._store.found, answer.source)
            self._errands.ask(work, partial(self._found, answer.version))
        self.draw_detail()
        self._act_on_sole()

    def _found(self, version: str, found: Found | None) -> None:
        """Which version of which script its text is."""
        told = self._scripts[version] = "" if found is None else found.told
        if self.view is not None and self.view.version == version:
            self.view = self.view.named(told)
            self.draw_detail()

    def on_screen_resume(self) -> None:
        self._scripts.clear()  # scripts are saved on other screens

    def listed(self) -> DeskView | None:
        return self.desk_view

    def page(self, frame: Frame) -> Page:
        row, rows = self.selected, () if self.desk_view is None else self.desk_view.bots
        place = "" if row is None else f"{alive_first(rows).index(row) + 1} of {len(rows)}"
        if len(rows) > 1 and not self.list.display:
            place = f"{self.table.shown('bot_below')} {place}"  # no list tells that there are more
        view = self.view if row is not None and self.view and self.view.id == row.id else None
        return page(view, place, frame, self._silent_ms)

    def _look(self) -> None:
        """Another bot under the cursor is another question."""
        row = self.selected
        query = None if row is None else BotQuery(row.id)
        if query == self.query_of:
            self.draw_detail()
        else:
            self.query_of = query
            self.from_the_top()

    def look_at(self, about: str) -> None:
        self.list.cursor_key = about
        self.list.show(self.desk_view, self.palette)
        self._look()

    def said(self) -> str:
        row = self.selected
        return "" if row is None else row.why

    # ---- what a person does

    def has_chosen(self) -> bool:
        return self.selected is not None

    @property
    def selected(self) -> BotRow | None:
        view = self.desk_view
        return alive_first(view.bots)[self.list.cursor] if view and view.bots else None

    def aim(self, key: str, act: Callable[[], None]) -> bool:
        row = self._sole
        if row is None:
            return False
        self.look_at(row.id)
        self._act = self._pause if key == "bot_pause" else act
        self._act_on_sole()
        return True

    def _act_on_sole(self) -> None:
        """What came from elsewhere for the one bot there is; another that begins meanwhile makes
        it unclear which was meant."""
        row, view, act = self.selected, self.view, self._act
        if act is not None and row is not None and view is not None and view.id == row.id:
            self._act = None
            if self._sole == row:
                act()

    @property
    def _sole(self) -> BotRow | None:
        """The one bot that can be meant."""
        rows = () if self.desk_view is None else meant(self.desk_view.bots)
        return rows[0] if len(rows) == 1 else None

    def _pause(self) -> None:
        """Who looked for it means a pause: one that is paused already is not set going by that."""
        if self.view is not None and self.view.is_waiting:
            self.notice(f"{self.view.id} is paused; {self.table.shown('bot_pause')} resumes it.")
        else:
            self.action_pause()

    def on_screen_suspend(self) -> None:
        self._act = None

    def action_move(self, step: int) -> None:
        self.list.move(step)
        self._look()

    def action_settings(self) -> None:
        view = self._known()
        if view is None:
            return
        if not view.is_alive or not view.settings:
            why = "has no settings" if view.is_alive else f"is {view.status}"
            self.notice(f"{view.id} {why}; settings of a new run are given when it starts.")
            return
        self.app.push_screen(BotSettingsScreen(view, self._send, self.palette))

    def action_update(self) -> None:
        view = self._known()
        if view is None:
            return
        if not view.is_open or view.kind == "indicator" or not view.source:
            why = "has no text" if view.is_open else f"is {view.status}"
            self.notice(f"{view.id} {why}; it can't take another one.")
            return
        self.app.push_screen(UpdateBotScreen(view, self._store, self._send, self.palette))

    def pointed(self, key: str) -> str:
        row = self.selected if key == "stop" else None
        return "" if row is None else row.id

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

    async def action_in_front(self) -> None:
        row = self.selected
        if row is None:
            self.notice(NO_BOT)
            return
        await go_in_front(self.app, row)
