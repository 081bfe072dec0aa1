"""Of the second opinion: indicators as their pages define them, one value at a time."""

from __future__ import annotations

import math
from itertools import pairwise

from tests.oracle.plain_candles import Row


class Ema:
    """From the mean of the first n values; the first value is at the n-th."""

    def __init__(self, length: int) -> None:
        self.length, self.first = length, list[float]()
        self.now: float | None = None

    def add(self, value: float) -> float | None:
        if self.now is not None:
            self.now = (value - self.now) * (2 / (self.length + 1)) + self.now
            return self.now
        self.first.append(value)
        if len(self.first) == self.length:
            self.now = sum(self.first) / self.length
        return self.now


class Wilder:
    """From the mean of the first n values, then (before * (n - 1) + value) / n."""

    def __init__(self, length: int) -> None:
        self.length, self.first = length, list[float]()
        self.now: float | None = None

    def add(self, value: float) -> float | None:
        if self.now is not None:
            self.now = (self.now * (self.length - 1) + value) / self.length
            return self.now
        self.first.append(value)
        if len(self.first) == self.length:
            self.now = sum(self.first) / self.length
        return self.now


class Rsi:
    """Wilder's strength; 0 in a market that stands still."""

    def __init__(self, length: int) -> None:
        self.up, self.down = Wilder(length), Wilder(length)
        self.last: float | None = None

    def add(self, value: float) -> float | None:
        change, self.last = value - (self.last if self.last is not None else math.nan), value
        if math.isnan(change):
            return None
        up, down = self.up.add(max(change, 0.0)), self.down.add(max(-change, 0.0))
        if up is None or down is None:
            return None
        return 100 * (up / (up + down)) if up + down else 0.0


class AverageRange:
    """Wilder's average of true ranges; the first candle has none."""

    def __init__(self, length: int) -> None:
        self.range, self.last = Wilder(length), math.nan

    def add(self, row: Row) -> float | None:
        last, self.last = self.last, row.close
        if math.isnan(last):
            return None
        return self.range.add(max(row.high, last) - min(row.low, last))


class Directed:
    """ADX with its directions: sums of length - 1 moves to begin with, smoothed from there."""

    def __init__(self, length: int) -> None:
        self.length, self.moves = length, 0
        self.sums = [0.0, 0.0, 0.0]  # up, down, range
        self.last: Row | None = None
        self.average = Wilder(length)
        self.adx: float | None = None

    def add(self, row: Row) -> None:
        last, self.last = self.last, row
        if last is None:
            return
        up, down = row.high - last.high, last.low - row.low
        span = max(row.high, last.close) - min(row.low, last.close)
        found = (up if up > max(down, 0) else 0.0, down if down > max(up, 0) else 0.0, span)
        self.moves += 1
        share = 1 / self.length if self.moves >= self.length else 0.0
        self.sums = [old - old * share + new for old, new in zip(self.sums, found, strict=True)]
        if self.moves >= self.length:
            plus, minus = self.sums[:2]
            between = 100 * abs(plus - minus) / (plus + minus) if plus + minus else None
            # A market that stands still leaves it where it was.
            self.adx = self.average.now if between is None else self.average.add(between)

    def lean(self) -> float:
        """Above 0 where what rises is more than what falls."""
        return self.sums[0] - self.sums[1] if self.sums[2] else 0.0


class Macd:
    """TA-Lib's: the fast average begins with the slow one, from the mean of its last values."""

    def __init__(self, fast: int, slow: int, signal: int) -> None:
        self.fast, self.slow, self.signal = Ema(fast), Ema(slow), Ema(signal)
        self.skipped = slow - fast

    def add(self, value: float) -> float | None:
        """The histogram."""
        slow = self.slow.add(value)
        self.skipped -= 1
        fast = self.fast.add(value) if self.skipped < 0 else None
        if fast is None or slow is None:
            return None
        signal = self.signal.add(fast - slow)
        return None if signal is None else fast - slow - signal


def typical(row: Row) -> float:
    return (row.high + row.low + row.close) / 3


def money_flow(rows: list[Row]) -> float:
    """The share of rising candles in it, 0 to 100; the first row is what it is measured from."""
    moves = [0.0, 0.0]  # down, up
    for before, now in pairwise((typical(each), each) for each in rows):
        # Of prices that differ by rounding alone neither is higher.
        if not math.isclose(before[0], now[0], rel_tol=1e-14):
            moves[now[0] > before[0]] += now[0] * now[1].volume
    return 100 * moves[1] / sum(moves) if sum(moves) else 0.0


def channel_index(rows: list[Row]) -> float:
    """CCI."""
    prices = [typical(each) for each in rows]
    mean = math.fsum(prices) / len(prices)
    apart = math.fsum(abs(each - mean) for each in prices) / len(prices)
    return (prices[-1] - mean) / (0.015 * apart) if apart and prices[-1] != mean else 0.0


def by_volume(rows: list[Row]) -> float | None:
    """VWAP of these."""
    volume = math.fsum(each.volume for each in rows)
    return math.fsum(typical(each) * each.volume for each in rows) / volume if volume else None
