"""A bot that asks, transacts in three steps and finalizes, killed: each effect once, or undone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.sagas import saga

# Before and behind a commit, at a random moment, and three times: the campaign takes them all.
CASES = (20, 25, 26, 27)


@pytest.mark.parametrize("number", CASES)
def test_each_step_happened_exactly_once_or_was_traded_back(tmp_path: Path, number: int) -> None:
    report = saga(tmp_path, number, seed=3)
    assert report.wrong == ()
    assert report.killed
