"""A candle file behind the venue and feed ports: what is acknowledged, told, looked up, paced."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

import pytest

from lefi_tui.adapters.replay_market import ReplayMarket, ReplayTerms
from lefi_tui.core import messages as m
from lefi_tui.core.bot import Bar
from lefi_tui.core.ids import exit_id
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.matching import Fees
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
)

SYMBOL = "BTC/USDT:USDT"
MARKET = Instrument(SYMBOL, "BTC", "USDT", "USDT", leverage_max=Decimal(125))
MINUTE = 60_000
NS_PER_MS = 1_000_000
TWO_PERCENT = Level(LevelKind.PERCENT, Decimal("0.02"))

pytestmark = pytest.mark.asyncio


@dataclass
class Patient:
    """A clock that notes how long it was asked to wait."""

    waits: list[float] = field(default_factory=list)

    def now_ns(self) -> int:
        return 0

    def monotonic_ns(self) -> int:
        return 0

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


@dataclass
class Desk:
    """Hears both ports of a replay of these candles: (minute, open, high, low, close)."""

    rows: tuple[tuple[float, ...], ...]
    funding: float | None = None
    reports: list[m.Report] = field(default_factory=list)
    market: list[m.MarketInput] = field(default_factory=list)

    def __post_init__(self) -> None:
        bars = [
            Bar(SYMBOL, MINUTE, int(minute) * MINUTE, opening, high, low, close, 1.0, self.funding)
            for minute, opening, high, low, close in self.rows
        ]
        terms = ReplayTerms("main", 10_000.0, Fees(0.0, 0.0, 0.0))
        self.replay = ReplayMarket(terms, (MARKET,), (bars,))
        self.replay.venue.listen(self.reports.append)
        self.replay.feed.listen(self.market.append)

    @property
    def fills(self) -> list[m.VenueFilled]:
        return [each for each in self.reports if isinstance(each, m.VenueFilled)]


def order(name: str, side: str = "buy", limit: str | None = None, **asked: ExitPlan) -> Order:
    terms = OrderTerms(
        SYMBOL,
        Side(side),
        OrderKind.MARKET if limit is None else OrderKind.LIMIT,
        Size(SizeKind.UNITS, Decimal(10)),
        limit=None if limit is None else Decimal(limit),
        leverage=Decimal(10),
        exits=asked.get("exits", ExitPlan()),
    )
    return Order(name, "main", terms, "bot")


FLAT = tuple((float(minute), 100.0, 101.0, 99.0, 100.0) for minute in range(4))


async def test_an_order_is_acknowledged_at_once_and_filled_at_the_next_open() -> None:
    desk = Desk(FLAT)
    desk.replay.move()
    (accepted,) = await desk.replay.venue.submit((order("L1"),))
    assert isinstance(accepted, m.VenueAccepted)
    assert (accepted.quantity, accepted.at_ns) == (None, MINUTE * NS_PER_MS)
    assert await desk.replay.venue.working() == ("L1",)
    desk.replay.move()
    (fill,) = desk.fills
    assert (fill.order, fill.price, fill.quantity) == ("L1", Decimal("100.0"), Decimal("10.0"))
    assert (fill.at_ns, fill.is_last) == (MINUTE * NS_PER_MS, True)


async def test_an_id_that_was_seen_is_never_carried_out_again() -> None:
    desk = Desk(FLAT)
    await desk.replay.venue.submit((order("L1"),))
    await desk.replay.venue.submit((order("L1"),))
    desk.replay.move()
    again = await desk.replay.venue.submit((order("L1"),))
    assert [type(each) for each in again] == [m.VenueAccepted, m.VenueFilled]
    desk.replay.move()
    assert len(desk.fills) == 1


async def test_a_resting_limit_tells_its_units_and_can_be_canceled() -> None:
    desk = Desk(FLAT)
    await desk.replay.venue.submit((order("L1", limit="50"),))
    desk.replay.move()
    (rested,) = desk.reports
    assert rested == m.VenueAccepted("L1", 0, quantity=Decimal("10.0"))
    (gone,) = await desk.replay.venue.cancel(("L1", "never sent"))
    assert isinstance(gone, m.VenueCanceled)
    assert await desk.replay.venue.cancel(("L1",)) == ()
    assert await desk.replay.venue.working() == ()
    known = await desk.replay.venue.look_up("L1")
    assert [type(each) for each in known] == [m.VenueAccepted, m.VenueAccepted, m.VenueCanceled]


async def test_exits_are_orders_the_desk_can_find_cancel_and_see_filled() -> None:
    desk = Desk((*FLAT[:2], (2, 100, 100, 90, 95)))
    exits = ExitPlan(stop_loss=TWO_PERCENT, take_profit=TWO_PERCENT)
    await desk.replay.venue.submit((order("L1", exits=exits),))
    desk.replay.move()
    stop, target = exit_id("L1", "stop"), exit_id("L1", "target")
    assert await desk.replay.venue.working() == (stop, target)
    assert await desk.replay.venue.look_up(stop) == (m.VenueAccepted(stop, MINUTE * NS_PER_MS),)
    (gone,) = await desk.replay.venue.cancel((target,))
    assert isinstance(gone, m.VenueCanceled)
    assert await desk.replay.venue.working() == (stop,)
    desk.replay.move()
    desk.replay.move()
    fill = desk.fills[-1]
    assert (fill.order, fill.reason, fill.side) == (stop, "stop_loss", "sell")
    (known,) = await desk.replay.venue.look_up(stop)
    assert known == fill


async def test_a_liquidation_is_told_under_the_entrys_own_leg() -> None:
    desk = Desk((*FLAT[:1], (1, 100, 100, 80, 95)))
    await desk.replay.venue.submit((order("L1"),))
    desk.replay.move()
    desk.replay.move()
    fill = desk.fills[-1]
    assert (fill.order, fill.reason) == (exit_id("L1", "liquidation"), "liquidation")
    assert (fill.liquidity, fill.fee) == ("none", Decimal("0.0"))


async def test_funding_and_what_a_margin_does_not_cover_are_charges() -> None:
    desk = Desk((*FLAT[:1], (1, 100, 100, 99, 100), (2, 80, 80, 80, 80)), funding=0.001)
    await desk.replay.venue.submit((order("L1"),))
    desk.replay.move()
    desk.replay.move()
    (paid,) = [each for each in desk.reports if isinstance(each, m.FundingCharged)]
    assert (paid.amount, paid.symbol) == (Decimal("1.0"), SYMBOL)
    close = order("L2", "sell")
    await desk.replay.venue.submit((close,))
    desk.replay.move()
    covered = desk.reports[-1]
    assert isinstance(covered, m.FundingCharged)
    assert covered.amount == Decimal("-100.0"), "it lost 200 with a margin of 100"


async def test_refusals_and_unknown_markets_are_rejections_in_words() -> None:
    desk = Desk(FLAT)
    dear = OrderTerms(SYMBOL, Side.BUY, OrderKind.MARKET, Size(SizeKind.UNITS, Decimal(1_000_000)))
    other = OrderTerms("X/Y", Side.BUY, OrderKind.MARKET, Size(SizeKind.UNITS, Decimal(1)))
    answers = await desk.replay.venue.submit(
        (Order("L1", "main", dear, "bot"), Order("L2", "main", other, "bot"))
    )
    assert isinstance(answers[1], m.VenueRejected)
    assert answers[1].code == "MARKET_UNKNOWN"
    desk.replay.move()
    (refused,) = desk.reports
    assert isinstance(refused, m.VenueRejected)
    assert refused.code == "CASH_TOO_LITTLE"
    never = await desk.replay.venue.look_up("L3")
    assert isinstance(never[0], m.VenueNeverSaw)
    assert await desk.replay.venue.instruments() == (MARKET,)


async def test_each_moment_tells_fills_first_then_its_candles_with_the_venues_reading() -> None:
    desk = Desk(FLAT)
    order_heard: list[str] = []
    desk.replay.venue.listen(lambda report: order_heard.append(type(report).__name__))
    desk.replay.feed.listen(lambda message: order_heard.append(type(message).__name__))
    await desk.replay.venue.submit((order("L1"),))
    desk.replay.move()
    assert order_heard == ["VenueFilled", "BarsClosed"]
    assert desk.replay.count == 4


async def test_after_a_gap_a_moment_without_candles_comes_before_the_next_row() -> None:
    desk = Desk((*FLAT[:2], (5, 100, 100, 100, 100)))
    times: list[int | None] = []
    while (at_ns := desk.replay.next_ns()) is not None:
        times.append(at_ns // NS_PER_MS // MINUTE)
        desk.replay.move()
    assert times == [1, 2, 5, 6]
    moments = [each for each in desk.market if isinstance(each, m.BarsClosed)]
    assert [len(each.bars) for each in moments] == [1, 1, 0, 1]
    assert [each.reading is None for each in moments] == [False, False, True, False]
    assert [each.is_first for each in moments] == [True, False, False, False]
    assert [each.is_last for each in moments] == [False, False, False, True]


async def test_orders_of_the_last_candle_lapse_after_it() -> None:
    desk = Desk(FLAT[:2])
    for _ in range(2):
        desk.replay.move()
    await desk.replay.venue.submit((order("L1"),))
    assert desk.replay.next_ns() == 2 * MINUTE * NS_PER_MS
    desk.replay.move()
    (gone,) = desk.reports
    assert isinstance(gone, m.VenueCanceled)
    assert gone.is_expired
    assert desk.replay.next_ns() is None


@pytest.mark.parametrize(("speed", "wait"), [(None, 0.0), (60.0, 1.0), (1.0, 60.0)])
async def test_it_runs_at_the_pace_asked(speed: float | None, wait: float) -> None:
    desk, clock = Desk(FLAT), Patient()
    desk.replay.feed.clock, desk.replay.feed.speed = clock, speed
    await desk.replay.feed.watch(m.Watch("main", (), (), ()))
    await desk.replay.feed.run()
    await desk.replay.venue.close()
    assert clock.waits == [0.0, wait, wait, wait]
    assert len(desk.market) == 4
