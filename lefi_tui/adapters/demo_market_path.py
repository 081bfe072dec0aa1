"""The demo market's price path: every candle of every past and coming minute, from a seed alone.

The rule it keeps: a block of time is a function of (seed, name, level, number), made by dividing
the block above it (day, four hours, hour, five minutes, minute, tick), never by stepping from a
beginning. A parent's open, high, low, close and volume are exactly those of its children, so a
candle asked for later is the candle that was seen live.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from random import Random
from typing import Final, NamedTuple

from lefi_tui.core.record import Record

MINUTE_MS: Final = 60_000
FIVE_MS: Final = 5 * MINUTE_MS
HOUR_MS: Final = 60 * MINUTE_MS
FOUR_MS: Final = 4 * HOUR_MS
DAY_MS: Final = 24 * HOUR_MS
TICK_MS: Final = 250
TICKS_A_MINUTE: Final = MINUTE_MS // TICK_MS

_SPAN_LEVELS: Final = 15  # 2^15 days from 1970 on
_DRIFT_DAYS_MAX: Final = 256  # longer swings grow no further: the price stays near its base
_JUMP_HOURS: Final = 0.025  # share of hours with one: about two in three days
_JUMP_VARIANCE: Final = 14.0
_JUMP_SHARE: Final = 0.85  # of its hour's variance falls into the jump's minute, and one tick
_BLOCKS_KEPT: Final = 4_096
_MINUTES_KEPT: Final = 64


class Regime(NamedTuple):
    name: str
    variance: float
    pull: float  # how far a spell of it drifts, in its own standard deviations


REGIMES: Final = (
    Regime("calm", 0.3, 0.0),
    Regime("calm", 0.3, 0.0),
    Regime("trending", 0.8, 1.3),
    Regime("trending", 0.8, 1.3),
    Regime("wild", 2.8, 0.2),
)


class Block(NamedTuple):
    """A candle of the path in whole ticks and whole lots, and the variance it was made with."""

    open: int
    high: int
    low: int
    close: int
    lots: int
    variance: float


class Weather(NamedTuple):
    """A day's 24 hours: how much each moves, where it pulls, and the minute of its jump."""

    names: tuple[str, ...]
    variances: tuple[float, ...]
    pulls: tuple[float, ...]
    jumps: tuple[int, ...]  # -1 for none


class PathPlan(Record):
    name: str
    base: int  # in ticks, where the price began
    daily: float  # standard deviation of a day's return in ordinary weather
    market_beta: float  # how much of the common market it follows
    lots_a_day: int


class Path:
    def __init__(self, seed: str, plan: PathPlan) -> None:
        self._seed = seed
        self.plan = plan
        self._node = lru_cache(_BLOCKS_KEPT)(self._make_node)
        self.weather = lru_cache(_BLOCKS_KEPT)(self._make_weather)
        self.day = lru_cache(_BLOCKS_KEPT)(self._make_day)
        self._fours = lru_cache(_BLOCKS_KEPT)(self._make_fours)
        self._hours = lru_cache(_BLOCKS_KEPT)(self._make_hours)
        self._fives = lru_cache(_BLOCKS_KEPT)(self._make_fives)
        self._minutes = lru_cache(_BLOCKS_KEPT)(self._make_minutes)
        self.ticks = lru_cache(_MINUTES_KEPT)(self._make_ticks)

    def block(self, level_ms: int, number: int) -> Block:
        """The block of this level; its number counts from 1970."""
        if level_ms == DAY_MS:
            return self.day(number)
        makers = {
            FOUR_MS: (self._fours, 6),
            HOUR_MS: (self._hours, 4),
            FIVE_MS: (self._fives, 12),
            MINUTE_MS: (self._minutes, 5),
        }
        make, count = makers[level_ms]
        return make(number // count)[number % count]

    # ---- days

    def _make_node(self, who: str, level: int, number: int) -> float:
        return _gauss(keyed(self._seed, who, "node", level, number))

    def _log(self, who: str, day: int) -> float:
        """Midpoint displacement: the log price at a day's beginning."""
        low, high, left, right = 0, 1 << _SPAN_LEVELS, 0.0, 0.0
        for level in range(_SPAN_LEVELS):
            if day in {low, high}:
                break
            middle = (low + high) // 2
            size = math.sqrt(min(high - low, _DRIFT_DAYS_MAX)) / 2
            value = (left + right) / 2 + size * self._node(who, level, middle)
            if day < middle:
                high, right = middle, value
            else:
                low, left = middle, value
        return left if day == low else right

    def _opens(self, day: int) -> int:
        beta = self.plan.market_beta
        own = math.sqrt(1 - beta * beta)
        log = self.plan.daily * (beta * self._log("market", day) + own * self._log(self._me, day))
        return round(self.plan.base * math.exp(log))

    @property
    def _me(self) -> str:
        return self.plan.name

    def _make_weather(self, day: int) -> Weather:
        rng = keyed(self._seed, self._me, "weather", day)
        spells = [rng.choice(REGIMES) for _ in range(3)]
        directions = [rng.choice((-1, 1)) for _ in range(3)]
        jumps = tuple(rng.randrange(60) if rng.random() < _JUMP_HOURS else -1 for _ in range(24))
        variances = tuple(
            spells[hour // 8].variance * (_JUMP_VARIANCE if jumps[hour] >= 0 else 1) / 24
            for hour in range(24)
        )
        pulls = tuple(spells[hour // 8].pull * directions[hour // 8] for hour in range(24))
        return Weather(tuple(spells[hour // 8].name for hour in range(24)), variances, pulls, jumps)

    def _make_day(self, day: int) -> Block:
        first, last = self._opens(day), self._opens(day + 1)
        sky = self.weather(day)
        variance = sum(sky.variances) * (first * self.plan.daily) ** 2
        rng = keyed(self._seed, self._me, "day", day)
        up, down = _reach(rng, last - first, variance), _reach(rng, first - last, variance)
        lots = round(self.plan.lots_a_day * (0.6 + 0.8 * rng.random()) * _busy(sky))
        low = max(first - down, first // 2, 1)
        return Block(first, first + up, low, last, lots, variance)

    # ---- parts of a day

    def _make_fours(self, day: int) -> tuple[Block, ...]:
        sky = self.weather(day)
        groups = [slice(at, at + 4) for at in range(0, 24, 4)]
        shares = [sum(sky.variances[group]) for group in groups]
        pulls = [sky.pulls[group][0] for group in groups]
        return divide(self.day(day), shares, pulls, keyed(self._seed, self._me, "four", day))

    def _make_hours(self, four: int) -> tuple[Block, ...]:
        sky, at = self.weather(four // 6), four % 6 * 4
        rng = keyed(self._seed, self._me, "hour", four)
        parent = self._fours(four // 6)[four % 6]
        return divide(parent, sky.variances[at : at + 4], sky.pulls[at : at + 4], rng)

    def _jump(self, hour: int) -> int:
        return self.weather(hour // 24).jumps[hour % 24]

    def _make_fives(self, hour: int) -> tuple[Block, ...]:
        jump = self._jump(hour)
        shares = _peaked(12, -1 if jump < 0 else jump // 5)
        rng = keyed(self._seed, self._me, "five", hour)
        return divide(self._hours(hour // 4)[hour % 4], shares, [0.0] * 12, rng)

    def _make_minutes(self, five: int) -> tuple[Block, ...]:
        jump = self._jump(five // 12)
        here = jump % 5 if jump >= 0 and jump // 5 == five % 12 else -1
        rng = keyed(self._seed, self._me, "minute", five)
        return divide(self._fives(five // 12)[five % 12], _peaked(5, here), [0.0] * 5, rng)

    def _make_ticks(self, minute: int) -> tuple[int, ...]:
        """240 prices: from the open to the close, touching high and low, never past them."""
        block = self.block(MINUTE_MS, minute)
        rng = keyed(self._seed, self._me, "tick", minute)
        jump = self._jump(minute // 60)
        count = TICKS_A_MINUTE - 1
        shares = _peaked(count, rng.randrange(count) if jump == minute % 60 else -1)
        points = [block.open, *_walk(block, shares, [0.0] * count, rng)]
        inner = range(1, count)
        top = max(inner, key=points.__getitem__)
        bottom = min((each for each in inner if each != top), key=points.__getitem__)
        points[top], points[bottom] = block.high, block.low
        return tuple(points)


def keyed(*key: object) -> Random:
    """A generator of its own for each key: the same key, the same numbers, in any order asked."""
    return Random(_number(key))  # noqa: S311 -- the noise of a made-up market, no secret


def chance(*key: object) -> float:
    """One number from 0 to 1 for a key: cheaper where a generator would give one only."""
    return _number(key) / 2**64


def _number(key: tuple[object, ...]) -> int:
    text = "/".join(map(str, key))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def _gauss(rng: Random) -> float:
    """Near enough to normal, with bounded tails; sums only, so every machine agrees."""
    return (rng.random() + rng.random() + rng.random() + rng.random() - 2) * 1.7320508075688772


def _peaked(count: int, peak: int) -> list[float]:
    """Equal shares of the variance, or nearly all of it in one place."""
    if peak < 0:
        return [1 / count] * count
    rest = (1 - _JUMP_SHARE) / (count - 1)
    return [_JUMP_SHARE if each == peak else rest for each in range(count)]


def _busy(sky: Weather) -> float:
    return math.sqrt(sum(sky.variances))


def _reach(rng: Random, move: float, variance: float) -> int:
    """How far a walk that ends `move` away went that way: the bridge's own distribution."""
    reach = (move + math.sqrt(move * move - 2 * variance * math.log(1 - rng.random()))) / 2
    return max(math.ceil(move), round(reach), 0)


def _fold(value: float, low: int, high: int) -> int:
    """Reflect at the bounds, so that a path stays inside its parent's range."""
    if high == low:
        return low
    size = high - low
    rest = (value - low) % (2 * size)
    return low + round(min(rest, 2 * size - rest))


def _walk(parent: Block, shares: Sequence[float], pulls: Sequence[float], rng: Random) -> list[int]:
    """Where each part ends: noise by its share of the variance, bridged to the parent's close."""
    total = sum(shares)
    parts = [share / total for share in shares]
    steps = [
        math.sqrt(parent.variance * part) * (_gauss(rng) + pull)
        for part, pull in zip(parts, pulls, strict=True)
    ]
    missing = parent.close - parent.open - sum(steps)
    ends = accumulate(step + missing * part for step, part in zip(steps, parts, strict=True))
    points = [float(parent.open), *(parent.open + end for end in ends)]
    points[-1] = parent.close
    _reach_bounds(points, parent, math.sqrt(parent.variance / len(parts)))
    return [_fold(point, parent.low, parent.high) for point in points[1:]]


def _reach_bounds(points: list[float], parent: Block, margin: float) -> None:
    """Bend the walk towards its parent's high and low, so that neither is one lonely spike."""
    top = max(range(1, len(points) - 1), key=points.__getitem__)
    if max(points) < parent.high - margin:
        _bend(points, (0, top, len(points) - 1), parent.high - margin / 2 - points[top])
    bottom = min(range(1, len(points) - 1), key=points.__getitem__)
    if min(points) > parent.low + margin and bottom != top:
        span = (0, bottom, top) if bottom < top else (top, bottom, len(points) - 1)
        _bend(points, span, parent.low + margin / 2 - points[bottom])


def _bend(points: list[float], span: tuple[int, int, int], by: float) -> None:
    """Move the middle of the span by this much, its ends not at all, the rest in proportion."""
    first, middle, last = span
    for at in range(first + 1, last):
        near = (at - first) / (middle - first) if at <= middle else (last - at) / (last - middle)
        points[at] += by * near


def divide(
    parent: Block, shares: Sequence[float], pulls: Sequence[float], rng: Random
) -> tuple[Block, ...]:
    """A block's parts: their highs, lows and lots are together exactly the parent's."""
    ends = _walk(parent, shares, pulls, rng)
    begins = [parent.open, *ends[:-1]]
    total = sum(shares)
    variances = [parent.variance * share / total for share in shares]
    moves = [end - begin for begin, end in zip(begins, ends, strict=True)]
    highs = [
        begin + _reach(rng, move, variance)
        for begin, move, variance in zip(begins, moves, variances, strict=True)
    ]
    lows = [
        begin - _reach(rng, -move, variance)
        for begin, move, variance in zip(begins, moves, variances, strict=True)
    ]
    top, bottom = highs.index(max(highs)), lows.index(min(lows))
    lots = _spread(
        parent.lots, [_activity(*each, rng) for each in zip(moves, variances, strict=True)], rng
    )
    return tuple(
        Block(
            begins[at],
            parent.high if at == top else min(highs[at], parent.high),
            parent.low if at == bottom else max(lows[at], parent.low),
            ends[at],
            lots[at],
            variances[at],
        )
        for at in range(len(ends))
    )


def _activity(move: float, variance: float, rng: Random) -> float:
    """Where the price moves, more is traded."""
    sigma = math.sqrt(variance) or 1.0
    return (0.3 + rng.random()) * (0.6 + min(abs(move) / sigma, 4.0))


def _spread(lots: int, weights: Sequence[float], rng: Random) -> list[int]:
    """Whole lots by weight, each part a tenth of an even share at least, nothing lost."""
    least = lots // (10 * len(weights))
    rest = lots - least * len(weights)
    total = sum(weights)
    parts = [least + int(rest * weight / total) for weight in weights]
    parts[rng.randrange(len(parts))] += lots - sum(parts)
    return parts


def spread_lots(lots: int, weights: Sequence[float], rng: Random) -> list[int]:
    """The same for prints, each of one lot at least."""
    assert lots >= len(weights), "more prints than lots"
    total = sum(weights)
    parts = [1 + int((lots - len(weights)) * each / total) for each in weights]
    parts[rng.randrange(len(parts))] += lots - sum(parts)
    return parts
