"""The keys of a manual bot: each gives its command at once, beside what the bot holds and did.

It has no rule of trading: it sends commands, and draws the newest views it was given. A key of the
program stays the program's; the list says so where a script asks for one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar

from textual.binding import BindingType
from textual.events import Key

from lefi_tui.core.messages import Command, GiveCommand
from lefi_tui.views.bot_view import BotCommand, BotView
from lefi_tui.views.queries import BotQuery
from screens.keys import MANUAL, bindings, of_groups
from screens.presses import Presses, named
from screens.two_panes import TwoPanes
from widgets.ink import Palette
from widgets.lines import Frame, Page
from widgets.manual import Commands, Fronted, Keyed, page


class ManualScreen(TwoPanes[Commands]):
    GROUPS = (MANUAL,)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*of_groups(MANUAL))]
    every_s: ClassVar[float] = 0.2

    def __init__(self, send: Callable[[Command], None], palette: Palette) -> None:
        super().__init__(Commands, palette)
        self.view: BotView | None = None
        self._send = send
        self._silent_ms = 0
        self._presses = Presses()

    def look_at(self, about: str) -> None:
        """The bot of this id is in front from here on."""
        if self.query_of != BotQuery(about):
            self.query_of, self.view = BotQuery(about), None
            self.from_the_top()

    # ---- what is shown

    def show(self, answer: Any, silent_ms: int) -> None:
        assert isinstance(answer, BotView)
        if self.query_of == BotQuery(answer.id):  # else it answers what was asked before
            self.view, self._silent_ms = answer, silent_ms
            self.draw()

    def listed(self) -> Fronted | None:
        view = self.view
        if view is None:
            return None
        commands = tuple(Keyed(each, self._taken(view, each)) for each in view.commands)
        return Fronted(view, commands, self._presses.ignored, self._silent_ms)

    def page(self, frame: Frame) -> Page:
        return page(self.listed(), frame)

    def said(self) -> str:
        return self.list.words

    def _taken(self, view: BotView, command: BotCommand) -> str:
        """Why the key of this command does not give it."""
        if not command.key:
            return "no key"
        first = next(each.name for each in view.commands if each.key == command.key)
        if first != command.name:
            return f"{first} has it"
        own = self.active_bindings.get(named(command.key))
        return "" if own is None else f"Lefi's own ({own.binding.description or 'this list'})"

    # ---- what a person does

    def on_key(self, event: Key) -> None:
        view = self.view
        if view is None or event.key in self.active_bindings:
            return
        wanted = (each.name for each in view.commands if named(each.key) == event.key)
        name = next(wanted, "")
        if name:
            event.stop()
            self._give(view.id, name, self._presses.number(event.key, event.time))

    def action_give(self) -> None:
        view, row = self.view, self.list.selected
        if view is not None and row is not None:
            now_s = asyncio.get_running_loop().time()
            self._give(view.id, row.command.name, self._presses.number("enter", now_s))

    def _give(self, bot: str, name: str, press: int) -> None:
        if press:
            self._send(GiveCommand(bot, name, press=press))
            self.notice(f"{name} sent to {bot}.")
        self.draw()
