"""A bot that asks, transacts and finalizes, killed at its commits and at random moments.

Afterwards each step happened exactly once, or all that was done was traded back.
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.core.messages import NoteWritten
from lefi_tui.engine.fold import changes
from lefi_tui.engine.recovery import recover, verify
from lefi_tui.engine.replay import replay
from tests.faults.far_venue import FarVenueServer
from tests.faults.saga_child import BOT, EMPTY
from tests.faults.saga_venue import STEPS, SagaLedger

ROOT: Final = Path(__file__).parents[2]
COMMITS: Final = 14  # a whole life has about so many
WANTED: Final = dict(zip(STEPS, (Decimal(1), Decimal(2), Decimal(3)), strict=True))
FOUR: Final = 4  # cases: before a commit, behind it, at a random moment, and a second kill


@dataclass(frozen=True)
class SagaReport:
    """`ended` is how it came out: whole, undone, or stuck (an undo that the venue never took)."""

    kills: tuple[str, ...]
    killed: int  # of them, those that found the engine alive
    ended: str
    wrong: tuple[str, ...]


def plan(number: int, seed: int) -> tuple[str, ...]:
    """Where this case kills: each commit before and behind it, then random moments."""
    chance = random.Random(seed * 1_000_003 + number)
    commit = number // FOUR % COMMITS + 1
    match number % FOUR:
        case 0:
            return (f"before {commit}",)
        case 1:
            return (f"after {commit}",)
        case 2:
            return (f"at {chance.random() * 0.15:.3f}",)
        case _:
            later = chance.randint(1, COMMITS)
            return f"after {commit}", f"before {later}", f"at {chance.random() * 0.15:.3f}"


def saga(folder: Path, number: int, seed: int) -> SagaReport:
    return carried_out(folder, plan(number, seed), seed * 1_000_003 + number)


def carried_out(folder: Path, kills: tuple[str, ...], seed: int) -> SagaReport:
    """One bot through these kills to its end."""
    ledger = SagaLedger(seed)
    server = FarVenueServer(folder / "venue.sock", ledger)
    killed = 0
    try:
        for kill in kills:
            killed += _life(folder, kill) != "done\n"
        said = _life(folder, "never")
    finally:
        server.end()
    ended, wrong = _compare(folder / "profile", ledger)
    if said != "done\n":
        wrong = (f"the last life said {said!r}", *wrong)
    return SagaReport(kills, killed, ended, wrong)


def _life(folder: Path, kill: str) -> str:
    command = [sys.executable, "-m", "tests.faults.saga_child"]
    told = [*command, str(folder / "profile"), str(folder / "venue.sock"), kill]
    life = subprocess.run(told, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    return life.stdout


def _compare(profile: Path, ledger: SagaLedger) -> tuple[str, tuple[str, ...]]:
    journal = SqliteJournal(profile)
    try:
        verify(journal)
        is_alike = replay(journal, EMPTY).same
        desk = recover(journal, EMPTY).standing.desk
        notes = Counter(
            event.text
            for change in changes(journal, EMPTY)
            for event in change.events
            if isinstance(event, NoteWritten)
        )
    finally:
        journal.close()
    ours = {
        symbol: desk.positions[key].units if (key := ("main", symbol)) in desk.positions else 0
        for symbol in STEPS
    }
    ended = "whole" if notes["whole"] else "undone"
    expected = WANTED if ended == "whole" else dict.fromkeys(STEPS, Decimal(0))
    facts = {
        "the books differ from the venue's": ours == ledger.held,
        "what is held is neither all nor nothing": ledger.held == expected,
        "a step was carried out twice": max(ledger.bought.values()) <= 1,
        "an id was sent twice": max(ledger.sends.values(), default=0) <= 1,
        "an end was told twice": notes["whole"] + notes["undone"] == notes["finalized"] == 1,
        "a replay comes out otherwise": is_alike,
        "the bot is not finalized": str(desk.bots[BOT].status) == "finalized",
        "an order still works": not desk.orders,
    }
    return ended, tuple(text for text, holds in facts.items() if not holds)
