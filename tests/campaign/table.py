"""The campaigns there are. A new one is a module with a `CAMPAIGN`, and a line here."""

from __future__ import annotations

from typing import Final

from tests.campaign import (
    far_games,
    far_lives,
    games,
    halts,
    kills,
    live_games,
    live_kills,
    machine,
    mutations,
    programs,
    sagas,
    screens,
    sends,
    two_paths,
    weeks,
)
from tests.campaign.runner import Campaign

CAMPAIGNS: Final[dict[str, Campaign]] = {
    "mutations": mutations.CAMPAIGN,
    "two_paths": two_paths.CAMPAIGN,
    "programs": programs.CAMPAIGN,
    "machine": machine.CAMPAIGN,
    "kills": kills.CAMPAIGN,
    "live_kills": live_kills.CAMPAIGN,
    "halts": halts.CAMPAIGN,
    "sagas": sagas.CAMPAIGN,
    "sends": sends.CAMPAIGN,
    "sends_okx": sends.OKX_CAMPAIGN,
    "sends_spot": sends.SPOT_CAMPAIGN,
    "games": games.CAMPAIGN,
    "far_games": far_games.CAMPAIGN,
    "far_lives": far_lives.CAMPAIGN,
    "live_games": live_games.CAMPAIGN,
    "screens": screens.CAMPAIGN,
    "weeks": weeks.CAMPAIGN,
}
