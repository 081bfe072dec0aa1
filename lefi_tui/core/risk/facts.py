"""What the gate is told: the order, the account as it stands, the market as it was last seen.

The rule it keeps: all of it was journaled or taped; what is missing or old is told as such.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from msgspec import field

from lefi_tui.core.bot import Bar
from lefi_tui.core.messages import TradingState
from lefi_tui.core.money import ZERO
from lefi_tui.core.order import ExitPlan, Level, LevelKind, Side
from lefi_tui.core.record import Record
from lefi_tui.core.risk.heat import Thermostat
from lefi_tui.core.risk.periods import Worth
from lefi_tui.core.risk.release import Release

NS_PER_S: Final = 1_000_000_000
NS_PER_MS: Final = 1_000_000
SEEN_NS_MAX: Final = 30 * NS_PER_S  # of volume and book; candles tell their own age
CANDLES_LATE_MAX: Final = 3  # of their own length
STOPS: Final = frozenset({"stop_loss", "trail", "liquidation"})  # reasons of a fill: it cools down
MARK_NS_MAX: Final = 120 * NS_PER_S  # of the price that an open position is valued at


class GateRequest(Record):
    """One order as the gate sees it, in quote where money is meant."""

    side: Side
    symbol: str
    currency: str
    notional: Decimal | None  # None where the venue fixes units at the fill
    needed: Decimal | None  # free cash it takes, fees included; None likewise
    is_reducing: bool
    invalid: tuple[str, str] | None = None  # code and words, where it can't be traded at all
    price: Decimal = ZERO
    opening: Decimal = ZERO  # units that open or enlarge
    quantity: Decimal = ZERO
    leverage: Decimal = Decimal(1)
    stop: Decimal | None = None  # where its stop loss or its trail begins, the closer one
    target: Decimal | None = None
    is_undo: bool = False  # trades back what was half done: no limit leaves it so

    @property
    def opened(self) -> Decimal:
        """What of it opens or enlarges is worth."""
        return self.opening * self.price

    @property
    def at_stake(self) -> Decimal:
        """What it loses at its stop; all that it is worth where it has none."""
        return self.opening * (self.price if self.stop is None else abs(self.price - self.stop))


class Held(Record):
    """One open position at its own mark."""

    symbol: str
    units: Decimal  # negative when short
    mark: Decimal
    stop: Decimal | None = None  # the price of its stop

    @property
    def worth(self) -> Decimal:
        return abs(self.units) * self.mark

    @property
    def at_stake(self) -> Decimal:
        """What its stop would still lose from here; all where it has none."""
        if self.stop is None:
            return self.worth
        return max(ZERO, self.units * (self.mark - self.stop))


class Seen(Record):
    """One market as it was last asked; empty or None is what it did not tell."""

    at_ns: int
    bid: Decimal | None = None
    ask: Decimal | None = None
    volume_24h: Decimal | None = None  # in quote
    bids: tuple[tuple[Decimal, Decimal], ...] = ()
    asks: tuple[tuple[Decimal, Decimal], ...] = ()
    bars: tuple[Bar, ...] = ()  # of an hour, oldest first


class VenueState(Record):
    """How an account's venue answered last."""

    at_ns: int
    asked: int = 0
    failed: int = 0
    waiting: int = 0
    apart: Decimal = ZERO  # worth of what its holdings and our books differ by
    apart_before: Decimal = ZERO  # a reading earlier

    @property
    def drift(self) -> Decimal:
        """That stands for two readings: a fill on its way to us is none."""
        return min(self.apart, self.apart_before)


class Left(Record):
    """When and at what price a market was left last: whatever made its position smaller."""

    at_ns: int
    price: Decimal


class Facts(Record):
    trading_state: TradingState
    trading_cause: str
    free: Decimal
    orders_last_minute: int
    # What follows is told where a limit looks at it.
    at_ns: int = 0
    mode: str = "dry_run"
    cash: Decimal = ZERO
    worth: Worth | None = None
    held: tuple[Held, ...] = ()
    old_marks: tuple[str, ...] = ()  # open positions whose price is too old, in words
    coming: Mapping[str, Decimal] = field(default_factory=dict)  # worth of working entries
    stopped_ns: int | None = None  # when the market's last stop loss filled
    entries_day: int = 0
    unconfirmed: int = 0
    seen: Mapping[str, Seen] = field(default_factory=dict)
    venue: VenueState | None = None
    releases: tuple[Release, ...] = ()  # of the calendar, high impact, about now
    biases: tuple[tuple[str, float], ...] = ()  # what bots that can't trade say of the market
    signal: Mapping[str, float] = field(default_factory=dict)  # newest numbers that its bot emitted
    left: Left | None = None
    heat: Thermostat | None = None  # of the entry's market; none where nobody looked yet
    doubt: tuple[str, str] = ("", "")  # code and words, where what works or is held is not known
    resume: str = "lefi resume"  # what lifts the trading state

    def of(self, symbol: str) -> Held | None:
        return next((each for each in self.held if each.symbol == symbol), None)

    def fresh(self, symbol: str) -> Seen | None:
        """The market as it is: not older than half a minute."""
        seen = self.seen.get(symbol)
        is_fresh = seen is not None and self.at_ns - seen.at_ns <= SEEN_NS_MAX
        return seen if is_fresh else None

    def candles(self, symbol: str) -> tuple[Bar, ...]:
        """Of an hour, oldest first; none where the newest closed more than three hours ago."""
        bars = self.seen[symbol].bars if symbol in self.seen else ()
        if not bars:
            return ()
        age_ms = self.at_ns // NS_PER_MS - bars[-1].time_ms - bars[-1].timeframe_ms
        return bars if age_ms <= CANDLES_LATE_MAX * bars[-1].timeframe_ms else ()

    def exposure(self, symbol: str) -> Decimal:
        """Held and on its way, in one market."""
        held = self.of(symbol)
        return (ZERO if held is None else held.worth) + self.coming.get(symbol, ZERO)

    @property
    def exposed(self) -> Decimal:
        """In all markets, each at its own mark."""
        return sum((each.worth for each in self.held), ZERO) + sum(self.coming.values(), ZERO)


def stop_price(plan: ExitPlan, entry: Decimal, sign: int) -> Decimal | None:
    """Where an entry's stop loss or its trail begins, whichever is closer."""
    fixed = exit_price(plan.stop_loss, entry, -sign)
    if plan.trail is None:
        return fixed
    by = plan.trail.value
    trail = entry - sign * (by if plan.trail.kind is LevelKind.PRICE else entry * by)
    return trail if fixed is None else (max if sign > 0 else min)(fixed, trail)


def exit_price(level: Level | None, entry: Decimal, direction: Decimal | int) -> Decimal | None:
    """Of a stop or a target; `direction` is where it lies from the entry."""
    if level is None or level.kind is LevelKind.PRICE:
        return None if level is None else level.value
    return entry * (1 + level.value if direction > 0 else 1 - level.value)
