"""Textual's driver for our terms: it never blocks the loop, and Ctrl+Z can't freeze the bots."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Any, Final

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key

from lefi_tui.terminal.alt import know_alt
from lefi_tui.terminal.readers import Readers
from lefi_tui.terminal.writer import PatientFile

if TYPE_CHECKING:
    from textual.app import App
    from textual.message import Message

    from screens.hand import Hand

CLOSE_SECONDS: Final = 0.5  # how long a terminal may take to read the last of it


def _line_is_lost() -> None:
    """A shell that ignores SIGHUP passes none on; what can't be written says the same."""
    os.kill(os.getpid(), signal.SIGHUP)


class DeskDriver(LinuxDriver):
    """The stock driver on a patient file, read by two threads. Leans on `_file`, `_auto_restart`
    and `run_input_thread`; tested."""

    _file: Any  # the stock driver knows only a text stream

    def __init__(
        self,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        for exported in ("COLUMNS", "LINES"):  # would hold the size against every resize
            os.environ.pop(exported, None)
        know_alt()
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        assert sys.__stderr__ is not None, "fitness refuses to open without one"
        self.patient = PatientFile(sys.__stderr__.fileno(), _line_is_lost)
        self._file = self.patient
        self._hand: Hand | None = getattr(app, "hand", None)
        # The stock handler stops the whole process, with every bot in it.
        signal.signal(signal.SIGTSTP, signal.SIG_IGN)

    def run_input_thread(self) -> None:
        Readers(self.fileno, self.process_message, XTermParser(self._debug)).run(self.exit_event)

    def process_message(self, message: Message) -> None:
        """In the thread that reads the terminal. What the hand has played nobody plays again."""
        hand = self._hand
        if hand is None or not isinstance(message, Key):
            super().process_message(message)
        elif not hand.take(message, self._app):
            super().process_message(message)
            hand.follow(self._app, self.send_message)

    @property
    def is_behind(self) -> bool:
        return self.patient.is_behind

    def toggle_mouse(self) -> bool:
        """Whether the mouse is on from here. Leans on `_mouse` and two methods; tested."""
        if self._mouse:
            self._disable_mouse_support()
            self._mouse = False
        else:
            self._mouse = True
            self._enable_mouse_support()
        return self._mouse

    def give_up_terminal(self) -> None:
        """From here on only downward: SIGCONT, sent with a SIGHUP, must not start us again."""
        signal.signal(signal.SIGCONT, signal.SIG_IGN)
        self._auto_restart = False

    def close(self) -> None:
        super().close()
        self.patient.close(CLOSE_SECONDS)
