"""A bot that asks, transacts in three steps and finalizes, killed: each effect once, or undone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.sagas import carried_out, saga

# Before and behind a commit, at a random moment, and three times: the campaign takes them all.
CASES = (20, 25, 26, 27)


@pytest.mark.parametrize("number", CASES)
def test_each_step_happened_exactly_once_or_was_traded_back(tmp_path: Path, number: int) -> None:
    report = saga(tmp_path, number, seed=3)
    assert report.wrong == ()
    assert report.killed


@pytest.mark.parametrize(
    "kills",
    [
        ("with ApprovalRequested",),  # asked, and nobody has answered yet
        ("without ApprovalAnswered",),  # a yes that the disk never had: it is said again
        ("with ApprovalAnswered",),  # answered, and nothing was sent yet
        ("with ApprovalRequested", "without ApprovalAnswered", "with ApprovalAnswered"),
    ],
)
def test_a_question_and_its_answer_outlive_the_engine_and_send_each_order_once(
    tmp_path: Path, kills: tuple[str, ...]
) -> None:
    report = carried_out(tmp_path, kills, seed=7)
    assert report.wrong == ()
    assert report.killed == len(kills)
