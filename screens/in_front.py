"""In front of a bot: a game has a screen of its own, any other bot shows the keys it has."""

from __future__ import annotations

from textual.app import App

from lefi_tui.views.desk_view import BotRow
from lefi_tui.views.game_view import KIND


async def go_in_front(app: App[int], row: BotRow) -> None:
    room = "game" if row.kind == KIND else "manual"
    await app.run_action(f"app.go({room!r}, {row.id!r})")
