"""One symbol's made-up market: a best price that a test moves, levels behind it, prints, candles.

What a client takes from the book is there again at once: prices move when a test says so.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

LEVELS: Final = 20
PRINTS_KEPT: Final = 2_000
MINUTE_MS: Final = 60_000
LISTED_MS: Final = 30 * 24 * 60 * MINUTE_MS  # history before the first move

Level = tuple[Decimal, Decimal]


@dataclass(frozen=True)
class Print:
    number: int
    at_ms: int
    price: Decimal
    units: Decimal
    is_buyer_maker: bool


@dataclass
class Candle:
    at_ms: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    units: Decimal

    def take(self, price: Decimal, units: Decimal) -> None:
        self.high, self.low = max(self.high, price), min(self.low, price)
        self.close = price
        self.units += units


@dataclass
class Market:
    """`moved` is told after each change, for the orders at rest and for the streams."""

    symbol: str
    tick: Decimal
    bid: Decimal
    units: Decimal = Decimal(1_000)
    spread: int = 1
    mark_set: Decimal | None = None
    ask: Decimal = Decimal(0)
    updates: int = 1_000
    begin_ms: int = 0
    funding_rate: Decimal = Decimal("0.0001")
    prints: deque[Print] = field(default_factory=lambda: deque(maxlen=PRINTS_KEPT))
    candles: dict[int, Candle] = field(default_factory=dict)
    moved: list[Callable[[Market], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ask = self.bid + self.tick * self.spread
        self._first = self.bid

    @property
    def mark(self) -> Decimal:
        return self.bid if self.mark_set is None else self.mark_set

    def move(self, bid: Decimal, now_ms: int) -> None:
        """The whole book goes there, and one trade happens at that price."""
        assert bid > 0, "a market without a price"
        is_up = bid > self.bid
        self.bid = bid
        self.ask = bid + self.tick * self.spread
        self.updates += 1
        self.print(bid, Decimal("0.5"), now_ms, is_buyer_maker=not is_up)
        for tell in self.moved:
            tell(self)

    def print(self, price: Decimal, units: Decimal, now_ms: int, *, is_buyer_maker: bool) -> int:
        number = 10**6 + self.updates + len(self.prints)
        if self.prints:
            number = self.prints[-1].number + 1
        self.prints.append(Print(number, now_ms, price, units, is_buyer_maker))
        minute = now_ms // MINUTE_MS * MINUTE_MS
        if minute not in self.candles:
            self.candles[minute] = Candle(minute, price, price, price, price, Decimal(0))
        self.candles[minute].take(price, units)
        return number

    def side(self, side: str) -> Iterator[Level]:
        """What a taker on this side meets, best first."""
        for away in range(LEVELS):
            step = self.tick * away
            yield (self.ask + step if side == "BUY" else self.bid - step), self.units

    def takes(self, side: str, quantity: Decimal, limit: Decimal | None) -> list[Level]:
        """Prices and units that a taker gets, down to its limit."""
        got: list[Level] = []
        for price, units in self.side(side):
            if quantity <= 0 or (limit is not None and _is_worse(side, price, limit)):
                break
            part = min(quantity, units)
            got.append((price, part))
            quantity -= part
        return got

    def crosses(self, side: str, price: Decimal) -> bool:
        return price >= self.ask if side == "BUY" else price <= self.bid

    def candle_rows(self, frame_ms: int, since_ms: int, count: int, now_ms: int) -> list[Candle]:
        """From the first that opens at or after `since`, the open one included."""
        first = max(since_ms, self.begin_ms - LISTED_MS)
        first = -(-first // frame_ms) * frame_ms
        opens = range(first, now_ms + 1, frame_ms)[:count]
        return [self._candle(at_ms, frame_ms, now_ms) for at_ms in opens]

    def _candle(self, at_ms: int, frame_ms: int, now_ms: int) -> Candle:
        end_ms = min(at_ms + frame_ms, now_ms + 1)
        minutes = [self._minute(at) for at in range(at_ms, end_ms, MINUTE_MS)]
        return Candle(
            at_ms,
            minutes[0].open,
            max(each.high for each in minutes),
            min(each.low for each in minutes),
            minutes[-1].close,
            sum((each.units for each in minutes), Decimal(0)),
        )

    def _minute(self, at_ms: int) -> Candle:
        """A minute in which nothing moved repeats the last price; before all, a small wave."""
        if at_ms in self.candles:
            return self.candles[at_ms]
        if at_ms < self.begin_ms:
            low = self._first + self.tick * (at_ms // MINUTE_MS % 50)
            return Candle(at_ms, low, low + self.tick, low, low + self.tick, Decimal(1))
        before = [minute for minute in self.candles if minute < at_ms]
        price = self.candles[max(before)].close if before else self._first
        return Candle(at_ms, price, price, price, price, Decimal(0))


def _is_worse(side: str, price: Decimal, limit: Decimal) -> bool:
    return price > limit if side == "BUY" else price < limit
