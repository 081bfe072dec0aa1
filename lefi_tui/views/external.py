"""Orders and units of another hand as rows of the desk: shown among ours, marked as not ours."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from lefi_tui.core.desk import Desk
from lefi_tui.core.money import ZERO, from_double
from lefi_tui.core.position import Position, unrealized
from lefi_tui.views.desk_view import OrderRow, PositionRow
from lefi_tui.views.fold import ScreenState
from lefi_tui.views.numbers import NS_PER_MS, places_of

NOT_OURS = "not ours"


def external_orders(desk: Desk, now_ns: int) -> Iterator[OrderRow]:
    for account, known in sorted(desk.checked.items()):
        for each in known.foreign:
            near = 0.0 if each.price is None else float(each.price)
            yield OrderRow(
                id=each.venue_order_id,
                account=account,
                symbol=each.symbol,
                side=each.side.value,
                kind="trigger" if each.is_trigger else "limit",
                quantity=each.quantity or None,
                filled=each.filled,
                price=each.price,
                leg="entry",
                owner=NOT_OURS,
                status="external",
                places=places_of(desk.instruments.get((account, each.symbol)), near),
                age_ms=max(0, (now_ns - known.at_ns) // NS_PER_MS),
                is_external=True,
            )


def external_positions(desk: Desk, state: ScreenState, now_ns: int) -> Iterator[PositionRow]:
    for account, known in sorted(desk.checked.items()):
        for symbol, each in sorted(known.unknown.items()):
            key, entry = (account, symbol), each.entry or ZERO
            price = state.prices.get(key)
            mark = None if price is None else from_double(price.quote.last)
            pnl = _profit(key, each.units, entry, mark)
            value = abs(each.units) * entry
            yield PositionRow(
                account=account,
                symbol=symbol,
                units=each.units,
                entry=entry,
                mark=mark,
                pnl=pnl,
                pnl_share=None if pnl is None or not value else float(pnl / value),
                liquidation=None,
                owners=(NOT_OURS,),
                currency=desk.accounts[account].currency,
                places=places_of(desk.instruments.get(key), float(entry)),
                age_ms=0 if price is None else max(0, now_ns // NS_PER_MS - price.quote.time_ms),
                limit_ms=0 if price is None else price.limit_ms,
                stop=NOT_OURS,
                stop_few=NOT_OURS,
                is_external=True,
            )


def _profit(
    key: tuple[str, str], units: Decimal, entry: Decimal, mark: Decimal | None
) -> Decimal | None:
    if mark is None or not entry:
        return None
    return unrealized(Position(*key, units, entry), mark)
