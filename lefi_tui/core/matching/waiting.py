"""An order on its way to a candle: its terms as doubles, and what is set aside while it rests."""

from __future__ import annotations

from msgspec import Struct, field

from lefi_tui.core.order import ExitPlan, OrderTerms, SizeKind, TimeInForce


class Waiting(Struct, eq=False):
    id: str
    number: int  # in the sequence sent
    symbol: str
    sign: int  # 1 buys, -1 sells
    size_kind: SizeKind
    size: float
    limit: float | None
    is_reduce_only: bool
    is_post_only: bool
    lapses: bool  # IOC and FOK: now or never
    leverage: float | None
    exits: ExitPlan = field(default_factory=ExitPlan)
    units: float = 0.0  # fixed when it reaches the market
    aside_cash: float = 0.0
    aside_units: float = 0.0
    only_reduces: bool = False  # never passes zero, and goes with its position

    @property
    def is_close(self) -> bool:
        return self.size_kind is SizeKind.ALL


def waiting(order_id: str, number: int, terms: OrderTerms) -> Waiting:
    return Waiting(
        id=order_id,
        number=number,
        symbol=terms.symbol,
        sign=terms.side.sign,
        size_kind=terms.size.kind,
        size=float(terms.size.value),
        limit=None if terms.limit is None else float(terms.limit),
        is_reduce_only=terms.is_reduce_only,
        is_post_only=terms.is_post_only,
        lapses=terms.time_in_force is not TimeInForce.GTC,
        leverage=None if terms.leverage is None else float(terms.leverage),
        exits=terms.exits,
    )
