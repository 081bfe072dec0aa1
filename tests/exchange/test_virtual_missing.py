"""An order that an exchange took and denies for half an hour (freqtrade#12681), in virtual time."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lefi_tui.core.ids import ClientOrderId
from lefi_tui.core.messages import Report, VenueAccepted, VenueSilent
from lefi_tui.core.order import Order, OrderKind, OrderTerms, Side, Size, SizeKind
from lefi_tui.ports.venue import OrderMissingError
from tests.campaign.sends import USDM, Sends
from tests.exchange.virtual import LoopClock, in_virtual_time

HALF_AN_HOUR_S = 1_800
UNITS = Decimal("0.01")


def resting() -> Order:
    size = Size(SizeKind.UNITS, UNITS)
    terms = OrderTerms(USDM.symbol, Side.BUY, OrderKind.LIMIT, size, limit=Decimal(50_000))
    name = ClientOrderId.of("hand", "forgotten", -1, "entry")
    return Order(name, "main", terms, "hand", quantity=UNITS)


async def _denied(clock: LoopClock) -> None:
    sends, order = Sends(clock, 1), resting()
    told: list[Report] = []
    sends.venue.listen(told.append)
    (accepted,) = await sends.venue.submit((order,))
    assert isinstance(accepted, VenueAccepted), accepted
    hide = sends.far.find("hide")
    assert hide is not None
    hide(order.id, HALF_AN_HOUR_S)
    for _ in range(HALF_AN_HOUR_S // 60 - 1):
        await sends.venue.look_on()
        await clock.sleep(60)
    assert [type(each) for each in told] == [VenueSilent]  # in doubt, said once; over it is not
    with pytest.raises(OrderMissingError, match="not found now"):
        await sends.venue.look_up(order.id)
    await clock.sleep(120)
    (found,) = await sends.venue.look_up(order.id)
    assert isinstance(found, VenueAccepted)
    await sends.venue.close()


def test_it_is_in_doubt_and_said_once_never_over_and_found_when_it_is_there_again() -> None:
    in_virtual_time(_denied)
