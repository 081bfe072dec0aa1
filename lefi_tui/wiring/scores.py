"""The scoreboard without an engine: games of the desk and of `lefi practice`, from their tables."""

from __future__ import annotations

import asyncio
from pathlib import Path

from lefi_tui.adapters.sqlite_reading import FILE_NAME
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.errors import RefusedError
from lefi_tui.settings import Settings
from lefi_tui.views.queries import ScoresQuery
from lefi_tui.views.scores import GAMES_READ, Told, scores_view
from lefi_tui.views.scores_view import ScoresView
from lefi_tui.wiring.accounts import PRACTICE
from lefi_tui.wiring.exports import tables_of


def scores_of(settings: Settings, query: ScoresQuery) -> ScoresView:
    places = (settings.data_dir, settings.data_dir / PRACTICE)
    folders = [each for each in places if (each / FILE_NAME).exists()]
    if not folders:
        raise RefusedError(
            "nothing was ever played with this profile",
            where=str(settings.data_dir),
            next_step="`lefi practice --data FOLDER` opens a recorded market to play on",
        )
    told = [asyncio.run(_told(each)) for each in folders]
    return scores_view(told, query, SystemClock().now_ns())


async def _told(folder: Path) -> Told:
    records = tables_of(folder)
    games, runs = await records.games(GAMES_READ), await records.runs()
    return Told(games, runs, await records.accounts())
