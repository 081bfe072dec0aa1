"""Terminals that stall, hang up and die under a desk whose bot acts four times a second."""

from __future__ import annotations

import os
import random
import signal
import tempfile
import time
from pathlib import Path
from typing import Final

from lefi_tui.wiring.running import engine_pid
from tests.campaign.runner import Campaign
from tests.faults.pty_desk import Profile, is_gone, kill_attached, profile, until

UNREAD_S: Final = 30.0
KILLS: Final = 10
KILL_AFTER_S: Final = 1.5  # at most: before a screen draws, while it does, and after
SIGTERM_MAX_S: Final = 5.0


def case(number: int, seed: int) -> str:
    chance = random.Random(seed * 1_000 + number)
    with tempfile.TemporaryDirectory(prefix="lefi-screens-") as folder, profile(Path(folder)) as p:
        _stalled_and_hung_up(p)
        with p.undisturbed():
            for _ in range(KILLS):
                is_waiter = chance.random() < 0.5
                kill_attached(p, by_waiter=is_waiter, after_s=chance.uniform(0.01, KILL_AFTER_S))
        _told_to_end(p)
        return "" if p.verified() else "the journal holds nothing"


def _stalled_and_hung_up(opened: Profile) -> None:
    desk = opened.trading_desk()
    with opened.undisturbed():
        for pid in (desk.waiter, desk.screen):
            os.kill(pid, signal.SIGTSTP)
        desk.is_read = False
        time.sleep(UNREAD_S)
        desk.is_read = True
        desk.wait_for("ticker")
    with opened.undisturbed():
        os.kill(desk.waiter, signal.SIGHUP)
        desk.wait_for("ended with 129")
        desk.cut()


def _told_to_end(opened: Profile) -> None:
    """While its newest screen is not read."""
    desk = opened.desk()
    desk.wait_for("ticker")
    desk.is_read = False
    pid = engine_pid(opened.home)
    assert pid is not None
    begin = time.monotonic()
    os.kill(pid, signal.SIGTERM)
    until(lambda: is_gone(pid), "it ends")
    assert time.monotonic() - begin < SIGTERM_MAX_S


CAMPAIGN: Final = Campaign(
    f"Ctrl+Z, {UNREAD_S:.0f} s unread, hung up, {KILLS} attached screens killed: no pause",
    length=10,
    case=case,
)
