"""kill -9 in the middle of a kill, at each of its stages and then at several by chance."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from tests.campaign.runner import Campaign, Finding
from tests.faults.halts import STAGES, halt


def case(number: int, seed: int) -> Finding:
    with tempfile.TemporaryDirectory(prefix="lefi-halt-") as folder:
        report = halt(Path(folder), number, seed)
    counts = {"deaths": len(report.deaths), "found it alive": report.died}
    return Finding("" if not report.wrong else str(report), counts)


CAMPAIGN: Final = Campaign(
    "deaths in the middle of a kill: halted at the start, flat at the end, nothing sold twice",
    length=len(STAGES),
    case=case,
)
