"""The picture of all orders, working and past, from their records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lefi_tui.core.instrument import Instrument
from lefi_tui.core.order import FINAL
from lefi_tui.ports.records import OrderRecord
from lefi_tui.views.numbers import places_of
from lefi_tui.views.orders_view import OrdersView, PastOrderRow


def orders_view(
    records: Iterable[OrderRecord],
    instruments: Mapping[tuple[str, str], Instrument],
    at_ns: int,
    limit: int,
) -> OrdersView:
    rows = tuple(_row(each, instruments) for each in records)
    return OrdersView(at_ns, rows[:limit], is_cut=len(rows) > limit)


def _row(record: OrderRecord, instruments: Mapping[tuple[str, str], Instrument]) -> PastOrderRow:
    near = float(record.average or record.price or 0)
    return PastOrderRow(
        id=record.id,
        account=record.account,
        owner=record.owner,
        symbol=record.symbol,
        side=record.side,
        kind=record.kind.replace("_", " "),
        leg=record.leg.replace("_", " "),
        price=record.price,
        quantity=record.quantity,
        filled=record.filled,
        average=record.average,
        fee=record.fee,
        status=record.status,
        reason=record.reason,
        is_working=record.status not in FINAL,
        created_ns=record.created_ns,
        updated_ns=record.updated_ns,
        places=places_of(instruments.get((record.account, record.symbol)), near),
    )
