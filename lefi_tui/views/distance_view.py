"""How close each condition of a script is to firing, for the editor beside the text."""

from __future__ import annotations

from lefi_tui.core.nearness import Near
from lefi_tui.core.record import Record


class DistancesView(Record):
    """`refusal` is why there is nothing to tell."""

    rows: tuple[Near, ...] = ()
    refusal: str = ""
    of: str = ""  # the bot whose last run tells it, or the account whose market was asked
    is_bot: bool = False
    at_ms: int = 0  # of that run, or the close of the newest candle; 0: it reads none
