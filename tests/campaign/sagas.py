"""kill -9 of an engine whose bot asks, transacts in three steps and finalizes."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from tests.campaign.runner import Campaign, Finding
from tests.faults.sagas import saga


def case(number: int, seed: int) -> Finding:
    with tempfile.TemporaryDirectory(prefix="lefi-saga-") as folder:
        report = saga(Path(folder), number, seed)
    counts = {"kills": len(report.kills), "found it alive": report.killed, report.ended: 1}
    return Finding("" if not report.wrong else str(report), counts)


CAMPAIGN: Final = Campaign(
    "kills at each commit and at random moments: every effect once, or all traded back",
    length=300,
    case=case,
)
