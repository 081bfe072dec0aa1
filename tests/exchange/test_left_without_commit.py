"""A close of a kill that left by its note alone, before the engine's end.

The next start finds it at the exchange by its id, and books what it did.
"""

from __future__ import annotations

from pathlib import Path

from lefi_tui.core import messages as m
from lefi_tui.core.order import (
    HAND,
    Order,
    OrderKind,
    OrderStatus,
    OrderTerms,
    Side,
    Size,
    SizeKind,
)
from lefi_tui.engine.emergency import EmergencyLog
from tests.exchange.live_profile import BTC, bare, begun, live_profile, with_key
from tests.exchange.loopback.host import exchange_in_thread
from tests.exchange.test_others_at_account import D, until

UNITS = D("0.01")
TERMS = OrderTerms(BTC, Side.BUY, OrderKind.MARKET, Size(SizeKind.UNITS, UNITS))
LEFT = Order("Lleftalone", "main", TERMS, HAND, quantity=UNITS, status=OrderStatus.SUBMITTED)


def test_the_next_start_finds_it_by_its_id_and_books_it(tmp_path: Path) -> None:
    with exchange_in_thread() as far:
        home = live_profile(tmp_path, far)
        with bare(home):
            with_key(home, far)
            with begun(home):
                pass
            asked = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": str(UNITS)}
            far.act("external_order", **asked, newClientOrderId=LEFT.id)
            log = EmergencyLog(home)
            assert log.note(m.TakeOrders((LEFT,)))
            log.close()
            with begun(home) as engine:
                until(engine, lambda: LEFT.id in engine.desk.closed)
                ended = engine.desk.closed[LEFT.id]
                assert (ended.status, ended.filled) == (OrderStatus.FILLED, UNITS)
