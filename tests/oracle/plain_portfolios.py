"""The scripts that buy and sell by the calendar, in plain Python from their text."""

from __future__ import annotations

from tests.oracle.plain_candles import DAY, MINUTE
from tests.oracle.plain_indicators import Rsi
from tests.oracle.plain_loop import Loop, Player
from tests.oracle.plain_orders import Filled, Wish
from tests.oracle.strategies import SCRIPTS

MONDAYS = "0 9 * * 1"


class Purchases(Player):
    """Both that buy for cost averaging count alike what they bought."""

    spent = 0.0

    def on_fill(self, fill: Filled) -> None:
        if fill.side > 0:
            self.spent += fill.price * fill.units


class BySchedule(Purchases):
    """scripts/dca_schedule.lefi."""

    source = (SCRIPTS / "dca_schedule.lefi").read_text()
    rate = (2, 60 * MINUTE)

    def __init__(self, when: str = MONDAYS, budget: float = 2_600, stop: float = 0.6) -> None:
        self.cron, self.budget, self.stop = when, budget, stop

    def on_time(self, loop: Loop) -> list[Wish]:
        if loop.held[self.symbol].close <= 100_000 and self.spent + 50 <= self.budget:
            return [Wish(1, cost=50, stop_share=self.stop)]
        return []


class SmartDca(Purchases):
    """scripts/smart_dca.lefi; nothing is known here of fear and greed."""

    source = (SCRIPTS / "smart_dca.lefi").read_text()
    longer = (DAY,)
    rate = (2, 60 * MINUTE)
    cron = "0 0 * * *"

    def __init__(self, length: int = 14, stop: float = 0.6) -> None:
        self.rsi, self.stop = Rsi(length), stop
        self.strengths: list[float | None] = []

    def on_time(self, loop: Loop) -> list[Wish]:
        days = loop.candles(DAY)[len(self.strengths) :]
        self.strengths += [self.rsi.add(each.close) for each in days]
        strength = self.strengths[-1] if self.strengths else None
        if strength is None:
            return []
        shift = 0.15 if strength < 30 else -0.15 if strength > 70 else 0.0
        cost = 100 * min(0.9, 0.6 + shift)
        if cost <= min(20_000 - self.spent, loop.free() * 0.99):
            return [Wish(1, cost=cost, stop_share=self.stop)]
        return []


class Rebalance(Player):
    """scripts/rebalance.lefi."""

    source = (SCRIPTS / "rebalance.lefi").read_text()
    rate = (12, 60 * MINUTE)

    def __init__(
        self,
        coins: tuple[str, ...] = ("BTC/USDT", "ETH/USDT", "SOL/USDT"),
        *,
        when: str = MONDAYS,
        band: float = 0.02,
        stop: float = 0.5,
    ) -> None:
        self.weights = dict(zip(coins, (0.5, 0.3, 0.1), strict=True))
        self.symbol, self.cron, self.band, self.stop = coins[0], when, band, stop
        self.is_halted = False

    def on_fill(self, fill: Filled) -> None:
        self.is_halted |= fill.reason == "stop_loss"

    def on_time(self, loop: Loop) -> list[Wish]:
        equity, wishes = loop.equity(), list[Wish]()
        worth = {each: loop.units(each) * loop.held[each].close for each in self.weights}
        surplus = {each: worth[each] - equity * share for each, share in self.weights.items()}
        for coin, much in surplus.items():
            if much > equity * self.band:
                wishes.append(Wish(-1, cost=much, symbol=coin, place=(-1, coin)))
        for coin, much in surplus.items():
            if -much > equity * self.band and not self.is_halted:
                place = 1, coin
                wish = Wish(1, cost=-much, symbol=coin, stop_share=self.stop, place=place)
                wishes.append(wish)
        return wishes
