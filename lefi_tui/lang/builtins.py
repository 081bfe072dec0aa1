"""One table of what the language offers: events, reads, indicators, maths and transactions.

The checker, the compiler, hovers and the reference read it; no name stands in a second list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from lefi_tui.lang.indicator_table import INDICATORS
from lefi_tui.lang.signatures import Builtin, Param, params

_ORDER: Final = (
    " *at:price_level *stop_loss:level *take_profit:level *trail:level *leverage:number "
    "*reduce_only:bool *post_only:bool *tif:text *account:account"
)

_OF_SYMBOL: Final = params("symbol *account:account")
_OF_BOOK: Final = params("symbol [level:level] *account:account")

_ALL: Final = (
    Builtin("Spot", "read", _OF_SYMBOL, "price", "Last price of a symbol.", read="spot"),
    Builtin(
        "Bid", "read", _OF_BOOK, "price", "Bid at a level of the book; 1, the best.", read="bid"
    ),
    Builtin(
        "Ask", "read", _OF_BOOK, "price", "Ask at a level of the book; 1, the best.", read="ask"
    ),
    Builtin("Spread", "read", _OF_SYMBOL, "price", "Ask less bid.", read="spread"),
    Builtin("Volume24h", "read", _OF_SYMBOL, "quote", "Traded in 24 hours.", read="volume24h"),
    Builtin("Funding", "read", _OF_SYMBOL, "percent", "Funding rate.", read="funding"),
    Builtin("Fee", "read", _OF_SYMBOL, "percent", "Fee rates of the account.", ("maker", "taker")),
    Builtin("Position", "read", _OF_SYMBOL, "base", "Units held, signed.", read="position"),
    Builtin("Entry", "read", _OF_SYMBOL, "price", "Average entry price.", read="entry"),
    Builtin(
        "PnL", "read", params("[account] symbol"), "account", "Profit of a symbol.", read="pnl"
    ),
    Builtin("AccountBalance", "read", params("[account]"), "account", "Free cash.", read="cash"),
    Builtin("StockUnits", "read", params("[account] symbol"), "base", "Units held.", read="units"),
    Builtin(
        "Equity",
        "read",
        params("*account:account"),
        "account",
        "Cash and positions at their marks.",
        read="equity",
    ),
    Builtin("OpenOrders", "read", _OF_SYMBOL, "number", "Working entries.", read="open_orders"),
    Builtin("Bias", "read", params("symbol"), "number", "Market bias, -1 to 1.", read="bias"),
    Builtin(
        "Indicator",
        "read",
        params("bot:text field:text"),
        "number",
        "What an indicator bot's newest Emit gave for a field; none before the first.",
        read="indicator",
    ),
    Builtin("Now", "read", (), "time", "The event's time.", read="now"),
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
        "Min", "maths", params("a:any b:any"), "joined", "The smaller; none if one is missing."
    ),
    Builtin("Max", "maths", params("a:any b:any"), "joined", "The larger; none if one is missing."),
    Builtin("Mean", "maths", params("a:any b:any"), "joined", "The mean; none if one is missing."),
    Builtin("Abs", "maths", params("x:any"), "same", "Without its sign."),
    Builtin("Round", "maths", params("x:any"), "same", "To the nearest whole, halves away from 0."),
    Builtin("Floor", "maths", params("x:any"), "same", "Down to a whole."),
    Builtin("Ceil", "maths", params("x:any"), "same", "Up to a whole."),
    Builtin("Sqrt", "maths", params("x:number"), "number", "Square root; none below 0."),
    Builtin(
        "Log", "maths", params("x:number"), "number", "Natural logarithm; none at 0 and below."
    ),
    Builtin("Exp", "maths", params("x:number"), "number", "e to the power of x."),
    Builtin("Amount", "maths", params("x:number unit:text"), "unit", "An amount of any ticker."),
    Builtin(
        "Buy",
        "transaction",
        params("symbol [account] size" + _ORDER),
        "order",
        "Buys at market or at.",
    ),
    Builtin(
        "Sell", "transaction", params("symbol [account] size" + _ORDER), "order", "Sells likewise."
    ),
    Builtin("Close", "transaction", _OF_SYMBOL, "order", "Cancels, then closes the position."),
    Builtin("Cancel", "transaction", _OF_SYMBOL, "order", "Cancels the working orders."),
    Builtin(
        "TransferAmount",
        "transaction",
        params("from:account to:account amount:size"),
        "transfer",
        "Moves money between accounts; never from a live exchange.",
    ),
    Builtin("Notify", "word", params("text:any [channel:text]"), "nothing", "Tells a person."),
    Builtin("Print", "word", params("text:any"), "nothing", "Writes to the bot's log."),
    Builtin(
        "Emit", "word", params("name:text"), "nothing", "Sends a custom event with its fields."
    ),
)
BUILTINS: Final = {each.name: each for each in _ALL}


@dataclass(frozen=True, slots=True)
class EventKind:
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
            "A candle has closed.",
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
            "A price has changed.",
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
            "A trade print of the market.",
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
            "An order of this bot was filled.",
        ),
        EventKind("Every", params("period:duration"), (("time", "time"),), "Again and again."),
        EventKind(
            "Schedule", params("cron:text [zone:text]"), (("time", "time"),), "By a crontab."
        ),
        EventKind(
            "Event", params("name:text"), (("time", "time"),), "A custom event, by its name."
        ),
        EventKind(
            "Command",
            params("name:text *key:text"),
            (("key", "text"), ("time", "time")),
            "A key of the person in front of a manual bot.",
        ),
        EventKind("Start", (), (("time", "time"),), "The bot was started."),
        EventKind("Stop", (), (("time", "time"),), "The bot is being stopped."),
    )
}
CANDLE_NAMES: Final = ("open", "high", "low", "close", "volume", "time")
TIME_FIELDS: Final = ("hour", "minute", "weekday", "day", "month")
LENGTH_MAX: Final = 5_000
LEVEL_MAX: Final = 100  # of an order book
HISTORY_MAX: Final = 5_000
