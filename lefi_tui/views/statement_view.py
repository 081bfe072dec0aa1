"""What a line at the foot of a screen comes to: the value it asks for, or what it would send."""

from __future__ import annotations

from decimal import Decimal

from lefi_tui.core.record import Record
from lefi_tui.views.ticket_view import TicketView


class WorthView(Record):
    """What a script prints as the market and the account stand now. `refusal` is why it can't."""

    values: tuple[str, ...] = ()
    refusal: str = ""
    at_ms: int = 0  # close of the newest candle that it read; 0: it reads none


class StatementView(Record):
    """What a statement would do, before any of it is sent. Without a `refusal` it may be said."""

    orders: tuple[TicketView, ...] = ()  # each by itself, as if it were the only one
    others: tuple[str, ...] = ()  # what it does beside orders, a line each
    refusal: str = ""
    entries: tuple[tuple[str, Decimal], ...] = ()  # of what it closes, by symbol: its price

    @property
    def doubts(self) -> tuple[str, ...]:
        """What looks like a slip of the finger."""
        return tuple(words for each in self.orders for words in each.doubts)
