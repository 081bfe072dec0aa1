"""Stop and target of a position, held by the exchange itself: they survive our end.

The rules it keeps: one of each a market, for all its units (the exchange closes the whole position
when one is met, so a later fill needs no new one); the other one goes when the position is closed;
where the exchange refuses one, it is said, and where the price is past it already, it is closed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from msgspec import Struct

from lefi_tui.core.ids import exit_id
from lefi_tui.core.messages import (
    Report,
    VenueAccepted,
    VenueCanceled,
    VenueFilled,
    VenueRejected,
    VenueSilent,
)
from lefi_tui.core.money import ZERO, ceil_to, floor_to, nearest_to
from lefi_tui.core.order import ExitPlan, Level, LevelKind, Order, Side
from lefi_tui.core.symbol import parse_symbol
from lefi_tui.ports.clock import Clock
from lefi_tui.ports.venue import VenueTimeoutError

NS_PER_MS: Final = 1_000_000
STOP: Final = "stop"
TARGET: Final = "target"
REASONS: Final = {STOP: "stop_loss", TARGET: "take_profit"}
ENDED_THERE: Final = frozenset({"CANCELED", "EXPIRED", "REJECTED"})

Ask = Callable[..., Awaitable[Any]]


class Exit(Struct):
    """One that the exchange was asked to hold."""

    id: str
    entry: str
    leg: str
    symbol: str
    side: Side  # that closes
    level: Level
    is_known: bool = False  # the exchange said that it has it


class Exits:
    """`ask` is a question to the exchange; a VenueTimeoutError of it is nobody's knowledge."""

    def __init__(self, ask: Ask, clock: Clock, account: str) -> None:
        self._ask, self._clock, self._account = ask, clock, account
        self.ticks: dict[str, Decimal] = {}  # by market
        self._held: dict[str, dict[str, Exit]] = {}  # by market and leg
        self._used: set[str] = set()
        self.doubted: set[str] = set()  # markets with news: is there still a position?

    def remember(self, orders: Iterable[Order]) -> None:
        """At a start: the exits that the desk holds to be working, and all that ever were."""
        for order in orders:
            if order.leg not in REASONS:
                continue
            self._used.add(order.id)
            ((_, level),) = asked_legs(order.terms.exits)
            terms, is_known = order.terms, bool(order.venue_order_id)
            if not order.is_final:
                held = Exit(
                    order.id, order.group, order.leg, terms.symbol, terms.side, level, is_known
                )
                self._held.setdefault(terms.symbol, {})[order.leg] = held
                self.doubted.add(terms.symbol)

    def symbols(self) -> set[str]:
        return {symbol for symbol, legs in self._held.items() if legs}

    def has(self, order: str) -> bool:
        return self._one(order) is not None

    def has_news(self, symbol: str, resting: Collection[str]) -> bool:
        """One rests there no longer, or it is not known yet whether it ever did."""
        held = self._held.get(symbol, {}).values()
        return any(not each.is_known or each.id not in resting for each in held)

    # ---- placed

    async def hang(self, order: Order, entry_price: Decimal) -> AsyncIterator[Report]:
        """From its first fill on the exits that an entry names hang on the position. Each word is
        told as it comes: what follows may fail, and is tried again."""
        symbol, side = order.terms.symbol, order.terms.side.opposite
        held = self._held.setdefault(symbol, {})
        for leg, level in asked_legs(order.terms.exits):
            before = held.get(leg)
            if before is not None and before.entry == order.id:
                continue  # it is for all units, also for those that fill later
            if before is not None:
                for report in await self._taken(before, "a newer entry set it anew"):
                    yield report
            made = Exit(self._next_id(order.id, leg), order.id, leg, symbol, side, level)
            held[leg] = made
            for report in await self._placed(made, entry_price):
                yield report

    def _next_id(self, entry: str, leg: str) -> str:
        """As the desk counts them: one that closed the first part leaves the rest the next id."""
        again = 0
        while (found := exit_id(entry, leg, again)) in self._used:
            again += 1
        self._used.add(found)
        return found

    async def _placed(self, made: Exit, entry_price: Decimal) -> list[Report]:
        now_ns, tick = self._clock.now_ns(), self.ticks.get(made.symbol, ZERO)
        price = level_of(made.level, made.leg, entry_price, made.side.opposite, tick)
        outcome = await self._ask(
            "protect",
            symbol=made.symbol,
            side=made.side.value,
            order=made.id,
            leg=made.leg,
            price=str(price),
            rank="EXIT",
        )
        if outcome["state"] == "refused":
            del self._held[made.symbol][made.leg]
            return [VenueRejected(made.id, now_ns, outcome["code"], outcome["text"])]
        if outcome["state"] == "unknown":  # the next look finds it, or asks for it again
            return [VenueSilent(made.id, now_ns, outcome["text"])]
        made.is_known = True
        return [VenueAccepted(made.id, now_ns, outcome["venue_order_id"])]

    # ---- looked at

    async def look(self, symbol: str) -> list[Report]:
        """What became of those of one market."""
        told: list[Report] = []
        for each in list(self._held.get(symbol, {}).values()):
            told += await self.story(each)
        return told

    async def look_up(self, order: str) -> tuple[Report, ...] | None:
        """None where it is no exit of ours."""
        each = self._one(order)
        if each is None:
            return None
        return tuple(await self.story(each)) or (VenueAccepted(order, self._clock.now_ns()),)

    def _one(self, order: str) -> Exit | None:
        held = (each for legs in self._held.values() for each in legs.values())
        return next((each for each in held if each.id == order), None)

    async def story(self, each: Exit) -> list[Report]:
        found = await self._ask("exit", symbol=each.symbol, order=each.id)
        if not found["is_found"]:
            if each.is_known:
                return self._ended(each, "the exchange has it no more")
            return await self._again(each)
        was_known, each.is_known = each.is_known, True
        fills = [self._fill(each, trade) for trade in found["trades"]]
        if fills:
            self.doubted.add(each.symbol)
            del self._held[each.symbol][each.leg]
            return [*fills]
        if found["status"] in ENDED_THERE:
            return self._ended(each, f"{found['status'].lower()} there")
        return [] if was_known else [VenueAccepted(each.id, self._clock.now_ns())]

    async def _again(self, each: Exit) -> list[Report]:
        """It never came there: asked for again, by the same name, of which only one can work."""
        entries = (await self._ask("holdings"))["entries"]
        if each.symbol not in entries:
            return self._ended(each, "its position is closed")
        return await self._placed(each, Decimal(entries[each.symbol]))

    def _ended(self, each: Exit, why: str) -> list[Report]:
        del self._held[each.symbol][each.leg]
        return [self._canceled(each, f"{why}: the position has no {each.leg} any more")]

    def _canceled(self, each: Exit, why: str) -> VenueCanceled:
        return VenueCanceled(each.id, self._clock.now_ns(), why)

    def _fill(self, each: Exit, trade: Mapping[str, Any]) -> VenueFilled:
        return fill_of(each.id, self._account, trade, REASONS[each.leg], is_last=trade["is_last"])

    # ---- taken away

    async def drop(self, symbol: str) -> AsyncIterator[Report]:
        """The position is closed: what still hangs there would meet the next one."""
        for each in list(self._held.get(symbol, {}).values()):
            for report in await self._taken(each, "its position is closed"):
                yield report

    async def cancel(self, order: str) -> tuple[Report, ...] | None:
        """As a person or the kill asks. None as above."""
        each = self._one(order)
        return None if each is None else tuple(await self._taken(each, "canceled"))

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
        del self._held[each.symbol][each.leg]
        return [self._canceled(each, why)]


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


def asked_legs(plan: ExitPlan) -> tuple[tuple[str, Level], ...]:
    legs = ((STOP, plan.stop_loss), (TARGET, plan.take_profit))
    return tuple((leg, level) for leg, level in legs if level is not None)


def level_of(level: Level, leg: str, entry: Decimal, side: Side, tick: Decimal) -> Decimal:
    """On the tick: a target in our favor, a stop to the nearest (simulation.md, exits)."""
    if level.kind is LevelKind.PRICE:
        exact = level.value
    else:
        sign = side.sign if leg == TARGET else -side.sign
        exact = entry * (1 + sign * level.value)
    if tick == ZERO:
        return exact
    if leg == TARGET:
        return ceil_to(tick, exact) if side is Side.BUY else floor_to(tick, exact)
    return nearest_to(tick, exact)
