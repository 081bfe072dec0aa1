"""[roles] and [approvals]: who may do what, and a line that gives nobody anything, told in full."""

from __future__ import annotations

import pwd
from decimal import Decimal
from pathlib import Path

import pytest

from lefi_tui.core.approval import ApprovalRule
from lefi_tui.errors import render
from lefi_tui.settings import load

SOMEBODY = pwd.getpwuid(0).pw_name


def test_roles_and_rules_are_read(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(
        f'[roles]\n{SOMEBODY} = "approver"\n[approvals]\nfour_eyes = true\n'
        'rules = [{ action = "buy", above = "1000", role = "approver" },'
        ' { action = "any", above = 50_000, role = "fund-owner" }]\n'
    )
    found = load({"LEFI_HOME": str(tmp_path)})
    assert found.problems == ()
    assert found.settings.roles == {SOMEBODY: "approver"}
    assert found.settings.approvals.four_eyes
    assert found.settings.approval_rules == (
        ApprovalRule("buy", Decimal(1_000), "approver"),
        ApprovalRule("any", Decimal(50_000), "fund-owner"),
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("roles = 3", "roles is a table"),
        (f'[roles]\n{SOMEBODY} = "aprover"', "aprover is no role; did you mean approver?"),
        (f"[roles]\n{SOMEBODY} = 3", "a role is a text of small letters"),
        ('[roles]\nno-such-user-here = "viewer"', "there is no user no-such-user-here"),
        ("[approvals]\nrules = 3", "rules is a list"),
        ('[approvals]\nrules = [{ action = "buy" }]', "a rule has action, above and role"),
        (
            '[approvals]\nrules = [{ action = "bye", above = 1, role = "admin" }]',
            "action is one of buy",
        ),
        (
            '[approvals]\nrules = [{ action = "buy", above = "much", role = "admin" }]',
            "above is an amount",
        ),
        ("[approvals]\nfour_eyes = 1", "should be a valid boolean"),
        ("[approvals]\nfive_eyes = true", "`approvals.five_eyes` is no setting"),
    ],
)
def test_a_line_that_can_not_be_used_gives_nobody_a_role(
    tmp_path: Path, text: str, why: str
) -> None:
    (tmp_path / "config.toml").write_text(f"{text}\n")
    found = load({"LEFI_HOME": str(tmp_path)})
    (problem,) = found.problems
    assert why in render(problem)
    assert problem.where
    assert problem.next_step
    assert found.settings.roles == {}
    assert found.settings.approval_rules == ()
