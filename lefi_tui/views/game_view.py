"""A game as the person in front of it may see it: what it would bring, what is open, what was.

The rule it keeps: what nobody measured is None and shown as such; each price stands with its ticks
from the entry and with the money it leaves after both fees.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from msgspec import field
from msgspec.structs import replace

from lefi_tui.core.instrument import Instrument
from lefi_tui.core.money import ZERO
from lefi_tui.core.record import Record
from lefi_tui.views.book_view import Standing
from lefi_tui.views.desk_view import Mode

KIND: Final = "ttadak"  # of bots that are games


class Place(Record):
    """A price of a game: ticks from the entry, in our favor above zero, and the net money there."""

    price: Decimal
    ticks: int
    money: Decimal


class SideView(Record):
    """One game, as it would be from the book of now, or as it is played."""

    side: str  # buy | sell
    entry: Decimal
    break_even: Place
    target: Place
    stop: Place
    liquidation: Place | None
    fees: Decimal  # of both legs, where it is won
    fees_share: float  # of what the price moves to the target
    wins_needed: float
    fair_chance: float  # that a price without a drift meets the target first
    expected: Decimal  # a game, at that chance
    margin: Decimal

    @property
    def is_hopeless(self) -> bool:
        """Even a game that is won earns nothing."""
        return self.target.money <= 0


class Mark(Record):
    """A letter beside a price of the ladder: E = T S L."""

    letter: str
    price: Decimal


class OwnOrder(Record):
    side: str
    price: Decimal
    units: Decimal  # that still wait
    leg: str  # entry exit stop target
    status: str


class Held(Record):
    """The open position of the game."""

    units: Decimal  # signed
    entry: Decimal
    mark: Decimal | None  # where it could be closed now: best bid, best ask
    ticks: int | None
    gross: Decimal | None
    net: Decimal | None  # closed now at market, both fees paid
    protection: str  # how it is protected, in a few words
    is_bare: bool
    since_ns: int = 0


class RoundRow(Record):
    game: int
    side: str
    result: str  # won lost even missed
    ended_by: str
    ticks: int | None
    net: Decimal
    net_share: float  # of its margin
    fees: Decimal
    planned_fees: Decimal
    ended_ns: int


class Tally(Record):
    """All rounds of the session."""

    games: int = 0  # that were filled
    missed: int = 0
    won: int = 0
    lost: int = 0
    net: Decimal = ZERO
    fees: Decimal = ZERO
    streak: int = 0  # wins in a row above zero, losses below
    best: Decimal | None = None
    worst: Decimal | None = None
    curve: tuple[float, ...] = ()  # net after each game, from 0 on

    @property
    def win_rate(self) -> float | None:
        return self.won / self.games if self.games else None


class Span(Record):
    """One part of a game's way in milliseconds: the last game's, and the session's."""

    name: str
    last: float | None = None
    count: int = 0
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    bins: tuple[int, ...] = ()  # how many took at most each of BINS_MS; the last: longer


BINS_MS: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0)


class Setup(Record):
    """What the next game is played with."""

    leverage: Decimal = Decimal(1)
    target: Decimal = ZERO  # shares of the margin
    stop: Decimal = ZERO
    sizes: tuple[Decimal, ...] = ()
    size: int = 1  # its number, from 1
    entry: str = ""  # maker | taker
    exit: str = ""
    plan: str = ""  # as it is played
    plan_why: str = ""  # why that is not the one that was asked for
    stale_ms: int = 500  # an older book disarms
    clock_ms: int = 250  # and a clock farther from ours

    @property
    def units(self) -> Decimal:
        return self.sizes[self.size - 1] if 0 < self.size <= len(self.sizes) else ZERO


class MarketRow(Record):
    """Where a game could be started, and with what to begin there."""

    account: str
    instrument: Instrument
    price: Decimal | None  # the newest that is known of it
    sizes: tuple[Decimal, ...]

    @property
    def symbol(self) -> str:
        return self.instrument.symbol


class Refusal(Record):
    """What a key would meet now: which game, why not, and what to do where another key helps."""

    what: str  # No game at size 1
    why: str
    advice: str = ""  # 2 plays 0.002 BTC


class GameView(Record):
    """`bot` is empty where no game runs; `games` are all that do."""

    at_ns: int
    bot: str = ""
    games: tuple[str, ...] = ()
    account: str = ""
    symbol: str = ""
    base: str = ""
    currency: str = ""
    mode: Mode = Mode.DEMO
    is_real: bool = False
    status: str = ""
    is_alive: bool = False
    stage: str = ""
    is_armed: bool = False
    why: str = ""
    tick: Decimal = ZERO
    places: int = 2
    setup: Setup = field(default_factory=Setup)
    sides: tuple[SideView, ...] = ()  # both while flat, else the one that is played
    refusal: Refusal | None = None  # why no game can be entered as it is set up, while none is
    held: Held | None = None
    orders: tuple[OwnOrder, ...] = ()
    marks: tuple[Mark, ...] = ()
    rounds: tuple[RoundRow, ...] = ()  # newest first
    tally: Tally = field(default_factory=Tally)
    spans: tuple[Span, ...] = ()
    reach: Standing = field(default_factory=Standing)
    ignored: int = 0  # presses that came twice
    losses_in_row: int = 0
    markets: tuple[MarketRow, ...] = ()  # perpetuals, some of each account


def aged(view: GameView, ms: int) -> GameView:
    """The same game when nothing was heard of it for so long."""
    known = view.reach.book_ms
    if not ms or known is None:
        return view
    return replace(view, reach=replace(view.reach, book_ms=known + ms))
