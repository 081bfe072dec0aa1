"""kill -9 at any instant: on restart the journal and the venue agree before the first new order."""

from __future__ import annotations

from pathlib import Path

from tests.faults.kills import campaign


def test_killed_at_random_moments_both_ledgers_are_equal(tmp_path: Path) -> None:
    report = campaign(tmp_path, seed=7, kills=4)
    assert report.is_good, report
    assert report.fills >= report.kills  # however slow the machine is, each life has traded
