"""Four strategies twice: in plain Python, with indicators of their own, and as Lefi scripts."""

from __future__ import annotations

from pathlib import Path

from tests.oracle.plain_loop import Row, Wish

SCRIPTS = Path(__file__).parents[2] / "scripts"


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


class EmaCross:
    """scripts/ema_cross.lefi with its defaults."""

    source = (SCRIPTS / "ema_cross.lefi").read_text()

    def __init__(self) -> None:
        self.fast, self.slow = Ema(12), Ema(26)
        self.before: tuple[float, float] | None = None

    def __call__(self, candles: list[Row], position: float) -> list[Wish]:
        fast, slow = self.fast.add(candles[-1][4]), self.slow.add(candles[-1][4])
        if fast is None or slow is None:
            return []
        before, self.before = self.before, (fast, slow)
        if before is None:
            return []
        if before[0] <= before[1] and fast > slow and position == 0:
            return [Wish(1, 0.25, stop_share=0.02, target_share=0.04)]
        if before[0] >= before[1] and fast < slow and position > 0:
            return [Wish(-1, is_close=True)]
        return []


class RsiReversion:
    """scripts/rsi_reversion.lefi with its defaults."""

    source = (SCRIPTS / "rsi_reversion.lefi").read_text()

    def __init__(self) -> None:
        self.up, self.down = Wilder(14), Wilder(14)

    def __call__(self, candles: list[Row], position: float) -> list[Wish]:
        if len(candles) < 2:
            return []
        change = candles[-1][4] - candles[-2][4]
        up, down = self.up.add(max(change, 0.0)), self.down.add(max(-change, 0.0))
        if up is None or down is None:
            return []
        strength = 100 * (up / (up + down)) if up + down else 0.0
        if strength < 30 and position == 0:
            return [Wish(1, 0.2, stop_share=0.03)]
        if strength > 65 and position > 0:
            return [Wish(-1, is_close=True)]
        return []


class Breakout:
    """scripts/breakout_atr.lefi with its defaults."""

    source = (SCRIPTS / "breakout_atr.lefi").read_text()

    def __init__(self) -> None:
        self.range = Wilder(14)

    def __call__(self, candles: list[Row], position: float) -> list[Wish]:
        _, _, high, low, close = candles[-1]
        room = None
        if len(candles) > 1:
            last = candles[-2][4]
            room = self.range.add(max(high, last) - min(low, last))
        if len(candles) < 21 or room is None:
            return []
        roof = max(each[2] for each in candles[-21:-1])
        floor = min(each[3] for each in candles[-11:-1])
        if close > roof and position == 0:
            return [Wish(1, 0.2, stop_price=close - 2 * room)]
        if close < floor and position > 0:
            return [Wish(-1, is_close=True)]
        return []


class ShortTrend:
    """Shorts a falling market with borrowed money, and turns with it."""

    source = """
    script "short trend"
    setting symbol = "BTC/USDT:USDT"
    on Candle(symbol, 15m) {
        fast = EMA(close, 5)
        slow = EMA(close, 20)
        if fast < slow and Position(symbol) == 0 {
            Sell(symbol, 40%, leverage = 25, stop_loss = 5%, take_profit = 3%, trail = 1.5%)
        }
        if fast > slow and Position(symbol) < 0 { Close(symbol) }
    }
    """

    def __init__(self) -> None:
        self.fast, self.slow = Ema(5), Ema(20)

    def __call__(self, candles: list[Row], position: float) -> list[Wish]:
        fast, slow = self.fast.add(candles[-1][4]), self.slow.add(candles[-1][4])
        if fast is None or slow is None:
            return []
        if fast < slow and position == 0:
            shape = Wish(-1, 0.4, leverage=25)
            shape.stop_share, shape.target_share, shape.trail_share = 0.05, 0.03, 0.015
            return [shape]
        if fast > slow and position < 0:
            return [Wish(1, is_close=True)]
        return []


class LongWithLeverage:
    """Buys with so much borrowed money that a fall of two percent takes the margin."""

    source = """
    script "long with leverage"
    setting symbol = "BTC/USDT:USDT"
    on Candle(symbol, 1h) {
        if close > close[3] and Position(symbol) == 0 {
            Buy(symbol, 30%, leverage = 40, take_profit = 2%)
        }
    }
    """

    def __call__(self, candles: list[Row], position: float) -> list[Wish]:
        if len(candles) < 4 or position or not candles[-1][4] > candles[-4][4]:
            return []
        return [Wish(1, 0.3, leverage=40, target_share=0.02)]
