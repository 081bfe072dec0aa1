"""An engine that trades on an exchange is killed again and again: both tell the same in the end."""

from __future__ import annotations

from pathlib import Path

from tests.exchange.loopback.host import exchange_in_thread
from tests.faults.live_kills import live_kills


def test_killed_again_and_again_it_believes_what_the_exchange_has_done(tmp_path: Path) -> None:
    with exchange_in_thread() as far:
        report = live_kills(tmp_path, far, seed=7, lives=5)
    assert report.wrong == ()
    assert report.fills >= report.lives
    assert report.updates
