"""The markets of each account: what can be traded there at all, priced or not."""

from __future__ import annotations

from lefi_tui.core.desk import Desk
from lefi_tui.core.record import Record


class MarketsOf(Record):
    account: str
    symbols: tuple[str, ...]


class MarketsView(Record):
    """Of the accounts whose markets are known; one that never reached its exchange is none."""

    rows: tuple[MarketsOf, ...] = ()


def markets_view(desk: Desk) -> MarketsView:
    found: dict[str, list[str]] = {}
    for account, symbol in desk.instruments:
        found.setdefault(account, []).append(symbol)
    return MarketsView(tuple(MarketsOf(each, tuple(some)) for each, some in found.items()))
