"""Everything that a test may do to the exchange, by name."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tests.exchange.loopback.faults import Mix, fault_of

if TYPE_CHECKING:
    from tests.exchange.loopback.exchange import LoopbackExchange


class Actions:
    def __init__(self, exchange: LoopbackExchange) -> None:
        self._exchange = exchange

    # ---- market

    def price(self, symbol: str, price: str) -> None:
        """The best bid goes there, the best ask a tick above; resting orders and stops look."""
        exchange = self._exchange
        exchange.usdm.markets[symbol].move(Decimal(price), exchange.agenda.now_ms())

    # ---- faults

    def fault(self, name: str, **more: Any) -> None:
        self._exchange.faults.add(fault_of(name, **more))

    def mix(self, seed: int, share: float, names: list[str], **more: Any) -> None:
        self._exchange.faults.mix = Mix(seed, share, tuple(names), more)

    def calls(self, **where: Any) -> list[dict[str, Any]]:
        """Those whose fields are as given."""
        told = [each.plain() for each in self._exchange.calls.all]
        return [each for each in told if all(each[name] == value for name, value in where.items())]

    # ---- streams

    def listeners(self) -> dict[str, int]:
        """How many are connected now."""
        streams = self._exchange.usdm.streams
        return {"user": len(streams.user.open), "market": len(streams.market.open)}
