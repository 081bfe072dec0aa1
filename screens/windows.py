"""Windows over whatever is in sight, each opened by its own key from everywhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lefi_tui.core.messages import Command
from screens.asking import Dialog
from screens.dead import DeadScreen
from screens.scores import ScoresScreen
from screens.spoken import Place, Spoken
from screens.wallets import WalletsScreen
from widgets.ink import Palette


def window(name: str, send: Callable[[Command], None]) -> Dialog:
    match name:
        case "money":
            return WalletsScreen()
        case "scores":
            return ScoresScreen()
        case _:
            return DeadScreen(send)


def line_of_lefi(
    places: Sequence[Place], spoken: Spoken, send: Callable[[Command], None], palette: Palette
) -> Dialog:
    from screens.say import SayScreen

    return SayScreen(places, spoken, send, palette)
