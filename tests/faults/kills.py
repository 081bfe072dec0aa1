"""Kills a trading engine at random moments and compares its journal with the venue's own ledger."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.engine.recovery import recover, verify
from lefi_tui.engine.replay import replay
from tests.engine.kit import EMPTY
from tests.faults.far_venue import FarLedger, FarVenueServer

ROOT = Path(__file__).parents[2]
TRADES_S = 0.4  # each life trades for at most so long after its first fill
PATIENCE_S = 60.0


@dataclass(frozen=True)
class KillReport:
    """`between`: kills that fell after the venue carried out an order and before it was booked."""

    kills: int
    between: int
    fills: int
    unequal: tuple[str, ...]
    filled_twice: tuple[str, ...]
    sent_twice: tuple[str, ...]
    turned: tuple[str, ...]  # who owns less than nothing, though all they do is buy and close
    closes: int
    rows_verified: int
    is_replayed_alike: bool

    @property
    def is_good(self) -> bool:
        wrong = self.unequal or self.filled_twice or self.sent_twice or self.turned
        return not wrong and self.is_replayed_alike and self.rows_verified > 0


def campaign(
    folder: Path, seed: int, kills: int, tick: Callable[[], None] | None = None
) -> KillReport:
    chance = random.Random(seed)
    ledger = FarLedger(seed)
    server = FarVenueServer(folder / "venue.sock", ledger)
    profile = folder / "profile"
    between = 0
    try:
        for _ in range(kills):
            _live_and_kill(profile, folder / "venue.sock", ledger, chance.random() * TRADES_S)
            between += bool(set(ledger.fills) - set(_booked(profile)))
            if tick is not None:
                tick()
        _settle(profile, folder / "venue.sock")
    finally:
        server.end()
    return _compare(profile, ledger, kills, between)


def _child(profile: Path, socket: Path, mode: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.faults.trading_child", str(profile), str(socket), mode]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def _live_and_kill(profile: Path, socket: Path, ledger: FarLedger, seconds: float) -> None:
    child = _child(profile, socket, "load")
    assert child.stdout is not None
    with child.stdout:
        said = child.stdout.readline()
        assert said == "trading\n", said
        done, end = len(ledger.fills), time.monotonic() + PATIENCE_S
        while len(ledger.fills) == done:
            assert time.monotonic() < end, "it trades nothing"
            time.sleep(0.001)
        time.sleep(seconds)
        child.send_signal(signal.SIGKILL)
        child.wait(30)


def _settle(profile: Path, socket: Path) -> None:
    child = _child(profile, socket, "settle")
    said, _ = child.communicate(timeout=120)
    assert said.endswith("settled\n"), said


def _booked(profile: Path) -> dict[str, Decimal]:
    """What our own table of fills says, by order; money is text and is added up as decimals."""
    connection = sqlite3.connect(profile / "desk.sqlite")
    rows = connection.execute('SELECT "order", quantity FROM fill').fetchall()
    connection.close()
    out: dict[str, Decimal] = {}
    for order, quantity in rows:
        out[order] = out.get(order, Decimal(0)) + Decimal(quantity)
    return out


def _compare(profile: Path, ledger: FarLedger, kills: int, between: int) -> KillReport:
    ours, theirs = _booked(profile), {k: fill.quantity for k, fill in ledger.fills.items()}
    journal = SqliteJournal(profile)
    rows = verify(journal)
    report = replay(journal, EMPTY)
    shares = [each.shares for each in recover(journal, EMPTY).standing.desk.positions.values()]
    journal.close()
    return KillReport(
        kills=kills,
        between=between,
        fills=len(theirs),
        unequal=tuple(k for k in ours.keys() | theirs.keys() if ours.get(k) != theirs.get(k)),
        filled_twice=tuple(k for k, quantity in ours.items() if quantity != theirs.get(k)),
        sent_twice=tuple(k for k, times in ledger.sends.items() if times > 1),
        turned=tuple(owner for each in shares for owner, units in each.items() if units < 0),
        closes=sum(fill.side == "sell" for fill in ledger.fills.values()),
        rows_verified=rows,
        is_replayed_alike=report.same,
    )
