"""A thousand market orders while two of five sends go wrong, in virtual time.

Case by case another seed: what is believed is what the exchange's own books say, no id is filled
twice, and nothing is asked while it says wait.
"""

from __future__ import annotations

import asyncio
import decimal
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, Final

from lefi_tui.adapters.ccxt_venue import ExchangeVenue
from lefi_tui.core.ids import ClientOrderId
from lefi_tui.core.messages import Report, VenueFilled, VenueNeverSaw, VenueRejected
from lefi_tui.core.order import Order, OrderKind, OrderTerms, Side, Size, SizeKind
from lefi_tui.engine.looking_up import LOOK_UP_FIRST_S, LOOK_UP_MOST_S
from lefi_tui.ports.venue import VenueTimeoutError
from tests.campaign.runner import Campaign, Finding
from tests.exchange.loopback.actions import Actions
from tests.exchange.loopback.exchange import KEYS, LoopbackExchange
from tests.exchange.virtual import LoopClock, NearLink, in_virtual_time

ORDERS: Final = 1_000
ELSEWHERE: Final = 300
AT_ONCE: Final = 20
SHARE: Final = 0.4
LOOKS_MAX: Final = 40
NAMES: Final = [
    "502 after", "500 after", "502 before", "503 before", "503 unknown", "503 unavailable", "408",
    "hang after", "hang before", "late", "reset after", "reset before", "page", "empty",
    "truncated", "reject",
]  # fmt: skip


@dataclass(frozen=True)
class Place:
    """An exchange, a market of it, and what its name in a test's acts begins with."""

    exchange: str
    symbol: str
    acts: str = ""


USDM: Final = Place("binanceusdm", "BTC/USDT:USDT")
OKX: Final = Place("okx", "BTC/USDT:USDT", "okx/")
BINANCE_SPOT: Final = Place("binance", "BTC/USDT", "spot/")


class Sends:
    def __init__(self, clock: LoopClock, seed: int, place: Place = USDM) -> None:
        self._place = place
        self._clock, self._seed = clock, seed
        self._exchange = LoopbackExchange(clock)
        self.far = Actions(self._exchange)
        main = KEYS[0]
        key = {"apiKey": main.key, "secret": main.secret, "password": main.passphrase}
        # Our limiter stands before it, as in the program.
        link: Any = NearLink(place.exchange, self._exchange.door, key, clock, enableRateLimit=True)
        self.venue = ExchangeVenue(link, clock, "main", "USDT")
        self._slots = asyncio.Semaphore(AT_ONCE)
        self.wrong: list[str] = []

    async def traded(self, number: int) -> Decimal:
        """Units that we believe were bought of it."""
        side = Side.BUY if number % 3 else Side.SELL
        units = Decimal("0.002")
        terms = OrderTerms(self._place.symbol, side, OrderKind.MARKET, Size(SizeKind.UNITS, units))
        name = ClientOrderId.of("hand", f"{self._seed} {number}", -1, "entry")
        order = Order(name, "main", terms, "hand", quantity=units)
        async with self._slots:
            (told,) = await self.venue.submit((order,))
            if isinstance(told, VenueRejected):
                return Decimal(0)
            reports = await self._truth(name)
        fills = {each.trade_id: each for each in reports if isinstance(each, VenueFilled)}
        if any(isinstance(each, VenueNeverSaw) for each in reports) == bool(fills):
            self.wrong.append(f"{name}: {reports}")
        return side.sign * sum((each.quantity for each in fills.values()), Decimal(0))

    async def _truth(self, order: str) -> tuple[Report, ...]:
        """As the engine asks: later and later, until there is an answer."""
        wait_s = LOOK_UP_FIRST_S
        for _ in range(LOOKS_MAX):
            try:
                return await self.venue.look_up(order)
            except VenueTimeoutError:
                await self._clock.sleep(wait_s)
                wait_s = min(2 * wait_s, LOOK_UP_MOST_S)
        self.wrong.append(f"{order}: nothing is known after {LOOKS_MAX} looks")
        return ()

    async def run(self, orders: int) -> Finding:
        await self.venue.holdings()
        self.far.mix(self._seed, SHARE, NAMES, is_order=True)
        believed = await asyncio.gather(*(self.traded(number) for number in range(orders)))
        met = len(self.far.faults_met())
        self.far.no_faults()
        held = (await self.venue.holdings()).get(self._place.symbol, Decimal(0))
        await self.venue.close()
        return self._finding(believed, held, met)

    def _told(self, name: str) -> Any:
        action = self.far.find(name)
        assert action is not None, name
        return action()

    def _fees_in_units(self, fills: list[dict[str, Any]]) -> Decimal:
        """A spot market takes the fee of what is bought from it."""
        base = self._place.symbol.split("/")[0]
        fees = (Decimal(each["fee"]) for each in fills if each["fee_asset"] == base)
        return sum(fees, Decimal(0))

    def _finding(self, believed: list[Decimal], held: Decimal, met: int) -> Finding:
        fills = self._told(f"{self._place.acts}fills")
        filled = Counter(each["client_id"] for each in fills)
        units = sum(believed, Decimal(0)) - self._fees_in_units(fills)
        wrong = [*self.wrong]
        if units != held:
            wrong.append(f"believed {units}, the exchange holds {held}")
        if set(filled.values()) - {1}:
            wrong.append("an id was filled twice")
        if sum(each != 0 for each in believed) != len(filled):
            wrong.append("an order was filled that is not believed, or the other way round")
        if self._told("counts")["held"]:
            wrong.append("something was asked while the exchange had said wait")
        counts = {"sends": len(believed), "faults": met, "filled": len(filled),
                  "virtual seconds": self._clock.monotonic_ns() // 1_000_000_000}  # fmt: skip
        return Finding("; ".join(wrong), counts)


def case(number: int, seed: int, orders: int = ORDERS, place: Place = USDM) -> Finding:
    rounding = decimal.getcontext().rounding  # ccxt sets it for the whole process
    try:
        return in_virtual_time(lambda clock: Sends(clock, seed * 1_000 + number, place).run(orders))
    finally:
        decimal.getcontext().rounding = rounding


CAMPAIGN: Final = Campaign(
    f"{ORDERS:,} market orders, {SHARE:.0%} of the sends go wrong, in virtual time",
    length=3,
    case=case,
)
OKX_CAMPAIGN: Final = Campaign(
    f"the same of {ELSEWHERE:,} orders at OKX",
    length=3,
    case=partial(case, orders=ELSEWHERE, place=OKX),
)
SPOT_CAMPAIGN: Final = Campaign(
    f"the same of {ELSEWHERE:,} orders on Binance spot",
    length=3,
    case=partial(case, orders=ELSEWHERE, place=BINANCE_SPOT),
)
