"""Four strategies twice: in plain Python, with indicators of their own, and as Lefi scripts."""

from __future__ import annotations

from pathlib import Path
from statistics import fmean, pstdev

from tests.oracle.plain_candles import Row
from tests.oracle.plain_indicators import AverageRange, Ema, Rsi
from tests.oracle.plain_loop import Player
from tests.oracle.plain_orders import Wish

SCRIPTS = Path(__file__).parents[2] / "scripts"


class EmaCross(Player):
    """scripts/ema_cross.lefi with its defaults."""

    source = (SCRIPTS / "ema_cross.lefi").read_text()

    def __init__(self) -> None:
        self.fast, self.slow = Ema(12), Ema(26)
        self.before: tuple[float, float] | None = None

    def __call__(self, candles: list[Row], position: float) -> list[Wish]:
        fast, slow = self.fast.add(candles[-1].close), self.slow.add(candles[-1].close)
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


class RsiReversion(Player):
    """scripts/rsi_reversion.lefi with its defaults."""

    source = (SCRIPTS / "rsi_reversion.lefi").read_text()

    def __init__(self) -> None:
        self.rsi = Rsi(14)

    def __call__(self, candles: list[Row], position: float) -> list[Wish]:
        strength = self.rsi.add(candles[-1].close)
        if strength is None:
            return []
        if strength < 30 and position == 0:
            return [Wish(1, 0.2, stop_share=0.03)]
        if strength > 65 and position > 0:
            return [Wish(-1, is_close=True)]
        return []


class Bollinger(Player):
    """scripts/bollinger.lefi with its defaults."""

    source = (SCRIPTS / "bollinger.lefi").read_text()

    def __call__(self, candles: list[Row], position: float) -> list[Wish]:
        closes = [each.close for each in candles[-20:]]
        if len(closes) < 20:
            return []
        lower = fmean(closes) - 2 * pstdev(closes)
        if closes[-1] < lower and position == 0:
            return [Wish(1, 0.2, stop_share=0.03)]
        if closes[-1] > fmean(closes) and position > 0:
            return [Wish(-1, is_close=True)]
        return []


class Composite(Player):
    """scripts/composite.lefi with its defaults: a view of the RSI and one of two averages."""

    source = (SCRIPTS / "composite.lefi").read_text()

    def __init__(self) -> None:
        self.rsi, self.quick, self.calm = Rsi(14), Ema(9), Ema(21)
        self.strengths, self.turns = list[float](), list[int]()
        self.above: int | None = None

    def __call__(self, candles: list[Row], position: float) -> list[Wish]:
        close = candles[-1].close
        strength, quick, calm = self.rsi.add(close), self.quick.add(close), self.calm.add(close)
        if strength is not None:
            self.strengths.append(strength)
        self.turns.append(self.turn(quick, calm))
        if len(self.strengths) < 13 or quick is None or calm is None:
            return []
        weakest, strongest = min(self.strengths[-13:]), max(self.strengths[-13:])
        if weakest < 30 and 1 in self.turns[-13:] and position == 0:
            of_rsi = min(0.95, 0.65 + (30 - weakest) / 20 * 0.2)
            of_averages = min(0.9, 0.7 + 2 * abs(quick - calm) / calm)
            confidence = min(0.95, (of_rsi + of_averages) / 2 + 0.1)
            return [Wish(1, 0.25 * confidence, stop_share=0.03)]
        if strongest > 70 and -1 in self.turns[-13:] and position > 0:
            return [Wish(-1, is_close=True)]
        return []

    def turn(self, quick: float | None, calm: float | None) -> int:
        """1 where the quick one has come above the calm one, -1 where below."""
        if quick is None or calm is None:
            return 0
        before, self.above = self.above, (quick > calm) - (quick < calm)
        return 0 if before is None or not self.above or before == self.above else self.above


class Breakout(Player):
    """scripts/breakout_atr.lefi with its defaults."""

    source = (SCRIPTS / "breakout_atr.lefi").read_text()

    def __init__(self) -> None:
        self.range = AverageRange(14)

    def __call__(self, candles: list[Row], position: float) -> list[Wish]:
        close, room = candles[-1].close, self.range.add(candles[-1])
        if len(candles) < 21 or room is None:
            return []
        roof = max(each.high for each in candles[-21:-1])
        floor = min(each.low for each in candles[-11:-1])
        if close > roof and position == 0:
            return [Wish(1, 0.2, stop_price=close - 2 * room)]
        if close < floor and position > 0:
            return [Wish(-1, is_close=True)]
        return []


class MacdTurns(Player):
    """tests/oracle/tradingview_macd.lefi."""

    symbol = "EUR/USD:USD"
    source = (Path(__file__).parent / "tradingview_macd.lefi").read_text()

    def __init__(self) -> None:
        self.fast, self.slow, self.signal = Ema(12), Ema(26), Ema(9)
        self.before: float | None = None

    def __call__(self, candles: list[Row], position: float) -> list[Wish]:
        fast, slow = self.fast.add(candles[-1].close), self.slow.add(candles[-1].close)
        signal = None if fast is None or slow is None else self.signal.add(fast - slow)
        if fast is None or slow is None or signal is None:
            return []
        delta, before = fast - slow - signal, self.before
        self.before = delta
        if before is None or not (before <= 0 < delta or delta < 0 <= before):
            return []
        side = 1 if delta > 0 else -1
        return [Wish(side, units=1 + abs(position))]


class ShortTrend(Player):
    """Shorts a falling market with borrowed money, and turns with it."""

    symbol = "BTC/USDT:USDT"
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
        fast, slow = self.fast.add(candles[-1].close), self.slow.add(candles[-1].close)
        if fast is None or slow is None:
            return []
        if fast < slow and position == 0:
            shape = Wish(-1, 0.4, leverage=25)
            shape.stop_share, shape.target_share, shape.trail_share = 0.05, 0.03, 0.015
            return [shape]
        if fast > slow and position < 0:
            return [Wish(1, is_close=True)]
        return []


class LongWithLeverage(Player):
    """Buys with so much borrowed money that a fall of two percent takes the margin."""

    symbol = "BTC/USDT:USDT"
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
        if len(candles) < 4 or position or not candles[-1].close > candles[-4].close:
            return []
        return [Wish(1, 0.3, leverage=40, target_share=0.02)]
