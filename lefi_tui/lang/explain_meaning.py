"""Explained: names, types and units, and what a policy takes."""

from __future__ import annotations

from typing import Final

from lefi_tui.lang.explained import Explained

MEANING: Final[dict[str, Explained]] = {
    "LF201": Explained(
        "No setting, state, function or value of this handler has that name. A handler's own "
        "names end with its run, those of a loop's turn with the turn; candle fields are names in "
        "on Candle only, elsewhere fields are read as event.name.",
        'on Candle("BTC/USDT", 5m) { if «clse» > 100 { Notify("high") } }',
        'on Candle("BTC/USDT", 5m) { if close > 100 { Notify("high") } }',
    ),
    "LF202": Explained(
        "Amounts of two currencies, an amount and a price, a share and a number do not add up, "
        "compare or take each other's place. Convert one by a price (BTC × USDT per BTC is USDT); "
        "write a share as a percent, and beside money what it is of: 5% * Equity(). A name keeps "
        "the unit it began with.",
        "on Every(1h) { Print(«10 USDT + 0.5 BTC») }",
        'on Every(1h) { Print(10 USDT + 0.5 BTC * Spot("BTC/USDT")) }',
    ),
    "LF203": Explained(
        "No method, indicator or function has that name. Methods are written in PascalCase, "
        "functions of the script as they were declared.",
        'on Every(1d) { «Byu»("BTC/USDT", 5%) }',
        'on Every(1d) { Buy("BTC/USDT", 5%) }',
    ),
    "LF204": Explained(
        "An argument is missing, one too many, unknown by name, given twice, or not of the form "
        "that is taken there: a length is a whole number, a timeframe a duration, a symbol "
        "BASE/QUOTE or BASE/QUOTE:SETTLE.",
        'on Candle("BTC/USDT", 5m) { Print(«EMA»(close)) }',
        'on Candle("BTC/USDT", 5m) { Print(EMA(close, 12)) }',
    ),
    "LF205": Explained(
        "A setting's value lies outside the bounds, or is none of the choices, that the script "
        "itself gives for it. Both bounds belong to what is allowed.",
        "setting fast = «12» in 20..40\non Start { Print(fast) }",
        "setting fast = 20 in 20..40\non Start { Print(fast) }",
    ),
    "LF206": Explained(
        "An indicator needs a value at every event, also at those on which it is not asked. A "
        "series is a candle field, a read, an indicator, an expression of these, or a name given "
        "one once and outside if and decide. A state, or a name that is given a value twice or "
        "inside an if, is none.",
        'on Candle("BTC/USDT", 5m) {\n    if close > open { y = close * 2; Print(EMA(«y», 5)) }\n}',
        'on Candle("BTC/USDT", 5m) {\n    y = close * 2\n'
        "    if close > open { Print(EMA(y, 5)) }\n}",
    ),
    "LF207": Explained(
        "What trades or tells stands alone, so that a reader sees every effect: as a statement, "
        "right of =, or as an if's whole condition. Beside and it goes into an if of its own.",
        'on Candle("BTC/USDT", 5m) {\n'
        '    if close > 100 and «Buy("BTC/USDT", 5%)» { Notify("in") }\n}',
        'on Candle("BTC/USDT", 5m) {\n'
        '    if close > 100 { if Buy("BTC/USDT", 5%) { Notify("in") } }\n}',
    ),
    "LF208": Explained(
        "Symbols, accounts, timeframes, lengths, lists, how often to repeat and how far to read "
        "back are known before a bot runs: literals, settings, names of for, and arithmetic on "
        "them. So memory and time have bounds that are known.",
        'state n = 5\non Candle("BTC/USDT", 5m) { Print(SMA(close, «n»)) }',
        'setting n = 5\non Candle("BTC/USDT", 5m) { Print(SMA(close, n)) }',
    ),
    "LF209": Explained(
        "On some way through the handler the name has no value yet when it is used. Give it one "
        "before, or on every way.",
        'on Candle("BTC/USDT", 5m) {\n    if close > open { x = 1 }\n    Print(«x»)\n}',
        'on Candle("BTC/USDT", 5m) {\n    x = 0\n    if close > open { x = 1 }\n    Print(x)\n}',
    ),
    "LF210": Explained(
        "A function that calls itself, straight or through others, might never end. A script "
        "always stops, so functions can't; repeat and for say how often.",
        "fn «f»(x) = f(x) + 1\non Start { Print(1) }",
        "fn f(x) = x + 1\non Start { Print(f(1)) }",
    ),
    "LF211": Explained(
        "The kind of value does not fit: a condition is true or false (or an order), numbers are "
        "reckoned with, texts have no order, and a value alone does nothing.",
        'on Candle("BTC/USDT", 5m) { if «close» { Notify("a price is no condition") } }',
        'on Candle("BTC/USDT", 5m) { if close > 100 { Notify("this is one") } }',
    ),
    "LF212": Explained(
        "Settings, states and functions share their names, and each stands once; so do script, "
        "kind and each policy.",
        "setting n = 1\nstate «n» = 2\non Start { Print(n) }",
        "setting n = 1\nstate m = 2\non Start { m = n }",
    ),
    "LF213": Explained(
        "A script of kind indicator computes and tells; it may not transact.",
        'kind indicator\non Candle("BTC/USDT", 5m) { if close < 100 { «Close("BTC/USDT")» } }',
        'kind automated\non Candle("BTC/USDT", 5m) { if close < 100 { Close("BTC/USDT") } }',
    ),
    "LF214": Explained(
        "There is no such field here. Events, indicators of several values, fees, orders and "
        "times have fields, and so has a name that holds one; the message or its hint lists "
        "them.",
        'on Candle("BTC/USDT", 5m) { Print(«Bollinger(close, 20, 2)») }',
        'on Candle("BTC/USDT", 5m) { Print(Bollinger(close, 20, 2).upper) }',
    ),
    "LF215": Explained(
        "[n] reads back a series or a name, n a whole number from 0 to 5,000. The future, half "
        "events, lists and expressions of states can't be read back.",
        'on Candle("BTC/USDT", 5m) { Print(close[«-1»]) }',
        'on Candle("BTC/USDT", 5m) { Print(close[1]) }',
    ),
    "LF216": Explained(
        "Functions and loops are written out at each use. One event of a handler may cost 20,000 "
        "steps; the message says how many it would be. Fewer turns, or fewer indicators in them.",
        '«on» Candle("BTC/USDT", 5m) { repeat 1000 { repeat 20 { Print(close) } } }',
        'on Candle("BTC/USDT", 5m) { repeat 10 { repeat 20 { Print(close) } } }',
    ),
    "LF217": Explained(
        "There is no such event. Candle, PriceUpdate, Trade, Fill, Every, Schedule, Event, "
        "Command, Start and Stop can be heard.",
        'on «Candel»("BTC/USDT", 5m) { Print(1) }',
        'on Candle("BTC/USDT", 5m) { Print(1) }',
    ),
    "LF218": Explained(
        "A setting is changed by the person who runs the bot, a candle's field by the market, a "
        "loop's name by its loop. What a script changes is a state or a name of its own.",
        "setting n = 1\non Start { «n» = 2 }",
        "setting n = 1\nstate m = 0\non Start { m = n + 1 }",
    ),
    "LF219": Explained(
        "execute is one transaction: no return leaves it half done, and no second execute or "
        "finalize stands inside it.",
        'on Start { execute { Buy("BTC/USDT", 1 BTC); «return» } }',
        'on Start { execute { Buy("BTC/USDT", 1 BTC) }; return }',
    ),
    "LF220": Explained(
        "A command is a key of the person in front of a manual bot; a bot of another kind never "
        "hears one.",
        'on «Command»("BUY", key = "b") { Buy("BTC/USDT", 5%) }',
        'kind manual\non Command("BUY", key = "b") { Buy("BTC/USDT", 5%) }',
    ),
    "LF401": Explained(
        "A policy has the keys partial_fill, timeout, retry, rate, overlap, approval and "
        "discount, and no others.",
        "policy { «retries» = 3 }\non Start { Print(1) }",
        "policy { retry = 3 }\non Start { Print(1) }",
    ),
    "LF402": Explained(
        "The key takes a value of another form; the message shows one. Only approval has the "
        "word within, only rate has per.",
        "policy { rate = «10» }\non Start { Print(1) }",
        "policy { rate = 10 per 1m }\non Start { Print(1) }",
    ),
}
