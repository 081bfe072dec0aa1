"""The reference's chapters in words: what no row of a table can tell.

The rule it keeps: where the language's page is silent and the program decides, it stands here; a
test carries out each script.
"""

from __future__ import annotations

from typing import Final

OPENING: Final = """\
# Lefi

Lefi automates money: a script reads prices and an account, decides, and transacts. It is 5 to 100
lines, is written in a terminal, and then runs for months. So it always stops (no unbounded loop, no
recursion), it is a function (the same event and state give the same decision; no clock, no chance,
no files), and it is checked before it runs (adding BTC to USDT is an error in the editor, not at
night). `lefi check`, `lefi test` and `lefi backtest` take the file; `lefi explain WORD` prints an
entry of this page.
"""
FIRST: Final = """\
```lefi
script "EMA cross"

/// Market to trade
setting symbol = "BTC/USDT"
/// Candles in the fast and in the slow average
setting fast = 12 in 2..200
setting slow = 26 in 3..400

state entries = 0

policy { rate = 10 per 1m }

on Candle(symbol, 5m) {
    quick = EMA(close, fast)
    calm = EMA(close, slow)
    if CrossesAbove(quick, calm) and Position(symbol) == 0 {
        Buy(symbol, 25%, stop_loss = 2%, take_profit = 4%)
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
```
The `setting`s are what a person may choose, `state` is what the bot remembers, `on Candle` is
carried out at the end of each candle of five minutes, and the `test` says what it has to do with
prices that you give it. `25%` is a share of the free cash, `2%` the loss at which it gives up.
"""
TEXT: Final = """\
- Files are UTF-8 and end in `.lefi`. `//` begins a comment, `///` one that describes the
  declaration below it.
- A statement ends at the end of its line, or at `;`. It goes on where the line ends with an
  operator, a comma or an open `(` or `[`, and where the next line begins with an operator, `else`
  or `{`.
- Numbers: `1`, `1_000`, `0.5`, `1e-3`. Percents `25%` and durations `500ms 30s 5m 1h30m 2d 1w` have
  no space inside, amounts have one: `100 USDT`, `0.5 BTC`. A ticker that begins with a digit, or is
  one letter long: `Amount(5, "1INCH")`.
- Texts: `"…"` with `\\" \\\\ \\n \\{`. `{expression}` inside a text is its value: numbers with at
  most 8 decimals and no unit, a Percent with its `%`, a missing value as `none`.
- `true`, `false`, `none`, and lists `[a, b]` of one kind.
- Methods, events and indicators are PascalCase, your names snake_case. Keywords are no names:
"""
UNITS: Final = """\
Every value has a kind: a Number, a Percent, an Amount of a currency or coin (`BTC`), a Price (`USDT
per BTC`), a Duration, a Time, a Text, a Bool, a Symbol, an Account, an Order, or a list. You never
write them; the checker finds them and refuses what does not fit.

| expression | is |
|---|---|
| Amount ± Amount of one unit, Price ± Price of one pair | the same |
| Amount of BTC × Price in USDT per BTC | Amount of USDT |
| Amount of USDT ÷ Price in USDT per BTC | Amount of BTC |
| Amount of USDT ÷ Amount of BTC | Price in USDT per BTC |
| X ÷ X of one unit | Number |
| X × Number, X ÷ Number, X × Percent, −X | X |
| Amount or Price ± Percent | raised or lowered by that share |
| Percent ± Percent, Percent × Percent, Percent × or ÷ Number | Percent |
| Percent ÷ Percent, Duration ÷ Duration | Number |
| Time − Time, Duration ± Duration, Duration × or ÷ Number | Duration |
| Time ± Duration | Time |
| Text + anything | Text |
| anything else | an error that names both units, often with a fix |

- A Percent is a share: `200 * 25%` is 50, a Number. The left side says what comes out, so `25% * 2`
  is the Percent 50%, and `100% * (a / b)` makes a Percent of a ratio. A bare number never becomes a
  Percent: `size > 0.5` is an error that offers `50%`.
- A *bare* number (a literal, or a setting or state whose default is one) takes the unit it is added
  to, compared with, assigned, or given for: `close > 100` needs no unit. One name in two units is
  an error. Beside × and ÷ it stays a Number.
- Numbers are doubles, each operation as written. What is sent to an exchange is rounded to its tick
  and lot, amounts always down.

```lefi
state worth = none
on Candle("BTC/USDT", 1h) {
    coins = 0.5 BTC
    worth = coins * close + 10 USDT
}
test "BTC times USDT per BTC is USDT" { candles 100; expect worth == 60 USDT }
```
"""
SERIES: Final = """\
A **series** is a candle field, a market or account read, an indicator, an expression of these and
constants, or a name that is given one once, outside `if` and `decide`. Series are computed at every
event of their handler, wherever they are written, so an indicator inside an `if` misses no candle.
Indicators take series and constants, nothing else.

`x[n]` is the value n events ago; of a name that is no series, the value it had when the run n runs
ago ended. n is constant. Until the series of a handler have had the events they need, its
statements are not carried out (the screen says "warming up, 12 of 26"), except for what stands left
of `??`.

A series made of one `Candles(symbol, timeframe)` alone steps, and counts `[n]`, by those candles,
closed ones only: a script can't see the future. Mixed with others it steps by the handler's events.
In a backtest the candle file gives them, so they can't be finer than it is.

`none` is a missing number: arithmetic with it gives `none`, every comparison with it is false, `!=`
too. `x == none` and `x != none`, with the word itself, ask. `x ?? y` is y when x is `none`; right
of it stands one term, so write `(x ?? 0) + 1`. Division and `mod` by zero, and `^ Exp Log Sqrt`
without a finite real result, are `none`.

```lefi
state peak = none
state drop = 0%
on Candle("BTC/USDT", 1h) {
    peak = Max(peak ?? close, close)
    drop = 100% * ((peak - close) / peak)
    if close < close[1] and CrossesBelow(close, SMA(close, 3)) { Print("falling") }
}
test "warms up for four candles" {
    candles 100 101 102
    expect peak == none
    candles 102 51
    expect drop == 50%
    expect Print("falling")
}
```
"""
EXPRESSIONS: Final = """\
From the loosest to the tightest:

| written | is |
|---|---|
| `if c then a else b` | one of two values of one kind |
| `or`, then `and`, then `not` | of conditions; `and` beside `or` without parentheses is warned of |
| `<` `<=` `>` `>=` `==` `!=` | not chained: write `a < b and b < c`; `==` `!=` also of texts |
| `??` | the right side where the left is missing |
| `+` `-` | |
| `*` `/` `mod` | `mod` has the sign of the divisor |
| `-x` | |
| `^` | of Numbers; a constant whole power from 2 to 8 is multiplied out from the left |
| `f(a, name = b)`, `x[n]`, `x.field` | calls, the past, fields |

*Constant* means known before a bot runs: literals, settings, names of `for`, and arithmetic on
them. Symbols, accounts, timeframes, lengths, lists, the N of `repeat` and the n of `x[n]` are
constant. A Symbol is the text `BASE/QUOTE` (spot) or `BASE/QUOTE:SETTLE` (a perpetual).
"""
EVENTS_OPENING: Final = """\
One handler at one event is a *run*. It reads market and account as they stood when it began: its
own orders change nothing it reads. At its end its state and its orders are saved together, after a
fault neither. Runs of one moment go in this order: Fill, PriceUpdate and bodies, Trade, Candle
(shorter timeframe first), Every, Schedule, Event, Command; equals as written. Candles missed while
the bot was down step series and carry out nothing.
"""
WAITING: Final = """\
A run waits for a person in `authorize`, for its orders in `execute` and `finalize`, and wherever
the result of an order is used: `if Buy(…) { }`, `o = Buy(…)`. An order whose result is not used is
sent and not waited for. Before a wait what came before is saved; after it, reads are new and locals
keep their values. While a run waits, the policy's `overlap` says what becomes of the handler's next
event.

An order has the fields `price` (none when nothing was filled), `units`, `cost`, `fee`, `status`
(filled, canceled or refused) and `reason`. It counts as true when it was filled as asked.

```lefi
state paid = none
on Candle("BTC/USDT", 1h) {
    if Position("BTC/USDT") == 0 {
        o = Buy("BTC/USDT", 1)
        if o { paid = o.price } else { Notify("not bought: {o.reason}") }
    }
}
test "what was paid" { candles 100; candles (104, 104, 104, 104, 1); expect paid == 104 }
```

A transaction stands alone: as a statement, right of `=`, or as the condition of an `if`, with `not`
or `decide` before it at most. Beside `and` it goes into an `if` of its own, so that every effect is
seen.
"""
ORDERS: Final = """\
Before every transaction the balance or units, the exchange's minimum and step, the account's risk
limits and the policy's rate are looked at. What fails is a refused order with a reason in words, on
the screen and in the audit trail; it never stops the bot.

- `stop_loss` and `take_profit` are a Percent of the average entry price, or a Price, the level
  itself. `trail` is a Percent or a Price, the distance. A position has one of each for all its
  units; an entry that names one sets it anew, a reducing order sets none.
- Reads and transactions are about the bot's own account; `account = "main"` names another.
- `at` is a limit price: to the tick, down for a buy, up for a sell. `tif` is "GTC", "IOC" or "FOK".
- One place in the text (each turn of a loop and each call its own) has at most one working order;
  until that is final the next is refused: "still working".
- A size in percent never passes zero; a fixed size on a perpetual may.
"""
TESTS: Final = """\
A test gives the script prices and says what it has to do. The cash is 10,000 of the quote, fees and
slippage are 0, orders at market are filled by the next candle or price. Lines work in order.
"""
CONTRACT: Final = """\
What a script can do at most is known before it runs. `lefi check --contract FILE` tells it in
words, the bot shows it before its start, and every run is held to it.

`lefi check --json --contract FILE …` gives it as data: a list with one value for each file, with
`file`, `diagnostics` (as `lefi check --json` gives them: `file`, `line`, `column`, `end_line`,
`end_column`, `severity`, `code`, `message` and `fix`) and `contract`, which is null where there are
errors. A contract has `handlers`, each with its `title`, its `line` and the keys below; `whole`,
the same keys for all handlers together; and `rate` of the policy, with `orders` and `per_ms`.
"""
OLDER: Final = """\
Older scripts are read as they are; the checker names the form of today (LF107) and `lefi fmt`
writes it. `lefi import JOB.json` turns a job of the older tool into a script.

| older | today |
|---|---|
| `if c then … else … end` | `if c { … } else { … }` |
| `authorize … end`, `authorize Buy(…)`, `a = Authorize(); if a { … }` | `authorize { … }` |
| `# comment`, `**` | `// comment`, `^` |
| `StockAccount("main")`, `CashAccount("main")` | `"main"` |
| `Transfer(…)` | `TransferAmount(…)` |
| `Spot("AAPL", "YahooFinance")`, `Spot("AAPL")` | `Spot("AAPL/USD")`, in the account's quote |
"""
MESSAGES: Final = """\
A message has a code, a place, one sentence, and often a fix that the editor writes with F9. One
mistake gives one message, and the others are found all the same. LF0xx is about text, LF1xx about
syntax, LF2xx about names, types and units (from LF251 on they are warnings), LF4xx about policies.
"""
