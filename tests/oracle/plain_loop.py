"""A second opinion: candles and orders by the written rules of the simulation, in a plain loop.

It shares nothing with the product: its own reading of files, its own buckets, its own indicators,
its own fills. What it leaves out (funding, minimums, waits) no strategy here needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from tests.oracle.plain_account import Held
from tests.oracle.plain_candles import MINUTE, Longer, Row, is_due
from tests.oracle.plain_market import Exchange
from tests.oracle.plain_orders import Costs, Filled, Wish


class Player:
    """A strategy: what it hears, what it reads, and what it asks for."""

    source: str  # the same in Lefi
    symbol = "BTC/USDT"  # of its candles
    step = 0  # of its candles, in ms; 0: it hears none
    longer: tuple[int, ...] = ()  # other timeframes of them that it reads
    cron = ""  # it is asked at these times
    rate = (60, MINUTE)  # orders sent within so many ms

    def on_candle(self, loop: Loop) -> list[Wish]:
        return self(loop.candles(self.step), loop.units(self.symbol))

    def on_time(self, loop: Loop) -> list[Wish]:
        raise NotImplementedError

    def on_fill(self, fill: Filled) -> None:
        """Most do not mind."""

    def __call__(self, candles: list[Row], position: float) -> list[Wish]:
        raise NotImplementedError


@dataclass
class Loop(Exchange):
    """What a strategy sees, and what came of it."""

    player: Player = field(kw_only=True)
    equities: list[float] = field(default_factory=list)
    now: int = 0
    sent_at: list[int] = field(default_factory=list)
    built: dict[int, Longer] = field(default_factory=dict)

    def candles(self, step: int) -> list[Row]:
        return self.built[step].built

    def units(self, symbol: str) -> float:
        return self.held[symbol].units

    def send(self, wishes: list[Wish]) -> None:
        """Those the policy allows; a cancel is final at once on candles, and no order."""
        most, span = self.player.rate
        for wish in wishes:
            wish.symbol = wish.symbol or self.player.symbol
            recent = [each for each in self.sent_at if each > self.now - span]
            if wish.is_cancel:
                self.withdraw(wish.symbol)
            elif len(recent) < most and not self.is_working(wish):
                self.sent_at = [*recent, self.now]
                if wish.is_close:
                    self.withdraw(wish.symbol)
                self.sent.append(wish)

    def withdraw(self, symbol: str) -> None:
        self.held[symbol].resting.clear()
        self.sent = [each for each in self.sent if each.symbol != symbol]

    def is_working(self, wish: Wish) -> bool:
        resting = [each.wish for each in self.held[wish.symbol].resting]
        places = [each.place for each in (*self.sent, *resting)]
        return wish.place is not None and wish.place in places

    def close_by(self, now: int) -> None:
        """Candles whose time is over, then what hears them."""
        self.now, heard = now, False
        for step, each in self.built.items():
            heard |= each.is_closed_by(now) and step == self.player.step
        if heard:
            self.send(self.player.on_candle(self))


def carry_out(files: Mapping[str, list[Row]], player: Player, costs: Costs) -> Loop:
    """Files of one timeframe, from their first candle to their last."""
    data = min(b.time - a.time for rows in files.values() for a, b in pairwise(rows))
    loop = Loop(costs, player=player, held={each: Held(each) for each in files})
    loop.built = {each: Longer(each) for each in (player.step, *player.longer) if each}
    at = {each.time for rows in files.values() for each in rows}
    by_time = {symbol: {row.time: row for row in rows} for symbol, rows in files.items()}
    asked = min(at) - 1  # a time at which the data begins is one of its times
    for time in sorted(at):
        rows = {symbol: known[time] for symbol, known in by_time.items() if time in known}
        loop.close_by(time)
        loop.moment(rows)
        loop.equities.append(loop.equity())
        for each in loop.built.values():
            if player.symbol in rows:
                each.add(rows[player.symbol])
        for fill in loop.fills:
            player.on_fill(fill)
        loop.fills.clear()
        loop.close_by(time + data)
        if player.cron and is_due(player.cron, asked, time + data):
            loop.send(player.on_time(loop))
        asked = time + data
    return loop
