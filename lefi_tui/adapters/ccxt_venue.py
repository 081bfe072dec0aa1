"""A real exchange as a venue: our orders on it, and every word of it as a report.

The rules it keeps: what it does not know it says (VenueSilent), and only proof of absence makes an
order one that never was: so long after it was first missed that the exchange's own clock refuses
it, listed nowhere, and no trade there that belongs to no known order. Fills are the exchange's
trades by their ids; whatever the stream or an answer said before, the trades are read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any, Final

from msgspec import Struct, field

from lefi_tui.adapters.ccxt_link import ExchangeLink
from lefi_tui.adapters.exchange_exits import Exits, asked_legs, fill_of
from lefi_tui.core.codec import from_plain
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.messages import (
    Report,
    VenueAccepted,
    VenueCanceled,
    VenueNeverSaw,
    VenueRejected,
    VenueSilent,
)
from lefi_tui.core.order import FINAL, Order, SizeKind
from lefi_tui.errors import ExchangeError
from lefi_tui.ports.clock import Clock
from lefi_tui.ports.venue import Hear, VenueTimeoutError

NS_PER_MS: Final = 1_000_000
# The window an order is good for, and what an exchange may lag behind itself (faults.md, 5).
PROOF_AFTER_MS: Final = 2_000 + 3_000
LOOK_S: Final = 1.0  # between two looks while something of ours works
QUIET_S: Final = 10.0  # and while nothing does
LOOK_BACK_MS: Final = 60_000  # trades are asked for from so long before an order was sent
OVER: Final = {"canceled": False, "rejected": False, "expired": True}  # status: by its own end


class _Known(Struct):
    """One order of ours on the exchange, and what was told of it already."""

    order: Order
    symbol: str
    since_ms: int
    is_close: bool
    venue_order_id: str = ""
    units: Decimal | None = None
    missed_ms: int = 0  # the exchange's time when it was first not found
    told: set[str] = field(default_factory=set)  # trade ids
    is_over: bool = False


class ExchangeVenue:
    """Implements ports.venue for one account."""

    def __init__(self, link: ExchangeLink, clock: Clock, account: str, currency: str) -> None:
        self._link, self._clock = link, clock
        self._account, self._currency = account, currency
        self._known: dict[str, _Known] = {}
        self._leverage: dict[str, Decimal] = {}
        self._hear: Hear = _nobody
        self._exits = Exits(self._asked, clock, account)
        self._bare: dict[str, int] = {}  # entries whose exits are not asked for yet: since when
        self._look = asyncio.Event()
        self._is_open = False

    def listen(self, hear: Hear) -> None:
        self._hear = hear

    def remember(self, orders: Iterable[Order]) -> None:
        """At a start: what the desk knows of orders that the exchange may still have."""
        kept = tuple(orders)
        self._exits.remember(kept)
        for order in kept:
            if order.leg != "entry":
                continue
            known = self._known[order.id] = _known_of(order, order.placed_at_ns // NS_PER_MS)
            known.venue_order_id, known.units = order.venue_order_id, order.quantity
            known.is_over = order.status in FINAL

    async def close(self) -> None:
        if self._is_open:
            self._is_open = False
            await self._link.__aexit__()

    def busy(self) -> set[str]:
        """Markets in which something works, or has to."""
        working = {each.symbol for each in self._known.values() if not each.is_over}
        bare = {self._known[each].symbol for each in self._bare}
        return working | bare | self._exits.symbols()

    # ---- the port

    async def instruments(self) -> tuple[Instrument, ...]:
        plain = await self._asked("markets", currency=self._currency)
        return tuple(from_plain(Instrument, each) for each in plain)

    def enlist(self, instruments: Iterable[Instrument]) -> None:
        """The ticks that exits stand on."""
        self._exits.ticks.update((each.symbol, each.tick) for each in instruments)

    async def submit(self, orders: tuple[Order, ...]) -> tuple[Report, ...]:
        """Each is sent once, whatever becomes of it; the answers are not trusted for fills."""
        fresh = [each for each in orders if each.id not in self._known]
        now_ms = self._clock.now_ns() // NS_PER_MS
        for order in fresh:
            self._known[order.id] = _known_of(order, now_ms)
        again = [VenueSilent(each.id, self._clock.now_ns(), "sent before") for each in orders
                 if each not in fresh]  # fmt: skip
        if not fresh:
            return tuple(again)
        rank = "EXIT" if all(each.terms.is_reduce_only for each in fresh) else "ENTRY"
        refused = {each.id: why for each in fresh if (why := await self._set_leverage(each))}
        sent = [each for each in fresh if each.id not in refused]
        try:
            asked = [_asked_of(each) for each in sent]
            told = await self._asked("place", orders=asked, rank=rank) if sent else []
        except VenueTimeoutError as error:
            told = [{"state": "unknown", "text": str(error)}] * len(sent)
        outcomes = dict(zip((each.id for each in sent), told, strict=True))
        placed = [self._placed(each, outcomes.get(each.id) or refused[each.id]) for each in fresh]
        self._look.set()
        return (*again, *placed)

    async def cancel(self, orders: tuple[str, ...]) -> tuple[Report, ...]:
        found = await asyncio.gather(*(self._canceled(each) for each in orders))
        return tuple(report for each in found for report in each)

    async def look_up(self, order: str) -> tuple[Report, ...]:
        known = self._known.get(order)
        if known is None:
            told_of_exit = await self._exits.look_up(order)
            if told_of_exit is not None:
                return told_of_exit
            raise VenueTimeoutError(f"{order} is not known here: its market is not either")
        since_ms = max(known.since_ms - LOOK_BACK_MS, 0)
        told = await self._asked("order", symbol=known.symbol, order=order, since_ms=since_ms)
        if told["is_found"]:
            known.missed_ms = 0
            return tuple(self._story(order, known, told))
        return self._absent(order, known, told)

    async def working(self) -> tuple[str, ...]:
        return tuple(each["id"] for each in await self._asked("working") if each["id"])

    async def holdings(self) -> Mapping[str, Decimal]:
        told = await self._asked("holdings")
        return {symbol: Decimal(units) for symbol, units in told["units"].items()}

    # ---- what is told

    def _placed(self, order: Order, outcome: Mapping[str, Any]) -> Report:
        now_ns = self._clock.now_ns()
        known = self._known[order.id]
        if outcome["state"] == "refused":
            known.is_over = True
            return VenueRejected(order.id, now_ns, outcome["code"], outcome["text"])
        if outcome["state"] == "unknown":
            return VenueSilent(order.id, now_ns, outcome["text"])
        known.venue_order_id, known.units = outcome["venue_order_id"], order.quantity
        return VenueAccepted(order.id, now_ns, known.venue_order_id, order.quantity)

    async def _canceled(self, order: str) -> tuple[Report, ...]:
        """Whatever it answers, what became of the order is read: a fill may have been quicker."""
        known = self._known.get(order)
        if known is None:
            told_of_exit = await self._exits.cancel(order)
            if told_of_exit is not None:
                return told_of_exit
            raise VenueTimeoutError(f"{order} is not known here")
        outcome = await self._asked("cancel", symbol=known.symbol, order=order, rank="CANCEL")
        if outcome["state"] in {"unknown", "refused"}:
            raise VenueTimeoutError(outcome["text"])
        return await self.look_up(order)

    def _absent(self, order: str, known: _Known, told: Mapping[str, Any]) -> tuple[Report, ...]:
        server_ms = int(told["server_ms"])
        known.missed_ms = known.missed_ms or server_ms
        if told["stray"]:
            raise VenueTimeoutError(f"trades of orders nobody knows: {', '.join(told['stray'])}")
        if server_ms - known.missed_ms < PROOF_AFTER_MS:
            raise VenueTimeoutError("not found there yet, and too early to say that it never was")
        known.is_over = True
        return (VenueNeverSaw(order, self._clock.now_ns()),)

    def _story(self, order: str, known: _Known, told: Mapping[str, Any]) -> Iterable[Report]:
        """From its beginning; what was told before is told again, by the same ids."""
        known.venue_order_id, known.units = told["venue_order_id"], Decimal(told["units"])
        at_ns = int(told["at_ms"]) * NS_PER_MS
        yield VenueAccepted(order, at_ns, known.venue_order_id, known.units)
        done = Decimal(0)
        for trade in sorted(told["trades"], key=lambda each: (each["at_ms"], each["id"])):
            done += Decimal(trade["units"])
            if trade["id"] not in known.told and asked_legs(known.order.terms.exits):
                self._bare[order] = self._clock.now_ns() // NS_PER_MS
                self._look.set()
            known.told.add(trade["id"])
            self._exits.doubted.add(known.symbol)
            reason = "close" if known.is_close else "order"
            yield fill_of(order, self._account, trade, reason, is_last=done >= known.units)
        known.is_over = done >= known.units
        status = told["status"]
        if status in OVER and not known.is_over:
            if done < Decimal(told["filled"]):  # its trades lag behind: their reports come first
                raise VenueTimeoutError("it has ended there, and some of its trades are missing")
            known.is_over = True
            yield VenueCanceled(order, at_ns, f"{status} there", OVER[status])

    # ---- looking on

    async def run(self) -> None:
        """Looks at what works: often while something does, at once after an order."""
        while True:
            # Not wait_for: told to end while it is woken, it would go on (Python 3.11).
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S if self.busy() else QUIET_S):
                    await self._look.wait()
            self._look.clear()
            with suppress(VenueTimeoutError):  # it does not answer; the next look may
                await self._look_on()

    async def _look_on(self) -> None:
        """What no longer rests as it did is read whole, and its news are told; then exits."""
        symbols = sorted(self.busy())
        if not symbols:
            return
        found = await self._asked("working", symbols=symbols)
        resting = {each["id"]: each for each in found}
        for order in sorted(name for name, each in self._known.items() if not each.is_over):
            known, there = self._known[order], resting.get(order)
            if there is not None and not Decimal(there["filled"]) and known.venue_order_id:
                continue  # as it was
            with suppress(VenueTimeoutError):
                self._tell(await self.look_up(order))
        await self._look_at_exits(resting.keys())

    async def _look_at_exits(self, resting: Collection[str]) -> None:
        """Those of new fills are placed, those that were met told, those of no position taken."""
        for order in sorted(self._bare):
            with suppress(VenueTimeoutError):
                await self._protect(self._known[order].order)
        for symbol in sorted(self._exits.symbols()):
            if self._exits.has_news(symbol, resting):
                with suppress(VenueTimeoutError):
                    self._tell(await self._exits.look(symbol))
        for symbol in sorted(self._exits.doubted & self._exits.symbols()):
            with suppress(VenueTimeoutError):
                if symbol not in await self.holdings():
                    async for report in self._exits.drop(symbol):
                        self._hear(report)
                self._exits.doubted.discard(symbol)

    def _tell(self, reports: Iterable[Report]) -> None:
        for report in reports:
            self._hear(report)

    async def _protect(self, order: Order) -> None:
        """Once its exits are asked for it is bare no longer. An exchange may lag behind its own
        fills, so only one that shows no position for a while has none to protect."""
        told, now_ms = await self._asked("holdings"), self._clock.now_ns() // NS_PER_MS
        symbol, since_ms = order.terms.symbol, self._bare[order.id]
        if Decimal(told["units"].get(symbol, 0)) * order.terms.side.sign > 0:
            async for report in self._exits.hang(order, Decimal(told["entries"][symbol])):
                self._hear(report)
        elif now_ms - since_ms < PROOF_AFTER_MS:
            return
        del self._bare[order.id]

    # ---- questions

    async def _asked(self, question: str, **asked: Any) -> Any:
        if not self._is_open:  # the first question may come before any feed runs
            self._is_open = True
            await self._link.__aenter__()
        try:
            return await self._link.ask(question, **asked)
        except ExchangeError as error:
            raise VenueTimeoutError(f"{error.what}: {error.why}") from error

    async def _holds(self, symbol: str) -> bool:
        try:
            return symbol in await self.holdings()
        except VenueTimeoutError:
            return False

    async def _set_leverage(self, order: Order) -> dict[str, Any]:
        """Set once, and read back: an order is sized by the leverage that is in force. An outcome
        where it can't be: then the order does not leave."""
        terms = order.terms
        if terms.exits.trail is not None:
            return _refused("TRAIL", "A trailing stop is not kept at an exchange yet")
        symbol, wanted = terms.symbol, terms.leverage
        if ":" not in symbol or terms.is_reduce_only:
            return {}
        if wanted is None:  # as the open position has it, or 1
            is_open = await self._holds(symbol)
            wanted = self._leverage.get(symbol) if is_open else Decimal(1)
        if wanted is None:
            return {}
        if self._leverage.get(symbol) != wanted:
            try:
                told = await self._asked("leverage", symbol=symbol, leverage=str(wanted))
            except VenueTimeoutError as error:
                return _refused("LEVERAGE", f"Leverage {wanted} could not be set: {error}")
            self._leverage[symbol] = Decimal(told)
        in_force = self._leverage[symbol]
        return {} if in_force == wanted else _refused("LEVERAGE", f"{in_force} is in force")


def _nobody(_report: Report) -> None:
    """Before anyone listens nothing is sent, so nothing can be told."""


def _refused(code: str, why: str) -> dict[str, Any]:
    return {"state": "refused", "code": code, "text": f"{why}. The order was not sent."}


def _known_of(order: Order, since_ms: int) -> _Known:
    return _Known(order, order.terms.symbol, since_ms, order.terms.size.kind is SizeKind.ALL)


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
