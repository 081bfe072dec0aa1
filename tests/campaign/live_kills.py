"""kill -9 of an engine that trades on the loopback exchange: journal and exchange agree."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from tests.campaign.runner import Campaign, Finding
from tests.exchange.loopback.host import exchange_in_process
from tests.faults.live_kills import live_kills

KILLS: Final = 5  # lives of one profile, each killed at a random moment
SHARE: Final = 0.3  # of the sends go wrong in every second case


def case(number: int, seed: int) -> Finding:
    with tempfile.TemporaryDirectory(prefix="lefi-live-") as folder:
        place = Path(folder)
        with exchange_in_process(place) as far:
            share = SHARE if number % 2 else 0.0
            report = live_kills(place, far, seed * 1_000 + number, KILLS, share)
    counts = {
        "kills": report.lives,
        "fills": report.fills,
        "updates": report.updates,
        "spoilt": report.lost,
    }
    return Finding("; ".join(report.wrong), counts)


CAMPAIGN: Final = Campaign(
    f"{KILLS} kills of an engine on the loopback exchange: both books agree before a new order",
    length=40,
    case=case,
)
