"""The sheet of an account's venue: what the exchange can, and which of it our adapter really does.

The rule it keeps: `used` names what is carried out and tested, never what could be.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from lefi_tui.adapters.venue_ways import Holds, ways_of
from lefi_tui.core.offers import TITLES, Offer, Offers

AS_ASKED: Final = "sent as asked"
BY_PAPER: Final = "made here, by the paper venue"
ONE_BY_ONE: Final = "one request each, sent together"
STREAMS: Final = frozenset({"binanceusdm"})  # that ccxt_streams and ccxt_entry speak to
TOGETHER: Final = "orders of one moment go together, up to"
ARMED: Final = "armed while entries rest there"
BESIDE: Final = "refused there while nothing is open, and never fills more than that"
STREAMED: Final = "listened to, and checked against what is asked"
BY_US: Final = "kept by this program, while it runs"
HELD: Final = "held at the exchange, one for the whole position"
TRAILED: Final = "a stop at the exchange, moved with the price while the desk runs"

_ANYWHERE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "post_only": AS_ASKED,
        "reduce_only": AS_ASKED,
        "IOC": AS_ASKED,
        "FOK": AS_ASKED,
        "leverage": "set before an entry, and read back",
    }
)
_WHY_NOT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "attached": "exits are placed once the entry is filled",
        "batch": ONE_BY_ONE,
        "paired": "no test has shown that such an exit can't open a position",
        "edit": "an order is canceled and sent anew",
        "hedge": "one position a market",
        "spot": "not traded by this account",
        "perpetual": "not traded by this account",
    }
)
_ON_PAPER: Final = frozenset(
    {
        "stop_loss",
        "take_profit",
        "trail",
        "post_only",
        "reduce_only",
        "IOC",
        "FOK",
        "leverage",
        "paired",
        "spot",
        "perpetual",
    }
)


def live_sheet(exchange: str, told: Mapping[str, bool | None]) -> Offers:
    """Of an account whose orders leave."""
    ways = ways_of(exchange)
    market = {"perpetual" if ways.has_positions else "spot": "traded"}
    is_there = ways.exits is Holds.THERE
    held, trailed = (HELD, TRAILED) if is_there else (BY_US, BY_US)
    watched = {"stream": STREAMED} if exchange in STREAMS else {}
    watched |= {"dead_man": ARMED} if ways.timer else {}
    watched |= {"batch": f"{TOGETHER} {ways.together}"} if ways.together else {}
    watched |= {"paired": BESIDE} if ways.pairs else {}
    used = {
        **_ANYWHERE,
        **market,
        **watched,
        "stop_loss": held,
        "take_profit": held,
        "trail": trailed,
    }
    rows = (_row(name, told.get(name), used.get(name, "")) for name in TITLES)
    return Offers(exchange, tuple(rows))


def _row(name: str, has: bool | None, used: str) -> Offer:  # noqa: FBT001 -- a value that is shown
    if has is False and used != BY_US:
        return Offer(name, has=False, why_not="the exchange does not offer it")
    return Offer(name, has, used, "" if used else _WHY_NOT.get(name, ""))


def paper_sheet(exchange: str, told: Mapping[str, bool | None]) -> Offers:
    """The exchange's prices and our money: what the paper venue does counts."""
    rows = (
        Offer(name, told.get(name), BY_PAPER if name in _ON_PAPER else "", "not on paper")
        for name in TITLES
    )
    return Offers(exchange, tuple(rows))
