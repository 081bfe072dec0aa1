"""The paper venue in the engine's own process comes back from what the desk knows."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import pytest
from msgspec.structs import replace

from lefi_tui.adapters.paper_venue import PaperTerms, PaperVenue
from lefi_tui.adapters.paper_venue_restore import HeldPosition, PaperState
from lefi_tui.adapters.system_clock import VirtualClock
from lefi_tui.core.messages import Report, VenueFilled, VenueNeverSaw, VenueRejected
from lefi_tui.core.order import (
    ExitPlan,
    Level,
    LevelKind,
    Order,
    OrderKind,
    OrderStatus,
    OrderTerms,
    Side,
    Size,
    SizeKind,
    TimeInForce,
)
from tests.exchange.hand_market import BEGIN_NS, PERPETUAL, SPOT, HandMarket

CASH: Final = Decimal(10_000)


def working(
    name: str, terms: OrderTerms, status: OrderStatus = OrderStatus.ACCEPTED, filled: str = "0"
) -> Order:
    units = terms.size.value or None
    return Order(
        name,
        "main",
        terms,
        "bot",
        leg="entry",
        group="E1",
        status=status,
        quantity=units,
        filled=Decimal(filled),
        placed_at_ns=BEGIN_NS,
    )


def resting(name: str, side: Side, units: str, limit: str, **more: Any) -> Order:
    size = Size(SizeKind.UNITS, Decimal(units))
    terms = OrderTerms(SPOT, side, OrderKind.LIMIT, size, Decimal(limit))
    return working(name, terms, **more)


def exit_of(name: str, kind: OrderKind, plan: ExitPlan, symbol: str = SPOT) -> Order:
    size = Size(SizeKind.ALL)
    terms = OrderTerms(symbol, Side.SELL, kind, size, is_reduce_only=True, exits=plan)
    return working(name, terms)


@dataclass
class After:
    """The venue after its process was killed and began anew."""

    state: PaperState

    def __post_init__(self) -> None:
        self.clock = VirtualClock(BEGIN_NS)
        self.market = HandMarket(self.clock)
        self.told: list[Report] = []
        self.venue = PaperVenue(self.market, self.clock, PaperTerms("main", CASH))
        self.venue.restore(self.state)
        self.venue.listen(self.told.append)

    def trades(self, price: str, units: str, symbol: str = SPOT) -> None:
        self.market.act(
            {"do": "print", "symbol": symbol, "price": price, "units": units, "side": "sell"}
        )
        self.venue.advance(self.clock.now_ns())

    def working(self) -> set[str]:
        return set(asyncio.run(self.venue.working()))

    def fills(self) -> list[tuple[str, Decimal]]:
        return [(each.order, each.quantity) for each in self.told if isinstance(each, VenueFilled)]


def test_cash_positions_and_orders_are_as_the_desk_knows_them() -> None:
    state = PaperState(
        Decimal(9_700),
        (
            HeldPosition(SPOT, Decimal(3), Decimal(101)),
            HeldPosition(PERPETUAL, Decimal(-2), Decimal(110), Decimal(4)),
        ),
        (resting("E7", Side.BUY, "2", "90"),),
    )
    after = After(state)
    assert after.venue.ledger_balanced()
    assert after.venue.positions == {SPOT: Decimal(3), PERPETUAL: Decimal(-2)}
    margin = Decimal(2) * 110 / 4
    set_aside = Decimal(180) * Decimal("1.0005")
    assert after.venue.free_cash == Decimal(9_700) - margin - set_aside
    assert after.working() == {"E7"}
    assert after.told == []


def test_a_partly_filled_order_goes_on_with_what_is_left() -> None:
    order = resting("E1", Side.BUY, "5", "99", status=OrderStatus.PARTIALLY_FILLED, filled="2")
    state = PaperState(CASH, (HeldPosition(SPOT, Decimal(2), Decimal(99)),), (order,))
    after = After(state)
    after.trades("98.5", "1")
    assert after.fills() == [("E1", Decimal(3))]
    assert after.venue.positions == {SPOT: Decimal(5)}


def test_exits_are_held_again_under_their_ids() -> None:
    plan = ExitPlan(Level(LevelKind.PERCENT, Decimal("0.05")))
    target = ExitPlan(take_profit=Level(LevelKind.PRICE, Decimal(120)))
    orders = (
        exit_of("X1", OrderKind.STOP, plan),
        exit_of("X2", OrderKind.TARGET, target),
    )
    after = After(PaperState(CASH, (HeldPosition(SPOT, Decimal(4), Decimal(100)),), orders))
    assert after.working() == {"X1", "X2"}
    after.trades("95", "1")
    assert after.fills() == [("X1", Decimal(4))]
    assert after.working() == set()


def test_a_stop_that_was_passed_meanwhile_acts_at_the_first_price() -> None:
    plan = ExitPlan(Level(LevelKind.PRICE, Decimal(150)))
    orders = (exit_of("X1", OrderKind.STOP, plan),)
    after = After(PaperState(CASH, (HeldPosition(SPOT, Decimal(1), Decimal(160)),), orders))
    after.trades("99.5", "1")
    assert after.fills() == [("X1", Decimal(1))]


def test_a_trail_keeps_the_best_price_it_had_seen() -> None:
    trail = ExitPlan(trail=Level(LevelKind.PRICE, Decimal(5)))
    held = HeldPosition(SPOT, Decimal(1), Decimal(100))
    state = PaperState(CASH, (held,), (exit_of("X3", OrderKind.TRAIL, trail),))
    after = After(state)
    for price in ("110", "108"):
        after.trades(price, "1")
    again = PaperVenue(after.market, after.clock, PaperTerms("main", CASH))
    again.restore(replace(state, at_ns=after.clock.now_ns()))
    told: list[Report] = []
    again.listen(told.append)
    after.market.act({"do": "print", "symbol": SPOT, "price": "105", "units": "1", "side": "sell"})
    again.advance(after.clock.now_ns())  # 110 - 5
    assert [each.reason for each in told if isinstance(each, VenueFilled)] == ["trail"]


def test_what_had_no_answer_never_arrived_and_what_was_final_never_comes_again() -> None:
    unanswered = resting("E1", Side.BUY, "1", "99", status=OrderStatus.SUBMITTED)
    after = After(PaperState(CASH, (), (unanswered,), seen=("E0",)))
    look_up = asyncio.run(after.venue.look_up("E1"))
    assert [type(each) for each in look_up] == [VenueNeverSaw]
    late = asyncio.run(after.venue.submit((unanswered,)))
    assert [type(each) for each in late] == [VenueRejected]
    assert after.working() == set()


@pytest.mark.parametrize(
    "status", [OrderStatus.CANCEL_PENDING, OrderStatus.ACCEPTED, OrderStatus.PARTIALLY_FILLED]
)
@pytest.mark.parametrize(
    ("kind", "limit", "tif"),
    [
        (OrderKind.MARKET, None, TimeInForce.GTC),
        (OrderKind.LIMIT, Decimal(99), TimeInForce.IOC),
        (OrderKind.LIMIT, Decimal(99), TimeInForce.FOK),
    ],
)
def test_what_never_rests_does_not_after_a_restart(
    status: OrderStatus, kind: OrderKind, limit: Decimal | None, tif: TimeInForce
) -> None:
    """A close that was killed on its way: canceled before it came, or its end was never heard."""
    size = Size(SizeKind.UNITS, Decimal(4))
    terms = OrderTerms(SPOT, Side.SELL, kind, size, limit, tif, is_reduce_only=True)
    order = working("C1", terms, status, filled="1")
    after = After(PaperState(CASH, (HeldPosition(SPOT, Decimal(3), Decimal(100)),), (order,)))
    assert after.working() == set()
    look_up = asyncio.run(after.venue.look_up("C1"))
    assert [type(each) for each in look_up] == [VenueNeverSaw]
    assert after.venue.positions == {SPOT: Decimal(3)}


def test_trade_ids_after_a_restart_are_new() -> None:
    ids = set()
    for start in range(3):
        clock = VirtualClock(BEGIN_NS + start)
        market = HandMarket(clock)
        venue = PaperVenue(market, clock, PaperTerms("main", CASH))
        venue.listen(lambda _report: None)
        size = Size(SizeKind.UNITS, Decimal(1))
        terms = OrderTerms(SPOT, Side.BUY, OrderKind.MARKET, size)
        reports = asyncio.run(venue.submit((Order(f"T{start}", "main", terms, "bot"),)))
        ids |= {each.trade_id for each in reports if isinstance(each, VenueFilled)}
    assert len(ids) == 3


def test_an_empty_desk_restores_an_empty_venue() -> None:
    after = After(PaperState(CASH))
    assert (after.venue.free_cash, after.venue.positions) == (CASH, {})
    assert after.working() == set()
