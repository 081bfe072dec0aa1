"""What the log says of the kill's rules."""

from __future__ import annotations

import pytest

from lefi_tui.core import messages as m
from lefi_tui.core.kill import Flatten, KillRules
from lefi_tui.views.wording_kill import OF_KILLS


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        (KillRules(), "flatten none; by itself at nothing"),
        (KillRules(Flatten.BOTS, errors_max=10), "flatten bots; by itself at errors_max 10"),
        (
            KillRules(Flatten.ALL, losses_max=5, spreads_max=3),
            "flatten all; by itself at losses_max 5, spreads_max 3",
        ),
    ],
)
def test_the_rules_in_force_are_told_by_their_names_in_the_settings(
    rules: KillRules, told: str
) -> None:
    said = OF_KILLS[m.KillRulesSet](m.KillRulesSet(rules), {})
    assert said is not None
    assert said.why == told
