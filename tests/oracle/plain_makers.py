"""Strategies of limit orders twice: in plain Python, and as Lefi scripts."""

from __future__ import annotations

from tests.oracle.plain_loop import Loop, Player
from tests.oracle.plain_orders import Wish

STEP = 15 * 60_000


class Bids(Player):
    """Rests below a market and sells half above it; what is old is withdrawn."""

    step = STEP
    source = """
    script "bids"
    setting symbol = "BTC/USDT"
    on Candle(symbol, 15m) {
        if close < close[4] - 0.5% { Cancel(symbol) }
        Buy(symbol, 20%, at = close - 0.2%, stop_loss = 1%, take_profit = 0.9%, trail = 0.7%)
        Buy(symbol, 15%, at = close - 0.6%, stop_loss = 0.8%)
        if Position(symbol) > 0 { Sell(symbol, 50%, at = close + 0.3%, post_only = true) }
        if close > close[4] + 2% { Close(symbol) }
    }
    """

    def on_candle(self, loop: Loop) -> list[Wish]:
        candles = loop.candles(STEP)
        if len(candles) < 5:
            return []
        close, before = candles[-1].close, candles[-5].close
        near = Wish(1, 0.2, at=close * 0.998, stop_share=0.01, target_share=0.009, place=1)
        near.trail_share = 0.007
        far = Wish(1, 0.15, at=close * 0.994, stop_share=0.008, place=2)
        half = Wish(-1, 0.5, at=close * 1.003, post_only=True, place=3)
        return [
            *([Wish(is_cancel=True)] if close < before * 0.995 else []),
            near,
            far,
            *([half] if loop.units(self.symbol) > 0 else []),
            *([Wish(is_close=True)] if close > before * 1.02 else []),
        ]


class Asks(Player):
    """Shorts a perpetual by limits with borrowed money, and takes it back below by limits."""

    step = STEP
    symbol = "BTC/USDT:USDT"
    source = """
    script "asks"
    setting symbol = "BTC/USDT:USDT"
    on Candle(symbol, 15m) {
        Sell(symbol, 8%, at = close + 0.25%, leverage = 10, stop_loss = 1.5%, trail = 1.2%)
        if Position(symbol) < 0 {
            Buy(symbol, 40%, at = close - 0.2%, leverage = 10, reduce_only = true)
            Buy(symbol, 100%, at = close - 0.7%, leverage = 10, reduce_only = true)
        }
        if close > close[8] + 1% { Cancel(symbol) }
    }
    """

    def on_candle(self, loop: Loop) -> list[Wish]:
        candles = loop.candles(STEP)
        if len(candles) < 9:
            return []
        close, lever = candles[-1].close, 10.0
        ask = Wish(-1, 0.08, at=close * 1.0025, leverage=lever, stop_share=0.015, place=1)
        ask.trail_share = 0.012
        part = Wish(1, 0.4, at=close * 0.998, leverage=lever, reduce_only=True, place=2)
        rest = Wish(1, 1.0, at=close * 0.993, leverage=lever, reduce_only=True, place=3)
        return [
            ask,
            *([part, rest] if loop.units(self.symbol) < 0 else []),
            *([Wish(is_cancel=True)] if close > candles[-9].close * 1.01 else []),
        ]


class Turns(Player):
    """Always in the market: fixed sizes by limits, beyond the position to its other side."""

    step = STEP
    symbol = "BTC/USDT:USDT"
    source = """
    script "turns"
    setting symbol = "BTC/USDT:USDT"
    on Candle(symbol, 15m) {
        if close > close[3] + 0.4% {
            Buy(symbol, 1_000 USDT, at = close, tif = "IOC", leverage = 2)
        }
        if close < close[3] - 0.4% {
            Sell(symbol, 900 USDT, at = close - 0.1%, leverage = 2, take_profit = 2%)
        }
    }
    """

    def on_candle(self, loop: Loop) -> list[Wish]:
        candles = loop.candles(STEP)
        if len(candles) < 4:
            return []
        close, before = candles[-1].close, candles[-4].close
        if close > before * 1.004:
            return [Wish(1, cost=1_000, at=close, tif="IOC", leverage=2, place=1)]
        if close < before * 0.996:
            at = close * 0.999
            return [Wish(-1, cost=900, at=at, leverage=2, target_share=0.02, place=2)]
        return []
