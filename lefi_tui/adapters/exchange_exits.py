"""Stop, trail and target of a position, held by the exchange itself: they survive our end.

The rules it keeps: what hangs there is what the desk asked for, one of each kind a market, for all
its units (the exchange closes the whole position when one is met, so a later fill needs no new
one); an answer that was lost is looked for, and asked for again by the same name; one that was met
is over when the order that it became is, with all of its trades.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from decimal import Decimal
from itertools import accumulate, takewhile
from typing import Any, Final

from msgspec import Struct, field

from lefi_tui.adapters.venue_ways import LAG_MS, ORDER_WINDOW_MS
from lefi_tui.core.messages import (
    Report,
    VenueAccepted,
    VenueCanceled,
    VenueFilled,
    VenueRejected,
    VenueSilent,
)
from lefi_tui.core.money import ZERO
from lefi_tui.core.order import LevelKind, Order, Side
from lefi_tui.core.protection import SLOT_OF, STOP, TARGET, TRAIL
from lefi_tui.core.symbol import parse_symbol
from lefi_tui.ports.clock import Clock
from lefi_tui.ports.venue import VenueTimeoutError

NS_PER_MS: Final = 1_000_000
OVER_MAX: Final = 256  # ended exits whose last word is kept
REASONS: Final = {STOP: "stop_loss", TARGET: "take_profit", TRAIL: "trail"}
ENDED_THERE: Final = frozenset({"CANCELED", "EXPIRED", "REJECTED"})
# Of the order that an exit becomes: filled whole, and over without that.
WHOLE: Final = "closed"
UNFILLED: Final = frozenset({"canceled", "expired", "rejected"})
PROOF_NS: Final = (ORDER_WINDOW_MS + LAG_MS) * NS_PER_MS  # so long not found, it is gone

Ask = Callable[..., Awaitable[Any]]


class Exit(Struct):
    """One that the exchange was asked to hold. `lock`: what is decided of it is decided in turn."""

    id: str
    leg: str
    symbol: str
    side: Side  # that closes
    price: Decimal
    is_known: bool = False  # the exchange said that it has it
    is_asked: bool = False  # a question about it is under way
    is_doubted: bool = False  # the last question about it had no answer
    missed_ns: int = 0  # when it was first not found, by the monotonic clock
    told: set[str] = field(default_factory=set)  # trades, while it may still have more
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Exits:
    """`ask` is a question to the exchange; a VenueTimeoutError of it is nobody's knowledge."""

    def __init__(self, ask: Ask, clock: Clock, account: str) -> None:
        self._ask, self._clock, self._account = ask, clock, account
        self._held: dict[str, Exit] = {}  # by id, in the sequence in which they were asked for
        self._over: dict[str, tuple[Report, ...]] = {}  # the last word on each that ended
        self._untold: list[Report] = []  # of one that made room, until the next answer

    def remember(self, orders: Iterable[Order]) -> None:
        """At a start: the exits that the desk holds to be working."""
        for order in orders:
            if order.leg in REASONS and not order.is_final and order.quantity is None:
                self._held[order.id] = _exit_of(order, is_known=bool(order.venue_order_id))

    def symbols(self) -> set[str]:
        return {each.symbol for each in self._held.values()}

    def names(self) -> tuple[str, ...]:
        """Those that no question for working orders shows."""
        return ()

    def fired(self, _order: str) -> None:
        """The exchange sees to it."""

    def has(self, order: str) -> bool:
        return order in self._held

    def has_news(self, symbol: str, resting: Collection[str]) -> bool:
        """One rests there no longer, or it is not known yet whether it ever did."""
        held = (each for each in self._held.values() if each.symbol == symbol)
        return any(not each.is_asked and _is_news(each, resting) for each in held)

    # ---- placed

    async def hang(self, order: Order) -> tuple[Report, ...]:
        """The exchange holds one of each kind that closes all, and refuses a second: the one that
        hangs there goes first. Where that is doubted the new one waits, and is looked for; so it
        is where this is cut off, for the old one may be gone by then."""
        if order.id in self._held or order.id in self._over:
            return (self._silent(order.id, "asked for before"),)
        made = self._held[order.id] = _exit_of(order)
        made.is_asked = True  # a look meanwhile would find it missing, and ask for it again
        try:
            async with made.lock:
                told = await self._hung(made)
        except _RoomError as doubt:
            lost = (doubt.before, made.id)
            told = [self._silent(each, doubt) for each in lost]
        finally:
            made.is_asked = False
        return (*self._drained(), *told)

    async def _hung(self, made: Exit) -> list[Report]:
        for before in self._before(made):
            try:
                room = await self._taken(before, f"moved to {made.price.normalize():f}")
            except VenueTimeoutError as error:
                raise _RoomError(before.id, str(error)) from error
            self._untold += room
            if any(isinstance(each, VenueFilled) for each in room):
                return self._ended(made, "the one before it was met")
        return [await self._placed(made)]

    def _before(self, made: Exit) -> list[Exit]:
        older = takewhile(lambda each: each is not made, self._held.values())
        return [each for each in older if _same_kind(each, made)]

    async def _placed(self, made: Exit) -> Report:
        now_ns = self._clock.now_ns()
        outcome = await self._protected(made)
        if outcome["state"] == "refused":
            refused = VenueRejected(made.id, now_ns, outcome["code"], outcome["text"])
            return self._over_with(made, [refused])[0]
        if outcome["state"] == "unknown":  # the next look finds it, or asks for it again
            return self._silent(made.id, outcome["text"])
        made.is_known, made.missed_ns = True, 0
        return VenueAccepted(made.id, now_ns, outcome["venue_order_id"])

    async def _protected(self, made: Exit) -> Mapping[str, Any]:
        try:
            told: Mapping[str, Any] = await self._ask(
                "protect",
                symbol=made.symbol,
                side=made.side.value,
                order=made.id,
                leg=TARGET if made.leg == TARGET else STOP,
                price=str(made.price),
                rank="EXIT",
            )
        except VenueTimeoutError as error:
            return {"state": "unknown", "text": str(error)}
        return told

    # ---- looked at

    async def look(self, symbol: str) -> list[Report]:
        """What became of those of one market; one of which nothing is heard holds up no other."""
        told: list[Report] = []
        silence: VenueTimeoutError | None = None
        for each in [each for each in self._held.values() if each.symbol == symbol]:
            try:
                told += await self.story(each)
            except VenueTimeoutError as error:
                silence = error
        told = [*self._drained(), *told]
        if silence is not None and not told:
            raise silence
        # The one that was met comes first: the other is gone with its position, not missing.
        return sorted(told, key=lambda each: not isinstance(each, VenueFilled))

    async def look_up(self, order: str) -> tuple[Report, ...] | None:
        """None where it is no exit of ours."""
        each = self._held.get(order)
        if each is None:
            return self._over.get(order)
        told = (*await self.story(each), *self._drained())
        if not told and each.is_known:
            return (VenueAccepted(order, self._clock.now_ns(), each.id),)
        return told

    async def story(self, each: Exit) -> list[Report]:
        if each.is_asked:
            raise VenueTimeoutError("it is on its way there")
        each.is_doubted = True
        found = await self._ask("exit", symbol=each.symbol, order=each.id)
        async with each.lock:
            told = await self._decided(each, found)
        each.is_doubted = False
        return told

    async def _decided(self, each: Exit, found: Mapping[str, Any]) -> list[Report]:
        if each.id not in self._held:  # it ended while this was asked
            return list(self._over.get(each.id, ()))
        if not found["is_found"]:
            return await (self._missed(each) if each.is_known else self._again(each))
        was_known, each.is_known, each.missed_ns = each.is_known, True, 0
        if found["became"]:
            return self._fired(each, found)
        if found["status"] in ENDED_THERE:
            return self._ended(each, f"{found['status'].lower()} there")
        now_ns = self._clock.now_ns()
        return [] if was_known else [VenueAccepted(each.id, now_ns, found["venue_order_id"])]

    def _fired(self, each: Exit, found: Mapping[str, Any]) -> list[Report]:
        """What the order that it became has sold; its end comes after all of that, or later. It
        need not be whole: what is left of the position then has no stop."""
        status, filled = found["became"], Decimal(found["filled"])
        is_over = status in UNFILLED or status == WHOLE
        # What was told before comes first again, for nothing may follow the last one.
        trades = sorted(found["trades"], key=lambda one: one["id"] not in each.told)
        if not is_over:  # the one that makes it whole is told as the last one, and only then
            trades = _as_far(trades, filled)
        is_short = sum((Decimal(one["units"]) for one in trades), ZERO) < filled
        last = trades[-1:] if status == WHOLE and not is_short else []
        told: list[Report] = [self._fill(each, one, is_last=one in last) for one in trades]
        if is_short or not is_over:
            each.told.update(one["id"] for one in trades)
            return told
        if not told:
            return self._ended(each, "fired there, and its order was refused")
        if status != WHOLE:
            why = f"fired there, and its order ended {status} with {filled.normalize():f} filled"
            told.append(self._canceled(each, why))
        return self._over_with(each, told)

    async def _missed(self, each: Exit) -> list[Report]:
        """An exchange may lag behind itself: not found is proof only for long, and nowhere."""
        now_ns = self._clock.monotonic_ns()
        each.missed_ns = each.missed_ns or now_ns
        if now_ns - each.missed_ns < PROOF_NS:
            raise VenueTimeoutError("not found there, and too early to say that it is gone")
        listed = await self._ask("working", symbols=[each.symbol])
        if any(one["id"] == each.id for one in listed):
            raise VenueTimeoutError("not found by its name, and it stands in the list")
        return self._ended(each, "the exchange has it no more")

    async def _again(self, each: Exit) -> list[Report]:
        """It never came there: asked for again, by the same name, of which only one can work."""
        units = (await self._ask("holdings"))["units"]
        if each.symbol not in units:
            return self._ended(each, "the exchange shows no position for it")
        each.is_asked = True
        try:
            told = await self._hung(each)
        finally:
            each.is_asked = False
        if isinstance(told[0], VenueSilent):
            raise VenueTimeoutError(told[0].text)
        return told

    async def fit(self, symbol: str) -> None:
        """Where a target has a size of its own it follows the position; a stop closes all of it."""
        for each in [each for each in self._held.values() if each.symbol == symbol]:
            if each.leg == TARGET:
                if not each.is_known:  # the size that it gets there may be that of before
                    raise VenueTimeoutError("it is on its way there")
                told = await self._ask("fit", symbol=symbol, order=each.id, rank="EXIT")
                if told["state"] == "unknown":  # asked again by the next look
                    raise VenueTimeoutError(told["text"])

    def _ended(self, each: Exit, why: str) -> list[Report]:
        return self._over_with(each, [self._canceled(each, why)])

    def _over_with(self, each: Exit, told: list[Report]) -> list[Report]:
        """Said again to whoever asks later: the desk may not have had room for it."""
        self._held.pop(each.id, None)
        self._over[each.id] = tuple(told)
        if len(self._over) > OVER_MAX:
            del self._over[next(iter(self._over))]
        return told

    def _drained(self) -> list[Report]:
        told, self._untold = self._untold, []
        return told

    def _canceled(self, each: Exit, why: str) -> VenueCanceled:
        return VenueCanceled(each.id, self._clock.now_ns(), why)

    def _silent(self, order: str, why: object) -> VenueSilent:
        return VenueSilent(order, self._clock.now_ns(), str(why))

    def _fill(self, each: Exit, trade: Mapping[str, Any], *, is_last: bool) -> VenueFilled:
        return fill_of(each.id, self._account, trade, REASONS[each.leg], is_last=is_last)

    # ---- taken away

    async def cancel(self, order: str) -> tuple[Report, ...] | None:
        """As a person, the desk or the kill asks. None as above."""
        each = self._held.get(order)
        if each is None:
            return self._over.get(order)
        return (*await self._taken(each, "canceled"), *self._drained())

    async def _taken(self, each: Exit, why: str) -> list[Report]:
        """One that was met meanwhile is told as that: its trades are ours."""
        async with each.lock:
            if each.id not in self._held:
                return list(self._over.get(each.id, ()))
            asked = {"symbol": each.symbol, "order": each.id}
            outcome = await self._ask("unprotect", **asked, rank="CANCEL")
            if outcome["state"] in {"unknown", "refused"}:
                raise VenueTimeoutError(outcome["text"])
            if outcome["state"] != "gone" or not each.is_known:
                return self._ended(each, why)
            told = await self._decided(each, await self._ask("exit", **asked))
            if not told:
                raise VenueTimeoutError("it was met there, and its trades are still to come")
            return told


class _RoomError(VenueTimeoutError):
    """Nobody knows whether the one before is gone."""

    def __init__(self, before: str, why: str) -> None:
        super().__init__(why)
        self.before = before


def _is_news(each: Exit, resting: Collection[str]) -> bool:
    return each.is_doubted or not each.is_known or each.id not in resting


def _as_far(trades: list[Mapping[str, Any]], filled: Decimal) -> list[Mapping[str, Any]]:
    """Those that the order itself speaks of already."""
    sums = accumulate(Decimal(one["units"]) for one in trades)
    return [one for one, so_far in zip(trades, sums, strict=True) if so_far <= filled]


def _exit_of(order: Order, *, is_known: bool = False) -> Exit:
    price = order.trigger
    if price is None:  # of a journal of an older program
        level = order.terms.exits.stop_loss or order.terms.exits.take_profit
        price = ZERO if level is None or level.kind is not LevelKind.PRICE else level.value
    return Exit(order.id, order.leg, order.terms.symbol, order.terms.side, price, is_known)


def _same_kind(one: Exit, other: Exit) -> bool:
    return one.symbol == other.symbol and SLOT_OF[one.leg] == SLOT_OF[other.leg]


def fill_of(
    order: str, account: str, trade: Mapping[str, Any], reason: str, *, is_last: bool
) -> VenueFilled:
    """A trade as the worker tells it; ids of trades are unique in their market only. A fee in
    another currency than the market's (BNB) is told as that: it is never a number of USDT."""
    fee, other = Decimal(trade["fee"]), trade["fee_currency"]
    is_other = other not in {"", *_money_of(trade["symbol"])}
    return VenueFilled(
        order,
        f"{trade['symbol']} {trade['id']}",
        int(trade["at_ms"]) * NS_PER_MS,
        account,
        trade["symbol"],
        trade["side"],
        Decimal(trade["price"]),
        Decimal(trade["units"]),
        ZERO if is_other else fee,
        trade["liquidity"],
        reason,
        is_last,
        fee if is_other else ZERO,
        other if is_other else "",
    )


def _money_of(symbol: str) -> tuple[str, ...]:
    """What a market is settled in: an account lists those of its own currency."""
    parsed = parse_symbol(symbol)
    return () if parsed is None else (parsed[2] or parsed[1],)
