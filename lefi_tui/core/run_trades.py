"""The trades of a run from the desk's own events, with the same doubles as the direct loop's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lefi_tui.core.matching.rules import MarketRules
from lefi_tui.core.messages import Event, OrderCanceled, OrderFilled, OrderRejected, OrderSubmitted
from lefi_tui.core.metrics import FillRow, TradeBook
from lefi_tui.core.order import Side

NS_PER_MS: Final = 1_000_000


class RunTrades:
    """Hears every event of one account's run; `book` holds what they came to."""

    def __init__(self, markets: Mapping[str, MarketRules]) -> None:
        self.book = TradeBook(markets)
        self._leverage: dict[str, float | None] = {}  # of working orders

    def hear(self, event: Event) -> None:
        match event:
            case OrderSubmitted():
                leverage = event.order.terms.leverage
                self._leverage[event.order.id] = None if leverage is None else float(leverage)
            case OrderRejected() | OrderCanceled():
                self._leverage.pop(event.order, None)
            case OrderFilled():
                self._filled(event)
            case _:
                return

    def _filled(self, event: OrderFilled) -> None:
        leverage = self._leverage.get(event.order)
        if event.is_last:
            self._leverage.pop(event.order, None)
        self.book.add(
            FillRow(
                event.symbol,
                Side(event.side),
                float(event.price),
                float(event.quantity),
                float(event.fee),
                event.reason,
                event.at_ns // NS_PER_MS,
                leverage,
            )
        )
