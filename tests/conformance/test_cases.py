"""Each rule of the language's page, by scripts that it accepts and scripts that it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.cases import Case, all_cases, told

CASES = all_cases()


def _waiting(case: Case) -> Any:
    """What is not there yet must fail; a case that passes by now no longer waits."""
    marks = [pytest.mark.xfail(reason=case.waits, strict=True)] if case.waits else []
    return pytest.param(case, id=str(case), marks=marks)


@pytest.mark.parametrize("case", [_waiting(each) for each in CASES])
def test_a_script_is_told_what_its_case_says_and_nothing_else(case: Case) -> None:
    assert told(case.source) == case.written


def test_no_case_is_written_twice() -> None:
    seen: dict[str, Case] = {}
    for each in CASES:
        assert each.source not in seen, (str(each), str(seen[each.source]))
        seen[each.source] = each
