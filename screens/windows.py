"""Windows over whatever is in sight, each opened by its own key from everywhere."""

from __future__ import annotations

from collections.abc import Callable

from lefi_tui.core.messages import Command
from screens.asking import Dialog
from screens.dead import DeadScreen
from screens.scores import ScoresScreen
from screens.wallets import WalletsScreen


def window(name: str, send: Callable[[Command], None]) -> Dialog:
    match name:
        case "money":
            return WalletsScreen()
        case "scores":
            return ScoresScreen()
        case _:
            return DeadScreen(send)
