"""An example of each indicator, with candles on which its value can be reckoned by hand.

The rule it keeps: a test carries each of them out; none is missing.
"""

from __future__ import annotations

from typing import Final

OF_INDICATORS: Final = {
    "SMA": """\
state average = none
on Candle("BTC/USDT", 1h) { average = SMA(close, 3) }
test "of the last three" { candles 1 2 3 7; expect average == 4 }
""",
    "EMA": """\
state average = none
on Candle("BTC/USDT", 1h) { average = EMA(close, 3) }
test "begins as the plain average, then takes half of what is new" {
    candles 1 2 3
    expect average == 2
    candles 6
    expect average == 4
}
""",
    "WMA": """\
state average = none
on Candle("BTC/USDT", 1h) { average = WMA(close, 2) }
test "the newer counts twice" { candles 3 6; expect average == 5 }
""",
    "MACD": """\
state is_rising = false
on Candle("BTC/USDT", 1h) {
    is_rising = MACD(close, 2, 3, 2).histogram > 0
}
test "a rise that grows" { candles 100 100 100 100 101 103 106; expect is_rising == true }
""",
    "RSI": """\
state strength = none
on Candle("BTC/USDT", 1h) { strength = RSI(close, 2) }
test "as far up as down" { candles 100 101 100; expect strength == 50 }
""",
    "Stochastic": """\
state place = none
on Candle("BTC/USDT", 1h) { place = Stochastic(3, 1, 1).k }
test "at the top of its range" { candles 1 2 3; expect place == 100 }
""",
    "CCI": """\
state distance = none
on Candle("BTC/USDT", 1h) { distance = CCI(3) }
test "0 on a market that stands still" { candles 5 5 5; expect distance == 0 }
""",
    "MFI": """\
state flow = none
on Candle("BTC/USDT", 1h) { flow = MFI(2) }
test "all of it into rising candles" { candles 1 2 3; expect flow == 100 }
""",
    "ROC": """\
state change = none
on Candle("BTC/USDT", 1h) { change = ROC(close, 1) }
test "in hundredths" { candles 100 125; expect change == 25 }
""",
    "ZScore": """\
state distance = none
on Candle("BTC/USDT", 1h) { distance = ZScore(close, 2) }
test "of two values, one deviation above their average" { candles 1 3; expect distance == 1 }
""",
    "StdDev": """\
state deviation = none
on Candle("BTC/USDT", 1h) { deviation = StdDev(close, 2) }
test "divided by n" { candles 1 3; expect deviation == 1 }
""",
    "Bollinger": """\
on Candle("BTC/USDT", 1h) {
    if close > Bollinger(close, 3, 1).upper { Notify("above the band") }
}
test "a jump" { candles 100 100 110; expect Notify("above the band") }
""",
    "ATR": """\
on Candle("BTC/USDT", 1h) {
    if close > open { Buy("BTC/USDT", 10%, stop_loss = close - 2 * ATR(2)) }
}
test "a stop two ranges away" { candles 100 101 102; expect Buy("BTC/USDT", 10%) }
""",
    "ADX": """\
state trends_up = false
on Candle("BTC/USDT", 1h) { trends_up = ADX(2) > 25 and ADX(2).plus > ADX(2).minus }
test "a market that only rises" { candles 1 2 3 4 5 6; expect trends_up == true }
""",
    "Supertrend": """\
state direction = none
on Candle("BTC/USDT", 1h) { direction = Supertrend(2, 1).direction }
test "turns with a fall" { candles 10 11 12 13 5; expect direction == -1 }
""",
    "Highest": """\
state is_breakout = false
on Candle("BTC/USDT", 1h) { is_breakout = close > Highest(high, 3)[1] }
test "[1] leaves this candle out" { candles 1 3 2 4; expect is_breakout == true }
""",
    "Lowest": """\
state lowest = none
on Candle("BTC/USDT", 1h) { lowest = Lowest(close, 2) }
test "of this candle and the one before" { candles 1 5 4; expect lowest == 4 }
""",
    "Donchian": """\
state middle = none
on Candle("BTC/USDT", 1h) { middle = Donchian(2).middle }
test "between highest and lowest" { candles 10 20; expect middle == 15 }
""",
    "VWAP": """\
state average = none
on Candle("BTC/USDT", 1h) { average = VWAP(2) }
test "what more was traded at counts more" {
    candles (10, 10, 10, 10, 1) (20, 20, 20, 20, 3)
    expect average == 17.5
}
""",
    "OBV": """\
state balance = none
on Candle("BTC/USDT", 1h) { balance = OBV() }
test "rising candles less falling ones, from where it began" {
    candles (1, 1, 1, 1, 5) (2, 2, 2, 2, 3) (1, 1, 1, 1, 2)
    expect balance == 6
}
""",
    "Since": """\
state waited = none
on Candle("BTC/USDT", 1h) { waited = Since(close > 100) }
test "none, then 0, then counting" {
    candles 90
    expect waited == none
    candles 101
    expect waited == 0
    candles 99 98
    expect waited == 2
}
""",
    "Change": """\
state change = none
on Candle("BTC/USDT", 1h) { change = Change(close, 2) }
test "against two candles ago" { candles 100 101 105; expect change == 5 }
""",
    "CrossesAbove": """\
on Candle("BTC/USDT", 1h) {
    if CrossesAbove(close, SMA(close, 2)) { Buy("BTC/USDT", 10%) }
}
test "on the candle that passes it" { candles 3 2 3; expect Buy("BTC/USDT", 10%) }
""",
    "CrossesBelow": """\
on Candle("BTC/USDT", 1h) {
    if CrossesBelow(close, 50) { Notify("below 50") }
}
test "a level may be a constant" { candles 60 40; expect Notify("below 50") }
""",
}
