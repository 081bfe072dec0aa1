"""Lessons 1 to 5: from a first script to one that a person trusts."""

from __future__ import annotations

from typing import Final

from lefi_tui.lang.lessons.lesson import Lesson

_STOPPED: Final = """\
on Candle("BTC/USDT", 1m) {
    if close < 100 and Position("BTC/USDT") == 0 {
        Buy("BTC/USDT", 10%, stop_loss = 2%)
    }
}
"""
_PERPETUAL: Final = _STOPPED.replace("BTC/USDT", "BTC/USDT:USDT")
_LIMITED: Final = """\
/// Buys below this price
setting limit = 100 in 1..1_000

on Candle("BTC/USDT", 1m) {
    if close < limit and Position("BTC/USDT") == 0 {
        Buy("BTC/USDT", 10%, stop_loss = 2%)
    }
}
"""
FIRST_HALF: Final = (
    Lesson(
        1,
        "A first script",
        "A script says what is done when something happens. The one below is told of each candle "
        "of one minute of Bitcoin, and does nothing yet. A line that begins with // is a remark "
        "for people.\n"
        "In the place of the remark inside { } write\n"
        '    Print("hello")\n'
        "Then press Ctrl+S: it saves the script and shows below whether it does what was asked.",
        """\
on Candle("BTC/USDT", 1m) {
    // write here
}
""",
        'test "lesson: it prints hello at a candle" { candles 100; expect Print("hello") }\n',
        """\
on Candle("BTC/USDT", 1m) {
    Print("hello")
}
""",
    ),
    Lesson(
        2,
        "A condition",
        "`if` looks first: what stands in its { } is done only when its condition is true. In a "
        "candle's handler close is the price at its end.\n"
        "The script below buys at every candle, for 10% of the free money. Put an if around the "
        "Buy, so that it buys only while the price is under 100:\n"
        "    if close < 100 { Buy(…) }",
        """\
on Candle("BTC/USDT", 1m) {
    Buy("BTC/USDT", 10%, stop_loss = 5%)
}
""",
        'test "lesson: it leaves 101 alone" { candles 101 102; expect no Buy }\n'
        'test "lesson: it buys at 99" { candles 101 99; expect Buy("BTC/USDT") }\n',
        """\
on Candle("BTC/USDT", 1m) {
    if close < 100 { Buy("BTC/USDT", 10%, stop_loss = 5%) }
}
""",
    ),
    Lesson(
        3,
        "A stop",
        "Whoever enters should know the way out before. stop_loss = 2% inside a Buy sells by "
        "itself once the price has fallen so far below what was paid. Position(…) == 0 in the "
        "condition says: only while nothing is held.\n"
        "BTC/USDT:USDT is a perpetual: a bet on the price with borrowed money, which can lose all "
        "that was put in. The Buy below has no stop, and a warning says so. F8 goes there, and F1 "
        "tells more. Write behind 10%\n"
        "    , stop_loss = 2%",
        _PERPETUAL.replace(", stop_loss = 2%", ""),
        'test "lesson: it buys at 99" { candles 101 99; expect Buy("BTC/USDT:USDT") }\n'
        'test "lesson: it leaves 101 alone" { candles 101 102; expect no Buy }\n',
        _PERPETUAL,
        silenced=("LF252",),
    ),
    Lesson(
        4,
        "A setting",
        "A number that a person may want to change stands in a setting, with bounds. The form "
        "that starts a bot shows it with the words behind ///, and takes no value outside.\n"
        "Above the handler write these two lines, and put limit in the place of 100:\n"
        "    /// Buys below this price\n"
        "    setting limit = 100 in 1..1_000",
        _STOPPED,
        'test "lesson: it buys below the limit that is set" '
        '{ setting limit = 50; candles 60 49; expect Buy("BTC/USDT") }\n'
        'test "lesson: it leaves prices above it alone" '
        "{ setting limit = 50; candles 60 55; expect no Buy }\n",
        _LIMITED,
    ),
    Lesson(
        5,
        "Tests of your own",
        "A test shows what a script does before money is at stake: it gives prices, and says what "
        "is expected. All run at each save.\n"
        "Below the script write two: one that gives the candles 110 and 95 and expects a Buy, and "
        "one of your own prices that expects no Buy. The first is\n"
        '    test "buys low" { candles 110 95; expect Buy("BTC/USDT") }',
        _LIMITED,
        'test "lesson: it still buys at 99" { candles 101 99; expect Buy("BTC/USDT") }\n',
        f"""{_LIMITED}
test "buys low" {{ candles 110 95; expect Buy("BTC/USDT") }}
test "leaves high alone" {{ candles 110 120; expect no Buy }}
""",
        expects=("Buy", "no Buy"),
    ),
)
