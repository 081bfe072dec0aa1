"""Lessons 6 to 10: by the clock, over many markets, at a price, by hand, and asked first."""

from __future__ import annotations

from typing import Final

from lefi_tui.lang.lessons.lesson import Lesson

_SAVING: Final = """\
on Every(1d) {
    Buy("BTC/USDT", 50 USDT)
}
"""
_RESTING: Final = """\
state fills = 0

on Candle("BTC/USDT", 1m) {
    if OpenOrders("BTC/USDT") == 0 and Position("BTC/USDT") == 0 {
        Buy("BTC/USDT", 10%, at = close * 95%, stop_loss = 5%)
    }
}

on Fill { fills = fills + 1 }
"""
_BY_HAND: Final = """\
kind manual

on Command("BUY", key = "b") {
    Buy("BTC/USDT", 10%, stop_loss = 2%)
}
"""
_ASKED: Final = """\
on Every(1d) {
    authorize within 10m {
        Buy("BTC/USDT", 1_000 USDT)
    } else { Notify("not bought") }
}
"""
SECOND_HALF: Final = (
    Lesson(
        6,
        "A timer",
        "Not all hangs on prices: on Every(1h) is told of each hour that passes, and "
        'on Schedule("0 9 * * 1", "UTC") of each Monday at nine. An amount of money is written '
        "with its currency, like 50 USDT.\n"
        "The script below buys at each candle. Change its first line so that it buys once a day.",
        _SAVING.replace("Every(1d)", 'Candle("BTC/USDT", 1m)'),
        'test "lesson: it buys for 50 USDT after a day" '
        '{ price "BTC/USDT" 100; after 1d; expect Buy("BTC/USDT", 50 USDT) }\n'
        'test "lesson: it does not buy before" '
        '{ price "BTC/USDT" 100; after 23h; expect no Buy }\n',
        _SAVING,
    ),
    Lesson(
        7,
        "Several markets",
        "Markets may stand in a list, between [ ], and for … in goes through it: what is in its "
        "{ } is done for each.\n"
        "Above the handler write a setting with two markets. In the handler go through it, in the "
        "place of its Buy:\n"
        '    setting coins = ["BTC/USDT", "ETH/USDT"]\n'
        "    for coin in coins { Buy(coin, 50 USDT) }",
        _SAVING,
        'test "lesson: it buys both" { price "BTC/USDT" 100; price "ETH/USDT" 10; after 1d; '
        'expect Buy("BTC/USDT", 50 USDT); expect Buy("ETH/USDT", 50 USDT) }\n'
        'test "lesson: the list can be set" { setting coins = ["SOL/USDT"]; price "SOL/USDT" 10; '
        'price "BTC/USDT" 100; after 1d; expect Buy("SOL/USDT"); expect no Buy("BTC/USDT") }\n',
        """\
setting coins = ["BTC/USDT", "ETH/USDT"]

on Every(1d) {
    for coin in coins { Buy(coin, 50 USDT) }
}
""",
    ),
    Lesson(
        8,
        "A limit order",
        "A Buy takes the price there is. With at = it waits for one: it rests at the exchange "
        "until somebody sells so low. A state is remembered from event to event; here it counts "
        "the fills, of which on Fill is told.\n"
        "Make the Buy below rest 5% under the close: write behind 10%\n"
        "    , at = close * 95%",
        _RESTING.replace(", at = close * 95%", ""),
        'test "lesson: it waits while the price is near" { candles 100 99; expect fills == 0 }\n'
        'test "lesson: it buys once the price has come down" '
        '{ candles 100 99 94; expect Buy("BTC/USDT"); expect fills == 1 }\n',
        _RESTING,
    ),
    Lesson(
        9,
        "By your own keys",
        "A script of kind manual acts when you press a key in front of its bot. Each command has "
        "a name and a key.\n"
        "The one below buys with b. Give it a second one, SELL with the key s, that closes the "
        "position by\n"
        '    Close("BTC/USDT")',
        _BY_HAND,
        'test "lesson: BUY buys" { price "BTC/USDT" 100; command "BUY"; expect Buy("BTC/USDT") }\n'
        'test "lesson: SELL closes" { price "BTC/USDT" 100; command "BUY"; command "SELL"; '
        'expect Close("BTC/USDT") }\n',
        f"""{_BY_HAND}
on Command("SELL", key = "s") {{
    Close("BTC/USDT")
}}
""",
    ),
    Lesson(
        10,
        "Asked first",
        "authorize shows a person what its { } would do, and waits for a yes. Declined, or too "
        "late, the else is done instead.\n"
        "The script below spends 1,000 USDT a day by itself. Put the Buy into\n"
        '    authorize within 10m { … } else { Notify("not bought") }',
        """\
on Every(1d) {
    Buy("BTC/USDT", 1_000 USDT)
}
""",
        'test "lesson: it buys when somebody says yes" '
        '{ price "BTC/USDT" 100; after 1d; approve; expect Buy("BTC/USDT", 1_000 USDT) }\n'
        'test "lesson: it asks first" { price "BTC/USDT" 100; after 1d; expect no Buy }\n'
        'test "lesson: it says so when somebody says no" { price "BTC/USDT" 100; after 1d; '
        'decline; expect no Buy; expect Notify("not bought") }\n',
        _ASKED,
    ),
)
