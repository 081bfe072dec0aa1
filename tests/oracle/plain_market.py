"""Of the second opinion: orders meet a candle, first at its open, then on its run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple

from tests.oracle.plain_account import Account, Held, lots
from tests.oracle.plain_candles import Row
from tests.oracle.plain_orders import Filled, Resting, Wish


class Met(NamedTuple):
    """Something that the price meets on its way."""

    price: float
    rank: int  # at one price: liquidation, stop or trail, orders as sent, target
    fire: Callable[[], None]


@dataclass
class Exchange(Account):
    """All symbols; `sent` are the orders that wait for the next candle of theirs."""

    sent: list[Wish] = field(default_factory=list)

    def moment(self, rows: Mapping[str, Row]) -> None:
        """The candles that open together, in the order in which the script names its symbols."""
        arrived = [each for each in self.sent if each.symbol in rows]
        self.sent = [each for each in self.sent if each.symbol not in rows]
        older = {symbol: list(self.held[symbol].resting) for symbol in rows}
        for wish in arrived:
            self.arrive(wish, rows[wish.symbol])
        for symbol, row in rows.items():
            for each in older[symbol]:
                self.rested(each, row)
        for symbol, row in rows.items():
            self.passed(self.held[symbol], row)
        for symbol, row in rows.items():
            self.run(self.held[symbol], row)
            self.held[symbol].is_over(row)

    # -- the open

    def arrive(self, wish: Wish, row: Row) -> None:
        held, side = self.held[wish.symbol], wish.side
        if wish.is_close and not held.sign:
            return
        if wish.is_close:
            side = -held.sign
            wish = replace(wish, side=side, reason=wish.reason or "close")
        price = row.open * (1 + side * self.costs.slippage) if wish.at is None else wish.at
        units = self.sized(wish, held, price)
        if units <= 0:
            return
        if wish.at is None:
            self.buy_or_sell(wish, units, price, self.costs.taker, row.time)
        elif row.open * side > wish.at * side:
            self.rest(wish, units)
        elif not wish.post_only:
            self.buy_or_sell(wish, units, row.open, self.costs.taker, row.time)

    def sized(self, wish: Wish, held: Held, price: float) -> float:
        is_entry, leverage = held.sign * wish.side >= 0, wish.leverage
        units = wish.units or wish.cost / price
        if wish.share and is_entry:
            rate = price * ((1 / leverage if held.is_perpetual else 1) + self.costs.taker)
            units = self.free() * wish.share / rate
        elif wish.share:
            return min(lots(abs(held.units) * wish.share), held.sellable())
        if wish.is_close:
            return abs(held.units)
        if wish.reduce_only:
            return 0.0 if is_entry else min(lots(units), abs(held.units))
        return lots(units)

    def rest(self, wish: Wish, units: float) -> None:
        """What it may cost is set aside, of a spot sale its units."""
        held = self.held[wish.symbol]
        assert wish.at is not None
        is_entry, is_spot_sale = held.sign * wish.side >= 0, wish.side < 0 and not held.is_perpetual
        if wish.tif != "GTC" or (is_spot_sale and units > held.sellable()):
            return
        is_reduction = is_spot_sale or wish.reduce_only or bool(wish.share)
        only_reduces = is_reduction and not is_entry
        cash = 0.0 if only_reduces else self.taken(wish, units, wish.at)
        if cash <= self.free() * (1 + 1e-12) and not (is_entry and is_spot_sale):
            sold = units if is_spot_sale else 0.0
            held.resting.append(Resting(wish, units, cash, sold, only_reduces=only_reduces))

    def taken(self, wish: Wish, units: float, price: float) -> float:
        """Cash of an order that enlarges, or what it lacks after it has closed the other side."""
        held, rate = self.held[wish.symbol], self.costs.taker
        closed = min(units, abs(held.units)) if held.sign * wish.side < 0 else 0.0
        leverage = wish.leverage if held.is_perpetual else 1.0
        cost = price * (units - closed) * (1 / leverage + rate)
        if not closed or not cost:
            return cost
        gain = (price - held.entry) * held.sign * closed
        brought = held.margin * closed / abs(held.units) + gain - rate * price * closed
        return max(0.0, cost - max(0.0, brought))

    def rested(self, order: Resting, row: Row) -> None:
        """One that was there before the candle, where the open satisfies it."""
        at, side = order.wish.at, order.wish.side
        assert at is not None
        is_there = any(each is order for each in self.held[order.wish.symbol].resting)
        if is_there and row.open * side <= at * side:
            self.fill(order, row.open, row.time)

    def fill(self, order: Resting, price: float, time: int) -> None:
        wish, held = order.wish, self.held[order.wish.symbol]
        held.resting = [each for each in held.resting if each is not order]
        units = min(order.units, abs(held.units)) if order.only_reduces else order.units
        self.buy_or_sell(wish, units, price, self.costs.maker, time)

    def passed(self, held: Held, row: Row) -> None:
        """What the open has passed."""
        sign, opening = held.sign, row.open
        if not sign:
            return
        liquidation, stop, target = held.liquidation(), held.stop(), held.target()
        if liquidation is not None and opening * sign <= liquidation * sign:
            self.liquidate(held, row)
        elif stop is not None and opening * sign <= stop[0] * sign:
            self.stopped(held, (stop[0], opening), (row.time, stop[1]))
        elif target is not None and opening * sign >= target * sign:
            self.exit(held, opening, self.costs.maker, (row.time, "take_profit"))

    def liquidate(self, held: Held, row: Row) -> None:
        price = held.entry * (1 - held.sign / held.leverage)
        self.exit(held, price, 0.0, (row.time, "liquidation"))

    def stopped(self, held: Held, prices: tuple[float, float], told: tuple[int, str]) -> None:
        """At its level in the candle whose open filled it; else where the price is, if worse."""
        level, here = prices
        is_new = held.opened_at is not None and level * held.sign < held.opened_at * held.sign
        price = (level if is_new else here) * (1 - held.sign * self.costs.slippage)
        self.exit(held, price, self.costs.taker, told)

    def exit(self, held: Held, price: float, rate: float, told: tuple[int, str]) -> None:
        side, units = -held.sign, abs(held.units)
        self.leave(held, units, price, rate, told)
        self.fills.append(Filled(held.symbol, side, price, units, told[1]))

    # -- the run

    def run(self, held: Held, row: Row) -> None:
        here, ways = row.open, (-1, 1) if held.units >= 0 else (1, -1)
        for way in ways:
            end = row.low if way < 0 else row.high
            while met := self.nearest(held, row, (here, end, way)):
                here = met.price
                met.fire()
            here = end

    def nearest(self, held: Held, row: Row, leg: tuple[float, float, int]) -> Met | None:
        """The first on the way from `here` to `end`."""
        here, _, way = leg
        found = [*self.exits(held, row, leg), *self.orders(held, row, leg)]
        return min(found, key=lambda each: ((each.price - here) * way, each.rank), default=None)

    def orders(self, held: Held, row: Row, leg: tuple[float, float, int]) -> list[Met]:
        here, end, way = leg
        found: list[Met] = []
        for each in held.resting:
            at = each.wish.at
            assert at is not None
            if each.wish.side == -way and at * way < end * way:
                price = max(at * way, here * way) * way
                found.append(Met(price, 2, partial(self.inside, each, price, row)))
        return found

    def inside(self, order: Resting, at: float, row: Row) -> None:
        held = self.held[order.wish.symbol]
        before = abs(held.units)
        self.fill(order, at, row.time)
        if abs(held.units) > before or held.sign == order.wish.side:
            held.is_target_late, held.opened_at = False, None
            target = held.target()
            # Which it had passed already acts there; another waits for the next candle.
            held.is_target_late = target is None or at * held.sign < target * held.sign
            held.is_trail_late |= order.wish.trail_share is not None

    def exits(self, held: Held, row: Row, leg: tuple[float, float, int]) -> list[Met]:
        here = leg[0]
        sign, found = held.sign, list[Met]()
        if not sign:
            return found
        liquidation, stop, target = held.liquidation(), held.stop(), held.target()
        if liquidation is not None and is_met(liquidation, leg, -sign):
            price = min(liquidation * sign, here * sign) * sign
            found.append(Met(price, 0, partial(self.liquidate, held, row)))
        if stop is not None and is_met(stop[0], leg, -sign):
            price = min(stop[0] * sign, here * sign) * sign
            fire = partial(self.stopped, held, (stop[0], price), (row.time, stop[1]))
            found.append(Met(price, 1, fire))
        if target is not None and is_met(target, leg, sign):
            price, told = max(target * sign, here * sign) * sign, (row.time, "take_profit")
            found.append(Met(price, 3, partial(self.exit, held, price, self.costs.maker, told)))
        return found


def is_met(level: float, leg: tuple[float, float, int], side: int) -> bool:
    """On the way, or passed already: an exit counts from its level on to that side."""
    here, end, way = leg
    return here * side >= level * side or (way == side and end * side >= level * side)
