"""Our orders on an exchange and what was told of each, merged monotonically.

The rules it keeps: only proof of absence makes an order one that never was: so long after it was
first missed that the exchange's own clock refuses it, listed nowhere, and no trade there that
belongs to no known order. Fills are the exchange's trades by their ids, whoever tells them first;
an end is told once all that was filled before it is known, and to whoever asks for it again: the
first telling may be lost on its way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from msgspec import Struct, field
from msgspec.structs import replace

from lefi_tui.adapters.exchange_exits import REASONS, Ask, fill_of
from lefi_tui.adapters.exchange_stream import OrderTold
from lefi_tui.adapters.venue_ways import Ways
from lefi_tui.core.messages import (
    Report,
    VenueAccepted,
    VenueCanceled,
    VenueNeverSaw,
    VenueRejected,
    VenueSilent,
)
from lefi_tui.core.money import ZERO
from lefi_tui.core.order import FINAL, Order, SizeKind
from lefi_tui.ports.clock import Clock
from lefi_tui.ports.venue import OrderMissingError, VenueTimeoutError

NS_PER_MS: Final = 1_000_000
NS_PER_S: Final = 1_000_000_000
# Binance may not find an order it has for half an hour (freqtrade#12681); what has ended without a
# trade it forgets after three days.
FORGOTTEN_MS: Final = 3 * 24 * 3_600_000
KNOWN_MAX: Final = 5_000  # orders; from then on what was over a week ago is forgotten
KEPT_MS: Final = 7 * 24 * 3_600_000  # longer than any question for trades reaches back
LOOK_BACK_MS: Final = 60_000  # trades are asked for from so long before an order was sent
ASKED_S: Final = 10.0  # a question that has not left by then nobody waits for any more
AT_ONCE: Final = 4  # questions for orders: more would take each other's turns
OVER: Final = {"canceled": False, "rejected": False, "expired": True}  # status: by its own end


class Known(Struct):
    """One order of ours on the exchange, and what was told of it already."""

    order: Order
    symbol: str
    since_ms: int
    is_close: bool
    venue_order_id: str = ""
    units: Decimal | None = None
    missed_ms: int = 0  # the exchange's time when it was first not found
    told: dict[str, Decimal] = field(default_factory=dict)  # units by trade id
    is_over: bool = False
    sent_ns: int = 0  # when its bytes left, by our clock
    leaves_by_ns: int = 0  # by the monotonic clock: it may still wait for its turn until then

    @property
    def filled(self) -> Decimal:
        return sum(self.told.values(), ZERO)

    def is_whole(self) -> bool:
        return self.units is not None and self.filled >= self.units


class KnownOrders:
    """`filled` hears of each order with a trade that was not told before, `over` of each that has
    its end, `there` of each that the exchange has, again and again.

    Of what an answer tells first `read_first` hears, and `told_too` of what the stream tells.
    """

    def __init__(self, ask: Ask, clock: Clock, account: str, ways: Ways) -> None:
        self._ask, self._clock, self._account = ask, clock, account
        self.ways = ways
        self.known: dict[str, Known] = {}
        self._forget_at = KNOWN_MAX
        self._turns = asyncio.Semaphore(AT_ONCE)
        self.filled: Callable[[str], None] = _unheard
        self.over: Callable[[str], None] = _unheard
        self.there: Callable[[str], None] = _unheard
        self.read_first: Callable[[str], None] = _unheard
        self.told_too: Callable[[str], None] = _unheard

    def remember(self, orders: Iterable[Order]) -> None:
        """At a start: what the desk knows of orders that the exchange may still have."""
        for order in orders:
            if order.leg != "entry" and order.quantity is None:
                continue  # it hangs on a position
            known = self.add(order, order.placed_at_ns // NS_PER_MS)
            known.venue_order_id, known.units = order.venue_order_id, order.quantity
            known.is_over = order.status in FINAL

    def add(self, order: Order, since_ms: int) -> Known:
        if len(self.known) >= self._forget_at:
            self._forget(since_ms - KEPT_MS)
        is_close = order.terms.size.kind is SizeKind.ALL
        known = self.known[order.id] = Known(order, order.terms.symbol, since_ms, is_close)
        return known

    def _forget(self, before_ms: int) -> None:
        """What was over long ago; its trades are asked for no more."""
        self.known = {
            name: each
            for name, each in self.known.items()
            if not each.is_over or each.since_ms >= before_ms
        }
        self._forget_at = max(KNOWN_MAX, 2 * len(self.known))

    def working(self) -> dict[str, Known]:
        """Those whose end is not known, as they were sent: an exit comes after the entry that it
        left beside, and what is read of them is told in that sequence."""
        return {name: each for name, each in self.known.items() if not each.is_over}

    def resting(self) -> set[str]:
        """Markets in which an order of ours waits for its price."""
        working = self.working().values()
        return {each.symbol for each in working if each.order.terms.limit is not None}

    # ---- answers

    def placed(self, order: Order, outcome: Mapping[str, Any]) -> Report:
        now_ns = self._clock.now_ns()
        known = self.known[order.id]
        known.leaves_by_ns = 0  # whatever became of it, it waits here no longer
        if known.venue_order_id:  # the stream was quicker: it is there, whatever is said now
            return self._accepted(order.id, now_ns)
        if outcome["state"] == "refused":
            known.is_over = True
            return VenueRejected(order.id, now_ns, outcome["code"], outcome["text"])
        if outcome["state"] == "unknown":
            return VenueSilent(order.id, now_ns, outcome["text"])
        known.venue_order_id, known.units = outcome["venue_order_id"], order.quantity
        return self._accepted(order.id, now_ns)

    def left(self, told: Mapping[str, Any]) -> None:
        """The worker's word: the bytes of its request are on their way."""
        known = self.known.get(told["order"])
        if known is not None:
            known.sent_ns = told["at_ns"]

    def _accepted(self, order: str, at_ns: int) -> VenueAccepted:
        known = self.known[order]
        self.there(order)
        word = VenueAccepted(order, at_ns, known.venue_order_id, known.units)
        return replace(word, sent_ns=known.sent_ns)

    async def look_up(self, order: str) -> tuple[Report, ...] | None:
        """All the exchange knows of it; None where it is no order of ours."""
        known = self.known.get(order)
        if known is None:
            return None
        since_ms = max(known.since_ms - LOOK_BACK_MS, 0)
        asked = {"symbol": known.symbol, "order": order, "since_ms": since_ms}
        async with self._turns:
            until_ns = self._clock.monotonic_ns() + int(ASKED_S * NS_PER_S)
            told = await self._ask("order", until_ns=until_ns, **asked)
        if told["is_found"]:
            if known.missed_ms:  # held to have never been there, and not believed
                known.missed_ms, known.is_over = 0, known.is_whole()
            return tuple(self._story(order, known, told))
        return self._absent(order, known, told)

    def _absent(self, order: str, known: Known, told: Mapping[str, Any]) -> tuple[Report, ...]:
        server_ms = int(told["server_ms"])
        if self._clock.monotonic_ns() <= known.leaves_by_ns:
            raise VenueTimeoutError("not found there yet: it may still leave from here")
        known.missed_ms = known.missed_ms or server_ms
        past_ms = server_ms - known.missed_ms
        if told["stray"]:
            raise VenueTimeoutError(f"trades of orders nobody knows: {', '.join(told['stray'])}")
        if past_ms < self.ways.proof_after_ms:
            raise VenueTimeoutError("not found there yet, and too early to say that it never was")
        if known.venue_order_id and server_ms - known.since_ms < FORGOTTEN_MS:
            raise OrderMissingError("it was there, and is not found now: it may be again")
        known.is_over = True
        self.over(order)
        return (VenueNeverSaw(order, self._clock.now_ns()),)

    def _story(self, order: str, known: Known, told: Mapping[str, Any]) -> Iterable[Report]:
        """From its beginning; what was told before is told again, by the same ids."""
        trades = sorted(told["trades"], key=lambda each: (each["at_ms"], each["id"]))
        done = known.told | {each["id"]: Decimal(each["units"]) for each in trades}
        is_short = sum(done.values(), ZERO) < Decimal(told["filled"])
        if is_short and told["status"] in OVER:  # they lag behind, and come before its end
            raise VenueTimeoutError("it has ended there, and some of its trades are missing")
        known.venue_order_id, known.units = told["venue_order_id"], Decimal(told["units"])
        at_ns = int(told["at_ms"]) * NS_PER_MS
        yield self._accepted(order, at_ns)
        for trade in trades:
            if trade["id"] not in known.told:
                self.read_first(trade_news(known.symbol, trade))
            yield self._fill(order, known, trade)
        if told["status"] in OVER:
            if not known.is_over:
                self.read_first(_end_news(order))
            yield self._end(order, known, told["status"], at_ns)

    # ---- the stream

    def heard(self, told: OrderTold) -> Iterable[Report]:
        """What is new in it. A later word of before undoes nothing."""
        order, known = told.id, self.known[told.id]
        at_ns = told.at_ms * NS_PER_MS
        known.units = Decimal(told.units)  # one that only reduces may have been cut there
        if not known.venue_order_id:  # a doubt ends, before its answer or without one
            known.venue_order_id = told.venue_order_id
            known.is_over = False  # also where it was held to have never come there
            yield self._accepted(order, at_ns)
        if told.trade is not None:
            self.told_too(trade_news(known.symbol, told.trade))
            if told.trade["id"] not in known.told:
                yield self._fill(order, known, told.trade)
        if told.status in OVER:
            self.told_too(_end_news(order))
            if not known.is_over and not self.has_gap(told):
                yield self._end(order, known, told.status, at_ns)

    def has_gap(self, told: OrderTold) -> bool:
        """It knows of more than its events have told: the order has to be looked up."""
        return self.known[told.id].filled < Decimal(told.filled)

    # ---- both

    def _fill(self, order: str, known: Known, trade: Mapping[str, Any]) -> Report:
        is_new = trade["id"] not in known.told
        known.told[trade["id"]] = Decimal(trade["units"])
        if is_new:
            self.filled(order)
        if known.is_whole():
            known.is_over = True
            self.over(order)
        reason = REASONS.get(known.order.leg) or ("close" if known.is_close else "order")
        fill = fill_of(order, self._account, trade, reason, is_last=known.is_whole())
        return replace(fill, sent_ns=known.sent_ns)

    def _end(self, order: str, known: Known, status: str, at_ns: int) -> Report:
        known.is_over = True
        self.over(order)
        return VenueCanceled(order, at_ns, f"{status} there", OVER[status])


def trade_news(symbol: str, trade: Mapping[str, Any]) -> str:
    """As `fill_of` names it: ids of trades are unique in their market only."""
    return f"{symbol} {trade['id']}"


def _end_news(order: str) -> str:
    return f"{order} ended"


def _unheard(_news: str) -> None:
    """Nobody has a use for it."""
