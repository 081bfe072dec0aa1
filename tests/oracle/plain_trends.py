"""The grid, the many views and the several timeframes, in plain Python from their text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean, pstdev

from tests.oracle.plain_candles import MINUTE, Row
from tests.oracle.plain_indicators import (
    AverageRange,
    Directed,
    Ema,
    Macd,
    Rsi,
    by_volume,
    channel_index,
    money_flow,
)
from tests.oracle.plain_loop import Loop, Player
from tests.oracle.plain_orders import Wish
from tests.oracle.strategies import SCRIPTS

HOUR = 60 * MINUTE


def side(number: float) -> int:
    return (number > 0) - (number < 0)


class Grid(Player):
    """scripts/grid.lefi with its defaults."""

    source = (SCRIPTS / "grid.lefi").read_text()
    rate = (20, HOUR)

    def __init__(self) -> None:
        self.directed = Directed(14)
        self.before: tuple[float, float] | None = None  # close, middle

    def __call__(self, candles: list[Row], position: float) -> list[Wish]:
        self.directed.add(candles[-1])
        closes = [each.close for each in candles[-20:]]
        if len(closes) < 20:
            return []
        close, middle, spread = closes[-1], fmean(closes), pstdev(closes)
        before, self.before = self.before, (close, middle)
        adx = self.directed.adx
        if before is None or adx is None:
            return []
        distance = abs(close - middle) / spread if spread else 0.0
        surely = min(0.9, 0.6 + (0.25 if distance > 2 else 0.15 if distance > 1 else 0.0))
        wishes: list[Wish] = []
        for level in (1, 2, 3, 4, 5):
            below, above = (1 - 0.01 * level / 5), (1 + 0.01 * level / 5)
            fell = before[0] >= before[1] * below and close < middle * below
            rose = before[0] <= before[1] * above and close > middle * above
            if adx <= 25 and fell:
                wishes.append(Wish(1, 0.1 * surely, stop_share=0.04))
            if rose and position > 0:
                wishes.append(Wish(-1, 1 / (6 - level)))
        return wishes


class Timeframes(Player):
    """scripts/timeframes.lefi."""

    source = (SCRIPTS / "timeframes.lefi").read_text()
    rate = (4, HOUR)

    def __init__(
        self,
        longer: tuple[int, int] = (4 * HOUR, 24 * HOUR),
        averages: tuple[int, ...] = (9, 21, 50, 200),
        threshold: float = 0.65,
    ) -> None:
        self.step, self.longer, self.threshold = HOUR, longer, threshold
        self.seen = dict.fromkeys((HOUR, *longer), 0)
        self.averages = {step: [Ema(each) for each in averages] for step in self.seen}
        self.directed, self.range = Directed(14), AverageRange(14)
        self.gaps: list[tuple[float, float]] = []  # from the first to the second, to the third

    def on_candle(self, loop: Loop) -> list[Wish]:
        for step, averages in self.averages.items():
            for row in loop.candles(step)[self.seen[step] :]:
                for each in averages:
                    each.add(row.close)
            self.seen[step] = len(loop.candles(step))
        row, now = loop.candles(HOUR)[-1], known(self.averages[HOUR][:3])
        self.directed.add(row)
        room = self.range.add(row)
        if now is not None:
            self.gaps.append((now[0] - now[1], now[1] - now[2]))
        orders = [order(known(each)) for each in self.averages.values()]
        known_orders = [each for each in orders if each is not None]
        if len(self.gaps) < 2 or len(known_orders) < 3 or room is None:
            return []
        return self.decided(loop.units(self.symbol), known_orders, row.close - 3 * room)

    def decided(self, position: float, orders: list[int], stop: float) -> list[Wish]:
        hours, middle, long = orders
        (gap, calm), (gap_now, calm_now) = self.gaps[-2:]
        surely = 0.6 + agreed(middle) + agreed(long)
        is_trend = self.directed.adx is not None and self.directed.adx >= 20
        is_sure = hours >= 1 and is_trend and surely >= self.threshold
        if gap <= 0 < gap_now and is_sure and position == 0:
            return [Wish(1, 0.3 * surely, stop_price=stop)]
        if calm_now < 0 <= calm and position > 0:
            return [Wish(is_close=True)]
        return []


def known(averages: Sequence[Ema]) -> Sequence[float] | None:
    found = [each.now for each in averages if each.now is not None]
    return found if len(found) == len(averages) else None


def order(averages: Sequence[float] | None) -> int | None:
    """From -3, all in falling order, to 3; equal ones do not rise."""
    if averages is None:
        return None
    return sum(1 if quick > calm else -1 for quick, calm in pairwise(averages))


def agreed(order: int) -> float:
    return {3: 0.15, -3: -0.1}.get(order, 0.0)


def beyond(number: float, low: float, high: float) -> int:
    """1 below what is low, -1 above what is high."""
    return 1 if number < low else -1 if number > high else 0


def place(number: float, seen: Sequence[float]) -> float:
    low, high = min(seen), max(seen)
    return (number - low) / (high - low) * 100 if high > low else 50.0


class ManyViews(Player):
    """scripts/many_views.lefi with its defaults; nothing is known of fear and greed."""

    source = (SCRIPTS / "many_views.lefi").read_text()
    longer = (4 * HOUR,)
    rate = (10, MINUTE)

    def __init__(self) -> None:
        self.averages = [Ema(each) for each in (9, 21, 50, 200)]
        self.higher, self.seen = [Ema(9), Ema(21)], 0
        self.rsi, self.macd, self.range = Rsi(14), Macd(9, 21, 9), AverageRange(14)
        self.directed = Directed(14)
        self.strengths, self.places = list[float](), list[float]()
        self.balances, self.momenta = list[float](), list[int]()

    def on_candle(self, loop: Loop) -> list[Wish]:
        rows = loop.candles(self.step)
        room = self.heard(rows, loop.candles(self.longer[0]))
        averages, higher = known(self.averages), known(self.higher)
        if averages is None or higher is None or room is None:
            return []
        total = self.total(rows, averages, side(higher[0] - higher[1]))
        if total >= 4 and loop.units(self.symbol) == 0:
            share = 0.3 * min(0.95, 0.5 + total / 20)
            return [Wish(1, share, stop_price=rows[-1].close - 3 * room)]
        if total <= -4 and loop.units(self.symbol) > 0:
            return [Wish(is_close=True)]
        return []

    def heard(self, rows: list[Row], longer: list[Row]) -> float | None:
        row = rows[-1]
        for candle in longer[self.seen :]:
            for each in self.higher:
                each.add(candle.close)
        self.seen = len(longer)
        for each in self.averages:
            each.add(row.close)
        self.directed.add(row)
        rose = side(row.close - rows[-2].close) if len(rows) > 1 else 1
        self.balances.append((self.balances or [0.0])[-1] + rose * row.volume)
        histogram, strength = self.macd.add(row.close), self.rsi.add(row.close)
        if histogram is not None:
            self.momenta.append(side(histogram))
        if strength is not None:
            self.strengths.append(strength)
        if strength is not None and len(self.strengths) >= 14:
            self.places.append(place(strength, self.strengths[-14:]))
        return self.range.add(row)

    def total(self, rows: list[Row], averages: Sequence[float], over: int) -> float:
        close, strength, adx = rows[-1].close, self.strengths[-1], self.directed.adx
        fast, middle, slow, slowest = averages
        usual, closes = rows[-20:], [each.close for each in rows[-20:]]
        mean, spread, now = fmean(closes), pstdev(closes), self.momenta[-1]
        lows, highs = [each.low for each in rows[-14:]], [each.high for each in rows[-14:]]
        fair = by_volume(rows[-50:])
        is_loud = rows[-1].volume > 1.5 * fmean(each.volume for each in usual)
        strong, money = beyond(strength, 30, 70), beyond(money_flow(rows[-15:]), 20, 80)
        of_rsi = beyond(fmean(self.places[-3:]), 20, 80)
        typical = beyond(channel_index(usual), -100, 100)
        reach = beyond(place(close, [*lows, *highs]), 20, 80)
        flow = side(self.balances[-1] - fmean(self.balances[-20:]))
        views = (
            (1, side(fast - middle) + side(middle - slow)),
            (1, side(close - slowest)),
            (1, 1.5 * strong + beyond(strength, 40, 60)),
            (1, 0.5 * now + 0.75 * (now - self.momenta[-2])),
            (1.5, side(self.directed.lean()) if adx is not None and adx > 25 else 0),
            (1.5, beyond(close, mean - 2 * spread, mean + 2 * spread)),
            (1, side(close - rows[-1].open) if is_loud else 0),
            (1, of_rsi),
            (1, money),
            (1, typical),
            (1, 0 if fair is None else side(close - fair)),
            (0.5, flow),
            (0.5, reach),
            (1.5, over),
        )
        oscillators = strong + of_rsi + money + typical + reach
        united = 1.5 * side(oscillators) if abs(oscillators) >= 3 else 0.0
        total = sum(weight * view for weight, view in views) + united
        heard = [now if number == 3 else view for number, (_, view) in enumerate(views)]
        agreeing = sum(side(each) == side(total) for each in heard)
        return total if agreeing >= 4 else max(-1.5, min(1.5, total))
