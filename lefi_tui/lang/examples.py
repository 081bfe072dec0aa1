"""An example of each method and event: a whole script, small enough to be read at a glance.

The rule it keeps: a test carries each of them out; none is missing.
"""

from __future__ import annotations

from typing import Final

from lefi_tui.lang.examples_indicators import OF_INDICATORS

_OF_READS: Final = {
    "Spot": """\
state seen = none
on Every(1h) { seen = Spot("BTC/USDT") }
test "the newest price, in any handler" { price "BTC/USDT" 50_000; after 1h; expect seen == 50_000 }
""",
    "Bid": """\
on Candle("BTC/USDT", 1h) { Buy("BTC/USDT", 100 USDT, at = Bid("BTC/USDT") - 1%) }
test "one percent below the best bid" { candles 100; expect Buy("BTC/USDT", 100 USDT) }
""",
    "Ask": """\
state gap = none
on PriceUpdate("BTC/USDT") { gap = Ask("BTC/USDT") - Bid("BTC/USDT") }
test "candles and tests have one price for both" { price 100; expect gap == 0 }
""",
    "Spread": """\
state is_wide = false
on PriceUpdate("BTC/USDT") { is_wide = Spread("BTC/USDT") > event.price * 0.1% }
test "not where there is one price" { price 100; expect is_wide == false }
""",
    "Volume24h": """\
state is_known = true
on Candle("BTC/USDT", 1h) { is_known = Volume24h("BTC/USDT") > 0 }
test "no candle tells it, and a comparison with none is false" {
    candles 100
    expect is_known == false
}
""",
    "Funding": """\
state rate = 1%
on Candle("BTC/USDT:USDT", 1h) { rate = Funding("BTC/USDT:USDT") ?? 0% }
test "no candle tells it" { candles 100; expect rate == 0% }
""",
    "Fee": """\
state there_and_back = 1%
on Start { there_and_back = Fee("BTC/USDT").taker * 2 }
test "tests have no fees" { price 100; expect there_and_back == 0% }
""",
    "Position": """\
on Candle("BTC/USDT", 1h) {
    if Position("BTC/USDT") == 0 { Buy("BTC/USDT", 0.5 BTC) }
}
state held = 0
on Fill { held = Position("BTC/USDT") }
test "what was filled is held" { candles 100 100; expect held == 0.5 }
""",
    "Entry": """\
state paid = none
on Candle("BTC/USDT", 1h) {
    paid = Entry("BTC/USDT")
    Buy("BTC/USDT", 1)
}
test "the average of what was paid; none before" {
    candles 100
    expect paid == none
    candles 100
    expect paid == 100
    candles (110, 110, 110, 110, 1)
    expect paid == 105
}
""",
    "PnL": """\
state earned = 0
on Candle("BTC/USDT", 1h) {
    earned = PnL("BTC/USDT")
    if Position("BTC/USDT") == 0 { Buy("BTC/USDT", 1) }
}
test "at the last price" { candles 100 100 110; expect earned == 10 }
""",
    "AccountBalance": """\
state free = 0
on Candle("BTC/USDT", 1h) {
    free = AccountBalance()
    if Position("BTC/USDT") == 0 { Buy("BTC/USDT", 40%) }
}
test "what is not bound in positions" { candles 100 100; expect free == 6_000 }
""",
    "StockUnits": """\
on Candle("BTC/USDT", 1h) {
    if StockUnits("BTC/USDT") < 2 { Buy("BTC/USDT", 2 - StockUnits("BTC/USDT")) }
}
test "buys what is missing" { candles 100; expect Buy("BTC/USDT", 2) }
""",
    "Equity": """\
state worth = 0
on Candle("BTC/USDT", 1h) {
    worth = Equity()
    if Position("BTC/USDT") == 0 { Buy("BTC/USDT", 10) }
}
test "cash, and positions at the last price" { candles 100 100 110; expect worth == 10_100 }
""",
    "OpenOrders": """\
state working = 0
on Candle("BTC/USDT", 1h) {
    working = OpenOrders("BTC/USDT")
    if working == 0 { Buy("BTC/USDT", 1, at = 90) }
}
test "a limit that is not reached rests" { candles 100 101; expect working == 1 }
""",
    "Bias": """\
on Candle("BTC/USDT", 1h) {
    if Bias("BTC/USDT") ?? 0 > 0.5 { Buy("BTC/USDT", 5%) }
}
test "no candle tells it" { candles 100; expect no Buy }
""",
    "Indicator": """\
state mood = 50
on Candle("BTC/USDT", 1h) { mood = Indicator("fear-and-greed", "value") ?? 50 }
test "none before that bot's first Emit" { candles 100; expect mood == 50 }
""",
    "Now": """\
state hour = 0
on Candle("BTC/USDT", 1h) { hour = Now().hour }
test "a test begins at midnight; the first candle closes at one" { candles 100; expect hour == 1 }
""",
    "Candles": """\
state daily = none
on Candle("BTC/USDT", 12h) { daily = Candles("BTC/USDT", 1d).close ?? 0 }
test "closed candles only: the second day is not over" {
    candles 1
    expect daily == 0
    candles 2
    expect daily == 2
    candles 3
    expect daily == 2
}
""",
}
_OF_MATHS: Final = {
    "Min": """\
on Candle("BTC/USDT", 1h) { Buy("BTC/USDT", Min(500 USDT, AccountBalance() * 10%)) }
test "at most 500" { candles 100; expect Buy("BTC/USDT", 500 USDT) }
""",
    "Max": """\
state peak = none
on Candle("BTC/USDT", 1h) { peak = Max(peak ?? close, close) }
test "the highest close so far" { candles 100 120 110; expect peak == 120 }
""",
    "Mean": """\
state typical = none
on Candle("BTC/USDT", 1h) { typical = Mean(high, low, close) }
test "of as many as there are" { candles (1, 9, 3, 6, 1); expect typical == 6 }
""",
    "Abs": """\
state moved = none
on Candle("BTC/USDT", 1h) { moved = Abs(close - open) }
test "down counts as up" { candles 100 95; expect moved == 5 }
""",
    "Round": """\
state whole = none
on Candle("BTC/USDT", 1h) { whole = Round(close) }
test "halves go away from zero" { candles 2.5; expect whole == 3 }
""",
    "Floor": """\
state whole = none
on Candle("BTC/USDT", 1h) { whole = Floor(close) }
test "down" { candles 2.9; expect whole == 2 }
""",
    "Ceil": """\
state whole = none
on Candle("BTC/USDT", 1h) { whole = Ceil(close) }
test "up" { candles 2.1; expect whole == 3 }
""",
    "Sqrt": """\
state spread_a_year = none
on Candle("BTC/USDT", 1d) { spread_a_year = StdDev(close, 2) / close * Sqrt(365) }
test "something" { candles 100 110; expect spread_a_year > 0 }
""",
    "Log": """\
state growth = none
on Candle("BTC/USDT", 1d) { growth = Log(close / close[1]) }
test "nothing, where nothing changes" { candles 100 100; expect growth == 0 }
""",
    "Exp": """\
state weight = none
on Every(1h) { weight = Exp(-2 / 24) }
test "less with age" { price "BTC/USDT" 1; after 1h; expect weight < 1 }
""",
    "Amount": """\
state bag = Amount(0, "1INCH")
on Candle("1INCH/USDT", 1h) { bag = bag + Amount(5, "1INCH") }
test "a ticker that no literal can write" { candles 1 1; expect bag == 10 }
""",
}
_OF_TRANSACTIONS: Final = {
    "Buy": """\
on Candle("BTC/USDT", 1h) {
    if Position("BTC/USDT") == 0 {
        Buy("BTC/USDT", 25%, stop_loss = 2%, take_profit = close + 3 * ATR(2))
    }
}
test "once" { candles 100 101 102 103; expect Buy("BTC/USDT", 25%) }
""",
    "Sell": """\
on Candle("BTC/USDT:USDT", 1h) {
    if Position("BTC/USDT:USDT") == 0 {
        Sell("BTC/USDT:USDT", 10%, leverage = 2, stop_loss = 2%, trail = 1%)
    }
}
test "a perpetual may be sold first" { candles 100; expect Sell("BTC/USDT:USDT", 10%) }
""",
    "Close": """\
on Candle("BTC/USDT", 1h) {
    if close > open { Buy("BTC/USDT", 10%) } else { Close("BTC/USDT") }
}
test "out on a falling candle" { candles 100 101 100; expect Close("BTC/USDT") }
""",
    "Cancel": """\
state working = none
on Candle("BTC/USDT", 1h) {
    working = OpenOrders("BTC/USDT")
    if working == 0 { Buy("BTC/USDT", 1, at = close - 5%) } else { Cancel("BTC/USDT") }
}
test "a limit that was not reached within one candle is withdrawn" {
    candles 100 101
    expect Cancel("BTC/USDT")
    candles 102
    expect working == 0
}
""",
    "TransferAmount": """\
on Schedule("0 0 1 * *", "UTC") { TransferAmount("main", "savings", 100 USDT) }
test "each first of a month" { price "BTC/USDT" 1; after 31d; expect TransferAmount("main") }
""",
    "Notify": """\
on Candle("BTC/USDT", 1h) {
    if close < close[1] - 10% { Notify("BTC fell to {close}") }
}
test "tells of a fall" { candles 100 85; expect Notify("BTC fell to 85") }
""",
    "Print": """\
on Candle("BTC/USDT", 1h) { Print("{symbol} closed at {close}") }
test "says so" { candles 100; expect Print("BTC/USDT closed at 100") }
""",
    "Emit": """\
kind indicator
on Candle("BTC/USDT", 1h) { Emit("strength", value = RSI(close, 2)) }
test "tells" { candles 100 101 102; expect Emit("strength") }
""",
}
_OF_EVENTS: Final = {
    "Candle": """\
on Candle("BTC/USDT", 1h) {
    if close < open { Notify("{event.symbol} fell from {open} to {close}") }
}
test "a falling candle" { candles 100 90; expect Notify("BTC/USDT fell from 100 to 90") }
""",
    "PriceUpdate": """\
policy { rate = 1 per 1h }
on PriceUpdate("BTC/USDT") {
    if event.price < 90 { Buy("BTC/USDT", 5%) }
}
test "at once, not at the end of a candle" { price 100 89; expect Buy("BTC/USDT", 5%) }
""",
    "Trade": """\
state bought = 0 BTC
on Trade("BTC/USDT") { if event.side == "buy" { bought = bought + event.amount } }
test "candles and prices are no trade prints" { price 100; expect bought == 0 BTC }
""",
    "Fill": """\
on Candle("BTC/USDT", 1h) { if close > open { Buy("BTC/USDT", 1, stop_loss = 5%) } }
on Fill { if event.reason == "stop_loss" { Notify("stopped out at {event.price}") } }
test "tells of a stop" { candles 100 101 101 90; expect Notify("stopped out at 95.95") }
""",
    "Every": """\
state times = 0
on Every(6h) { times = times + 1 }
test "four times a day" { price "BTC/USDT" 1; after 1d; expect times == 4 }
""",
    "Schedule": """\
on Schedule("30 9 * * 1-5", "America/New_York") { Notify("New York opens") }
test "on a Monday" { price "BTC/USDT" 1; after 1d; expect Notify("New York opens") }
""",
    "Event": """\
state index = none
on Event("fear_greed") {
    index = event.value
    if event.value < 20 { Notify("fear: {event.value}") }
}
test "hears it" { price "BTC/USDT" 1; event "fear_greed" { value = 12 }; expect index == 12 }
""",
    "Command": """\
kind manual
on Command("BUY", key = "b") { Buy("BTC/USDT", 5%) }
test "a key" { price "BTC/USDT" 100; command "BUY"; expect Buy("BTC/USDT", 5%) }
""",
    "Start": """\
on Start { Notify("watching BTC/USDT at {Spot("BTC/USDT")}") }
test "says so" { price 100; expect Notify("watching BTC/USDT at 100") }
""",
    "Stop": """\
on Candle("BTC/USDT", 1h) { Buy("BTC/USDT", 1, at = close - 5%) }
on Stop { Cancel("BTC/USDT") }
test "not yet" { candles 100; expect no Cancel }
""",
}
EXAMPLES: Final[dict[str, str]] = {
    **_OF_READS,
    **OF_INDICATORS,
    **_OF_MATHS,
    **_OF_TRANSACTIONS,
    **_OF_EVENTS,
}
