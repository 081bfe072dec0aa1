"""The desk as a screen may know it: one frozen picture, every live number with its age.

Ages are measured when the picture is taken; `aged` makes the same picture older, so that a screen
whose engine has fallen silent dims what it shows instead of keeping it fresh.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Final

from msgspec import field
from msgspec.structs import replace

from lefi_tui.core.messages import TradingState
from lefi_tui.core.notices import Severity
from lefi_tui.core.record import Record
from lefi_tui.views.equity_line import EquityLine
from lefi_tui.views.wallet_view import READING_LIMIT_MS

# Twenty polls of a screen without an answer: what it shows is then called old.
SILENCE_MAX_MS: Final = 2_000


class Mode(StrEnum):
    """Whose money moves. The word is on the whole frame, and never in color alone."""

    DEMO = "DEMO"  # a made-up market, made-up money
    REPLAY = "REPLAY"  # a recorded market, made-up money
    DRY = "DRY"  # a real market, made-up money
    SANDBOX = "SANDBOX"  # a real exchange's practice market, its made-up money
    LIVE = "LIVE"  # real money


class Weight(StrEnum):
    """How a line of the log is to be taken."""

    PLAIN = "plain"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


class Banner(Record):
    mode: Mode
    venue: str
    trading_state: TradingState
    cause: str = ""


class AccountRow(Record):
    name: str
    currency: str
    mode: Mode
    venue: str
    free: Decimal
    equity: Decimal
    waits: str = ""  # for what, while no prices come
    line: EquityLine = field(default_factory=EquityLine)  # since the engine began
    trading_state: TradingState = TradingState.ACTIVE  # its own, beside the desk's
    margin_use: float | None = None  # as the exchange said; at a ratio of 1 it closes positions
    margin_ratio: float | None = None
    read_age_ms: int | None = None  # since it said so


class PriceRow(Record):
    """`change` is a share of the first price seen on this UTC day; None before there are two."""

    account: str
    symbol: str
    bid: float
    ask: float
    last: float
    change: float | None
    direction: int  # of the newest move: 1 up, -1 down, 0 none yet
    places: int  # digits after the point that this market's tick asks for
    age_ms: int
    limit_ms: int  # older than this is stale

    @property
    def is_stale(self) -> bool:
        return self.age_ms > self.limit_ms


class PositionRow(Record):
    """`mark` is None while no price was seen: then nothing is said about profit."""

    account: str
    symbol: str
    units: Decimal
    entry: Decimal
    mark: Decimal | None
    pnl: Decimal | None
    pnl_share: float | None  # of the value at entry
    liquidation: Decimal | None  # perpetuals only
    owners: tuple[str, ...]
    currency: str
    places: int
    age_ms: int  # of the mark
    limit_ms: int
    leverage: Decimal | None = None  # in force at the exchange
    is_isolated: bool = True
    read_age_ms: int | None = None  # since the exchange said where; None: computed from the books
    stop: str = ""  # how it is protected, in a few words
    stop_few: str = ""  # and in one
    is_bare: bool = False  # it asks for a stop, and has none
    lost_ms: int = 0  # without it since it was opened, in all
    stop_why: str = ""
    unconfirmed_ms: int = 0  # since its venue last told what works there, where that is too long
    is_external: bool = False  # of another hand: nothing here touches it

    @property
    def is_stale(self) -> bool:
        return self.age_ms > self.limit_ms or self.unconfirmed_ms > 0

    @property
    def away(self) -> float | None:
        """How far the mark has to go to be liquidated, as a share of it; signed."""
        if self.liquidation is None or not self.mark:
            return None
        return float(self.liquidation / self.mark) - 1

    @property
    def is_read_late(self) -> bool:
        return self.read_age_ms is not None and self.read_age_ms > READING_LIMIT_MS


class OrderRow(Record):
    id: str
    account: str
    symbol: str
    side: str
    kind: str
    quantity: Decimal | None  # None until the venue has fixed it
    filled: Decimal
    price: Decimal | None  # limit, stop or target; None at market
    leg: str
    owner: str
    status: str
    places: int
    age_ms: int
    unconfirmed_ms: int = 0  # as of a position
    is_external: bool = False  # of another hand: nothing here touches it
    rests_alone: bool = False  # while we are gone it rests on: there is no dead-man
    is_lost: bool = False  # no line of its bot's text knows it


class BotRow(Record):
    """`did` is the last thing it did or was refused, `why` the reason its last run gave."""

    id: str
    title: str
    kind: str
    mode: Mode
    account: str
    symbols: tuple[str, ...]
    status: str
    is_alive: bool
    warming: str
    did: str
    did_age_ms: int | None
    why: str
    why_age_ms: int | None
    version: str = ""  # the first letters of its text's hash


class LogRow(Record):
    """One event in words: what happened, where, why, and what can be done next."""

    number: int
    at_ns: int
    weight: Weight
    what: str
    where: str
    why: str = ""
    next: str = ""
    times: int = 1  # the same line again and again is one line, counted
    severity: Severity | None = None  # None where it is no news for who is away


class DeskView(Record):
    at_ns: int
    banner: Banner
    accounts: tuple[AccountRow, ...] = ()
    prices: tuple[PriceRow, ...] = ()
    positions: tuple[PositionRow, ...] = ()
    orders: tuple[OrderRow, ...] = ()
    bots: tuple[BotRow, ...] = ()
    log: tuple[LogRow, ...] = ()  # newest first
    silent_ms: int = 0  # how long the engine has not answered
    questions: int = 0  # that wait for whoever looks
    doubts: int = 0  # orders without an answer, units that are nobody's
    question_left_ms: int = 0  # of the first of them

    @property
    def is_silent(self) -> bool:
        return self.silent_ms > SILENCE_MAX_MS


class WhyView(Record):
    """The last run of one bot: the conditions with the values they had, and what was decided."""

    bot: str
    title: str
    status: str
    lines: tuple[str, ...]
    age_ms: int | None


def aged(view: DeskView, silent_ms: int) -> DeskView:
    """The same picture, so much older than when it was taken."""
    if silent_ms <= 0:
        return view
    return replace(
        view,
        silent_ms=silent_ms,
        question_left_ms=max(0, view.question_left_ms - silent_ms),
        prices=tuple(replace(row, age_ms=row.age_ms + silent_ms) for row in view.prices),
        accounts=tuple(
            replace(row, read_age_ms=_later(row.read_age_ms, silent_ms)) for row in view.accounts
        ),
        positions=tuple(
            replace(
                row,
                age_ms=row.age_ms + silent_ms,
                read_age_ms=_later(row.read_age_ms, silent_ms),
                unconfirmed_ms=_later(row.unconfirmed_ms or None, silent_ms) or 0,
            )
            for row in view.positions
        ),
        orders=tuple(
            replace(
                row,
                age_ms=row.age_ms + silent_ms,
                unconfirmed_ms=_later(row.unconfirmed_ms or None, silent_ms) or 0,
            )
            for row in view.orders
        ),
    )


def _later(age_ms: int | None, silent_ms: int) -> int | None:
    return None if age_ms is None else age_ms + silent_ms
