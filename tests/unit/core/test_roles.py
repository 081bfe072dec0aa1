"""Who may ask what: one table of all commands, and a signature nobody can write themselves."""

from __future__ import annotations

import pytest

from lefi_tui.core import messages as m
from lefi_tui.core.approval import ROLES
from lefi_tui.core.roles import LEAST, NOBODY, NOT_VIEWER, Who, refusal_of, signed


def commands() -> set[type[m.Command]]:
    found = vars(m).values()
    return {
        each
        for each in found
        if isinstance(each, type) and issubclass(each, m.Command) and each is not m.Command
    }


def test_every_command_has_its_least_role() -> None:
    assert set(LEAST) == commands()
    assert set(LEAST.values()) <= {*ROLES, NOBODY, NOT_VIEWER}


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        ("viewer", (), (m.Kill(), m.StopBot("b"), m.AnswerApproval("a", is_approved=True))),
        ("trader", (m.Kill(), m.StopBot("b"), m.Resume("r")), (m.SetLimits(),)),
        ("approver", (m.Kill(), m.EmitEvent("e")), (m.SetApprovalRules(),)),
        ("owner-of-fund", (m.Kill(), m.AnswerApproval("a", is_approved=True)), (m.StopBot("b"),)),
        ("admin", (m.SetLimits(), m.SetApprovalRules()), (m.TakeOrders(()), m.AdvanceKill())),
    ],
)
def test_each_role_may_what_those_before_it_may(
    role: str, may: tuple[m.Command, ...], may_not: tuple[m.Command, ...]
) -> None:
    who = Who("bert", role)
    assert [refusal_of(who, each) for each in may] == [""] * len(may)
    assert all(f"bert is {role}" in refusal_of(who, each) for each in may_not)


def test_a_refusal_says_who_which_role_is_needed_and_where_roles_are_set() -> None:
    told = refusal_of(Who("bert", "viewer"), m.StartBot("b", "automated", "main", ""))
    assert told == (
        "StartBot needs the role trader; bert is viewer. "
        "The engine's owner gives roles under [roles] in config.toml."
    )


def test_what_a_cause_halted_is_resumed_by_the_role_that_may_lift_it() -> None:
    assert refusal_of(Who("bert", "trader"), m.Resume("r"), lift="approver")
    assert not refusal_of(Who("anna", "approver"), m.Resume("r"), lift="approver")


def test_who_sent_it_is_written_by_the_engine_whatever_the_command_says() -> None:
    forged = m.AnswerApproval("a", is_approved=True, by="anna", role="admin", at_ns=1)
    told = signed(forged, Who("bert", "trader"))
    assert isinstance(told, m.AnswerApproval)
    assert (told.by, told.role, told.at_ns) == ("bert", "trader", 0), "nor is it early by itself"
    assert signed(m.Kill(by="engine"), Who("bert")) == m.Kill(by="bert")
    assert signed(m.SetLimits(), Who("bert")) == m.SetLimits()
