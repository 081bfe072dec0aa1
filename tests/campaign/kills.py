"""kill -9 of an engine under load, against a venue in another process: both ledgers are equal."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from tests.campaign.runner import Campaign
from tests.faults.kills import campaign

KILLS: Final = 5  # lives of one profile, each killed at a random moment


def case(number: int, seed: int) -> str:
    with tempfile.TemporaryDirectory(prefix="lefi-kills-") as folder:
        report = campaign(Path(folder), seed * 1_000 + number, KILLS)
    return "" if report.is_good else str(report)


CAMPAIGN: Final = Campaign(
    f"{KILLS} kills at random moments: every order once, both ledgers equal, the chain verifies",
    length=60,
    case=case,
)
