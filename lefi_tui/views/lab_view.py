"""What the Lab may know: a script's text over candles of the past, and what came of it.

The screen reaches the process that simulates, and files, by `Lab` alone. A question has a number;
whatever is said bears it, so that an answer that nobody waits for any more is told apart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Final, Protocol

import msgspec
from msgspec import field

from lefi_tui.core.metrics import Numbers, OpenPosition, Trade
from lefi_tui.core.record import Record
from lefi_tui.errors import LefiError
from lefi_tui.requests import Costs, Over, Window
from lefi_tui.views.chart_view import Candle
from lefi_tui.views.honest_view import HonestView
from lefi_tui.views.report_view import Point
from lefi_tui.views.sweep_view import SweepView

TRADES_MAX: Final = 2_000  # the newest; nobody walks through more, and each keystroke sends them
KEY_LETTERS: Final = 8


class DataFile(Record):
    """A file of candles; without a symbol it is of the one market the script names."""

    path: str
    symbol: str = ""


class Ground(Record):
    """What a text is run over, and how: all but the text."""

    files: tuple[DataFile, ...] = ()
    values: tuple[tuple[str, str], ...] = ()  # settings that differ from the script's own
    timeframe_ms: int | None = None
    window: Window = field(default_factory=Window)
    costs: Costs = field(default_factory=Costs)


class Run(Record):
    """What came of one text over one ground. Times are in ms, but for the points of the curves."""

    key: str  # of script, data and settings: equal ones are one run
    script: str
    text: str
    ground: Ground
    symbols: tuple[str, ...]
    timeframe_ms: int
    data_ms: int
    candles: int
    from_ms: int
    to_ms: int
    way: str
    seconds: float
    start: float
    final: float
    numbers: Numbers
    fees: float
    funding: float
    buy_and_hold: float | None
    points: tuple[Point, ...]
    trades: tuple[Trade, ...]  # the newest, oldest first
    traded: int  # all there were
    open: tuple[OpenPosition, ...]
    refused: int
    notices: tuple[str, ...]

    def setting(self, name: str) -> str:
        return dict(self.ground.values).get(name, "")


def key_of(text: str, ground: Ground, digests: tuple[str, ...]) -> str:
    """Files count by what is in them, not by where they are."""
    symbols = tuple(each.symbol for each in ground.files)
    told = (text, digests, symbols, sorted(ground.values), ground.timeframe_ms)
    whole = msgspec.json.encode((*told, ground.window, ground.costs))
    return hashlib.sha256(whole).hexdigest()[:KEY_LETTERS]


# ---- asked


class Asked(Record, tag_field="what"):
    number: int


class AskRun(Asked, tag="run"):
    script: str
    text: str
    ground: Ground


class Wanted(Record):
    """What the picture is to be of."""

    script: str = ""
    text: str = ""
    ground: Ground = field(default_factory=Ground)

    def asked(self, number: int) -> AskRun:
        return AskRun(number, self.script, self.text, self.ground)

    def is_of(self, run: Run) -> bool:
        return (run.text, run.ground) == (self.text, self.ground)


class AskTrust(Asked, tag="trust"):
    """How far a run can be trusted; it is counted as tried on its data."""

    run: AskRun


class AskSweep(Asked, tag="sweep"):
    """Every combination of some settings, over the ground of a run."""

    run: AskRun
    over: tuple[Over, ...]
    rank: str


class AskCandles(Asked, tag="candles"):
    """Of the market of the last run: `count` of this length at most, the last one at `until_ms`."""

    symbol: str
    until_ms: int
    timeframe_ms: int
    count: int


class Drop(Asked, tag="drop"):
    """Whatever was asked up to this number is not wanted any more."""


# ---- said


class Said(Record, tag_field="what"):
    number: int


class Busy(Said, tag="busy"):
    """It lasts: so much is done, of how much (0: not known)."""

    done: int = 0
    of: int = 0


class Ran(Said, tag="ran"):
    run: Run


class Trusted(Said, tag="trusted"):
    key: str  # of the run
    trust: HonestView


class Swept(Said, tag="swept"):
    text: str  # that was swept, over this ground
    ground: Ground
    sweep: SweepView


class Candles(Said, tag="candles"):
    symbol: str
    timeframe_ms: int
    candles: tuple[Candle, ...]


class Refused(Said, tag="refused"):
    """In four parts, as errors are told."""

    code: str
    title: str
    where: str
    why: str
    next_step: str


class Dropped(Said, tag="dropped"):
    """As it was asked to."""


class Ended(Said, tag="ended"):
    """The process is gone, with whatever it was asked; the next question begins another."""

    why: str


Question = AskRun | AskTrust | AskSweep | AskCandles | Drop
Answer = Busy | Ran | Trusted | Swept | Candles | Refused | Dropped | Ended
Hear = Callable[[Answer], None]  # called from a thread


class Needs(Record):
    """What a script needs of candles."""

    symbols: tuple[str, ...]
    lengths: tuple[int, ...]  # in ms, the shortest first; none: whatever there is
    is_free: bool = False  # its one market is a setting: candles of another are run as that


class KeptFile(Record):
    """Candles of one market that can be chosen. `place`: the exchange they come from."""

    file: DataFile
    place: str
    length_ms: int  # of a candle
    candles: int
    from_ms: int
    to_ms: int  # the close of the last
    is_made: bool = True  # the demo market's are made when they are chosen


class Lab(Protocol):
    def open(self, hear: Hear) -> None:
        """Whoever hears what is said from now on."""
        ...

    def send(self, asked: Question) -> None:
        """Returns at once; the answer comes by `hear`."""
        ...

    def end(self) -> None:
        """Ends the process, which may hang; it begins anew with the next question."""
        ...

    def close(self) -> None:
        """The screen is gone; so is the process."""
        ...

    def files(self, needs: Needs | None) -> tuple[KeptFile, ...]:
        """Those that `lefi data` keeps and those of the demo market, also such as fit and can be
        made."""
        ...

    def make(self, kept: Sequence[KeptFile]) -> None:
        """Those that are not made yet. It takes a second or two."""
        ...

    def remembered(self) -> Ground:
        """The ground that was chosen last."""
        ...

    def remember(self, ground: Ground) -> None: ...

    def kept(self) -> tuple[Run, ...]:
        """The runs on disk, the newest first."""
        ...

    def keep(self, run: Run) -> None: ...


class LabEndedError(LefiError):
    code = "LE607"
    title = "The simulation has ended"
    usual_next = (
        "Change the text or press the key for another run: it begins anew by itself. Should this "
        "text end it again, `lefi backtest --way event` runs it without machine code"
    )
