"""A second opinion: candles and orders by the written rules of the simulation, in a plain loop.

It shares nothing with the product: its own reading of files, its own buckets, its own indicators,
its own fills. One market, one position, market orders with stop, target and trail.
"""

from __future__ import annotations

import csv
import gzip
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path

Row = tuple[int, float, float, float, float]  # opening time in ms, open, high, low, close


@dataclass
class Wish:
    """An order for the next open: a share of cash, fixed units, or all of the position."""

    side: int  # 1 buys, -1 sells
    share: float = 0.0
    units: float = 0.0
    is_close: bool = False
    reason: str = "close"  # of the trade that closes
    stop_share: float | None = None
    stop_price: float | None = None
    target_share: float | None = None
    trail_share: float | None = None
    leverage: float = 1.0


@dataclass
class Done:
    """One trade, as the page counts them."""

    side: str
    units: float
    entry_time: int
    entry_price: float
    exit_time: int
    exit_price: float
    fees: float
    pnl: float
    reason: str


@dataclass
class Market:
    """What a run is asked: the fees, and whether it is a perpetual."""

    maker: float = 0.0002
    taker: float = 0.0005
    slippage: float = 0.0
    is_perpetual: bool = False


# A strategy is called at each close of its own candles; it sees them all and the signed position.
Strategy = Callable[[list[Row], float], list[Wish]]


def rows_of(path: Path) -> list[Row]:
    with gzip.open(path, "rt") as file:
        read = csv.DictReader(file)
        return [
            (
                round(datetime.fromisoformat(row["time"]).timestamp() * 1_000),
                float(row["open"]),
                float(row["high"]),
                float(row["low"]),
                float(row["close"]),
            )
            for row in read
        ]


def lots(units: float) -> float:
    return math.floor(units * 1e8 * (1 + 1e-15)) / 1e8


@dataclass
class Loop:
    market: Market
    cash: float = 10_000.0
    units: float = 0.0  # signed
    entry: float = 0.0
    entry_time: int = 0
    entry_fee: float = 0.0
    margin: float = 0.0
    leverage: float = 1.0
    wish: Wish | None = None  # what hangs on the position
    best: float = 0.0
    entered_at: int = -1  # time of the candle whose open filled it
    trades: list[Done] = field(default_factory=list)
    equity: list[float] = field(default_factory=list)

    # -- levels

    def stop(self) -> tuple[float, str] | None:
        """The nearer of stop and trail."""
        sign, wish = (1 if self.units > 0 else -1), self.wish
        found: list[tuple[float, str]] = []
        if wish is not None and wish.stop_share is not None:
            found.append((self.entry * (1 - sign * wish.stop_share), "stop_loss"))
        if wish is not None and wish.stop_price is not None:
            found.append((wish.stop_price, "stop_loss"))
        if wish is not None and wish.trail_share is not None:
            found.append((self.best * (1 - sign * wish.trail_share), "trail"))
        return max(found, key=lambda each: each[0] * sign) if found else None

    def target(self) -> float | None:
        if self.wish is None or self.wish.target_share is None:
            return None
        return self.entry * (1 + (1 if self.units > 0 else -1) * self.wish.target_share)

    def liquidation(self) -> float | None:
        if not self.market.is_perpetual:
            return None
        if self.units > 0:
            return self.entry * (1 - 1 / self.leverage + 0.004)
        return self.entry * (1 + 1 / self.leverage - 0.004)

    # -- fills

    def enter(self, wish: Wish, time: int, opening: float) -> None:
        price = opening * (1 + wish.side * self.market.slippage)
        leverage = wish.leverage if self.market.is_perpetual else 1.0
        free = self.cash * wish.share / (price * (1 / leverage + self.market.taker))
        units = lots(wish.units or free)
        if units <= 0:
            return
        fee = self.market.taker * price * units
        cost = price * units / leverage
        self.cash -= cost + fee
        self.margin = cost if self.market.is_perpetual else 0.0
        self.units, self.entry, self.entry_time = wish.side * units, price, time
        self.entry_fee, self.leverage, self.wish = fee, leverage, wish
        self.best, self.entered_at = price, time

    def leave(self, time: int, price: float, rate: float, reason: str) -> None:
        units, sign = abs(self.units), 1 if self.units > 0 else -1
        fee, gain = rate * price * units, (price - self.entry) * units * sign
        if self.market.is_perpetual:
            self.cash += max(0.0, self.margin + gain - fee)
            gain = max(gain, fee - self.margin)
        else:
            self.cash += price * units - fee
        fees = fee + self.entry_fee
        side = "long" if sign > 0 else "short"
        done = Done(
            side, units, self.entry_time, self.entry, time, price, fees, gain - fees, reason
        )
        self.trades.append(done)
        self.units, self.margin, self.wish = 0.0, 0.0, None

    # -- one candle

    def candle(self, row: Row, wishes: list[Wish]) -> None:
        time, opening, high, low, close = row
        for wish in wishes:
            self.order(wish, time, opening)
        if self.units:
            self.exits(row)
        if self.units and self.wish is not None and self.wish.trail_share is not None:
            self.best = max(self.best, high) if self.units > 0 else min(self.best, low)
        worth = self.units * close
        if self.market.is_perpetual:
            worth = self.margin + (close - self.entry) * self.units if self.units else 0.0
        self.equity.append(self.cash + worth)

    def order(self, wish: Wish, time: int, opening: float) -> None:
        if wish.is_close:
            if self.units:
                sign = 1 if self.units > 0 else -1
                price = opening * (1 - sign * self.market.slippage)
                self.leave(time, price, self.market.taker, wish.reason)
        elif not self.units:
            self.enter(wish, time, opening)
        else:
            raise AssertionError("the strategies here enter only when they are flat")

    def exits(self, row: Row) -> None:
        """First what the open has passed, then against the position, then for it."""
        time, opening, high, low, _ = row
        sign = 1 if self.units > 0 else -1
        against, toward = (low, high) if sign > 0 else (high, low)
        is_new = self.entered_at == time
        for worst, best in ((opening, opening), (against, toward)):
            liquidation, stop, target = self.liquidation(), self.stop(), self.target()
            ways: list[tuple[float, float, float, str]] = []  # level, price, rate, reason
            if liquidation is not None and worst * sign <= liquidation * sign:
                price = self.entry * (1 - sign / self.leverage)
                ways.append((liquidation, price, 0.0, "liquidation"))
            if stop is not None and worst * sign <= stop[0] * sign:
                level = stop[0] if is_new else min(opening * sign, stop[0] * sign) * sign
                price = level * (1 - sign * self.market.slippage)
                ways.append((stop[0], price, self.market.taker, stop[1]))
            if ways:
                # At the open liquidation comes first; on the way down the higher level does.
                first = ways[0] if worst == opening else max(ways, key=lambda w: w[0] * sign)
                self.leave(time, first[1], first[2], first[3])
                return
            if target is not None and best * sign >= target * sign:
                price = max(opening * sign, target * sign) * sign
                self.leave(time, price, self.market.maker, "take_profit")
                return


def bucket_of(time: int, step: int) -> int:
    monday = 4 * 86_400_000 if step % (7 * 86_400_000) == 0 else 0
    return (time - monday) // step * step + monday


def carry_out(rows: list[Row], step: int, market: Market, strategy: Strategy) -> Loop:
    """The whole file: candles of `step` ms are built from the rows, the strategy runs at each."""
    data = min(after[0] - before[0] for before, after in pairwise(rows))
    loop, built, wishes = Loop(market), list[Row](), list[Wish]()
    making: list[Row] = []
    skipped = bucket_of(rows[0][0], step) if bucket_of(rows[0][0], step) != rows[0][0] else None

    def closes_by(now: int) -> None:
        if making and bucket_of(making[0][0], step) + step <= now:
            start = bucket_of(making[0][0], step)
            highs, lows = [each[2] for each in making], [each[3] for each in making]
            built.append((start, making[0][1], max(highs), min(lows), making[-1][4]))
            making.clear()
            wishes.extend(strategy(built, loop.units))

    for row in rows:
        closes_by(row[0])
        loop.candle(row, wishes)
        wishes.clear()
        if bucket_of(row[0], step) != skipped:
            making.append(row)
        closes_by(row[0] + data)
    return loop
