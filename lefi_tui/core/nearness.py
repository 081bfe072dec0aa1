"""How close the rules of a bot are to firing, for kinds of bot that can tell it."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from lefi_tui.core.bot import Occasion, Snapshot
from lefi_tui.core.record import Record


class Near(Record):
    """One condition of a bot's text, by letters from its beginning."""

    line: int
    start: int
    end: int
    text: str
    degree: float  # 0 far, 1 met
    is_met: bool
    was_reached: bool  # the run came there; else it is told by what stood when the run began
    words: str  # `close is 1.2% above fast`


class Nearness(Record):
    """Of one moment; `refusal` is why there is nothing to tell."""

    rows: tuple[Near, ...] = ()
    refusal: str = ""
    at_ms: int = 0


@runtime_checkable
class Gauging(Protocol):
    """A kind of bot whose conditions have a distance."""

    def nearness(self, state: Any) -> Nearness:
        """By its last run."""
        ...

    def nearness_at(self, state: Any, occasion: Occasion, snapshot: Snapshot) -> Nearness:
        """By the runs that `decide` carries out on the same arguments."""
        ...
