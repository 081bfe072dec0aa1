"""What a script may ask of market and account: the one list of kinds of numbers."""

from __future__ import annotations

from typing import NamedTuple


class ReadKey(NamedTuple):
    """One number a script reads from market or account, before its run begins.

    kind: spot bid ask spread volume24h funding maker taker (market; symbol)
          position entry pnl units open_orders (account; symbol), cash equity (account only),
          bias (symbol; from -1 to 1), indicator (bot, field: what that bot sent last).
    Prices in quote per base, position and units in base, pnl, cash and equity in the account's
    quote, funding and fees as shares. A value that is not known is NaN.
    """

    kind: str
    symbol: str = ""
    account: str = ""  # "" is the bot's own account
    bot: str = ""
    field: str = ""
    level: int = 1  # of the order book, for bid and ask
