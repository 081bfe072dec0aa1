"""Funding on an exchange's word: each moment once, when it has come, at a known price."""

from __future__ import annotations

from decimal import Decimal

from lefi_tui.adapters.ccxt_market import BOOK_OLD_NS, ExchangeMarket
from lefi_tui.adapters.paper_book import FundingRate
from lefi_tui.adapters.system_clock import VirtualClock

BTC = "BTC/USDT:USDT"
RATE, NEXT_RATE = Decimal("0.0001"), Decimal("0.0009")
MINUTE_NS = 60_000_000_000
DUE_NS = 10 * MINUTE_NS
LATER_NS = DUE_NS + 480 * MINUTE_NS
JITTER_NS = 5_000_000


class Hours:
    """An exchange's market in a time that a test moves; its book is new wherever it is not said."""

    def __init__(self) -> None:
        self.clock = VirtualClock(MINUTE_NS)
        self.market = ExchangeMarket(self.clock)

    def told(self, at_ns: int, due_ns: int, rate: Decimal = RATE, *, is_new: bool = True) -> None:
        self.clock.move_to(at_ns)
        if is_new:
            book = {"bids": [["99", "1"]], "asks": [["101", "1"]]}
            assert self.market.hear_book(BTC, book)
        self.market.hear_funding(BTC, rate, due_ns)

    @property
    def paid(self) -> list[FundingRate]:
        return list(self.market.funding_rates(BTC, 0, self.clock.now_ns()))


def test_a_moment_that_is_named_a_little_later_is_not_paid_before_it_comes() -> None:
    hours = Hours()
    hours.told(2 * MINUTE_NS, DUE_NS)
    hours.told(3 * MINUTE_NS, DUE_NS + JITTER_NS)
    assert hours.paid == []


def test_a_moment_is_paid_once_though_the_exchange_names_it_a_little_later_when_it_is_past() -> (
    None
):
    hours = Hours()
    hours.told(2 * MINUTE_NS, DUE_NS)
    hours.told(DUE_NS + 2_000_000_000, DUE_NS + JITTER_NS)
    assert hours.paid == []
    hours.told(DUE_NS + MINUTE_NS, LATER_NS, NEXT_RATE)
    hours.told(DUE_NS + 2 * MINUTE_NS, LATER_NS, NEXT_RATE)
    assert hours.paid == [FundingRate(DUE_NS + MINUTE_NS, RATE, Decimal(100))]


def test_what_is_due_while_nobody_knows_the_price_is_paid_when_it_is_known() -> None:
    hours = Hours()
    hours.told(2 * MINUTE_NS, DUE_NS)
    assert DUE_NS - 2 * MINUTE_NS > BOOK_OLD_NS
    hours.told(DUE_NS + 1, LATER_NS, NEXT_RATE, is_new=False)
    assert hours.paid == []
    hours.told(DUE_NS + MINUTE_NS, LATER_NS, NEXT_RATE)
    assert [each.rate for each in hours.paid] == [RATE]


def test_a_moment_that_nothing_was_held_over_is_not_paid_by_the_next_position() -> None:
    hours = Hours()
    hours.told(2 * MINUTE_NS, DUE_NS)
    hours.market.forget_funding(frozenset())
    hours.told(DUE_NS + 60 * MINUTE_NS, LATER_NS, NEXT_RATE)
    assert hours.paid == []
