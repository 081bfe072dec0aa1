"""Stop, trail and target of a position, held by the exchange itself: they survive our end.

The rules it keeps: what hangs there is what the desk asked for, one of each kind a market, for all
its units (the exchange closes the whole position when one is met, so a later fill needs no new
one); an answer that was lost is looked for, and asked for again by the same name.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from msgspec import Struct

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

Ask = Callable[..., Awaitable[Any]]


class Exit(Struct):
    """One that the exchange was asked to hold."""

    id: str
    leg: str
    symbol: str
    side: Side  # that closes
    price: Decimal
    is_known: bool = False  # the exchange said that it has it
    is_asked: bool = False  # a question about it is under way


class Exits:
    """`ask` is a question to the exchange; a VenueTimeoutError of it is nobody's knowledge."""

    def __init__(self, ask: Ask, clock: Clock, account: str) -> None:
        self._ask, self._clock, self._account = ask, clock, account
        self._held: dict[str, Exit] = {}  # by id
        self._over: dict[str, tuple[Report, ...]] = {}  # the last word on each that ended

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
        news = (each for each in held if not each.is_known or each.id not in resting)
        return any(not each.is_asked for each in news)

    # ---- placed

    async def hang(self, order: Order) -> tuple[Report, ...]:
        """The exchange holds one of each kind that closes all, and refuses a second: the one that
        hangs there goes first. Where that is doubted the new one waits, and is looked for."""
        if order.id in self._held or order.id in self._over:
            return (self._silent(order.id, "asked for before"),)
        made = _exit_of(order)
        told: list[Report] = []
        for before in [each for each in self._held.values() if _same_kind(each, made)]:
            try:
                told += await self._taken(before, f"moved to {made.price.normalize():f}")
            except VenueTimeoutError as error:
                self._held[made.id] = made
                return (*told, self._silent(before.id, error), self._silent(made.id, error))
        if any(isinstance(each, VenueFilled) for each in told):
            return (*told, self._canceled(made, "the one before it was met"))
        self._held[made.id] = made
        return (*told, await self._placed(made))

    async def _placed(self, made: Exit) -> Report:
        now_ns = self._clock.now_ns()
        made.is_asked = True  # a look meanwhile would find it missing, and ask for it again
        try:
            outcome = await self._protected(made)
        finally:
            made.is_asked = False
        if outcome["state"] == "refused":
            del self._held[made.id]
            return VenueRejected(made.id, now_ns, outcome["code"], outcome["text"])
        if outcome["state"] == "unknown":  # the next look finds it, or asks for it again
            return self._silent(made.id, outcome["text"])
        made.is_known = True
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
        """What became of those of one market."""
        told: list[Report] = []
        for each in [each for each in self._held.values() if each.symbol == symbol]:
            told += await self.story(each)
        # The one that was met comes first: the other is gone with its position, not missing.
        return sorted(told, key=lambda each: not isinstance(each, VenueFilled))

    async def look_up(self, order: str) -> tuple[Report, ...] | None:
        """None where it is no exit of ours."""
        each = self._held.get(order)
        if each is None:
            return self._over.get(order)
        told = tuple(await self.story(each))
        if not told and each.is_known:
            return (VenueAccepted(order, self._clock.now_ns(), each.id),)
        return told

    async def story(self, each: Exit) -> list[Report]:
        if each.is_asked:
            raise VenueTimeoutError("it is on its way there")
        found = await self._ask("exit", symbol=each.symbol, order=each.id)
        if not found["is_found"]:
            if each.is_known:
                return self._ended(each, "the exchange has it no more")
            return await self._again(each)
        was_known, each.is_known = each.is_known, True
        fills: list[Report] = [self._fill(each, trade) for trade in found["trades"]]
        if fills:
            return self._over_with(each, fills)
        if found["status"] in ENDED_THERE:
            return self._ended(each, f"{found['status'].lower()} there")
        if found["is_refused"]:  # it fired, and the order that it became was not taken
            return self._ended(each, "fired there, and its order was refused")
        now_ns = self._clock.now_ns()
        return [] if was_known else [VenueAccepted(each.id, now_ns, found["venue_order_id"])]

    async def _again(self, each: Exit) -> list[Report]:
        """It never came there: asked for again, by the same name, of which only one can work."""
        units = (await self._ask("holdings"))["units"]
        if each.symbol not in units:
            return self._ended(each, "the exchange shows no position for it")
        told = await self._placed(each)
        if isinstance(told, VenueSilent):
            raise VenueTimeoutError(told.text)
        return [told]

    async def fit(self, symbol: str) -> None:
        """Where a target has a size of its own it follows the position; a stop closes all of it."""
        for each in [each for each in self._held.values() if each.symbol == symbol]:
            if each.leg == TARGET and each.is_known:
                told = await self._ask("fit", symbol=symbol, order=each.id, rank="EXIT")
                if told["state"] == "unknown":  # asked again by the next look
                    raise VenueTimeoutError(told["text"])

    def _ended(self, each: Exit, why: str) -> list[Report]:
        return self._over_with(each, [self._canceled(each, why)])

    def _over_with(self, each: Exit, told: list[Report]) -> list[Report]:
        """Said again to whoever asks later: the desk may not have had room for it."""
        del self._held[each.id]
        self._over[each.id] = tuple(told)
        if len(self._over) > OVER_MAX:
            del self._over[next(iter(self._over))]
        return told

    def _canceled(self, each: Exit, why: str) -> VenueCanceled:
        return VenueCanceled(each.id, self._clock.now_ns(), why)

    def _silent(self, order: str, why: object) -> VenueSilent:
        return VenueSilent(order, self._clock.now_ns(), str(why))

    def _fill(self, each: Exit, trade: Mapping[str, Any]) -> VenueFilled:
        return fill_of(each.id, self._account, trade, REASONS[each.leg], is_last=trade["is_last"])

    # ---- taken away

    async def cancel(self, order: str) -> tuple[Report, ...] | None:
        """As a person, the desk or the kill asks. None as above."""
        each = self._held.get(order)
        if each is None:
            return self._over.get(order)
        return tuple(await self._taken(each, "canceled"))

    async def _taken(self, each: Exit, why: str) -> list[Report]:
        """One that was met meanwhile is told as that: its trades are ours."""
        outcome = await self._ask("unprotect", symbol=each.symbol, order=each.id, rank="CANCEL")
        if outcome["state"] in {"unknown", "refused"}:
            raise VenueTimeoutError(outcome["text"])
        if outcome["state"] == "gone" and each.is_known:
            told = await self.story(each)
            if not told:
                raise VenueTimeoutError("it was met there, and its trades are still to come")
            return told
        return self._ended(each, why)


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
