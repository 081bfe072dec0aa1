"""Two of five sends go wrong, some for longer than anyone waits: what is believed is what was done.

In virtual time, so that neither a proof of absence nor an answer that never comes costs anything.
"""

from __future__ import annotations

import pytest

from tests.campaign.sends import BINANCE_SPOT, OKX, USDM, Place, case

ORDERS = 40


@pytest.mark.parametrize("place", [USDM, OKX, BINANCE_SPOT], ids=lambda place: place.exchange)
def test_what_is_believed_is_what_that_exchange_has_done(place: Place) -> None:
    found = case(1, 7, ORDERS, place)
    assert found.why == "", found
    assert found.counts["faults"] > ORDERS / 5, found
    assert found.counts["filled"] > ORDERS / 3, found
