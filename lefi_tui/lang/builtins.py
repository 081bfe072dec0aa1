"""One table of what the language offers: events, reads, indicators, maths and transactions.

The checker, the compiler, hovers and the reference read it; no name stands in a second list.
"""

from __future__ import annotations

from typing import Final

from lefi_tui.core.record import Record
from lefi_tui.lang.indicator_table import INDICATORS
from lefi_tui.lang.signatures import Builtin, Param, params

_ORDER: Final = (
    " *at:price_level *stop_loss:level *take_profit:level *trail:level *leverage:number "
    "*reduce_only:bool *post_only:bool *tif:text *account:account"
)

_OF_SYMBOL: Final = params("symbol *account:account")
_OF_BOOK: Final = params("symbol [level:depth] *account:account")

_ALL: Final = (
    Builtin(
        "Spot",
        "read",
        _OF_SYMBOL,
        "price",
        "Last price of a symbol; on candles, the last close.",
        read="spot",
    ),
    Builtin(
        "Bid",
        "read",
        _OF_BOOK,
        "price",
        "Best bid, or the bid at a level of the book: none behind the best where no feed tells it. "
        "On candles, the close.",
        read="bid",
    ),
    Builtin(
        "Ask",
        "read",
        _OF_BOOK,
        "price",
        "Best ask, or the ask at a level of the book, as `Bid`.",
        read="ask",
    ),
    Builtin(
        "Spread",
        "read",
        _OF_SYMBOL,
        "price",
        "Best ask less best bid; 0 on candles, which have one price.",
        read="spread",
    ),
    Builtin(
        "Volume24h",
        "read",
        _OF_SYMBOL,
        "quote",
        "What was traded in 24 hours; none where no feed tells it, as on candles.",
        read="volume24h",
    ),
    Builtin(
        "Funding",
        "read",
        _OF_SYMBOL,
        "percent",
        "Funding rate of a perpetual; none where no feed tells it, as on candles.",
        read="funding",
    ),
    Builtin(
        "Fee",
        "read",
        _OF_SYMBOL,
        "percent",
        "Fee rates of the account in this market, as shares of what is traded.",
        ("maker", "taker"),
    ),
    Builtin(
        "Position",
        "read",
        _OF_SYMBOL,
        "base",
        "Units this bot holds, below 0 when it is short. It counts fills, in whole lots: less "
        "than a lot is dust and reads 0, so `== 0` is exact.",
        read="position",
    ),
    Builtin(
        "Entry",
        "read",
        _OF_SYMBOL,
        "price",
        "Average entry price of the position; none without one.",
        read="entry",
    ),
    Builtin(
        "PnL",
        "read",
        params("[account] symbol"),
        "account",
        "Profit in a symbol so far: what is realized, and the position at the last price.",
        read="pnl",
    ),
    Builtin(
        "AccountBalance",
        "read",
        params("[account]"),
        "account",
        "Free cash: what neither positions nor working orders bind.",
        read="cash",
    ),
    Builtin(
        "StockUnits",
        "read",
        params("[account] symbol"),
        "base",
        "Units held, as `Position`.",
        read="units",
    ),
    Builtin(
        "Equity",
        "read",
        params("*account:account"),
        "account",
        "Cash, and all positions at their last prices.",
        read="equity",
    ),
    Builtin(
        "OpenOrders",
        "read",
        _OF_SYMBOL,
        "number",
        "How many orders of this bot work in the market, stops and targets not counted.",
        read="open_orders",
    ),
    Builtin(
        "Bias",
        "read",
        params("symbol"),
        "number",
        "Bias of a market, -1 to 1; none where nothing tells it, as on candles.",
        read="bias",
    ),
    Builtin(
        "Indicator",
        "read",
        params("bot:text field:text"),
        "number",
        "What an indicator bot's newest Emit gave for a field; none before the first.",
        read="indicator",
    ),
    Builtin(
        "Now",
        "read",
        (),
        "time",
        "The event's time, in UTC, with .hour .minute .weekday (1 is Monday) .day .month. There "
        "is no other clock, so a run can be carried out again.",
        read="now",
    ),
    Builtin(
        "Candles",
        "candles",
        params("symbol timeframe:duration"),
        "candle",
        "Closed candles of another market or timeframe; a series of them alone steps by them.",
        ("open", "high", "low", "close", "volume"),
    ),
    *INDICATORS,
    Builtin(
        "Min",
        "maths",
        params("a:any b:any"),
        "joined",
        "The smallest of two or more; none if one is missing.",
    ),
    Builtin(
        "Max",
        "maths",
        params("a:any b:any"),
        "joined",
        "The largest of two or more; none if one is missing.",
    ),
    Builtin(
        "Mean",
        "maths",
        params("a:any b:any"),
        "joined",
        "The mean of two or more; none if one is missing.",
    ),
    Builtin("Abs", "maths", params("x:any"), "same", "The value without its sign."),
    Builtin("Round", "maths", params("x:any"), "same", "To the nearest whole, halves away from 0."),
    Builtin("Floor", "maths", params("x:any"), "same", "Down to a whole."),
    Builtin("Ceil", "maths", params("x:any"), "same", "Up to a whole."),
    Builtin("Sqrt", "maths", params("x:number"), "number", "Square root; none below 0."),
    Builtin(
        "Log", "maths", params("x:number"), "number", "Natural logarithm; none at 0 and below."
    ),
    Builtin("Exp", "maths", params("x:number"), "number", "e to the power of x."),
    Builtin(
        "Amount",
        "maths",
        params("x:number unit:text"),
        "unit",
        "An amount of any ticker, also of one that no literal can write.",
    ),
    Builtin(
        "Buy",
        "transaction",
        params("symbol [account] size" + _ORDER),
        "order",
        "Buys at market, or at a limit with `at`. A size is an Amount of base or quote, a Number "
        "of base units, or a Percent: of free cash where it opens or enlarges a position, of the "
        "position where it reduces one.",
    ),
    Builtin(
        "Sell",
        "transaction",
        params("symbol [account] size" + _ORDER),
        "order",
        "Sells, sized as `Buy`. On spot it sells what is held; on a perpetual it opens a short "
        "position where none is held.",
    ),
    Builtin(
        "Close",
        "transaction",
        _OF_SYMBOL,
        "order",
        "Cancels the bot's working orders of the symbol, then trades its position to zero at "
        "market. With neither it does nothing and counts as filled.",
    ),
    Builtin(
        "Cancel",
        "transaction",
        _OF_SYMBOL,
        "order",
        "Cancels the bot's working orders of the symbol; the position and its stops stay.",
    ),
    Builtin(
        "TransferAmount",
        "transaction",
        params("from:account to:account amount"),
        "transfer",
        "Moves money between accounts; at a desk it asks a person to, with a checklist.",
    ),
    Builtin(
        "Notify",
        "word",
        params("text:any [channel:text]"),
        "nothing",
        "Tells a person, on the screen and on the channels set up for it, or on the one named.",
    ),
    Builtin("Print", "word", params("text:any"), "nothing", "Writes to the bot's log."),
    Builtin(
        "Emit",
        "word",
        params("name:text"),
        "nothing",
        'Sends a custom event: `Emit("name", field = value, …)`. Fields: Numbers, Texts, Bools.',
    ),
)
BUILTINS: Final = {each.name: each for each in _ALL}


class EventKind(Record):
    name: str
    params: tuple[Param, ...]
    fields: tuple[tuple[str, str], ...]  # name, rule of its type
    docs: str


EVENTS: Final = {
    each.name: each
    for each in (
        EventKind(
            "Candle",
            params("symbol timeframe:duration"),
            (
                ("symbol", "symbol"),
                ("time", "time"),
                ("open", "price"),
                ("high", "price"),
                ("low", "price"),
                ("close", "price"),
                ("volume", "base"),
            ),
            "A candle has closed. Its fields are also names: `close` is `event.close`.",
        ),
        EventKind(
            "PriceUpdate",
            params("symbol"),
            (
                ("symbol", "symbol"),
                ("price", "price"),
                ("bid", "price"),
                ("ask", "price"),
                ("time", "time"),
            ),
            "A price has changed; many times a second, so an order here wants a `rate` in the "
            "policy.",
        ),
        EventKind(
            "Trade",
            params("symbol"),
            (
                ("symbol", "symbol"),
                ("price", "price"),
                ("amount", "base"),
                ("side", "text"),
                ("time", "time"),
            ),
            'A trade of others in the market, as the exchange prints it; side is "buy" or "sell".',
        ),
        EventKind(
            "Fill",
            (),
            (
                ("order", "text"),
                ("symbol", "symbol"),
                ("side", "text"),
                ("price", "price"),
                ("amount", "base"),
                ("fee", "account"),
                ("reason", "text"),
                ("time", "time"),
            ),
            "An order of this bot was filled; reason is order, close, stop_loss, take_profit, "
            "trail or liquidation.",
        ),
        EventKind(
            "Every",
            params("period:duration"),
            (("time", "time"),),
            "Again and again, at whole multiples of the period since 1970, so restarts agree.",
        ),
        EventKind(
            "Schedule",
            params("cron:text [zone:text]"),
            (("time", "time"),),
            "At the times of a crontab line: minute, hour, day, month, weekday (0 and 7 are "
            "Sunday), in a time zone; UTC if not said.",
        ),
        EventKind(
            "Event",
            params("name:text"),
            (("time", "time"),),
            "A custom event, sent by `Emit` or from outside. Its fields are typed by their use; "
            "one that comes otherwise is refused.",
        ),
        EventKind(
            "Command",
            params("name:text *key:text"),
            (("key", "text"), ("time", "time")),
            "A key of the person in front of a manual bot (`m` on the bots screen): a character, "
            'or a name as "space" or "delete". One that is the program\'s own is shown there as '
            "taken; Enter gives its command.",
        ),
        EventKind(
            "Start",
            (),
            (("time", "time"),),
            "Someone has started the bot. Not after a crash: the bot goes on.",
        ),
        EventKind("Stop", (), (("time", "time"),), "The bot is being stopped."),
    )
}
CANDLE_NAMES: Final = ("open", "high", "low", "close", "volume", "time")
ORDER_FIELDS: Final = (  # of what became of an order
    ("price", "price"),
    ("units", "base"),
    ("cost", "quote"),
    ("fee", "account"),
    ("status", "text"),
    ("reason", "text"),
)
# With the least and the most that each can be.
TIME_FIELDS: Final = {
    "hour": (0.0, 23.0),
    "minute": (0.0, 59.0),
    "weekday": (1.0, 7.0),
    "day": (1.0, 31.0),
    "month": (1.0, 12.0),
}
LENGTH_MAX: Final = 5_000
LEVEL_MAX: Final = 100  # of an order book
HISTORY_MAX: Final = 5_000
