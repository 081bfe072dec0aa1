"""A venue in another process that a seed makes fail: a step refused, an answer that never comes.

What it carried out it knows by client order id, each once, whatever it is sent.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from lefi_tui.core import messages as m
from lefi_tui.core.order import Order
from tests.faults.far_venue import FarLedger

STEPS: Final = ("BTC/USDT", "ETH/USDT", "SOL/USDT")


@dataclass
class SagaLedger(FarLedger):
    """`fails` is the step that it refuses, "" for none; `undo_fails` how often the first undo."""

    fails: str = ""
    undo_fails: int = 0
    refused: dict[str, str] = field(default_factory=dict)  # id: symbol and side
    symbols: dict[str, str] = field(default_factory=dict)  # id: symbol

    def __post_init__(self) -> None:
        FarLedger.__post_init__(self)
        # By turns, so that a few cases in a row meet every one of them.
        self.fails = ("", *STEPS)[self.seed // 4 % 4]
        self.undo_fails = random.Random(self.seed).choice((0, 0, 1))

    def submit(self, order: Order) -> list[m.Report]:
        with self.lock:
            known = order.id in self.refused or order.id in self.fills
            if not known and self._refuses(order):
                self.refused[order.id] = f"{order.terms.symbol} {order.terms.side.value}"
            self.symbols[order.id] = order.terms.symbol
        if order.id in self.refused:
            self.sends[order.id] = self.sends.get(order.id, 0) + 1
            return self.look_up(order.id)
        return super().submit(order)

    def _refuses(self, order: Order) -> bool:
        if order.terms.side.value == "buy":
            return order.terms.symbol == self.fails
        self.undo_fails -= 1
        return self.undo_fails >= 0

    def look_up(self, order: str) -> list[m.Report]:
        if order in self.refused:
            return [m.VenueRejected(order, 1, "NOT_NOW", "the venue is not in the mood")]
        return super().look_up(order)

    @property
    def bought(self) -> dict[str, int]:
        """How often each step was carried out."""
        return {
            symbol: sum(
                fill.symbol == symbol and fill.side == "buy" for fill in self.fills.values()
            )
            for symbol in STEPS
        }

    @property
    def held(self) -> dict[str, Decimal]:
        """What is left of it."""
        signs = {"buy": 1, "sell": -1}
        return {
            symbol: sum(
                (
                    fill.quantity * signs[fill.side]
                    for fill in self.fills.values()
                    if fill.symbol == symbol
                ),
                Decimal(0),
            )
            for symbol in STEPS
        }
