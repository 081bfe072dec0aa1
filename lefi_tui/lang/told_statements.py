"""Declarations, statements and the lines of tests: how each is written, what it does, an example.

The rule it keeps: a test carries each example out.
"""

from __future__ import annotations

from typing import Final

from lefi_tui.lang.told import Told

_DECLARATIONS: Final = (
    Told(
        "script",
        'script "name"',
        "The name shown for it; without one, its file's.",
        """\
script "Weekly buy"
on Schedule("0 9 * * 1", "UTC") { Buy("BTC/USDT", 50 USDT) }
test "on Mondays" { price "BTC/USDT" 100; after 7d; expect Buy("BTC/USDT", 50 USDT) }
""",
    ),
    Told(
        "kind",
        "kind automated | manual | indicator",
        "An automated bot acts by itself, and is what a script is when nothing is said. A manual "
        "one also hears a person's commands. An indicator computes and tells, and may not "
        "transact.",
        """\
kind indicator
state regime = "calm"
on Candle("BTC/USDT", 1h) {
    regime = if ATR(2) > close * 2% then "wild" else "calm"
    Emit("regime", name = regime)
}
test "a jump is wild" { candles 100 100 110; expect regime == "wild" }
""",
    ),
    Told(
        "setting",
        "setting name = default [in low..high | in [choice, …]]",
        "A value that the person who runs the bot may choose, also while it runs: the script is "
        "checked and bound again between two events, states stay, indicators are computed again. "
        "Bounds are inclusive. `///` above it is what its form says.",
        """\
/// Market to trade
setting symbol = "BTC/USDT"
/// Candles in the average
setting length = 20 in 2..200
setting side = "both" in ["long", "both"]
on Candle(symbol, 1h) {
    if close < SMA(close, length) and side == "both" { Print("below the average") }
}
test "another length" { setting length = 2; candles 3 1; expect Print("below the average") }
""",
    ),
    Told(
        "state",
        "state name = initial",
        "A value remembered between events and across restarts; a run that fails changes none. "
        "`state x = none` takes its type from what is assigned to it. A list is no state.",
        """\
state losses = 0
on Fill { losses = if event.reason == "stop_loss" then losses + 1 else losses }
on Candle("BTC/USDT", 1h) {
    if losses == 0 and close > open { Buy("BTC/USDT", 10%, stop_loss = 1%) }
}
test "counts its stops" { candles 100 101 101 95; expect losses == 1 }
""",
    ),
    Told(
        "policy",
        "policy { key = value … }",
        "The rules all orders of the script go by. What is not named has its default.",
        """\
policy {
    rate = 1 per 1d
}
on Candle("BTC/USDT", 1h) { Buy("BTC/USDT", 1) }
state fills = 0
on Fill { fills = fills + 1 }
test "one a day, whatever the script asks" { candles 100 100 100 100; expect fills == 1 }
""",
    ),
    Told(
        "fn",
        "fn name(a, b) = expression",
        "A short name for an expression. It is written out at each call, so each call has its own "
        "indicators and units; it may read the handler's candle, has no effects, and never calls "
        "itself.",
        """\
fn share(x, low, high) = (x - low) / (high - low)
state place = none
on Candle("BTC/USDT", 1h) { place = share(close, Lowest(low, 3), Highest(high, 3)) }
test "in the middle of its range" { candles 1 3 2; expect place == 0.5 }
""",
    ),
    Told(
        "on",
        "on EVENT { … }",
        "A handler: carried out at each such event. A script has any number. One without any is "
        "a body, carried out at every price update of the markets it reads.",
        """\
if Spot("BTC/USDT") > 100 { Notify("above 100") }
test "a body" { price 90 101; expect Notify("above 100") }
""",
    ),
    Told(
        "test",
        'test "name" { … }',
        "What the script has to do with prices that you give it. Tests run at every save and by "
        "`lefi test`; a bot whose tests fail can't go live. What no test reaches is untested: the "
        "editor marks its line with ○ and names it beside the sums of the tests, as `lefi test` "
        "does (coverage). Its steps: search for `in a test`.",
        """\
on Candle("BTC/USDT", 1h) { if close > close[1] + 5% { Buy("BTC/USDT", 10%) } }
test "buys a jump" { candles 100 106; expect Buy("BTC/USDT", 10%) }
test "and nothing less" { candles 100 105; expect no Buy }
""",
    ),
)
_STATEMENTS: Final = (
    Told(
        "=",
        "name = expression",
        "Makes or changes a local, which ends with the run, or changes a state. A name keeps its "
        "type. A local that is given a value once, outside if and decide, from series, is a "
        "series itself. A local that is given what has several values is read by field.",
        """\
state last = none
state top = none
on Candle("BTC/USDT", 1h) {
    middle = (high + low) / 2
    last = EMA(middle, 2)
    range = Donchian(2)
    top = range.upper
}
test "an indicator of a name" { candles 2 2; expect last == 2; expect top == 2 }
""",
    ),
    Told(
        "if",
        "if CONDITION { … } else if CONDITION { … } else { … }",
        "A condition is true or false, or an order: true when it was filled as asked. As an "
        "expression it is `if c then a else b`.",
        """\
state word = ""
on Candle("BTC/USDT", 1h) {
    if close > 200 { word = "high" } else if close < 100 { word = "low" } else { word = "mid" }
}
test "each way" { candles 250; expect word == "high"; candles 150; expect word == "mid" }
""",
    ),
    Told(
        "for",
        "for name in LIST { … }",
        "Each value of a constant list in turn. The turns are written out: each has its own "
        "indicators and its own places to order, is checked with its own units, and ends the "
        "names it made.",
        """\
setting coins = ["BTC/USDT", "ETH/USDT"]
on Schedule("0 9 * * 1", "UTC") {
    for coin in coins { Buy(coin, 50 USDT) }
}
test "each coin" {
    price "BTC/USDT" 50_000
    price "ETH/USDT" 3_000
    after 7d
    expect Buy("BTC/USDT", 50 USDT)
    expect Buy("ETH/USDT", 50 USDT)
}
""",
    ),
    Told(
        "repeat",
        "repeat N { … }",
        "So many times, N constant and whole. A name from before the loop goes on from turn to "
        "turn.",
        """\
state total = 0
on Start {
    step = 1
    repeat 4 { total = total + step; step = step * 2 }
}
test "1 + 2 + 4 + 8" { price "BTC/USDT" 1; expect total == 15 }
""",
    ),
    Told(
        "return",
        "return",
        "Ends the run. What it did before stays done.",
        """\
on Candle("BTC/USDT", 1h) {
    if Position("BTC/USDT") > 0 { return }
    Buy("BTC/USDT", 10%)
}
test "once" { candles 100 100; expect Buy }
""",
    ),
    Told(
        "decide",
        "decide { CONDITION => STATEMENT … else => STATEMENT }   or   decide TRANSACTION",
        "The table carries out its first true row, and the audit trail records the row and the "
        "values it was decided on. Before a transaction it asks every gate and adviser of the "
        "bot first, records each verdict, and orders only when none refuses; an adviser can "
        "refuse or make smaller, never enlarge.",
        """\
on Candle("BTC/USDT", 1h) {
    strength = RSI(close, 2)
    decide {
        strength < 30 => { if decide Buy("BTC/USDT", 10%) { Notify("in") } }
        strength > 70 => Close("BTC/USDT")
        else => return
    }
}
test "in on weakness" { candles 100 90 80; expect Buy("BTC/USDT", 10%) }
""",
    ),
    Told(
        "authorize",
        'authorize [by "role"] [within DURATION] { … } else { … }',
        "Shows a person what its block would do now, every order taken as filled, and waits. "
        "After approval it runs on new prices; when its list of orders differs, or a price moved "
        "over 1%, it asks again. Declined or late: the else. The wait outlives a restart.",
        """\
on Candle("BTC/USDT", 1h) {
    authorize by "owner" within 10m { Buy("BTC/USDT", 5%) } else { Notify("not bought") }
}
test "approved" { candles 100; expect no Buy; approve; expect Buy("BTC/USDT", 5%) }
test "declined" { candles 100; decline; expect Notify("not bought") }
test "late" { candles 100; after 11m; expect Notify("not bought") }
""",
    ),
    Told(
        "execute",
        "execute { … } else { … }",
        "One transaction: funds for all of it are checked before its first step. The first step "
        "that is not filled as asked ends it, and what was done is undone in reverse order, also "
        "what fills behind its end; then the else. No `return`, "
        "`finalize` or second `execute` stands inside.",
        """\
on Candle("BTC/USDT", 1h) {
    execute {
        Buy("BTC/USDT", 60)
        Buy("BTC/USDT", 60)
    } else { Notify("not both") }
}
test "10,000 does not pay for 120" { candles 100; expect no Buy; expect Notify("not both") }
""",
    ),
    Told(
        "finalize",
        "finalize { … }",
        "Waits for each transaction; if all are filled as asked, the script is done and its bot "
        "leaves as finalized. The first that is not ends the block: what is done stays, and the "
        "bot lives on.",
        """\
on Candle("BTC/USDT", 1h) {
    if close < 90 { finalize { Buy("BTC/USDT", 10%) } }
}
test "done after one purchase" { candles 100 89 88; expect finalized }
""",
    ),
    Told(
        "pays",
        'name pays AMOUNT [on "2026-12-31" | in DURATION] [at PERCENT]',
        "A planned cash flow: its present value, A / (1 + r) ^ (days / 365), is added to the name, "
        "and a dated row goes to the cash-flow ledger. It records and never moves money. A day "
        "begins at 00:00 UTC. `pays AMOUNT in 30d at 5%` is the present value itself, alone right "
        "of = or in parentheses.",
        """\
state due = 0 USDT
on Start { due pays 1_050 USDT in 365d at 5% }
test "a year at 5%" { price "BTC/USDT" 1; expect due == 1_000 USDT }
""",
    ),
)
_CHECKS: Final = (
    Told(
        "candles",
        "candles [symbol] 100 101 …   or   candles (open, high, low, close, volume) …",
        "Candles of the script's shortest timeframe of that market, the script's first one if not "
        "said. One given as a number opens at the last close, the first at its own; its volume "
        "is 1.",
        """\
state n = 0
on Candle("BTC/USDT", 1h) { n = n + 1 }
test "two" { candles 100; candles (100, 105, 99, 101, 3); expect n == 2 }
""",
    ),
    Told(
        "price",
        "price [symbol] 100 101 …",
        "Price updates, a minute apart. Orders meet them; no candle closes.",
        """\
state highest = 0
on PriceUpdate("BTC/USDT") { highest = Max(highest, event.price) }
test "the highest" { price 100 105 101; expect highest == 105 }
""",
    ),
    Told(
        "event",
        'event "name" { field = value … }',
        "A custom event, at the moment the line before ended.",
        """\
state score = 0
on Event("news") { score = event.score }
test "heard" { price "BTC/USDT" 1; event "news" { score = 3 }; expect score == 3 }
""",
    ),
    Told(
        "command",
        'command "NAME"',
        "A person's command to a manual bot.",
        """\
kind manual
on Command("OUT", key = "o") { Close("BTC/USDT") }
test "out" { price "BTC/USDT" 100; command "OUT"; expect Close("BTC/USDT") }
""",
    ),
    Told(
        "approve",
        "approve   or   decline",
        "The answer to what has waited longest for a person.",
        """\
on Start { authorize { Notify("yes") } else { Notify("no") } }
test "approved" { price "BTC/USDT" 1; approve; expect Notify("yes") }
test "declined" { price "BTC/USDT" 1; decline; expect Notify("no") }
""",
    ),
    Told(
        "after",
        "after DURATION",
        "Time passes; each timer fires as often as it is due. A test begins on Monday, 1 January "
        "2024, 00:00 UTC.",
        """\
state days = 0
on Schedule("0 12 * * *", "UTC") { days = days + 1 }
test "noons of a week" { price "BTC/USDT" 1; after 1w; expect days == 7 }
""",
    ),
    Told(
        "expect",
        "expect [no] Buy(symbol[, size])   or   expect NAME == value   or   expect finalized",
        "Looks at all that happened so far. An order is met by one that was asked for and not "
        "refused, its size compared as written, also by a Close that had nothing to close: then "
        "the result says so. "
        '`Notify("…")`, `Print("…")` and `Emit("…")` by '
        "their words; a NAME is a state, compared with a constant by == != < <= > >=.",
        """\
state n = 0
on Candle("BTC/USDT", 1h) { Buy("BTC/USDT", 10%); n = n + 1 }
test "bought" { candles 100; expect Buy("BTC/USDT", 10%); expect no Sell; expect n >= 1 }
""",
    ),
)
DECLARATIONS: Final = {each.name: each for each in _DECLARATIONS}
STATEMENTS: Final = {each.name: each for each in _STATEMENTS}
CHECKS: Final = {each.name: each for each in _CHECKS}
