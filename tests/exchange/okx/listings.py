"""What OKX lists: perpetuals counted in contracts."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from tests.exchange.usdm.symbols import Symbol

CONTRACTS: Final = {"BTC-USDT-SWAP": Decimal("0.01"), "ETH-USDT-SWAP": Decimal("0.1")}


def listed() -> dict[str, Symbol]:
    made = (
        Symbol("BTC-USDT-SWAP", "BTC", Decimal("0.1"), Decimal("0.001"), Decimal(60_000)),
        Symbol("ETH-USDT-SWAP", "ETH", Decimal("0.01"), Decimal("0.01"), Decimal(3_000)),
    )
    for each in made:
        each.minimum_notional, each.minimum_quantity = Decimal(0), each.step
    return {each.name: each for each in made}
