"""`lefi` under a shell on a real pseudo-terminal, and what the engine's journal says of a fault.

The shell leads the session, as after a login: when the line is cut, the kernel tells the shell and
whatever runs in the foreground. Reading the terminal is the test's choice.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import select
import signal
import sqlite3
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core.messages import Command, StartBot
from lefi_tui.engine.client import SocketChannel
from lefi_tui.engine.recovery import verify
from lefi_tui.errors import EngineAbsentError
from lefi_tui.views.desk_view import DeskView
from lefi_tui.views.queries import DeskQuery
from lefi_tui.wiring.demo import socket_path
from lefi_tui.wiring.running import engine_pid

ROOT: Final = Path(__file__).parents[2]
PATIENCE_S: Final = 60.0
# The bot writes a row at each price, four in a second. A screen on the same loop as the engine, or
# a write that blocks, shows as a pause of the fault's whole length.
GAP_MAX_S: Final = 1.5
TICKER: Final = """script "Ticker"
state bought = false
policy { rate = 10 per 1m }
on PriceUpdate("BTC/USDT") {
    if not bought {
        Buy("BTC/USDT", 10%)
        bought = true
    }
    Print("saw {event.price}")
}
"""


def until(holds: Callable[[], bool], what: str, seconds: float = PATIENCE_S) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not in {seconds:.0f} s: {what}"
        time.sleep(0.02)


class PtyDesk:
    """One terminal with the desk in it, read by a thread while `is_read`."""

    def __init__(self, home: Path, shell: str = "") -> None:
        # Ours stays open too: a terminal that nobody has opened yet can't be read.
        self.main, self._side = pty.openpty()
        fcntl.ioctl(self._side, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        tty = os.ttyname(self._side)
        kept = {k: v for k, v in os.environ.items() if k not in {"NO_COLOR", "COLORTERM"}}
        environment = {**kept, "TERM": "xterm-256color", "LEFI_HOME": str(home)}
        # A session's leader that opens a terminal gets it as its own.
        script = (
            f'{shell} exec <>{tty} >&0 2>&1; {sys.executable} -m lefi_tui; echo "ended with $?"'
        )
        self.shell = subprocess.Popen(
            ["sh", "-c", script],
            cwd=ROOT,
            env={**environment, "PYTHONPATH": str(ROOT)},
            start_new_session=True,
        )
        self.attributes = termios.tcgetattr(self._side)
        self.seen = b""
        self.is_read = True
        self._is_open = True
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while self._is_open:
            if not self.is_read:
                time.sleep(0.02)
                continue
            if select.select([self.main], [], [], 0.05)[0]:
                self.seen += os.read(self.main, 65_536)

    def keys(self, text: str) -> None:
        os.write(self.main, text.encode())

    def wait_for(self, text: str) -> None:
        until(lambda: text.encode() in self.seen, f"{text!r} in {self.seen[-600:]!r}")

    @property
    def waiter(self) -> int:
        """The process that waits for the screen: the shell's child."""
        until(lambda: bool(children(self.shell.pid)), "the shell starts lefi")
        return children(self.shell.pid)[0]

    @property
    def screen(self) -> int:
        until(lambda: bool(children(self.waiter)), "the waiter starts the screen")
        return children(self.waiter)[0]

    @property
    def is_given_back(self) -> bool:
        """The shell's screen and its way of reading lines, as they were."""
        was_left = self.seen.rfind(b"\x1b[?1049l") >= self.seen.rfind(b"\x1b[?1049h")
        return was_left and termios.tcgetattr(self._side) == self.attributes

    def cut(self) -> None:
        """The line is gone: the kernel hangs up."""
        self._is_open = False
        self._reader.join()
        os.close(self.main)
        os.close(self._side)
        self.main = -1
        self.shell.wait(PATIENCE_S)

    def close(self) -> None:
        """What is left of the session goes; an engine that went on is in another."""
        if self.main >= 0:
            self.cut()


def children(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:  # it ended while we looked
            continue
        if int(fields[1]) == pid:
            found.append(int(entry.parent.name))
    return found


def is_gone(pid: int) -> bool:
    """Ended, also when nobody has asked for its status yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@dataclass(frozen=True, slots=True)
class Standing:
    """What must not change through a fault."""

    engine: int | None
    positions: tuple[tuple[str, Decimal, Decimal], ...]


def kill_attached(opened: Profile, *, by_waiter: bool, after_s: float = 0.0) -> None:
    """A screen is attached and killed, or who waits for it; its terminal is given back."""
    desk = opened.desk()
    screen = desk.screen
    if after_s:
        time.sleep(after_s)
    else:
        desk.wait_for("ticker")
    os.kill(desk.waiter if by_waiter else screen, signal.SIGKILL)
    desk.wait_for("ended with 137")
    until(lambda: is_gone(screen), "the screen ends with its waiter")
    until(lambda: desk.is_given_back, "the terminal is as it was")
    desk.close()


class Profile:
    """One user's folder, and the engine that holds it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._desks: list[PtyDesk] = []
        self.gap_max_s = 0.0  # the longest pause between two acts of the bot, whatever happened

    def desk(self, shell: str = "") -> PtyDesk:
        opened = PtyDesk(self.home, shell)
        self._desks.append(opened)
        return opened

    def trading_desk(self, shell: str = "") -> PtyDesk:
        """A desk whose own engine runs a bot with a position, which acts at each price."""
        opened = self.desk(shell)
        until(self.has_prices, "the engine starts")
        command = StartBot("ticker", "automated", "demo", TICKER, title="Ticker", by="test")
        until(lambda: self.has_taken(command), "the bot starts")
        until(lambda: bool(self.view().positions), "the bot buys")
        opened.wait_for("BTC/USDT")
        return opened

    # ---- over the socket, as any screen

    def view(self) -> DeskView:
        view = self._talk(lambda channel: channel.ask(DeskQuery()))
        assert isinstance(view, DeskView)
        return view

    def has_prices(self) -> bool:
        try:
            return bool(self.view().prices)
        except EngineAbsentError:
            return False

    def has_taken(self, command: Command) -> bool:
        """An engine that has just started refuses what needs its markets."""
        return bool(self._talk(lambda channel: channel.send(command)).is_accepted)

    def _talk(self, talk: Callable[[SocketChannel], Any]) -> Any:
        async def whole() -> Any:
            channel = await SocketChannel.open(socket_path(self.home))
            try:
                return await talk(channel)
            finally:
                await channel.close()

        return asyncio.run(whole())

    def standing(self) -> Standing:
        positions = ((row.symbol, row.units, row.entry) for row in self.view().positions)
        return Standing(engine_pid(self.home), tuple(positions))

    # ---- what the journal says

    def rows_since(self, begin_ns: int) -> list[int]:
        uri = f"file:{self.home / 'desk.sqlite'}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=10)) as database:
            found = database.execute(
                "SELECT at_ns FROM journal WHERE type = 'NoteWritten' AND at_ns >= ? ORDER BY seq",
                (begin_ns,),
            ).fetchall()
        return [at_ns for (at_ns,) in found]

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        """The same engine with the same positions, and no pause in what its bot does."""
        before, begin_ns = self.standing(), SystemClock().now_ns()
        yield
        end_ns = SystemClock().now_ns()
        until(lambda: bool(self.rows_since(end_ns)), "the bot goes on acting")
        times = [begin_ns, *self.rows_since(begin_ns)]
        gap_s = max(b - a for a, b in pairwise(times)) / 1e9
        self.gap_max_s = max(self.gap_max_s, gap_s)
        assert gap_s < GAP_MAX_S, f"the bot paused for {gap_s:.2f} s"
        assert self.standing() == before

    # ---- the end

    def lefi(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "lefi_tui", *arguments],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=PATIENCE_S,
            env={**os.environ, "LEFI_HOME": str(self.home), "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
        )

    def verified(self) -> int:
        """Rows that fit the chain; the engine has ended."""
        journal = SqliteJournal(self.home)
        try:
            return verify(journal)
        finally:
            journal.close()

    def close(self) -> None:
        for each in self._desks:
            each.close()
        pid = engine_pid(self.home)
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
            until(lambda: is_gone(pid), "the engine is killed")


@contextmanager
def profile(home: Path) -> Iterator[Profile]:
    opened = Profile(home)
    try:
        yield opened
    finally:
        opened.close()
