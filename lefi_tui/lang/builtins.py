"""One table of what the language offers: events, reads, indicators, maths and transactions.

The checker, the compiler, hovers and the reference read it; no name stands in a second list.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Param:
    """kind: symbol account number series length any price_level share amount text bool size"""

    name: str
    kind: str
    is_optional: bool = False
    is_named: bool = False  # given by name only


@dataclass(frozen=True, slots=True)
class Builtin:
    name: str
    group: str  # read indicator maths transaction word
    params: tuple[Param, ...]
    result: str  # a rule the checker knows, by name
    docs: str
    fields: tuple[str, ...] = ()
    read: str = ""  # kind of core.bot.ReadKey


def _p(text: str) -> tuple[Param, ...]:
    """`symbol:symbol [account:account] *at:price_level` -> params; [ ] optional, * named only."""
    out = []
    for word in text.split():
        bare = word.strip("[]*")
        name, _, kind = bare.partition(":")
        is_named = "*" in word
        out.append(Param(name, kind or name, "[" in word or is_named, is_named))
    return tuple(out)


_ORDER: Final = (
    " *at:price_level *stop_loss:level *take_profit:level *trail:level *leverage:number "
    "*reduce_only:bool *post_only:bool *tif:text *account:account"
)

_OF_SYMBOL: Final = _p("symbol *account:account")

_ALL: Final = (
    Builtin("Spot", "read", _OF_SYMBOL, "price", "Last price of a symbol.", read="spot"),
    Builtin("Bid", "read", _OF_SYMBOL, "price", "Best bid.", read="bid"),
    Builtin("Ask", "read", _OF_SYMBOL, "price", "Best ask.", read="ask"),
    Builtin("Spread", "read", _OF_SYMBOL, "price", "Ask less bid.", read="spread"),
    Builtin("Volume24h", "read", _OF_SYMBOL, "quote", "Traded in 24 hours.", read="volume24h"),
    Builtin("Funding", "read", _OF_SYMBOL, "percent", "Funding rate.", read="funding"),
    Builtin("Fee", "read", _OF_SYMBOL, "percent", "Fee rates of the account.", ("maker", "taker")),
    Builtin("Position", "read", _OF_SYMBOL, "base", "Units held, signed.", read="position"),
    Builtin("Entry", "read", _OF_SYMBOL, "price", "Average entry price.", read="entry"),
    Builtin("PnL", "read", _p("[account] symbol"), "account", "Profit of a symbol.", read="pnl"),
    Builtin("AccountBalance", "read", _p("[account]"), "account", "Free cash.", read="cash"),
    Builtin("StockUnits", "read", _p("[account] symbol"), "base", "Units held.", read="units"),
    Builtin(
        "Equity",
        "read",
        _p("*account:account"),
        "account",
        "Cash and positions at their marks.",
        read="equity",
    ),
    Builtin("OpenOrders", "read", _OF_SYMBOL, "number", "Working entries.", read="open_orders"),
    Builtin("Bias", "read", _p("symbol"), "number", "Market bias, -1 to 1.", read="bias"),
    Builtin(
        "Indicator",
        "read",
        _p("bot:text field:text"),
        "number",
        "What an indicator bot's newest Emit gave for a field; none before the first.",
        read="indicator",
    ),
    Builtin("Now", "read", (), "time", "The event's time.", read="now"),
    Builtin(
        "Candles",
        "candles",
        _p("symbol timeframe:duration"),
        "candle",
        "Closed candles of another market or timeframe; a series of them alone steps by them.",
        ("open", "high", "low", "close", "volume"),
    ),
    Builtin("SMA", "indicator", _p("x:series n:length"), "same", "Simple moving average."),
    Builtin("EMA", "indicator", _p("x:series n:length"), "same", "Exponential moving average."),
    Builtin("RSI", "indicator", _p("x:series n:length"), "number", "Relative strength, 0 to 100."),
    Builtin("StdDev", "indicator", _p("x:series n:length"), "same", "Standard deviation, by n."),
    Builtin(
        "Bollinger",
        "indicator",
        _p("x:series n:length k:constant"),
        "same",
        "Average and k deviations above and below.",
        ("upper", "middle", "lower"),
    ),
    Builtin("ATR", "indicator", _p("n:length"), "candle_price", "Average true range."),
    Builtin("Highest", "indicator", _p("x:series n:length"), "same", "Highest of the last n."),
    Builtin("Lowest", "indicator", _p("x:series n:length"), "same", "Lowest of the last n."),
    Builtin("Change", "indicator", _p("x:series n:length"), "same", "x less its value n ago."),
    Builtin(
        "CrossesAbove", "indicator", _p("a:series b:series"), "bool", "a passes b upwards now."
    ),
    Builtin(
        "CrossesBelow", "indicator", _p("a:series b:series"), "bool", "a passes b downwards now."
    ),
    Builtin("Min", "maths", _p("a:any b:any"), "joined", "The smaller; none if one is missing."),
    Builtin("Max", "maths", _p("a:any b:any"), "joined", "The larger; none if one is missing."),
    Builtin("Mean", "maths", _p("a:any b:any"), "joined", "The mean; none if one is missing."),
    Builtin("Abs", "maths", _p("x:any"), "same", "Without its sign."),
    Builtin("Round", "maths", _p("x:any"), "same", "To the nearest whole, halves away from 0."),
    Builtin("Floor", "maths", _p("x:any"), "same", "Down to a whole."),
    Builtin("Ceil", "maths", _p("x:any"), "same", "Up to a whole."),
    Builtin("Sqrt", "maths", _p("x:number"), "number", "Square root; none below 0."),
    Builtin("Log", "maths", _p("x:number"), "number", "Natural logarithm; none at 0 and below."),
    Builtin("Exp", "maths", _p("x:number"), "number", "e to the power of x."),
    Builtin("Amount", "maths", _p("x:number unit:text"), "unit", "An amount of any ticker."),
    Builtin(
        "Buy", "transaction", _p("symbol [account] size" + _ORDER), "order", "Buys at market or at."
    ),
    Builtin(
        "Sell", "transaction", _p("symbol [account] size" + _ORDER), "order", "Sells likewise."
    ),
    Builtin("Close", "transaction", _OF_SYMBOL, "order", "Cancels, then closes the position."),
    Builtin("Cancel", "transaction", _OF_SYMBOL, "order", "Cancels the working orders."),
    Builtin(
        "TransferAmount",
        "transaction",
        _p("from:account to:account amount:size"),
        "transfer",
        "Moves money between accounts; never from a live exchange.",
    ),
    Builtin("Notify", "word", _p("text:any [channel:text]"), "nothing", "Tells a person."),
    Builtin("Print", "word", _p("text:any"), "nothing", "Writes to the bot's log."),
    Builtin("Emit", "word", _p("name:text"), "nothing", "Sends a custom event with its fields."),
)
BUILTINS: Final = {each.name: each for each in _ALL}

# Of lefi.md, and not carried out yet; named so that the checker can say so instead of "unknown".
_LATER: Final = """
WMA MACD ADX Stochastic VWAP OBV CCI MFI ROC
Supertrend Donchian ZScore Since
"""
LATER: Final = frozenset(_LATER.split())


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
            _p("symbol timeframe:duration"),
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
            _p("symbol"),
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
            _p("symbol"),
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
        EventKind("Every", _p("period:duration"), (("time", "time"),), "Again and again."),
        EventKind("Schedule", _p("cron:text [zone:text]"), (("time", "time"),), "By a crontab."),
        EventKind("Event", _p("name:text"), (("time", "time"),), "A custom event, by its name."),
        EventKind(
            "Command",
            _p("name:text *key:text"),
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
HISTORY_MAX: Final = 5_000
