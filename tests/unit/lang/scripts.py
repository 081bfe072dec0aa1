"""Right scripts, as the language's page has them and as traders write them."""

from __future__ import annotations

from typing import Final

FIRST_LOOK: Final = """\
script "EMA cross"

/// Market to trade
setting symbol = "BTC/USDT"
/// Candles in the fast average
setting fast = 12 in 2..200
setting slow = 26 in 3..400
/// Share of free cash per entry
setting size = 25% in 1%..100%

state entries = 0

policy {
    partial_fill = keep
    timeout = 30s
    retry = 3
    rate = 10 per 1m
}

on Candle(symbol, 5m) {
    quick = EMA(close, fast)
    calm  = EMA(close, slow)

    if CrossesAbove(quick, calm) and Position(symbol) == 0 {
        Buy(symbol, size, stop_loss = 2%, take_profit = 4%)
        entries = entries + 1
    }
    if CrossesBelow(quick, calm) { Close(symbol) }
}

test "enters once on a cross" {
    setting fast = 2, slow = 3
    candles 100 99 98 97 103 108 112
    expect Buy(symbol)
    expect entries == 1
}
"""
ALL_WORDS: Final = """\
kind manual
setting tier = "low" in ["low", "high"]
setting drop = -2% in -5%..-1%
fn mid(a, b) = if a > b then (a + b) / 2 else b

on Command("BUY GAME", key = "b") {
    authorize by "owner" within 10m {
        execute {
            Buy("BTC/USDT", 100 USDT, at = Bid("BTC/USDT") * 99%)
        } else {
            Notify("not filled: {Spot("BTC/USDT") ?? 0}")
        }
    } else { return }
}

on Schedule("0 9 * * 1", "UTC") {
    for coin in ["BTC/USDT", "ETH/USDT"] {
        if decide Buy(coin, 5%) { } else if not (Position(coin) == 0) { Close(coin) }
    }
    repeat 3 { Print("again") }
    decide {
        mid(1, 2) ^ 2 >= 3 => Print("a")
        true => { Print("b"); return }
        else => return
    }
    finalize { Close("BTC/USDT") }
}

test "asks" {
    command "BUY GAME"
    price "BTC/USDT" 100 101.5
    candles (1, 2, 0.5, 1.5, 10)
    event "news" { score = 1 }
    after 10m
    approve
    expect no Sell
}
"""
RIGHT: Final = (
    (
        'state peak = none; on Candle("BTC/USDT", 1h) { peak = Max(peak ?? close, close); '
        'if close < peak * 90% { Close("BTC/USDT") } }'
    ),
    (
        'on Candle("BTC/USDT", 5m) { if close > open { if close > Highest(high, 50)[1] '
        '{ Buy("BTC/USDT", 25%, stop_loss = close - 2 * ATR(14)) } } }'
    ),
    (
        'setting coins = ["BTC/USDT", "ETH/USDT"]; on Schedule("0 9 * * 1", "UTC") '
        "{ for coin in coins { Buy(coin, 50 USDT) } }"
    ),
    (
        'on Candle("BTC/USDT:USDT", 1h) { x = RSI(close, 14); decide { x < 30 => '
        'Buy("BTC/USDT:USDT", 10%, leverage = 3, stop_loss = 2%); '
        'x > 70 => { Close("BTC/USDT:USDT") } else => return } }'
    ),
    (
        'on Candle("BTC/USDT", 5m) { day = EMA(Candles("BTC/USDT", 1d).close, 20); '
        "if day > day[1] and CrossesAbove(close, EMA(close, 50)) "
        '{ Buy("BTC/USDT", 20%, trail = 3%) } }'
    ),
    (
        "state due = 0 USDT; on Start { due pays 1_000 USDT in 90d at 5%; "
        'authorize by "owner" within 1d { Buy("BTC/USDT", due) } else { Notify("late") } }; '
        'test "asks" { price 50000; approve; expect Buy("BTC/USDT") }'
    ),
    'spot = Spot("AAPL/USD")\nif spot > 100 { Notify("AAPL is above 100: {spot}") }\n',
    FIRST_LOOK,
    ALL_WORDS,
)
