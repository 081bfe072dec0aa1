"""What each key of a game asks of it, by its id in the table of keys."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from lefi_tui.core.game import Do

FAR: Final = 10  # ticks of the quick way
# The arming key is not here: whether it arms or disarms the screen knows, and real money asks for
# a word.
PLAYS: Final[Mapping[str, tuple[Do, int]]] = MappingProxyType(
    {
        "game_buy": (Do.BUY, 0),
        "game_sell": (Do.SELL, 0),
        "game_even": (Do.BREAK_EVEN, 0),
        "game_cancel": (Do.CANCEL, 0),
        "game_flatten": (Do.FLATTEN, 0),
        **{f"game_size_{number}": (Do.SIZE, number) for number in range(1, 6)},
        "game_exit_out": (Do.EXIT, 1),
        "game_exit_in": (Do.EXIT, -1),
        "game_exit_out_far": (Do.EXIT, FAR),
        "game_exit_in_far": (Do.EXIT, -FAR),
        "game_bracket_out": (Do.BRACKET, 1),
        "game_bracket_in": (Do.BRACKET, -1),
        "game_target_more": (Do.TARGET, 1),
        "game_target_less": (Do.TARGET, -1),
        "game_stop_more": (Do.STOP, 10),
        "game_stop_less": (Do.STOP, -10),
    }
)
