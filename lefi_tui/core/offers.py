"""What a venue offers and how we do it there, against what a script needs: known before it starts.

The rule it keeps: a bot whose orders its venue would refuse, every time, is refused once, in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from lefi_tui.core.instrument import Instrument
from lefi_tui.core.money import words
from lefi_tui.core.record import Record

LEVERAGE: Final = "leverage"


class Want(Record):
    """One thing that a line of the script asks of its market."""

    symbol: str
    what: str  # leverage stop_loss take_profit trail post_only reduce_only IOC FOK
    line: int
    most: float = 0.0  # of leverage; endless where it is computed


class Offer(Record):
    """One row of the sheet. `has`: whether the exchange says it can; None: it does not say."""

    what: str
    has: bool | None = None
    used: str = ""  # how Lefi does it there; empty: it does not
    why_not: str = ""


class Offers(Record):
    """The sheet of one account's venue. What it does not name is not known to be missing."""

    venue: str
    rows: tuple[Offer, ...] = ()

    def of(self, what: str) -> Offer | None:
        return next((each for each in self.rows if each.what == what), None)


TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "stop_loss": "stop loss",
        "take_profit": "take profit",
        "attached": "exits attached to the entry",
        "trail": "trailing stop",
        "batch": "several orders in one request",
        "paired": "an exit beside its entry",
        "edit": "an order changed in place",
        "post_only": "post only",
        "reduce_only": "reduce only",
        "IOC": "immediate or cancel",
        "FOK": "fill or kill",
        LEVERAGE: "leverage",
        "hedge": "long and short at once",
        "dead_man": "dead-man switch",
        "stream": "stream of own orders",
        "spot": "spot markets",
        "perpetual": "perpetual markets",
    }
)


def lacking(
    wants: Iterable[Want], offers: Offers | None, markets: Mapping[str, Instrument | None]
) -> tuple[str, ...]:
    """What is wanted and not there, each once, in words."""
    found = (_lacks(each, offers, markets.get(each.symbol)) for each in wants)
    return tuple(dict.fromkeys(each for each in found if each))


def _lacks(want: Want, offers: Offers | None, market: Instrument | None) -> str:
    where = f"line {want.line}, {want.symbol}"
    if want.what == LEVERAGE and market is not None:
        return _leverage_lacks(want, market, where)
    row = None if offers is None else offers.of(want.what)
    if row is None or row.used:
        return ""
    why = row.why_not or ("Lefi does not use it there yet" if row.has else "it does not offer it")
    return f"{where}: {TITLES[want.what]} ({why})"


def _leverage_lacks(want: Want, market: Instrument, where: str) -> str:
    """A computed one is left to the order's own check."""
    if want.most <= 1:
        return ""
    if not market.is_perpetual:
        return f"{where}: leverage (a spot market has none)"
    if want.most == float("inf") or Decimal(str(want.most)) <= market.leverage_max:
        return ""
    return f"{where}: leverage {want.most:g} ({words(market.leverage_max)} at most)"
