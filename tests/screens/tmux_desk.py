"""The desk in a real terminal: a private tmux server, keys sent, the screen read back."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest

from lefi_tui.wiring.running import engine_pid

ROOT: Final = Path(__file__).parents[2]
WAIT_S: Final = 60.0


class TmuxDesk:
    """`lefi` with a profile of its own. `close` ends it and all it started."""

    def __init__(self, home: Path, columns: int, rows: int) -> None:
        if shutil.which("tmux") is None:
            pytest.skip("tmux is not installed; .ci/run installs it")
        self._home = home
        self._socket = str(home / "tmux.sock")
        config = home / "tmux.conf"
        lines = ["default-terminal tmux-256color", "escape-time 0", "status off"]
        config.write_text("".join(f"set -g {each}\n" for each in lines))
        kept = {k: v for k, v in os.environ.items() if k not in {"TMUX", "NO_COLOR", "COLORTERM"}}
        self._environment = {**kept, "LEFI_HOME": str(home), "LC_ALL": "C.UTF-8"}
        self._environment["PYTHONPATH"] = str(ROOT)
        self._environment |= {"COLUMNS": "80", "LINES": "24"}  # some shells export them
        size = ["-x", str(columns), "-y", str(rows)]
        # tmux loses the status of a program that closes its terminal just before it ends.
        self._command = f"{sys.executable} -m lefi_tui; echo ended with $?; cat"
        self._tmux("-f", str(config), "new-session", "-d", *size, self._command)

    def run_again(self) -> None:
        """`lefi` once more in the same terminal, which is cleared."""
        self._tmux("respawn-pane", "-k", self._command)

    def _tmux(self, *arguments: str) -> str:
        command = ["tmux", "-S", self._socket, *arguments]
        done = subprocess.run(
            command, capture_output=True, text=True, env=self._environment, timeout=60, check=True
        )
        return done.stdout

    def command(self, *arguments: str) -> str:
        """Another `lefi` of the same user, beside the screen; what it answers."""
        command = [sys.executable, "-m", "lefi_tui", *arguments]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            env=self._environment,
            timeout=60,
            check=True,
            cwd=ROOT,
        )
        return done.stdout

    def keys(self, *keys: str) -> None:
        self._tmux("send-keys", *keys)

    def text(self) -> str:
        return self._tmux("capture-pane", "-p")

    def resize(self, columns: int, rows: int) -> None:
        self._tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def wait(self, holds: Callable[[str], bool] | str) -> str:
        """The screen, once it shows what is waited for."""
        wanted = (lambda text: holds in text) if isinstance(holds, str) else holds
        end = time.monotonic() + WAIT_S
        text = ""
        while time.monotonic() < end:
            text = self.text()
            if wanted(text):
                return text
            time.sleep(0.05)
        raise AssertionError(f"not on the screen: {holds}\n{text}")

    def wait_for_end(self) -> None:
        """Until the program has ended by itself, with status 0."""
        self.wait("ended with 0")

    def close(self) -> None:
        """An engine would outlive its terminal: that is what it is for."""
        pid = engine_pid(self._home)
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        subprocess.run(
            ["tmux", "-S", self._socket, "kill-server"], capture_output=True, check=False
        )


def line_with(text: str, *words: str) -> str:
    """The first line of the screen that holds all these words, without its frame."""
    for line in text.splitlines():
        if all(word in line for word in words):
            return re.sub(r"[┃┏┓┗┛━▸]", " ", line).strip()
    raise AssertionError(f"no line with {words}:\n{text}")
