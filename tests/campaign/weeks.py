"""A week of real candles through twenty bots, twice in virtual time."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from tests.campaign.runner import Campaign, Finding
from tests.engine.week import week

MINUTES: Final = 7 * 24 * 60


def case(_number: int, _seed: int) -> Finding:
    found = []
    for _ in range(2):
        with tempfile.TemporaryDirectory(prefix="lefi-week-") as folder:
            found.append(week(Path(folder), MINUTES))
    is_same = found[0] == found[1] and found[0].is_replayed_alike
    counts = {"rows": found[0].rows, "orders": found[0].orders}
    return Finding("" if is_same else f"{found[0]} and then {found[1]}", counts)


CAMPAIGN: Final = Campaign(
    "a week of real candles through twenty bots twice: journals equal to the byte, replayed alike",
    length=1,
    case=case,
    is_finite=True,
)
