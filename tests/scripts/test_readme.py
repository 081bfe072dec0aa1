"""The script that the README shows is one that works."""

from __future__ import annotations

import re
from pathlib import Path

from lefi_tui.lang.program import check
from lefi_tui.simulate.script_tests import run_script_tests

README = Path(__file__).parents[2] / "README.md"


def test_the_first_script_of_the_readme_checks_clean_and_passes_its_tests() -> None:
    blocks = re.findall(r"```\n(//.*?)```", README.read_text(), re.DOTALL)
    assert len(blocks) == 1
    checked = check(blocks[0])
    assert checked.program is not None
    assert checked.diagnostics == ()
    outcomes = run_script_tests(blocks[0])
    assert [each.unmet for each in outcomes] == [()] * len(outcomes)
    assert outcomes
