"""A game's screen in the real application on a real terminal, for tests of the quick way of a hand.

It writes what happens to the file named in HAND_STORY, a line each: `hit`, what the thread that
reads the terminal has played; `usual`, what a binding did; `sent`, what went to the engine.
"""

from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import Future
from pathlib import Path
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, Static

from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.app import LefiApp
from lefi_tui.core.game import Do, Play
from lefi_tui.core.messages import Command
from lefi_tui.engine.turn import Receipt
from screens.hand import Hand, keys_of
from screens.keys import TABLE, bindings
from screens.setup import DeskSetup
from tests.screens.hand_fed import busy

PLAYS: Final = {"start": (Do.BUY, 0), "why": (Do.SELL, 0), "stop": (Do.EXIT, -1)}
KEYMAP: Final = {"why": "z"}
_writing: Final = threading.Lock()


def say(*words: object) -> None:
    with _writing, Path(os.environ["HAND_STORY"]).open("a") as file:
        file.write(" ".join(str(each) for each in words) + "\n")


def straight(command: Command) -> Future[Receipt]:
    say("sent", type(command).__name__, threading.current_thread() is threading.main_thread())
    done: Future[Receipt] = Future()
    done.set_result(Receipt(is_accepted=True))
    return done


class Above(ModalScreen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [("ctrl+t", "dismiss")]

    def compose(self) -> ComposeResult:
        yield Static("a dialog lies above")


class Game(Screen[None]):
    """ctrl+t holds and lets go; ctrl+y goes to the field; ctrl+b lays a dialog above."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(*PLAYS),
        ("ctrl+t", "take_or_leave"),
        ("ctrl+y", "field"),
        ("ctrl+b", "above"),
    ]
    AUTO_FOCUS = ""

    def compose(self) -> ComposeResult:
        yield Static("let go", id="words")
        yield Input()

    def action_take_or_leave(self) -> None:
        hand, table = self._desk.hand, TABLE.mapped(KEYMAP)[0]
        if hand.is_held_by(self):
            hand.release(self)
            self._say("let go")
        else:
            hand.hold(self, keys_of(table, PLAYS), self._play)
            self._say("holding")

    def _say(self, words: str) -> None:
        self.query_one("#words", Static).update(words)
        say(words)

    def action_field(self) -> None:
        field = self.query_one(Input)
        self.set_focus(None if field.has_focus else field)
        say("field", field.value)

    def action_above(self) -> None:
        self.app.push_screen(Above())
        say("above")

    def action_why(self, *_: str) -> None:
        say("usual", "sell")

    def action_stop(self) -> None:
        say("usual", "exit")

    @property
    def _desk(self) -> LefiApp:
        assert isinstance(self.app, LefiApp)
        return self.app

    def _play(self, hit: Play) -> None:
        is_main = threading.current_thread() is threading.main_thread()
        assert hit.pressed_ns
        say("hit", hit.do, hit.value, hit.press, is_main)


class Desk(LefiApp):
    def on_ready(self) -> None:
        self.push_screen(Game())
        say("ready")

    def action_start(self) -> None:
        say("usual", "buy")


if __name__ == "__main__":
    table, _ = TABLE.mapped(KEYMAP)
    hand = Hand(straight, SystemClock().now_ns)
    app = Desk(DeskSetup(busy(), table=table, hand=hand))
    app.run(mouse=False)
    sys.exit(app.return_code)
