"""Explained: what is allowed, and probably meant otherwise."""

from __future__ import annotations

from typing import Final

from lefi_tui.lang.explained import Explained

WARNINGS: Final[dict[str, Explained]] = {
    "LF251": Explained(
        "A value is reckoned and nothing asks for it: a leftover, or a name that is spelled "
        "otherwise where it should be used.",
        'on Candle("BTC/USDT", 5m) { «x» = close }',
        'on Candle("BTC/USDT", 5m) { x = close; Print(x) }',
    ),
    "LF252": Explained(
        "On a perpetual a position can lose all its margin. An entry with stop_loss or trail has "
        "an end on the bad side.",
        'on Candle("BTC/USDT:USDT", 5m) { «Buy»("BTC/USDT:USDT", 5%, leverage = 3) }',
        'on Candle("BTC/USDT:USDT", 5m) { Buy("BTC/USDT:USDT", 5%, leverage = 3, stop_loss = 2%) }',
    ),
    "LF253": Explained(
        "A size over 100 % asks for more than there is; the order would be refused.",
        'on Every(1d) { Buy("BTC/USDT", «150%») }',
        'on Every(1d) { Buy("BTC/USDT", 15%) }',
    ),
    "LF254": Explained(
        "`a and b or c` is `(a and b) or c`. Half of its readers take it the other way, so write "
        "the parentheses.",
        'on Candle("BTC/USDT", 5m) { if close > 9 and open > 9 «or» high > 20 { Print("a") } }',
        'on Candle("BTC/USDT", 5m) { if (close > 9 and open > 9) or high > 20 { Print("a") } }',
    ),
    "LF255": Explained(
        "Prices change many times a second, and so often this may order. Name the most orders "
        "you want in a policy, or hear candles instead.",
        'on PriceUpdate("BTC/USDT") { «Buy»("BTC/USDT", 5%) }',
        'policy { rate = 1 per 1h }\non PriceUpdate("BTC/USDT") { Buy("BTC/USDT", 5%) }',
    ),
    "LF256": Explained(
        "Nothing ever runs this: a script without handlers runs at the price updates of the "
        "markets it reads, and it reads none.",
        '«Print("never")»',
        'on Start { Print("once") }',
    ),
    "LF258": Explained(
        "What it asks of can't be otherwise: an RSI lies between 0 and 100 whatever the market "
        "does, a weekday between 1 and 7. So it never holds, or always, and what hangs on it "
        "never happens, or happens each time.",
        'on Candle("BTC/USDT", 5m) { if «RSI(close, 14) > 550» { Notify("high") } }',
        'on Candle("BTC/USDT", 5m) { if RSI(close, 14) > 55 { Notify("high") } }',
    ),
    "LF259": Explained(
        "None of your accounts lists this market, so no bot of the script starts on them. It is "
        "told where the markets of the accounts are known: in the editor of a running desk.",
        'on Candle(«"DOGE/USDT"», 1h) { if close > open { Notify("up") } }',
        'on Candle("BTC/USDT", 1h) { if close > open { Notify("up") } }',
    ),
    "LF257": Explained(
        "The event that this sends is heard by the handler that sends it, straight or through "
        "others, again and again.",
        'on Event("mood") { «Emit("mood", value = event.value + 1)» }',
        'on Event("mood") { Emit("higher", value = event.value + 1) }',
    ),
}
