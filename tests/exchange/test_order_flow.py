"""Random orders against the paper venue on the demo market: what never goes wrong, by seed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Final

import pytest

from lefi_tui.adapters.demo_market import LISTINGS, DemoMarket
from lefi_tui.adapters.paper_venue import PaperTerms, PaperVenue
from lefi_tui.adapters.system_clock import VirtualClock
from lefi_tui.core.ids import exit_id
from lefi_tui.core.messages import (
    FundingCharged,
    Report,
    VenueCanceled,
    VenueFilled,
    VenueRejected,
)
from lefi_tui.core.money import floor_to
from lefi_tui.core.order import (
    ExitPlan,
    Level,
    LevelKind,
    Order,
    OrderKind,
    OrderTerms,
    Side,
    Size,
    SizeKind,
    TimeInForce,
)

BEGIN_NS: Final = 1_795_000_000_000_000_000
CASH: Final = Decimal(100_000)
STEPS: Final = 150
GRAIN: Final = Decimal("1e-9")
INSTRUMENTS: Final = [each.instrument for each in LISTINGS]


@dataclass
class Flow:
    """A trader without a plan, who keeps books of his own from what he is told."""

    seed: int
    sent: dict[str, Order] = field(default_factory=dict)
    told: list[Report] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)
        self.clock = VirtualClock(BEGIN_NS + self.seed * 86_400_000_000_000)
        self.market = DemoMarket(f"flow {self.seed}")
        self.venue = PaperVenue(self.market, self.clock, PaperTerms("main", CASH))
        self.venue.listen(self.told.append)

    async def run(self) -> None:
        for step in range(STEPS):
            await self._act(step)
            pause_s = self.chance.choice((0, 0.25, 1, 10, 60))
            self.clock.move_to(self.clock.now_ns() + int(pause_s * 1e9))
            self.venue.advance(self.clock.now_ns())
            self.check()

    async def _act(self, step: int) -> None:
        draw = self.chance.random()
        if draw < 0.25 and self.sent:
            self.told += await self.venue.cancel((self.chance.choice(list(self.sent)),))
        elif draw < 0.3 and self.sent:
            again = self.sent[self.chance.choice(list(self.sent))]
            assert await self.venue.submit((again,)) == await self.venue.look_up(again.id)
        else:
            order = self._order(step)
            self.sent[order.id] = order
            self.told += await self.venue.submit((order,))

    def _order(self, step: int) -> Order:
        chance, instrument = self.chance, self.chance.choice(INSTRUMENTS)
        side = chance.choice((Side.BUY, Side.SELL))
        mark = self.market.mark(instrument.symbol, self.clock.now_ns())
        worth = Decimal(chance.choice((3, 50, 800, 9_000, 60_000)))
        away = 1 + Decimal(chance.randint(-60, 60)) / 20_000
        limit = floor_to(instrument.tick, mark * away) if chance.random() < 0.6 else None
        terms = OrderTerms(
            instrument.symbol,
            side,
            OrderKind.MARKET if limit is None else OrderKind.LIMIT,
            self._size(worth, mark),
            limit,
            chance.choice((*[TimeInForce.GTC] * 4, TimeInForce.IOC, TimeInForce.FOK)),
            chance.random() < 0.25,
            limit is not None and chance.random() < 0.2,
            Decimal(chance.choice((1, 5, 20, 50))) if instrument.is_perpetual else None,
            self._plan(mark),
        )
        return Order(f"Flow{self.seed}x{step}", "main", terms, "bot")

    def _size(self, worth: Decimal, mark: Decimal) -> Size:
        kind = self.chance.choice(list(SizeKind))
        values = {
            SizeKind.UNITS: floor_to(Decimal("0.01"), worth / mark),
            SizeKind.WORTH: worth,
            SizeKind.SHARE: Decimal(self.chance.randint(1, 100)) / 100,
            SizeKind.ALL: Decimal(0),
        }
        return Size(kind, values[kind])

    def _plan(self, mark: Decimal) -> ExitPlan:
        def level() -> Level | None:
            if self.chance.random() < 0.6:
                return None
            return Level(LevelKind.PERCENT, Decimal(self.chance.randint(1, 40)) / 10_000)

        trail = Level(LevelKind.PRICE, mark / 1_000) if self.chance.random() < 0.2 else None
        return ExitPlan(level(), level(), trail)

    # ---- what must be true after every step

    def check(self) -> None:
        assert self.venue.ledger_balanced()
        assert self.venue.free_cash >= -CASH * Decimal("0.001"), "more was spent than there is"
        spot = {each.symbol for each in INSTRUMENTS if not each.is_perpetual}
        assert all(units >= 0 for symbol, units in self.venue.positions.items() if symbol in spot)
        assert self.venue.positions == self._positions()

    @property
    def fills(self) -> list[VenueFilled]:
        return [each for each in self.told if isinstance(each, VenueFilled)]

    def _positions(self) -> dict[str, Decimal]:
        out: dict[str, Decimal] = {}
        for fill in self.fills:
            units = fill.quantity * Side(fill.side).sign
            out[fill.symbol] = out.get(fill.symbol, Decimal(0)) + units
        return {symbol: units for symbol, units in out.items() if units}

    def equity_from_reports(self) -> Decimal:
        """Cash flows of all that was told, and what is held at the venue's own marks."""
        worth = CASH
        for fill in self.fills:
            worth -= fill.quantity * fill.price * Side(fill.side).sign + fill.fee
        worth -= sum(each.amount for each in self.told if isinstance(each, FundingCharged))
        return worth + sum(
            units * self.market.mark(symbol, self.clock.now_ns())
            for symbol, units in self._positions().items()
        )

    def equity_of_venue(self) -> Decimal:
        marks = {
            each.symbol: self.market.mark(each.symbol, self.clock.now_ns()) for each in INSTRUMENTS
        }
        return self.venue.exchange.account.equity(marks)


def ran(seed: int) -> Flow:
    flow = Flow(seed)
    asyncio.run(flow.run())
    return flow


@pytest.fixture(scope="module", params=range(16))
def flow(request: pytest.FixtureRequest) -> Flow:
    return ran(request.param)


def test_the_flow_is_lively_enough_to_prove_something(flow: Flow) -> None:
    reasons = {each.reason for each in flow.fills}
    assert len(flow.fills) > 20
    assert {"order", "stop_loss"} <= reasons or {"order", "take_profit"} <= reasons
    assert any(isinstance(each, VenueRejected) for each in flow.told)


def test_no_order_is_filled_beyond_what_was_accepted(flow: Flow) -> None:
    for order in flow.sent:
        story = [each for each in flow.told if getattr(each, "order", "") == order]
        accepted = next((getattr(each, "quantity", None) for each in story), None)
        filled = sum(each.quantity for each in story if isinstance(each, VenueFilled))
        assert filled <= (accepted or 0)


def test_no_reducing_order_and_no_exit_turns_a_position(flow: Flow) -> None:
    held: dict[str, Decimal] = {}
    for fill in flow.fills:
        before = held.get(fill.symbol, Decimal(0))
        after = before + fill.quantity * Side(fill.side).sign
        held[fill.symbol] = after
        order = flow.sent.get(fill.order)
        if order is None or order.terms.is_reduce_only:
            assert before * after >= 0
            assert abs(after) < abs(before)


def test_every_order_is_final_or_listed_as_working(flow: Flow) -> None:
    working = asyncio.run(flow.venue.working())
    for order in flow.sent:
        story = [each for each in flow.told if getattr(each, "order", "") == order]
        ends = [each for each in story if is_end(each)]
        assert len(ends) == (0 if order in working else 1)
        assert not ends or story[-1] is ends[0]


def is_end(report: Report) -> bool:
    is_last = isinstance(report, VenueFilled) and report.is_last
    return is_last or isinstance(report, (VenueCanceled, VenueRejected))


def test_trade_ids_are_unique(flow: Flow) -> None:
    ids = [each.trade_id for each in flow.fills]
    assert len(ids) == len(set(ids))


def test_the_venues_equity_is_what_its_reports_add_up_to(flow: Flow) -> None:
    # A liquidation's price is cut to twelve digits: that is all the two may differ by.
    assert abs(flow.equity_of_venue() - flow.equity_from_reports()) < GRAIN


def test_exits_stand_only_where_a_position_is(flow: Flow) -> None:
    ours = {
        exit_id(order, leg): each.terms.symbol
        for order, each in flow.sent.items()
        for leg in ("stop", "target", "trail")
    }
    working = asyncio.run(flow.venue.working())
    assert {ours[each] for each in working if each in ours} <= set(flow.venue.positions)
    assert all(each in ours or each in flow.sent for each in working)


def test_the_same_seed_makes_the_same_reports() -> None:
    assert ran(3).told == ran(3).told
