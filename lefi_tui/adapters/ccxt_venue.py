"""A real exchange as a venue: our orders on it, and every word of it as a report.

The rules it keeps: what it does not know it says (VenueSilent); an order is sent once; whatever the
stream or an answer said before, the trades are read. What was told of each order stands in
exchange_orders, its exits in exchange_exits, and looking on in exchange_looks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any, Final

from lefi_tui.adapters.ccxt_link import ExchangeLink
from lefi_tui.adapters.dead_man import DeadMan
from lefi_tui.adapters.exchange_exits import REASONS, Exits
from lefi_tui.adapters.exchange_line import LineWatch
from lefi_tui.adapters.exchange_looks import Changed, Looks
from lefi_tui.adapters.exchange_money import Till
from lefi_tui.adapters.exchange_orders import KnownOrders
from lefi_tui.adapters.exchange_ready import Ready
from lefi_tui.adapters.exchange_standing import Standing
from lefi_tui.adapters.exchange_stream import StreamTerms, UserStream
from lefi_tui.adapters.exchange_truth import Truth
from lefi_tui.adapters.exchange_wallet import WalletWatch
from lefi_tui.adapters.held_questions import HeldQuestion, PreparedOrders
from lefi_tui.adapters.own_exits import OwnExits
from lefi_tui.adapters.ready_cancels import ReadyCancels
from lefi_tui.adapters.venue_ways import Holds, Timer, ways_of
from lefi_tui.core.codec import from_plain
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.messages import (
    MoneyMoved,
    MoveMoney,
    Report,
    VenueFilled,
    VenueSilent,
)
from lefi_tui.core.order import Order
from lefi_tui.core.reconcile import TheirView
from lefi_tui.errors import ExchangeError, ExchangeKeyError
from lefi_tui.ports.clock import Clock
from lefi_tui.ports.venue import Hear, VenueKeyError, VenueTimeoutError

Orders = tuple[Order, ...]
Outcomes = Mapping[str, Mapping[str, Any]]  # by the ids of orders
NS_PER_MS: Final = 1_000_000
USUAL: Final = StreamTerms()
# An order that waits longer for its turn (too many at once, an exchange that asks to wait) does not
# leave any more: its price is another one, and somebody may already look for it. One that closes
# may wait longer.
LEAVES_WITHIN_NS: Final = {"ENTRY": 8_000_000_000, "EXIT": 30_000_000_000}
CANCEL_S: Final = 8.0  # of each order, within the engine's limit for all of them
# Refused for a rule of its market: the rules are read again before another is made to them.
RULES_DOUBTED: Final = frozenset({"RULES", "OFF_GRID"})


class ExchangeVenue:
    """Implements ports.venue for one account: Venue and SharedVenue."""

    def __init__(
        self,
        link: ExchangeLink,
        clock: Clock,
        account: str,
        currency: str,
        terms: StreamTerms = USUAL,
    ) -> None:
        self._link, self._clock, self._currency = link, clock, currency
        ways = ways_of(link.exchange)
        self._orders = KnownOrders(self._asked, clock, account, ways)
        is_there = ways.exits is Holds.THERE
        self._exits = Exits(self._asked, clock, account) if is_there else OwnExits(clock)
        self.stream = UserStream(self._asked, clock, terms)
        link.tells = self._told
        self._looks = Looks(self.stream, clock, self._orders, self._exits)
        self._truth = Truth(self._asked, clock, account, self._orders)
        self._ready = Ready(self._asked, clock, self.stream.is_proven)
        self._looks.resets = self._ready.forget
        self.wallet = WalletWatch(self._asked, clock, account, currency, self._looks.say)
        self._looks.moved, self._looks.leverage = self.wallet.soon, self._ready.heard
        self.wallet.confirmed = self.stream.confirmed
        self.standing = Standing(self.stream, clock, account, lambda: bool(self.busy()))
        self._till = Till(self._asked, clock, ways_of(link.exchange))
        self.line = LineWatch(self._asked, clock, self.standing.say)
        self.dead_man = DeadMan(self._asked, clock, account, self._orders.resting)
        self.dead_man.is_there = bool(self._orders.ways.timer)
        self.dead_man.is_whole = self._orders.ways.timer is Timer.OF_ACCOUNT
        self.dead_man.fired = self._looks.soon
        self._is_open = False
        self._held: dict[tuple[str, ...], HeldQuestion] = {}  # by the ids of its orders
        self._at_door: list[PreparedOrders] = []
        self._cancels = ReadyCancels(link, self._orders)
        self._orders.over, self._orders.there = self._cancels.over, self._cancels.soon
        self.on_rules: Callable[[], None] = _known_well

    def _told(self, told: dict[str, Any]) -> None:
        if told.get("what") == "sent":
            for each in tuple(self._at_door):
                if each.is_going and told["order"] in each.orders:
                    each.claim()  # it left by itself, and this comes before every word on it
            self._orders.left(told)
        else:
            self.stream.put(told)

    def listen(self, hear: Hear) -> None:
        self._looks.hear = hear

    def remember(self, orders: Iterable[Order]) -> None:
        """At a start: what the desk knows of orders that the exchange may still have."""
        kept = tuple(orders)
        self._exits.remember(kept)
        self._orders.remember(kept)

    async def close(self) -> None:
        if self._is_open:
            self._is_open = False
            await self._link.__aexit__()

    def busy(self) -> set[str]:
        """Markets in which something works, or has to."""
        return self._looks.busy()

    def on_change(self, changed: Changed) -> None:
        """Who reconciles hears here of what another hand may have touched."""
        self._looks.changed = changed

    async def run(self) -> None:
        """Listens and looks on, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.stream.run())
            group.create_task(self._looks.run())
            group.create_task(self.wallet.run())
            group.create_task(self.standing.run())
            group.create_task(self.line.run())
            group.create_task(self.dead_man.run())

    async def look_on(self) -> None:
        """Once, now."""
        await self._looks.look_on()

    # ---- the port

    async def instruments(self) -> tuple[Instrument, ...]:
        plain = await self._asked("markets", currency=self._currency)
        return tuple(from_plain(Instrument, each) for each in plain)

    async def submit(self, orders: tuple[Order, ...]) -> tuple[Report, ...]:
        """Each is sent once, whatever becomes of it; the answers are not trusted for fills."""
        hangs = [each for each in orders if each.leg in REASONS and each.quantity is None]
        hung = [report for each in hangs for report in await self._exits.hang(each)]
        sent = tuple(each for each in orders if each not in hangs)
        return (*hung, *(await self._sent(sent) if sent else ()))

    def prepared(self, orders: Orders) -> PreparedOrders | None:
        """While their turn becomes durable the worker makes them ready."""
        is_usual = self._is_open and all(map(self._is_usual, orders))
        held = self._link.hold("place", **self._asking(orders)) if is_usual else None
        if held is None:
            return None
        ids = tuple(each.id for each in orders)
        launch = PreparedOrders(held, ids, partial(self._add, orders))
        launch.ends = partial(self._from_door, launch)
        self._at_door.append(launch)
        return launch

    def _from_door(self, launch: PreparedOrders) -> None:
        """Claimed, or dropped: then it is as if it never was. One that was only ready may bear the
        names of another."""
        if launch in self._at_door:
            self._at_door.remove(launch)
        if launch.is_claimed and not launch.is_dropped:
            self._held[launch.orders] = launch.held
        elif launch.is_claimed:
            self._held.pop(launch.orders, None)
            for order in launch.orders:
                self._orders.known.pop(order, None)

    def _is_usual(self, order: Order) -> bool:
        """No exit that hangs, nothing to set before it, not sent before."""
        is_plain = order.leg not in REASONS and order.id not in self._orders.known
        return is_plain and self._ready.is_ready(order)

    def _asking(self, orders: Orders) -> dict[str, Any]:
        rank = "EXIT" if all(each.terms.is_reduce_only for each in orders) else "ENTRY"
        until_ns = self._clock.monotonic_ns() + LEAVES_WITHIN_NS[rank]
        return {"orders": [_asked_of(each) for each in orders], "until_ns": until_ns, "rank": rank}

    def _add(self, orders: Orders) -> None:
        """From here on they are known as ours."""
        now_ms, until_ns = self._clock.now_ns() // NS_PER_MS, self._asking(orders)["until_ns"]
        for order in orders:
            self._orders.add(order, now_ms).leaves_by_ns = until_ns

    async def _sent(self, orders: Orders) -> tuple[Report, ...]:
        held = self._held.pop(tuple(each.id for each in orders), None)
        if held is not None:  # they left the moment that they were durable
            gone = self._in_words(self._link.answer_of(held))
            return self._placed(orders, {}, await self._told_of(orders, gone))
        fresh = tuple(each for each in orders if each.id not in self._orders.known)
        self._add(fresh)
        for order in fresh:
            self._exits.fired(order.id)
        again = [VenueSilent(each.id, self._clock.now_ns(), "sent before") for each in orders
                 if each not in fresh]  # fmt: skip
        if not fresh:
            return tuple(again)
        refused = await self._ready.refusals(fresh)
        sent = tuple(each for each in fresh if each.id not in refused)
        told: Outcomes = {}
        if sent:
            told = await self._told_of(sent, self._asked("place", **self._asking(sent)))
        return (*again, *self._placed(fresh, refused, told))

    async def _told_of(self, orders: Orders, asking: Awaitable[Any]) -> Outcomes:
        self.dead_man.soon()
        try:
            told = await asking
        except VenueTimeoutError as error:
            told = [{"state": "unknown", "code": "", "text": str(error)}] * len(orders)
        return dict(zip((each.id for each in orders), told, strict=True))

    def _placed(self, orders: Orders, refused: Outcomes, told: Outcomes) -> tuple[Report, ...]:
        found = {**refused, **told}
        placed = tuple(self._orders.placed(each, found[each.id]) for each in orders)
        if any(each["code"] in RULES_DOUBTED for each in found.values()):
            self.on_rules()
        self._looks.sent()
        return placed

    def cancel_ready(self) -> None:
        self._cancels.go()

    async def cancel(self, orders: tuple[str, ...]) -> tuple[Report, ...]:
        """One that gets no answer takes none from the others. What may still open something leaves
        first: a stop is the slower request, and protects until then."""
        ways = sorted(orders, key=lambda each: each not in self._orders.known)
        found = await asyncio.gather(*(self._canceled_in_time(each) for each in ways))
        return tuple(report for each in found for report in each)

    async def _canceled_in_time(self, order: str) -> tuple[Report, ...]:
        try:
            async with asyncio.timeout(CANCEL_S):
                return await self._canceled(order)
        except (VenueTimeoutError, TimeoutError) as error:
            why = str(error) or f"no answer in {CANCEL_S:g} s"
            return (VenueSilent(order, self._clock.now_ns(), why),)

    async def look_up(self, order: str) -> tuple[Report, ...]:
        told = await self._orders.look_up(order)
        if told is None:
            told = await self._exits.look_up(order)
        if told is None:
            raise VenueTimeoutError(f"{order} is not known here: its market is not either")
        return told

    async def working(self) -> tuple[str, ...]:
        """Of ours alone: what others have there is not for us to count or to take away."""
        found = [each["id"] for each in await self._asked("working")]
        there = (each for each in found if self._truth.is_ours(each))
        return (*there, *self._exits.names())

    async def holdings(self) -> Mapping[str, Decimal]:
        told = await self._asked("holdings")
        return {symbol: Decimal(units) for symbol, units in told["units"].items()}

    # ---- where others trade too

    async def their_view(self) -> TheirView:
        return await self._truth.view()

    async def strays(self, symbol: str, since_ns: int) -> tuple[VenueFilled, ...]:
        return await self._truth.strays(symbol, since_ns)

    def take_over(self, order: Order) -> None:
        self._truth.take_over(order)
        self._looks.soon()

    def let_go(self, order: str) -> None:
        self._truth.let_go(order)

    async def _canceled(self, order: str) -> tuple[Report, ...]:
        """Whatever it answers, what became of the order is read: a fill may have been quicker."""
        known = self._orders.known.get(order)
        if known is None:
            return await self._exit_canceled(order)
        if known.is_over and not self._truth.works(order):
            return ()
        gone = self._cancels.gone(order)
        if gone is None:
            outcome = await self._asked("cancel", symbol=known.symbol, order=order, rank="CANCEL")
        else:
            outcome = await self._in_words(self._link.answer_of(gone))
        if outcome["state"] in {"unknown", "refused"}:
            raise VenueTimeoutError(outcome["text"])
        return await self.look_up(order)

    async def _exit_canceled(self, order: str) -> tuple[Report, ...]:
        """One that has ended by all we know and works there all the same is taken away."""
        was_held = self._exits.has(order)
        told = await self._exits.cancel(order)
        if told is not None and (was_held or not self._truth.works(order)):
            return told
        return (*(told or ()), *await self._truth.take_away(order))

    async def move(self, asked: MoveMoney) -> MoneyMoved:
        return await self._till.move(asked)

    async def find_move(self, asked: MoveMoney) -> MoneyMoved:
        return await self._till.find_move(asked)

    # ---- questions

    async def _asked(self, question: str, **asked: Any) -> Any:
        if not self._is_open:  # the first question may come before any feed runs
            self._is_open = True
            await self._link.__aenter__()
        return await self._in_words(self._link.ask(question, **asked))

    async def _in_words(self, asking: Awaitable[Any]) -> Any:
        try:
            return await asking
        except ExchangeKeyError as error:
            raise VenueKeyError(error.why) from error
        except ExchangeError as error:
            raise VenueTimeoutError(f"{error.what}: {error.why}") from error


def _asked_of(order: Order) -> dict[str, Any]:
    terms = order.terms
    assert order.quantity is not None, f"{order.id}: its units are fixed before it is sent"
    return {
        "id": order.id,
        "symbol": terms.symbol,
        "side": terms.side.value,
        "units": str(order.quantity),
        "limit": None if terms.limit is None else str(terms.limit),
        "tif": terms.time_in_force.value,
        "post_only": terms.is_post_only,
        "reduce_only": terms.is_reduce_only,
    }


def _known_well() -> None:
    """Nobody reads the markets."""
