"""Who waits for the screen: a small process that holds the terminal's foreground in its stead.

It is forked before anything is loaded or any thread runs. When the screen ends and the engine goes
on, it says so and ends: the shell prompt is back, the engine keeps the process it always had. It
passes signals on, ends with the screen's exit status, and tidies up after a screen that was killed.
"""

from __future__ import annotations

import os
import signal
import socket
import termios
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from lefi_tui.terminal.signals import SIGNALS, Signals

WORDS_BYTES_MAX: Final = 4_096
# A shell that stops a job stops both processes, and with them every bot.
IGNORED: Final = (signal.SIGTSTP,)
# Mouse, focus, paste and keyboard modes off, line wrap on, cursor shown, alternate screen left.
TIDY: Final = (
    b"\x1b[<u\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1004l\x1b[?2004l\x1b[?7h"
    b"\x1b[?25h\x1b[?1049l"
)


class Line:
    """The screen's end of the line to the process that waits for it."""

    def __init__(self, to_waiter: socket.socket, signals: Signals) -> None:
        self.signals = signals
        self._to_waiter = to_waiter
        self._is_let_go = False
        threading.Thread(target=self._watch, name="lefi-line", daemon=True).start()

    def _watch(self) -> None:
        """Nothing ever comes but the end: whoever waited was killed, and the line is lost."""
        if not self._to_waiter.recv(1) and not self._is_let_go:
            os.kill(os.getpid(), signal.SIGHUP)

    def let_go(self, status: int, words: str, errors: Path) -> None:
        """From here on without a terminal; who waited says the words and ends with the status."""
        self._is_let_go = True
        _point(os.devnull, os.O_RDWR, 0, 1)
        _point(str(errors), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 2)
        os.setsid()
        with suppress(ConnectionError):  # it was killed: then nobody is there to be told
            self._to_waiter.sendall(f"{status} {words}".encode()[:WORDS_BYTES_MAX])
            self._to_waiter.shutdown(socket.SHUT_RDWR)
        self._to_waiter.close()


def _point(path: str, flags: int, *descriptors: int) -> None:
    opened = os.open(path, flags, 0o600)
    for each in descriptors:
        os.dup2(opened, each)
    os.close(opened)


def under_waiter(run: Callable[[Line], int]) -> int:
    """Carries `run` out in a process of its own; in each of the two, the status to end with."""
    before = _attributes()
    ours, theirs = socket.socketpair()
    for each in IGNORED:
        signal.signal(each, signal.SIG_IGN)
    screen = os.fork()
    if screen == 0:
        ours.close()
        signals = Signals()
        signals.install()
        return run(Line(theirs, signals))
    theirs.close()
    return _wait(screen, ours, before)


def _wait(screen: int, line: socket.socket, before: list[Any] | None) -> int:
    for each in SIGNALS:
        signal.signal(each, lambda number, _frame: os.kill(screen, number))
    left, _, words = line.recv(WORDS_BYTES_MAX).partition(b" ")
    if left:
        _say(words + b"\n")
        return int(left)
    _, status = os.waitpid(screen, 0)
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return code
    _say(TIDY)
    if before is not None:
        with suppress(termios.error):
            termios.tcsetattr(0, termios.TCSANOW, before)
    _say(b"Lefi was ended by signal %d. Its journal is whole: `lefi` goes on from it.\n" % -code)
    return 128 - code


def _attributes() -> list[Any] | None:
    try:
        return termios.tcgetattr(0)
    except termios.error:
        return None


def _say(text: bytes) -> None:
    with suppress(OSError):  # the terminal is gone, and its reader with it
        os.write(2, text)
