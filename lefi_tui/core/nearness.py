"""How close the rules of a bot are to firing, for kinds of bot that can tell it."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from lefi_tui.core.bot import Occasion, Snapshot
from lefi_tui.core.record import Record


class Side(Record):
    """One side of a comparison. A constant has no label; neither value nor text: it has none."""

    label: str = ""
    value: float | None = None  # a percent as a share, times and durations in ms
    text: str = ""


class Part(Record):
    """One comparison of a condition, or what joins those below it."""

    sign: str  # `>`, `==` …; `and`, `or`; empty where the left side is true or false by itself
    is_met: bool
    depth: int = 0  # how many `and` and `or` it stands in
    is_fixed: bool = False  # of constants alone: it stays as it is whatever comes
    away: float | None = None  # the gap as a share of the larger side; None: there is none to tell
    left: Side = Side()
    right: Side = Side()
    unit: str = ""  # of both, as the language calls it
    text: str = ""  # of what is joined, as written
    is_past: bool = False  # of earlier candles: it comes no nearer, whatever this one does

    @property
    def is_joint(self) -> bool:
        return self.sign in {"and", "or"}


class Near(Record):
    """One condition of a bot's text, by letters from its beginning."""

    line: int
    start: int
    end: int
    text: str
    was_reached: bool  # the run came there; else it is told by what stood when the run began
    parts: tuple[Part, ...]  # the whole first, then what it is made of

    @property
    def is_met(self) -> bool:
        return self.parts[0].is_met


class NearRun(Record):
    """The conditions of one handler; `refusal` is why there is nothing to tell of them."""

    line: int
    title: str
    rows: tuple[Near, ...] = ()
    refusal: str = ""
    at_ms: int = 0  # of the run


class Nearness(Record):
    """Handlers with conditions, in the order of the text; `refusal` is why nothing can be told."""

    runs: tuple[NearRun, ...] = ()
    refusal: str = ""
    at_ms: int = 0
    states: tuple[tuple[str, str], ...] = ()  # of the bot, as its kind prints them


@runtime_checkable
class Gauging(Protocol):
    """A kind of bot whose conditions have a distance."""

    def nearness(self, state: Any) -> Nearness:
        """By the last run of each handler."""
        ...

    def nearness_at(self, state: Any, occasion: Occasion, snapshot: Snapshot) -> Nearness:
        """By the runs that `decide` carries out on the same arguments."""
        ...
