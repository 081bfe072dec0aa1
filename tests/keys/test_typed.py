"""`lefi keys set` at a terminal: passphrase and key are asked for, and no letter of them echoed."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from tests.cli.test_engine_commands import ROOT
from tests.keys.key_exchange import KeyExchange
from tests.keys.profile import PASSPHRASE, BareProfile

KEY, SECRET = "typedKeyTypedKey", "typedSecretTypedSecret"
PATIENCE_S: Final = 60.0
# As under a shell: what asks for a passphrase opens /dev/tty.
OWNS_ITS_TERMINAL: Final = """
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from lefi_tui.cli import main
sys.exit(main())
"""


class Terminal:
    """The other end of a terminal: reads until it is asked, then types."""

    def __init__(self, far: int) -> None:
        self._far = far
        self.said = ""
        self._read_to = 0

    def answers(self, question: str, typed: str) -> None:
        end = time.monotonic() + PATIENCE_S
        while question not in self.said[self._read_to :]:
            assert time.monotonic() < end, self.said
            if select.select([self._far], [], [], 0.1)[0]:
                self.said += os.read(self._far, 4_096).decode()
        self._read_to = len(self.said)
        os.write(self._far, f"{typed}\n".encode())

    def rest(self) -> str:
        with suppress(OSError):  # a terminal whose other side has gone
            while data := os.read(self._far, 4_096):
                self.said += data.decode()
        return self.said


@contextmanager
def at_terminal(profile: BareProfile, *arguments: str) -> Iterator[Terminal]:
    far, near = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", OWNS_ITS_TERMINAL, *arguments],
        stdin=near,
        stdout=near,
        stderr=near,
        env=profile.environment,
        cwd=ROOT,
        start_new_session=True,
    ) as running:
        os.close(near)
        try:
            yield Terminal(far)
            running.wait(PATIENCE_S)
        finally:
            running.kill()
    os.close(far)


def test_at_a_terminal_all_is_asked_and_nothing_is_echoed(tmp_path: Path) -> None:
    profile = BareProfile(tmp_path / "home", KeyExchange())
    with at_terminal(profile, "keys", "set", "main") as terminal:
        terminal.answers("Passphrase for a new vault", PASSPHRASE)
        terminal.answers("Once more:", "something else")
        terminal.answers("Passphrase for a new vault", PASSPHRASE)
        terminal.answers("Once more:", PASSPHRASE)
        terminal.answers("API key", KEY)
        terminal.answers("Secret", SECRET)
        terminal.answers("Its passphrase", "")
        said = terminal.rest()
    assert "They differ." in said
    assert "Kept in the vault" in said
    with at_terminal(profile, "keys", "remove", "main") as terminal:
        terminal.answers("Passphrase of the vault", "four other words here")
        terminal.answers("Passphrase of the vault", PASSPHRASE)
        said += terminal.rest()
    assert "Wrong passphrase. 2 more." in said
    assert "gone from the vault" in said
    assert [each for each in (KEY, SECRET, PASSPHRASE, "something else") if each in said] == []
