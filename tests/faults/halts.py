"""kill -9 in the middle of a kill: the next start is halted, and finishes it by itself.

Afterwards the venue and the books are flat, nothing works, and nothing was sold twice.
"""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.core.kill import KillStage
from lefi_tui.core.messages import TradingState
from lefi_tui.engine.halted import HALTED
from lefi_tui.engine.recovery import recover, verify
from lefi_tui.engine.replay import replay
from tests.engine.kit import EMPTY
from tests.faults.far_venue import FarVenueServer
from tests.faults.kill_venue import KillLedger

ROOT: Final = Path(__file__).parents[2]
STAGES: Final = (
    "without TradingStateChanged",  # neither the journal nor, perhaps, the file knows of it
    "halted",  # the file alone
    "with TradingStateChanged",  # and no cancel has left
    "cancel arrived",
    "cancel done",
    "without KillStepped",  # the cancels have their end
    "without FlattenTried",
    "with FlattenTried",  # the orders that close are journaled and have not left
    "close arrived",
    "close done",  # sold, and not journaled
    "read arrived",
    "without KillRead",  # read back, and the proof not told
)
AT_VENUE: Final = frozenset({"cancel", "close", "read"})
LONGEST_S: Final = 0.7  # of a kill procedure, about


@dataclass(frozen=True)
class HaltReport:
    deaths: tuple[str, ...]
    died: int  # of them, those that found the engine alive
    proof: str
    wrong: tuple[str, ...]


def plan(number: int, seed: int) -> tuple[str, ...]:
    """Each stage once, then two deaths in a row or three, by chance."""
    if number < len(STAGES):
        return (STAGES[number],)
    chance = random.Random(seed * 1_000_003 + number)
    first, second, third = chance.choice(STAGES), chance.choice(STAGES), f"at {_moment(chance)}"
    return chance.choice(((first, second), (first, third), (first, third, second), (third, first)))


def _moment(chance: random.Random) -> str:
    return f"{chance.random() * LONGEST_S:.3f}"


def halt(folder: Path, number: int, seed: int) -> HaltReport:
    return carried_out(folder, plan(number, seed), seed * 1_000_003 + number)


def carried_out(folder: Path, deaths: tuple[str, ...], seed: int) -> HaltReport:
    ledger = KillLedger(seed)
    server = FarVenueServer(folder / "venue.sock", ledger)
    profile = folder / "profile"
    wrong: list[str] = []
    said: list[str] = []
    died = 0
    has_acted = False  # a word of the kill has come to the venue
    try:
        for death in (*deaths, "never"):
            was_halted = has_acted or _is_halted(profile)
            ledger.is_calm = death == "never"
            said = _life(folder, ledger, death)
            if was_halted and said[:1] != ["halted"]:
                wrong.append(f"it was halted, and started otherwise: {said}")
            if len(said) > 1:
                break  # the proof: this death was too late
            died += death != "never"
            has_acted = has_acted or (_is_at_venue(death) and not ledger.kills_at)
    finally:
        server.end()
    proof = said[-1] if said else ""
    if not proof.startswith("flat at "):
        wrong.append(f"the last life said {said!r}")
    return HaltReport(deaths, died, proof, (*wrong, *_compare(profile, ledger)))


def _life(folder: Path, ledger: KillLedger, death: str) -> list[str]:
    is_at_venue = _is_at_venue(death)
    ledger.kills_at = death if is_at_venue else ""
    command = [sys.executable, "-m", "tests.faults.halting_child"]
    told = [str(folder / "profile"), str(folder / "venue.sock"), "never" if is_at_venue else death]
    life = subprocess.Popen([*command, *told], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    ledger.engine = lambda: life.pid
    out, _ = life.communicate(timeout=120)
    return out.splitlines()


def _is_at_venue(death: str) -> bool:
    return death.partition(" ")[0] in AT_VENUE


def _is_halted(profile: Path) -> bool:
    """Whether the next start has to be: by the file, or by the journal."""
    if (profile / HALTED).exists():
        return True
    if not (profile / "desk.sqlite").exists():
        return False
    journal = SqliteJournal(profile)
    desk = recover(journal, EMPTY).standing.desk
    journal.close()
    return desk.trading_state is TradingState.HALTED


def _booked(profile: Path) -> dict[str, Decimal]:
    connection = sqlite3.connect(profile / "desk.sqlite")
    rows = connection.execute("SELECT trade_id, quantity FROM fill").fetchall()
    connection.close()
    out: dict[str, Decimal] = {}
    for trade, quantity in rows:
        out[trade] = out.get(trade, Decimal(0)) + Decimal(quantity)
    return out


def _compare(profile: Path, ledger: KillLedger) -> tuple[str, ...]:
    journal = SqliteJournal(profile)
    try:
        verify(journal)
        is_alike = replay(journal, EMPTY).same
        desk = recover(journal, EMPTY).standing.desk
    finally:
        journal.close()
    theirs = {trade: fill.quantity for trade, fill in ledger.fills.items()}
    facts = {
        "the fills of both ledgers differ": _booked(profile) == theirs,
        "the venue is not flat": not ledger.held,
        "the books are not flat": not any(each.units for each in desk.positions.values()),
        "a position was turned over": all(units >= 0 for units in ledger.seen),
        "an order still works": not desk.orders and not ledger.working(),
        "an id was sent twice": max(ledger.sends.values(), default=0) <= 1,
        "it is not halted": desk.trading_state is TradingState.HALTED,
        "the file is gone": (profile / HALTED).exists(),
        "it is not proven": desk.kill is not None and desk.kill.stage is KillStage.PROVEN,
        "a replay comes out otherwise": is_alike,
    }
    return tuple(text for text, holds in facts.items() if not holds)
