"""A campaign goes on where it stopped, counts anew after a change, and tells its failures."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.campaign.runner import Campaign, Report, carry_out, opened, program


def silent(_text: str) -> None:
    """Nobody listens."""


def report(tmp_path: Path, digest: str = "now", seed: int = 7) -> Report:
    return Report(tmp_path / f"campaign-{seed}.json", seed, digest)


def counting(cases: list[int], fails: Callable[[int], str] = lambda _number: "") -> Campaign:
    def case(number: int, _seed: int) -> str:
        cases.append(number)
        return fails(number)

    return Campaign("counts", length=5, case=case)


def test_every_case_is_carried_out_and_told_as_json(tmp_path: Path) -> None:
    cases: list[int] = []
    found = report(tmp_path)
    assert carry_out({"counting": counting(cases)}, 0, found, silent)
    assert cases == [0, 1, 2, 3, 4]
    told = json.loads(found.file.read_text())
    assert told["seed"] == 7
    assert told["campaigns"]["counting"]["done"] == 5
    assert told["campaigns"]["counting"]["failed"] == []
    assert [file.name for file in tmp_path.iterdir()] == ["campaign-7.json"]


def test_a_failure_is_the_answer_no_and_the_others_go_on(tmp_path: Path) -> None:
    cases: list[int] = []
    said: list[str] = []
    campaign = counting(cases, lambda number: "both filled" if number == 2 else "")
    found = report(tmp_path)
    assert not carry_out({"counting": campaign}, 4, found, said.append)
    assert cases == [0, 1, 2, 3]
    assert found.records["counting"].failed == [{"number": 2, "why": "both filled"}]
    assert "  case 2: both filled" in said


def test_a_case_that_breaks_has_failed_with_its_traceback(tmp_path: Path) -> None:
    found = report(tmp_path)
    campaign = counting([], lambda number: str(1 // number))
    assert not carry_out({"counting": campaign}, 1, found, silent)
    assert "ZeroDivisionError" in found.records["counting"].failed[0]["why"]


def test_an_interrupted_campaign_goes_on_after_its_last_case(tmp_path: Path) -> None:
    cases: list[int] = []

    def stop(number: int) -> str:
        if number == 3 and cases.count(3) == 1:
            raise KeyboardInterrupt
        return ""

    campaign = counting(cases, stop)
    with pytest.raises(KeyboardInterrupt):
        carry_out({"counting": campaign}, 0, report(tmp_path), silent)
    again = opened(tmp_path / "campaign-7.json", 7, "now")
    assert carry_out({"counting": campaign}, 0, again, silent)
    assert cases == [0, 1, 2, 3, 3, 4]


@pytest.mark.parametrize(("digest", "seed"), [("changed", 7), ("now", 8)])
def test_after_a_change_or_with_another_seed_it_counts_anew(
    digest: str, seed: int, tmp_path: Path
) -> None:
    before = report(tmp_path)
    carry_out({"counting": counting([])}, 0, before, silent)
    assert opened(before.file, seed, digest).records == {}


def test_a_finite_campaign_has_no_more_cases_than_there_are(tmp_path: Path) -> None:
    cases: list[int] = []
    campaign = replace(counting(cases), is_finite=True)
    carry_out({"counting": campaign}, 100, report(tmp_path), silent)
    assert len(cases) == 5


def test_the_program_is_known_by_all_its_text() -> None:
    assert program() == program()
    assert len(program()) == 64
