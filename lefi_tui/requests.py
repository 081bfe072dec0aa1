"""What the command line asks of the program, as plain values, and what it shows while it waits.

`wiring` carries these out; they hold no behavior, so both sides can be tested without the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lefi_tui.core.record import Record

if TYPE_CHECKING:
    from lefi_tui.core.risk.limits import Limits
    from lefi_tui.core.risk.release import Release

CASH: Final = Decimal(10_000)
MAKER: Final = Decimal("0.0002")
TAKER: Final = Decimal("0.0005")


class MarketFile(Record):
    """A file of candles. `symbol` is empty where the script itself says which market it is."""

    path: Path
    symbol: str = ""


class Costs(Record):
    """Cash and fees of a simulated account; rates are shares (0.0005 is 0.05%)."""

    cash: Decimal = CASH
    maker: Decimal = MAKER
    taker: Decimal = TAKER
    slippage: Decimal = Decimal(0)


class Window(Record):
    """A part of the data, in milliseconds, `to_ms` excluded; None is its own beginning or end."""

    from_ms: int | None = None
    to_ms: int | None = None


class LimitsAsked(Record):
    """The gate's limits in a simulation (`--limits FILE`), and the calendar that FILE names."""

    limits: Limits
    releases: tuple[Release, ...] = ()
    calendar: str = ""  # the file it comes from


class PracticeRequest(Record):
    """What a player sets: where the recording begins, how quick it and the line to it are."""

    folder: Path | None = None
    latency_ms: int = 40
    jitter_ms: int = 0
    at_ms: int = 0
    speed: Decimal = Decimal(1)
    rounds: int = 0
    seed: int = 1
    cash: Decimal = CASH


class BacktestRequest(Record):
    script: Path
    source: str
    files: tuple[MarketFile, ...]
    symbol: str = ""
    timeframe_ms: int | None = None
    window: Window = Window()
    settings: tuple[tuple[str, str], ...] = ()
    costs: Costs = Costs()
    way: str = "auto"  # auto | machine | event
    limits: LimitsAsked | None = None
    columns: Path | None = None  # the folder of candle files as columns; None reads text
    variants: Path | None = None  # the folder where tried variants are counted; None counts none


# What the cells of a sweep can be ranked by.
MEASURES: Final = (
    *("sharpe", "sortino", "return", "final_equity", "cagr", "max_drawdown"),
    *("win_rate", "profit_factor", "trades"),
)


class Over(Record):
    """A setting that a sweep varies: from, to and step, as they were written."""

    name: str
    low: str
    high: str
    step: str

    def __str__(self) -> str:
        return f"{self.name}={self.low}..{self.high}:{self.step}"


class SweepRequest(Record):
    """`run` with every combination of what is varied."""

    run: BacktestRequest
    over: tuple[Over, ...]
    rank: str = MEASURES[0]
    workers: int = 1


class RunRequest(Record):
    """One bot through the real engine. Without files the market is the embedded demo market."""

    script: Path
    source: str
    files: tuple[MarketFile, ...] = ()
    account: str = ""  # a name of config.toml; empty is the built-in paper account
    symbol: str = ""
    timeframe_ms: int | None = None
    window: Window = Window()
    settings: tuple[tuple[str, str], ...] = ()
    costs: Costs = Costs()
    speed: float | None = None  # times real time; None is as fast as it goes
    duration_ms: int | None = None
    limits: LimitsAsked | None = None
    columns: Path | None = None  # as above


class RunLine(Record):
    """One line of a run: an event, a decision, an order, a fill, and at last the end."""

    kind: str
    at_ms: int
    text: str
    data: Mapping[str, Any] = {}


class ReplayAnswer(Record):
    """Whether a recorded run came out the same; if not, the first event that differs, in words."""

    run: str
    messages: int
    events: int
    difference: str = ""

    @property
    def is_same(self) -> bool:
        return not self.difference


Progress = Callable[[int, int], None]  # done, of how many (0: not known)
Hear = Callable[[RunLine], None]
