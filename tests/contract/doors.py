"""Venues behind their port, each with a market that a test moves: the suite runs against each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any, Final, Protocol

from lefi_tui.adapters.ccxt_market import ExchangeMarket
from lefi_tui.adapters.ccxt_paper import ExchangePaperVenue
from lefi_tui.adapters.paper_venue import PaperTerms, PaperVenue
from lefi_tui.adapters.replay_market import ReplayMarket, ReplayTerms
from lefi_tui.adapters.system_clock import VirtualClock
from lefi_tui.core.book import Depth
from lefi_tui.core.bot import Bar
from lefi_tui.core.ids import ClientOrderId
from lefi_tui.core.matching import Fees
from lefi_tui.core.messages import (
    Report,
    VenueAccepted,
    VenueCanceled,
    VenueFilled,
    VenueRejected,
)
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
from lefi_tui.ports.venue import Venue
from tests.exchange.client import FarVenue
from tests.exchange.hand_market import BEGIN_NS, INSTRUMENTS, PERPETUAL, SPOT, HandMarket
from tests.exchange.recordings import BEGIN_NS as RECORDED_NS
from tests.exchange.recordings import made, playing

ACCOUNT: Final = "main"
CASH: Final = Decimal(10_000)
_numbers = count(1)


class Market(Protocol):
    async def act(self, act: dict[str, Any]) -> None: ...

    async def summary(self) -> dict[str, Any]: ...


class NearMarket:
    def __init__(self, market: HandMarket, venue: PaperVenue) -> None:
        self._market = market
        self._venue = venue

    async def act(self, act: dict[str, Any]) -> None:
        self._market.act(act)
        self._venue.advance(self._market.clock.now_ns())
        for _ in range(3):  # what is told with latency arrives
            await self._market.clock.sleep(0)

    async def summary(self) -> dict[str, Any]:
        return {
            "free": str(self._venue.free_cash),
            "positions": {key: str(each) for key, each in self._venue.positions.items()},
            "is_balanced": self._venue.ledger_balanced(),
        }


class FarMarket:
    def __init__(self, venue: FarVenue) -> None:
        self._venue = venue

    async def act(self, act: dict[str, Any]) -> None:
        await self._venue.call("act", act=act)

    async def summary(self) -> dict[str, Any]:
        return await self._venue.call("summary")


@dataclass
class Door:
    """A venue, its market, and all that it has said."""

    venue: Venue
    market: Market
    told: list[Report] = field(default_factory=list)
    symbols: tuple[str, ...] = (SPOT, PERPETUAL)  # the first is where a test trades

    @property
    def symbol(self) -> str:
        return self.symbols[0]

    def buy(self, units: str, limit: str | None = None, **terms: Any) -> Order:
        return buy(units, limit, **{"symbol": self.symbol, **terms})

    def sell(self, units: str, limit: str | None = None, **terms: Any) -> Order:
        return sell(units, limit, **{"symbol": self.symbol, **terms})

    async def submit(self, *orders: Order) -> tuple[Report, ...]:
        answer = await self.venue.submit(orders)
        self.told.extend(answer)
        return answer

    async def cancel(self, *orders: str) -> tuple[Report, ...]:
        answer = await self.venue.cancel(orders)
        self.told.extend(answer)
        return answer

    async def quiet(self) -> None:
        """The market stands still for a moment, in which a candle venue takes its orders."""

    async def falls(self) -> None:
        """From 100 to 90."""
        for symbol in self.symbols:
            await self.book("90", "90.5", symbol=symbol)
            await self.trades("90", "50", Side.SELL, symbol)

    async def book(self, bid: str, ask: str, units: str = "10", symbol: str = "") -> None:
        symbol = symbol or self.symbol
        await self.market.act(
            {"do": "book", "symbol": symbol, "bid": bid, "ask": ask, "units": units}
        )

    async def trades(self, price: str, units: str, side: Side, symbol: str = "") -> None:
        """A print of the market; `side` is who took."""
        symbol = symbol or self.symbol
        await self.market.act(
            {"do": "print", "symbol": symbol, "price": price, "units": units, "side": side.value}
        )

    async def funds(self, rate: str) -> None:
        await self.market.act({"do": "fund", "symbol": PERPETUAL, "rate": rate})

    def said(self, order: str) -> list[Report]:
        return [each for each in self.told if getattr(each, "order", "") == order]

    def fills(self, order: str) -> list[VenueFilled]:
        """Each once, however often it was told."""
        told = (each for each in self.said(order) if isinstance(each, VenueFilled))
        return list({each.trade_id: each for each in told}.values())

    def filled(self, order: str) -> Decimal:
        return sum((each.quantity for each in self.fills(order)), Decimal(0))

    def rejection(self, order: str) -> str:
        return next((each.code for each in self.said(order) if isinstance(each, VenueRejected)), "")

    def canceled(self, order: str) -> VenueCanceled | None:
        ends = [each for each in self.said(order) if isinstance(each, VenueCanceled)]
        return ends[-1] if ends else None

    def accepted(self, order: str) -> VenueAccepted | None:
        return next((each for each in self.said(order) if isinstance(each, VenueAccepted)), None)

    def held(self, symbol: str = "") -> Decimal:
        """The position by what was told."""
        told = (each for each in self.told if isinstance(each, VenueFilled))
        fills = {each.trade_id: each for each in told if each.symbol == (symbol or self.symbol)}
        units = (each.quantity * Side(each.side).sign for each in fills.values())
        return sum(units, Decimal(0)) - self.fees_in_units()

    def fees_in_units(self) -> Decimal:
        """A real spot market keeps its fee back from what is bought."""
        told = (each for each in self.told if isinstance(each, VenueFilled))
        fees = {each.trade_id: each.other_fee for each in told if each.other_currency == "BTC"}
        return sum(fees.values(), Decimal(0))

    async def position(self, symbol: str = "") -> Decimal:
        held = (await self.market.summary())["positions"]
        return Decimal(held.get(symbol or self.symbol, "0"))


QUIET_CANDLES: Final = 8


@dataclass
class CandleDoor(Door):
    """A venue on a candle file: candles that stand at 100, and one that falls to 90."""

    replay: ReplayMarket = field(kw_only=True)
    quiet_left: int = QUIET_CANDLES

    async def quiet(self) -> None:
        assert self.quiet_left, "the file has no quiet candle left"
        self.quiet_left -= 1
        self.replay.move()

    async def falls(self) -> None:
        while self.quiet_left:
            await self.quiet()
        self.replay.move()


@dataclass
class RecordingDoor(Door):
    """The paper venue on a recording that stands at 100, and falls to 90."""

    paper: PaperVenue = field(kw_only=True)
    clock: VirtualClock = field(kw_only=True)

    async def quiet(self) -> None:
        await self._until(self.clock.now_ns() + 1_000_000_000)

    async def falls(self) -> None:
        await self._until(RECORDED_NS + 31_000_000_000)

    async def _until(self, now_ns: int) -> None:
        self.clock.move_to(now_ns)
        self.paper.advance(now_ns)


def recording_door() -> Door:
    clock = VirtualClock(RECORDED_NS)
    market = playing(made(INSTRUMENTS[1], [(0, 995), (30, 900)]))
    paper = PaperVenue(market, clock, PaperTerms(ACCOUNT, CASH))
    door = RecordingDoor(paper, NoMarket(), symbols=(PERPETUAL,), paper=paper, clock=clock)
    paper.listen(door.told.append)
    return door


class NoMarket:
    """A file goes on by itself: nobody moves it by hand."""

    async def act(self, act: dict[str, Any]) -> None:
        raise AssertionError(act)

    async def summary(self) -> dict[str, Any]:
        raise AssertionError("a candle venue has no books to show")


def candle_door() -> Door:
    replay = ReplayMarket(
        ReplayTerms(ACCOUNT, float(CASH), Fees()),
        INSTRUMENTS,
        [_candles(SPOT), _candles(PERPETUAL)],
    )
    door = CandleDoor(replay.venue, NoMarket(), replay=replay)
    replay.venue.listen(door.told.append)
    replay.feed.listen(lambda _message: None)
    return door


def _candles(symbol: str) -> list[Bar]:
    prices = [(100.0, 100.0)] * QUIET_CANDLES + [(100.0, 90.0), (90.0, 90.0)]
    begin_ms = BEGIN_NS // 60_000_000_000 * 60_000
    return [
        Bar(symbol, 60_000, begin_ms + at * 60_000, first, first, last, last, 1.0)
        for at, (first, last) in enumerate(prices)
    ]


def near_door(latency_ms: int = 0) -> Door:
    """The paper venue in this process."""
    clock = VirtualClock(BEGIN_NS)
    market = HandMarket(clock)
    venue = PaperVenue(market, clock, PaperTerms(ACCOUNT, CASH, latency_ms))
    door = Door(venue, NearMarket(market, venue))
    venue.listen(door.told.append)
    return door


class HeardMarket:
    """The hand market as an exchange's feed would tell of it: each second its book and prints."""

    def __init__(self, hand: HandMarket) -> None:
        self._hand = hand
        self.heard = ExchangeMarket(hand.clock)
        self.heard.enlist(INSTRUMENTS)
        self.venue: ExchangePaperVenue | None = None
        self._prints: dict[str, list[list[Any]]] = {SPOT: [], PERPETUAL: []}
        for symbol in (SPOT, PERPETUAL):
            self.heard.hear_prints(symbol, [])

    async def look(self, symbol: str) -> None:
        book = self._hand.book(symbol, 0)
        sides = {"bids": book.bids, "asks": book.asks}
        assert self.heard.hear_book(symbol, {side: _told(each) for side, each in sides.items()})

    async def act(self, act: dict[str, Any]) -> None:
        assert self.venue is not None
        self._hand.act(act)
        symbol, now_ns = act["symbol"], self._hand.clock.now_ns()
        if act["do"] == "print":
            number = str(len(self._prints[symbol]))
            row = [number, now_ns // 1_000_000, act["price"], act["units"], act["side"]]
            self._prints[symbol].append(row)
            self.heard.hear_prints(symbol, self._prints[symbol])
        for each in (SPOT, PERPETUAL):
            await self.look(each)
        if act["do"] == "fund":
            self.heard.hear_funding(symbol, Decimal(act["rate"]), now_ns)
            self.heard.hear_funding(symbol, Decimal(act["rate"]), now_ns + 1)
        self.venue.advance(self._hand.clock.now_ns())
        for _ in range(3):  # what is told with latency arrives
            await self._hand.clock.sleep(0)

    async def summary(self) -> dict[str, Any]:
        assert self.venue is not None
        return {
            "free": str(self.venue.free_cash),
            "positions": {key: str(each) for key, each in self.venue.positions.items()},
            "is_balanced": self.venue.ledger_balanced(),
        }


def _told(levels: Iterable[Depth]) -> list[list[str]]:
    return [[str(price), str(units)] for price, units in levels]


def exchange_door() -> Door:
    """The paper venue on what an exchange's feed has heard."""
    clock = VirtualClock(BEGIN_NS)
    market = HeardMarket(HandMarket(clock))
    venue = ExchangePaperVenue(market.heard, clock, PaperTerms(ACCOUNT, CASH, 40), market.look)
    market.venue = venue
    door = Door(venue, market)
    venue.listen(door.told.append)
    return door


async def far_door(venue: FarVenue) -> Door:
    """The venue in another process, on a new market."""
    await venue.call("begin")
    door = Door(venue, FarMarket(venue))
    venue.listen(door.told.append)
    return door


def order(side: Side, units: str, limit: str | None = None, **terms: Any) -> Order:
    """An order of units; `symbol`, `tif`, `exits` and the other terms by name."""
    terms = dict[str, Any](symbol=SPOT, size=Size(SizeKind.UNITS, Decimal(units))) | terms
    kind = OrderKind.MARKET if limit is None else OrderKind.LIMIT
    price = None if limit is None else Decimal(limit)
    tif = terms.pop("tif", TimeInForce.GTC)
    asked = OrderTerms(side=side, kind=kind, limit=price, time_in_force=tif, **terms)
    name = ClientOrderId.of("test", str(next(_numbers)), -1, "entry")
    return Order(name, ACCOUNT, asked, "bot", quantity=_units(units))


def _units(units: str) -> Decimal | None:
    return Decimal(units) or None


def buy(units: str, limit: str | None = None, **terms: Any) -> Order:
    return order(Side.BUY, units, limit, **terms)


def sell(units: str, limit: str | None = None, **terms: Any) -> Order:
    return order(Side.SELL, units, limit, **terms)


def plan(**levels: str) -> ExitPlan:
    """stop_loss="2%", take_profit="110", trail="1%": percents of the entry, or the level."""
    return ExitPlan(**{name: _level(text) for name, text in levels.items()})


def _level(text: str) -> Level:
    if text.endswith("%"):
        return Level(LevelKind.PERCENT, Decimal(text[:-1]) / 100)
    return Level(LevelKind.PRICE, Decimal(text))


def legs(entry: Order, reports: Iterable[Report]) -> list[str]:
    """Orders other than the entry that reports speak of, each once."""
    named = dict.fromkeys(getattr(each, "order", "") for each in reports)
    return [name for name in named if name not in {"", entry.id}]
