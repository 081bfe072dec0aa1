"""A candle file as a market: feed and venue of one account, moved moment by moment.

The rule it keeps: orders meet candles in `core.matching` and nowhere else, so a run through the
engine makes the trades that the direct loop makes. Of each moment the fills are told first, then
the candles with the venue's own reading of the account; after a gap a moment without candles comes
before the next row, so that candles whose time is over close before that row's open.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from lefi_tui.core import messages as m
from lefi_tui.core.bars import moments
from lefi_tui.core.bot import Bar
from lefi_tui.core.ids import exit_id
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.matching import (
    CandleMarket,
    Fees,
    Filled,
    Funded,
    Gone,
    Happened,
    Refused,
    Rested,
    market_rules,
)
from lefi_tui.core.matching.records import ENTRY
from lefi_tui.core.money import from_double
from lefi_tui.core.order import Order
from lefi_tui.core.record import Record
from lefi_tui.ports.clock import Clock
from lefi_tui.ports.market_feed import HearMarket
from lefi_tui.ports.venue import Hear

NS_PER_MS: Final = 1_000_000
NS_PER_S: Final = 1_000_000_000


class ReplayTerms(Record):
    """What the account of a replay is: its name, its cash, its fees."""

    account: str
    cash: float
    fees: Fees


class _Moment(Record):
    at_ms: int
    bars: tuple[Bar, ...] = ()
    is_first: bool = False
    is_last: bool = False


def _moments(series: Sequence[Sequence[Bar]]) -> list[_Moment]:
    """Rows at their closes, and before each row that follows a gap the moment of its opening."""
    rows = list(moments(series))
    out: list[_Moment] = []
    for number, bars in enumerate(rows):
        opened_ms, step_ms = bars[0].time_ms, bars[0].timeframe_ms
        if out and opened_ms > out[-1].at_ms:
            out.append(_Moment(opened_ms))
        closed_ms = opened_ms + step_ms
        out.append(_Moment(closed_ms, bars, number == 0, number == len(rows) - 1))
    return out


class ReplayMarket:
    """`next_ns` and `move` drive it; `venue` and `feed` are its two ports."""

    def __init__(
        self,
        terms: ReplayTerms,
        instruments: Sequence[Instrument],
        series: Sequence[Sequence[Bar]],  # one a symbol, in the order the script names them
    ) -> None:
        rules = {each.symbol: market_rules(each) for each in instruments}
        self.account = terms.account
        self.market = CandleMarket(rules, terms.fees, terms.cash)
        self.instruments = tuple(instruments)
        self._moments = _moments(series)
        self._place = 0
        self.now_ns = series[0][0].time_ms * NS_PER_MS
        self.venue = ReplayVenue(self)
        self.feed = ReplayFeed(self)

    @property
    def count(self) -> int:
        return len(self._moments)

    def next_ns(self) -> int | None:
        """When the next moment is; after the last one, at its own time, what is left lapses."""
        if self._place < len(self._moments):
            return self._moments[self._place].at_ms * NS_PER_MS
        return self.now_ns if self.market.working() else None

    def move(self) -> None:
        if self._place == len(self._moments):
            self.venue.tell(self.market.lapse())
            return
        moment = self._moments[self._place]
        self._place += 1
        if moment.bars:
            self.venue.tell(self.market.candles(moment.bars))
        self.now_ns = moment.at_ms * NS_PER_MS
        self.feed.hear(
            m.BarsClosed(
                self.account,
                moment.at_ms,
                moment.bars,
                self.market.reading() if moment.bars else None,
                moment.is_first,
                moment.is_last,
            )
        )

    def pause_s(self, speed: float | None) -> float:
        """Real seconds from now to the next moment, at so many times real time; None is max."""
        next_ns = self.next_ns()
        if speed is None or next_ns is None or not self._place:
            return 0.0
        return (next_ns - self.now_ns) / NS_PER_S / speed


class ReplayFeed:
    """The market feed port of a replay."""

    def __init__(self, replay: ReplayMarket) -> None:
        self._replay = replay
        self._hear: HearMarket | None = None
        self.speed: float | None = None  # times real time; None is as fast as it goes
        self.clock: Clock | None = None  # paces `run`; in virtual time the driver moves

    def listen(self, hear: HearMarket) -> None:
        self._hear = hear

    def hear(self, message: m.MarketInput) -> None:
        assert self._hear is not None, "a feed that nobody listens to is moved"
        self._hear(message)

    async def watch(self, wanted: m.Watch) -> None:
        """A file tells all it has: on it every moment concerns every bot."""
        assert wanted.account == self._replay.account, wanted

    async def run(self) -> None:
        """To the end of the file, at the pace asked."""
        assert self.clock is not None, "a replay that runs by itself needs a clock"
        while self._replay.next_ns() is not None:
            await self.clock.sleep(self._replay.pause_s(self.speed))
            self._replay.move()


class ReplayVenue:
    """The venue port of a replay. Orders are acknowledged at once and wait for their candle."""

    def __init__(self, replay: ReplayMarket) -> None:
        self._replay = replay
        self._hear: Hear | None = None
        self._known: dict[str, list[m.Report]] = {}  # all that was told of an order
        self._exits: dict[str, tuple[str, str]] = {}  # exit id: symbol, leg
        self._trades = 0

    def listen(self, hear: Hear) -> None:
        self._hear = hear

    async def instruments(self) -> tuple[Instrument, ...]:
        return self._replay.instruments

    async def submit(self, orders: tuple[Order, ...]) -> tuple[m.Report, ...]:
        out: list[m.Report] = []
        for order in orders:
            if order.id not in self._known:
                self._known[order.id] = []
                self._note(self._taken(order), order.id)
            out += self._known[order.id]
        return tuple(out)

    def _taken(self, order: Order) -> m.Report:
        now_ns, symbol = self._replay.now_ns, order.terms.symbol
        if all(each.symbol != symbol for each in self._replay.instruments):
            text = f"This replay has no market {symbol}; give its file with --data."
            return m.VenueRejected(order.id, now_ns, "MARKET_UNKNOWN", text)
        self._replay.market.send(order.id, order.terms)
        return m.VenueAccepted(order.id, now_ns, f"r{len(self._known)}")

    async def cancel(self, orders: tuple[str, ...]) -> tuple[m.Report, ...]:
        gone = [each for each in orders if self._is_canceled(each)]
        reports = [m.VenueCanceled(each, self._replay.now_ns, "canceled") for each in gone]
        for report in reports:
            self._note(report, report.order)
        return tuple(reports)

    def _is_canceled(self, order: str) -> bool:
        """An exit of a position can be taken off as an order can."""
        exit_ = self._placed_exits().get(order)
        if exit_ is None:
            return self._replay.market.cancel(order)
        self._replay.market.cancel_exit(*exit_)
        return True

    def _placed_exits(self) -> dict[str, tuple[str, str]]:
        return {
            exit_id(entry, leg): (each.symbol, leg)
            for each in self._replay.instruments
            for leg, entry in self._replay.market.exits(each.symbol)
        }

    async def look_up(self, order: str) -> tuple[m.Report, ...]:
        known = self._known.get(order)
        if known is not None:
            return tuple(known)
        if order in self._placed_exits():
            return (m.VenueAccepted(order, self._replay.now_ns),)
        return (m.VenueNeverSaw(order, self._replay.now_ns),)

    async def working(self) -> tuple[str, ...]:
        return (*self._replay.market.working(), *self._placed_exits())

    async def holdings(self) -> dict[str, Decimal]:
        held = {
            each.symbol: self._replay.market.position(each.symbol)[0]
            for each in self._replay.instruments
        }
        return {symbol: from_double(units) for symbol, units in held.items() if units}

    async def close(self) -> None:
        """Nothing is held outside this process."""

    # ---- what the market tells, as reports

    def tell(self, told: Sequence[Happened]) -> None:
        assert self._hear is not None or not told, "a venue that nobody listens to has fills"
        for each in told:
            for report, order in self._reports(each):
                if order:
                    self._note(report, order)
                assert self._hear is not None
                self._hear(report)

    def _note(self, report: m.Report, order: str) -> None:
        self._known.setdefault(order, []).append(report)

    def _reports(self, told: Happened) -> list[tuple[m.Report, str]]:
        at_ns = told.time_ms * NS_PER_MS
        match told:
            case Filled():
                return self._filled(told, at_ns)
            case Rested():
                units = from_double(told.units)
                return [(m.VenueAccepted(told.order, at_ns, quantity=units), told.order)]
            case Refused():
                report = m.VenueRejected(told.order, at_ns, told.code, told.text)
                return [(report, told.order)]
            case Gone():
                lapsed = m.VenueCanceled(told.order, at_ns, told.reason, is_expired=True)
                return [(lapsed, told.order)]
            case Funded():
                charge = f"funding-{told.symbol}-{told.time_ms}"
                return [(self._charge(told.symbol, at_ns, told.amount, charge), "")]

    def _filled(self, fill: Filled, at_ns: int) -> list[tuple[m.Report, str]]:
        self._trades += 1
        order = fill.order if fill.leg == ENTRY else exit_id(fill.order, fill.leg)
        report = m.VenueFilled(
            order=order,
            trade_id=f"t{self._trades}",
            at_ns=at_ns,
            account=self._replay.account,
            symbol=fill.symbol,
            side=fill.side.value,
            price=from_double(fill.price),
            quantity=from_double(fill.units),
            fee=from_double(fill.fee),
            liquidity=fill.liquidity,
            reason=fill.reason,
            is_last=True,
        )
        out: list[tuple[m.Report, str]] = [(report, order)]
        if fill.covered:  # the venue bears what a margin does not cover: a payment to us
            charge = f"covered-{report.trade_id}"
            out.append((self._charge(fill.symbol, at_ns, -fill.covered, charge), ""))
        return out

    def _charge(self, symbol: str, at_ns: int, amount: float, charge: str) -> m.FundingCharged:
        return m.FundingCharged(self._replay.account, symbol, at_ns, from_double(amount), charge)
