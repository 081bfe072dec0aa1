"""Which screen is in sight: the desk always lies below, one other screen at most lies on it.

A screen is made when it is first gone to and keeps what a person left in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from textual.app import App
from textual.screen import ModalScreen, Screen

from lefi_tui.core.messages import Command
from screens.asking import Dialog
from screens.framed import Framed
from screens.help import HelpScreen
from screens.jump import JumpScreen, places
from screens.keys import EVERYWHERE, SCREENS, KeyTable
from screens.windows import reference
from widgets.ink import Palette

Room = Callable[[Callable[[Command], None], Palette], Framed]
DESK: Final = "desk"


class Rooms:
    def __init__(
        self, app: App[Any], rooms: Mapping[str, Callable[[], Framed]], table: KeyTable
    ) -> None:
        self._app = app
        self._rooms = rooms
        self._table = table
        self._made: dict[str, Framed] = {}

    @property
    def room(self) -> Framed:
        """The screen in sight, below whatever dialog is open."""
        return next(each for each in reversed(self._app.screen_stack) if isinstance(each, Framed))

    @property
    def is_on_desk(self) -> bool:
        """Whether the desk's own keys act."""
        return len(self._app.screen_stack) == 1

    def unsaved(self) -> list[str]:
        """Scripts whose text is not saved, by name."""
        return sorted({name for each in self._made.values() for name in each.unsaved()})

    def go(self, name: str, about: str = "") -> None:
        """To that screen, for `about` where one thing is meant; open dialogs are closed, and
        nothing of them is done."""
        if name != DESK and name not in self._rooms:
            self.room.notice(f"There is no screen {name} here.")
            return
        while isinstance(self._app.screen, ModalScreen):
            self._app.pop_screen()
        is_on_desk = len(self._app.screen_stack) == 1
        if name == DESK:
            if not is_on_desk:
                self._app.pop_screen()
                self.room.uncovered()
        elif is_on_desk:
            self._app.push_screen(self._ready(name))
        elif self._app.screen is not self._made.get(name):
            self._app.switch_screen(self._ready(name))
        if about:
            self.room.look_at(about)

    def _ready(self, name: str) -> str:
        """The name of a screen that is installed: it stays when another is gone to."""
        if name not in self._made:
            screen = self._rooms[name]()
            screen.table = self._table
            self._made[name] = screen
            self._app.install_screen(screen, name)
        screen, below = self._made[name], self._app.screen_stack[0]
        if isinstance(below, Framed) and below.desk_view is not None:
            screen.frame(below.desk_view)
        return name

    def groups(self) -> Sequence[str]:
        """Of keys: those of the window in sight, or of the screen, first."""
        screen = self._app.screen
        own = screen.GROUPS if isinstance(screen, Dialog) else self.room.GROUPS
        return (*own, EVERYWHERE, SCREENS)

    def lay(self, dialog: Screen[Any]) -> None:
        """Over what is in sight; the same key again lays no second one."""
        if not isinstance(self._app.screen, type(dialog)):
            self._app.push_screen(dialog)

    def help(self) -> None:
        """What is meant by the message and the word of a script that a person is at; else the keys.
        Asked for again it turns from the one to the other."""
        screen, room = self._app.screen, self.room
        names = room.in_question() if screen is room else ()
        if isinstance(screen, HelpScreen):
            self._app.switch_screen(reference(room.palette))
        elif getattr(screen, "is_help", False):
            self._app.switch_screen(HelpScreen(self._table, (*room.GROUPS, EVERYWHERE, SCREENS)))
        elif names:
            self.explain(*names)
        else:
            self.lay(HelpScreen(self._table, self.groups()))

    def explain(self, *names: str) -> None:
        self.lay(reference(self.room.palette, names))

    def jump(self) -> None:
        if not isinstance(self._app.screen, JumpScreen):
            self._app.push_screen(JumpScreen(places(self._app.screen)))
