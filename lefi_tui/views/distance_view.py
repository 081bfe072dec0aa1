"""How close each condition of a script is to firing, for the editor beside the text."""

from __future__ import annotations

from lefi_tui.core.nearness import NearRun
from lefi_tui.core.record import Record


class DistancesView(Record):
    """`refusal` is why there is nothing to tell."""

    runs: tuple[NearRun, ...] = ()
    refusal: str = ""
    account: str = ""  # whose market was asked
    bot: str = ""  # whose settings these are; none: they are the script's own
    is_bots: bool = False  # its own runs tell it, with its state; else a run of nobody's
    at_ms: int = 0  # of its newest run, or the close of the newest candle; 0: it reads none
    states: tuple[tuple[str, str], ...] = ()  # of that bot, as they stand
