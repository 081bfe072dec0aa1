"""What is not found at an exchange, in virtual time: an order that it took and denies for half an
hour (freqtrade#12681), and one that never left."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from lefi_tui.core.ids import ClientOrderId
from lefi_tui.core.messages import Report, VenueAccepted, VenueNeverSaw, VenueSilent
from lefi_tui.core.order import Order, OrderKind, OrderTerms, Side, Size, SizeKind
from lefi_tui.engine.looking_up import LOOK_UP_MOST_S
from lefi_tui.ports.venue import OrderMissingError, VenueTimeoutError
from tests.campaign.sends import USDM, Sends
from tests.exchange.virtual import LoopClock, in_virtual_time

HALF_AN_HOUR_S = 1_800
LONG_S = 600
UNITS = Decimal("0.01")


def resting(name: str = "forgotten") -> Order:
    size = Size(SizeKind.UNITS, UNITS)
    terms = OrderTerms(USDM.symbol, Side.BUY, OrderKind.LIMIT, size, limit=Decimal(50_000))
    order = ClientOrderId.of("hand", name, -1, "entry")
    return Order(order, "main", terms, "hand", quantity=UNITS)


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


async def _unsent(clock: LoopClock, *, is_ours: bool) -> None:
    """An order is placed, by us or by another hand, and long after it one that does not leave
    before the program ends; then the older one trades."""
    sends = Sends(clock, 1)
    if is_ours:
        await sends.venue.submit((resting("older"),))
    else:
        place = sends.far.find("external_order")
        assert place is not None
        asked = {"side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "price": "50000"}
        place(symbol="BTCUSDT", quantity=str(UNITS), **asked)
    await clock.sleep(LONG_S)
    unsent = replace(resting("unsent"), placed_at_ns=clock.now_ns())
    sends.venue.remember((unsent,))
    price = sends.far.find("price")
    assert price is not None
    price(symbol="BTCUSDT", price="49000")
    with pytest.raises(VenueTimeoutError, match="too early"):
        await sends.venue.look_up(unsent.id)
    await clock.sleep(LOOK_UP_MOST_S)
    (found,) = await sends.venue.look_up(unsent.id)
    assert isinstance(found, VenueNeverSaw)
    await sends.venue.close()


@pytest.mark.parametrize("is_ours", [True, False])
def test_one_that_never_left_is_known_as_that_though_an_older_order_trades_behind_it(
    *, is_ours: bool
) -> None:
    in_virtual_time(lambda clock: _unsent(clock, is_ours=is_ours))
