"""Of the second opinion: cash, positions, and what a fill does to them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from tests.oracle.plain_candles import Row
from tests.oracle.plain_orders import Costs, Done, Filled, Resting, Wish

LOT = 1e8  # lots in one unit


def lots(units: float) -> float:
    return math.floor(units * LOT * (1 + 1e-15)) / LOT


@dataclass
class Held:
    """One symbol: its position, what hangs on it, and the limit orders that rest."""

    symbol: str
    units: float = 0.0  # signed
    entry: float = 0.0
    entry_time: int = 0
    entry_fees: float = 0.0
    margin: float = 0.0
    leverage: float = 1.0
    stop_share: float | None = None
    stop_price: float | None = None
    target_share: float | None = None
    trail_share: float | None = None
    best: float = 0.0
    close: float = math.nan
    opened_at: float | None = None  # what this candle's open paid for all of it
    is_target_late: bool = False  # an entry was filled inside this candle
    is_trail_late: bool = False  # one that named a trail
    resting: list[Resting] = field(default_factory=list)

    @property
    def sign(self) -> int:
        return (self.units > 0) - (self.units < 0)

    @property
    def is_perpetual(self) -> bool:
        return ":" in self.symbol

    def sellable(self) -> float:
        """Units that no resting sale has set aside."""
        return abs(self.units) - sum(each.sold for each in self.resting)

    def stop(self) -> tuple[float, str] | None:
        """The nearer of stop and trail."""
        found: list[tuple[float, str]] = []
        if self.stop_share is not None:
            found.append((self.entry * (1 - self.sign * self.stop_share), "stop_loss"))
        if self.stop_price is not None:
            found.append((self.stop_price, "stop_loss"))
        if self.trail_share is not None and not self.is_trail_late:
            found.append((self.best * (1 - self.sign * self.trail_share), "trail"))
        return max(found, key=lambda each: each[0] * self.sign) if found else None

    def target(self) -> float | None:
        if self.target_share is None or self.is_target_late:
            return None
        return self.entry * (1 + self.sign * self.target_share)

    def liquidation(self) -> float | None:
        if not self.is_perpetual:
            return None
        return self.entry * (1 - self.sign * (1 / self.leverage - 0.004))

    def worth(self) -> float:
        if not self.units:
            return 0.0
        if self.is_perpetual:
            return self.margin + (self.close - self.entry) * self.units
        return self.units * self.close

    def hang(self, wish: Wish, price: float) -> None:
        """What an entry names is set anew for all of the position."""
        if wish.stop_share is not None or wish.stop_price is not None:
            self.stop_share, self.stop_price = wish.stop_share, wish.stop_price
        if wish.target_share is not None:
            self.target_share = wish.target_share
        if wish.trail_share is not None:
            self.trail_share, self.best = wish.trail_share, price

    def is_over(self, row: Row) -> None:
        """The candle: the trail follows its best, unless it began inside it."""
        self.close = row.close
        if self.units and not self.is_trail_late:
            self.best = max(self.best, row.high) if self.units > 0 else min(self.best, row.low)
        self.is_target_late = self.is_trail_late = False
        self.opened_at = None

    def let_go(self) -> None:
        self.units = self.entry = self.margin = self.entry_fees = 0.0
        self.stop_share = self.stop_price = self.target_share = self.trail_share = None
        self.is_target_late = self.is_trail_late = False
        self.opened_at = None
        self.resting = [each for each in self.resting if not each.only_reduces]


@dataclass
class Account:
    """Fills are booked here; what they cost is known by whoever found them."""

    costs: Costs
    cash: float = 10_000.0
    held: dict[str, Held] = field(default_factory=dict)
    trades: list[Done] = field(default_factory=list)
    fills: list[Filled] = field(default_factory=list)  # since the strategy was last told

    def free(self) -> float:
        return self.cash - sum(rest.cash for each in self.held.values() for rest in each.resting)

    def equity(self) -> float:
        return self.cash + sum(each.worth() for each in self.held.values())

    def buy_or_sell(self, wish: Wish, units: float, price: float, rate: float, time: int) -> None:
        """Booked, beyond the position to its other side too; more than there is is refused."""
        held, filled = self.held[wish.symbol], 0.0
        if held.sign * wish.side < 0:
            if not held.is_perpetual and units > abs(held.units):
                return
            filled = min(units, abs(held.units))
            self.leave(held, filled, price, rate, (time, wish.reason or "order"))
        if units > filled and not wish.reduce_only:
            filled += self.enter(wish, units - filled, price, rate, time)
        if filled:
            self.fills.append(Filled(wish.symbol, wish.side, price, filled, "order"))

    def enter(self, wish: Wish, units: float, price: float, rate: float, time: int) -> float:
        """How much of it; nothing where it is refused."""
        held, units = self.held[wish.symbol], lots(units)
        leverage = wish.leverage if held.is_perpetual else 1.0
        cost, fee = price * units / leverage, rate * price * units
        if units <= 0 or (wish.side < 0 and not held.is_perpetual):
            return 0.0
        if cost + fee > self.free() * (1 + 1e-12):
            return 0.0
        before = abs(held.units)
        if not before:
            held.entry_time, held.leverage, held.best = time, leverage, price
            held.opened_at = price
        if leverage != held.leverage:
            return 0.0
        self.cash -= cost + fee
        held.margin += cost if held.is_perpetual else 0.0
        held.entry = (held.entry * before + price * units) / (before + units)
        held.entry_fees += fee
        held.units = wish.side * round((before + units) * LOT) / LOT
        held.hang(wish, price)
        return units

    def leave(
        self, held: Held, units: float, price: float, rate: float, told: tuple[int, str]
    ) -> None:
        """Of a position; `told` is when and why."""
        (time, reason), sign, share = told, held.sign, units / abs(held.units)
        fee, gain = rate * price * units, (price - held.entry) * units * sign
        margin, entry_fees = held.margin * share, held.entry_fees * share
        if held.is_perpetual:
            self.cash += max(0.0, margin + gain - fee)
            gain = max(gain, fee - margin)
        else:
            self.cash += price * units - fee
        fees, side = fee + entry_fees, "long" if sign > 0 else "short"
        when = held.entry_time, held.entry, time, price
        done = Done(held.symbol, side, units, *when, fees, gain - fees, reason)
        self.trades.append(done)
        held.units = sign * round((abs(held.units) - units) * LOT) / LOT
        held.margin, held.entry_fees = held.margin - margin, held.entry_fees - entry_fees
        if not held.units:
            held.let_go()
