"""The script that the README shows is the one a person gets, and it works."""

from __future__ import annotations

import re
from pathlib import Path

from lefi_tui.cli.table import COMMANDS
from lefi_tui.lang.program import check
from lefi_tui.simulate.script_tests import run_script_tests
from lefi_tui.wiring.script_store import BEGINNING

README = Path(__file__).parents[2] / "README.md"


def test_the_first_script_of_the_readme_is_the_one_that_a_new_script_begins_with() -> None:
    blocks = re.findall(r"```\n(//.*?)```", README.read_text(), re.DOTALL)
    assert blocks == [BEGINNING.format(title="First")]
    checked = check(blocks[0])
    assert checked.program is not None
    assert checked.diagnostics == ()
    outcomes = run_script_tests(blocks[0])
    assert [each.unmet for each in outcomes] == [()] * len(outcomes)
    assert outcomes


def test_what_it_calls_not_there_yet_is_what_the_command_line_calls_so() -> None:
    told = README.read_text().partition("## Not there yet\n")[2]
    absent = {f"lefi {name}" for name, each in COMMANDS.items() if not each.module}
    assert set(re.findall(r"`(lefi \w+|--\w+)`", told)) == absent | {"--cluster"}
