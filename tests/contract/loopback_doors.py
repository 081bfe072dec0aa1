"""Real exchanges behind the port, as the loopback exchange speaks them, on the hand market's rules.

One worker process each for the whole suite; each test begins the exchange anew and moves its price.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from msgspec.structs import replace

from lefi_tui.adapters.ccxt_link import ExchangeLink
from lefi_tui.adapters.ccxt_venue import ExchangeVenue
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core.messages import Report
from lefi_tui.core.order import Order, Side
from tests.contract.desk_part import DeskPart
from tests.contract.doors import ACCOUNT, Door
from tests.exchange.hand_market import PERPETUAL, SPOT
from tests.exchange.loopback.host import Far

UNITS: Final = "10"
RULES: Final = {"tick": "0.5", "step": "0.001", "minimum_notional": "5"}


@dataclass(frozen=True)
class Exchange:
    """`acts` is the exchange's name in the acts of a test, `names` its own names of our markets."""

    ccxt: str
    acts: str
    names: Mapping[str, str]
    rules: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.ccxt


USDM: Final = Exchange("binanceusdm", "", {PERPETUAL: "BTCUSDT"}, {"minimum_quantity": "0.002"})
# It knows no least amount of money, only a least number of contracts of a hundredth each.
OKX: Final = Exchange("okx", "okx/", {PERPETUAL: "BTC-USDT-SWAP"}, {"minimum_quantity": "0.02"})
BINANCE_SPOT: Final = Exchange("binance", "spot/", {SPOT: "BTCUSDT"})
EXCHANGES: Final = (USDM, OKX, BINANCE_SPOT)


def link_of(far: Far, exchange: Exchange) -> ExchangeLink:
    key = {"apiKey": far.key.key, "secret": far.key.secret, "password": far.key.passphrase}
    told = {"key": key, "trades": True, "currency": "USDT"}
    return ExchangeLink(exchange.ccxt, far.ccxt(None), private=lambda: told)


class LoopbackMarket:
    def __init__(
        self, far: Far, exchange: Exchange, venue: ExchangeVenue, link: ExchangeLink
    ) -> None:
        self._far, self._exchange, self._venue, self.link = far, exchange, venue, link

    def does(self, act: str, **what: Any) -> Any:
        return self._far.act(f"{self._exchange.acts}{act}", **what)

    async def last(self, symbol: str) -> Decimal:
        return Decimal(str((await self.link.ask("ticker", symbol=symbol))["last"]))

    async def act(self, act: dict[str, Any]) -> None:
        symbol = self._exchange.names.get(act["symbol"])
        if symbol is None:
            return
        if act["do"] == "book":
            spread = (Decimal(act["ask"]) - Decimal(act["bid"])) / Decimal(RULES["tick"])
            self.does("book", symbol=symbol, units=act["units"], spread=int(spread))
            self.does("price", symbol=symbol, price=act["bid"])
        elif act["do"] == "print":  # a price goes there with what stands in the book
            less = Decimal(0) if act["side"] == "sell" else Decimal(RULES["tick"])
            self.does("price", symbol=symbol, price=str(Decimal(act["price"]) - less))
        else:
            self.does("fund", symbol=symbol, rate=act["rate"])

    async def summary(self) -> dict[str, Any]:
        held = await self._venue.holdings()
        return {"positions": {symbol: str(units) for symbol, units in held.items()}}


@dataclass
class LoopbackDoor(Door):
    """Nothing is told by itself but what a look finds, so that no test waits for time."""

    exchange: Exchange = field(kw_only=True)
    far: Far = field(kw_only=True)
    desk: DeskPart = field(kw_only=True)

    @property
    def loopback(self) -> LoopbackMarket:
        assert isinstance(self.market, LoopbackMarket)
        return self.market

    @property
    def adapter(self) -> ExchangeVenue:
        assert isinstance(self.venue, ExchangeVenue)
        return self.venue

    async def submit(self, *orders: Order) -> tuple[Report, ...]:
        """As the desk sends: the units of a close are fixed before."""
        fixed = [await self._fixed(each) for each in orders]
        self.desk.sends(fixed)
        return await Door.submit(self, *fixed)

    async def _fixed(self, order: Order) -> Order:
        if order.quantity is not None:
            return order
        return replace(order, quantity=abs(await self.position(order.terms.symbol)))

    async def cancel(self, *orders: str) -> tuple[Report, ...]:
        self.desk.cancels(orders)
        return await Door.cancel(self, *orders)

    async def quiet(self) -> None:
        """Looks until there is nothing new."""
        while True:
            known = set(self.told)
            await self.adapter.look_on()
            await self.desk.hears(self.told)
            for symbol in self.symbols:
                await self.desk.sees(symbol, await self.loopback.last(symbol), self.told)
            if known == set(self.told):
                return

    async def falls(self) -> None:
        await Door.falls(self)
        await self.quiet()

    async def trades(self, price: str, units: str, side: Side, symbol: str = "") -> None:
        await Door.trades(self, price, units, side, symbol)
        await self.quiet()


async def loopback_door(far: Far, exchange: Exchange, link: ExchangeLink) -> LoopbackDoor:
    """The exchange begins anew, at 99.5 and 100."""
    far.act("begin")
    venue = ExchangeVenue(link, SystemClock(), ACCOUNT, "USDT")
    market = LoopbackMarket(far, exchange, venue, link)
    told: dict[str, Any] = {"exchange": exchange, "far": far, "desk": DeskPart(venue, ACCOUNT)}
    door = LoopbackDoor(venue, market, symbols=tuple(exchange.names), **told)
    for symbol, name in exchange.names.items():
        market.does("listing", symbol=name, **RULES, **exchange.rules)
        await door.book("99.5", "100", UNITS, symbol)
    await door.desk.open()
    venue.listen(door.told.append)
    return door
