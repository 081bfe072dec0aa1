"""An exchange in memory that does its worst within its rules: it fills in parts, races cancels,
refuses, answers late or never, and drops its line. What it did is kept, for the books to agree.

Its rules: what only reduces never opens; the trades of one order are told before its end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any, Final

from msgspec import Struct, field
from msgspec.structs import replace

from lefi_tui.core import messages as m
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.money import ZERO, nearest_to
from lefi_tui.core.order import Order, OrderKind, Side, TimeInForce
from tests.campaign.agenda import Agenda

D = Decimal
ACCOUNT: Final = "main"
SYMBOL: Final = "BTC/USDT:USDT"
BTC: Final = Instrument(
    SYMBOL, "BTC", "USDT", "USDT", tick=D("0.1"), step=D("0.001"), leverage_max=D(125)
)
MS: Final = 1_000_000
STOP, TARGET = "stop", "target"
REASONS: Final = {STOP: "stop_loss", TARGET: "take_profit"}
SILENCE_MS: Final = (200, 900)
LOOK_FIRST_MS, LOOK_MOST_MS = 250, 2_000


class Odds(Struct):
    """How often what goes wrong."""

    refused: float = 0.06
    lost: float = 0.05  # a request that never arrives; its silence is told
    dumb: float = 0.05  # it arrives, its answer does not
    late: float = 0.04  # it arrives after its silence was told
    twice: float = 0.1  # a word that is told again
    deaf: float = 0.004  # of each word of the stream: the line drops
    unfound: float = 0.3  # a look-up without an answer
    forced: float = 0.005  # a position that is taken


NONE_WRONG: Final = Odds(*(0.0 for _ in Odds.__struct_fields__))
PAPER: Final = replace(NONE_WRONG, refused=0.06, forced=0.005)  # it lives beside the desk


class There(Struct):
    """One order, as the exchange has it."""

    order: Order
    left: Decimal  # of an exit on the position: whatever is held
    units: Decimal | None = None  # as they are told
    is_working: bool = True
    end: m.Report | None = None
    fills: list[m.VenueFilled] = field(default_factory=list)

    @property
    def is_exit(self) -> bool:
        return self.order.leg in REASONS

    @property
    def sign(self) -> int:
        return self.order.terms.side.sign


class Venue:
    """`tell` is the desk's door."""

    def __init__(self, chance: Random, agenda: Agenda, odds: Odds) -> None:
        self.chance, self.agenda, self.odds = chance, agenda, odds
        self.tell: Callable[[m.Report], None] = lambda _report: None
        self.seen: dict[str, There] = {}
        self.coming: set[str] = set()  # on their way, and not there yet
        self.held = ZERO
        self.cash = ZERO
        self.fees = ZERO
        self.price = D(50_000)
        self.wrong: list[str] = []
        self.forced: list[m.VenueFilled] = []  # what it took by force
        self.is_paper = odds is PAPER
        self.cuts = True  # a position's end takes its reducing orders away
        self._trades = 0
        self._stream_ms = 0  # what it tells is told in sequence
        self.deaf_until_ms = 0
        self.faults = 0
        self._started = 0

    # ---- the way to the desk

    def _happens(self, share: float) -> bool:
        did = share > 0 and self.chance.random() < share
        self.faults += did
        return did

    def answer(self, ms: int, *reports: m.Report) -> None:
        """By the line that asked; a start of the engine hears none of what was asked before."""
        started = self._started

        def told() -> None:
            if started == self._started:
                for each in reports:
                    self._say(each)

        self.agenda.after(ms, told)

    def _say(self, report: m.Report) -> None:
        now_ns = self.agenda.now_ms * MS
        heard: Any = report
        if isinstance(report, m.OrderReport):
            heard = replace(report, heard_ns=now_ns)
        self.tell(heard)
        if self._happens(self.odds.twice):
            self.tell(heard)

    def stream(self, report: m.Report) -> None:
        now_ms = self.agenda.now_ms
        if self._happens(self.odds.deaf):
            self.deaf_until_ms = now_ms + self.chance.randint(500, 4_000)
        due_ms = max(now_ms + self.chance.randint(0, 60), self._stream_ms, self.deaf_until_ms)
        self._stream_ms = due_ms
        self.answer(due_ms - now_ms, report)

    def restarted(self) -> None:
        """Words on their way are lost; what it did, it did. A start asks of each order that it
        knows, and for trades of none."""
        self._started += 1
        self._stream_ms = self.deaf_until_ms = 0
        self.answer(self.chance.randint(1, 80), *self.forced)

    # ---- requests

    def submit(self, orders: tuple[Order, ...]) -> None:
        for each in orders:
            self._submit(each)

    def _submit(self, order: Order) -> None:
        way_ms = self.chance.randint(1, 60)
        if self._happens(self.odds.lost):
            self._silence(order.id)
            self._doubt_older(order)
            return
        self.coming.add(order.id)
        if self._happens(self.odds.late):
            self._silence(order.id)
            way_ms = SILENCE_MS[1] + self.chance.randint(1, 1_500)
            self.agenda.after(way_ms, lambda: self._arrive(order, is_heard=False))
            return
        is_heard = not self._happens(self.odds.dumb)
        if not is_heard:
            self._silence(order.id)
        self.agenda.after(way_ms, lambda: self._arrive(order, is_heard=is_heard))

    def _silence(self, order: str) -> None:
        now_ns = self.agenda.now_ms * MS
        self.answer(self.chance.randint(*SILENCE_MS), m.VenueSilent(order, now_ns, "no answer"))

    def _doubt_older(self, order: Order) -> None:
        """An exit on the position was to go for it, and it is not known how far that came."""
        for each in self.working():
            if order.leg in REASONS and each.order.leg == order.leg:
                self._silence(each.order.id)
                if self.chance.random() < 0.5:
                    self._leave(each.order.id)

    def cancel(self, orders: tuple[str, ...]) -> None:
        for each in orders:
            way_ms = self.chance.randint(1, 60)
            if self._happens(self.odds.lost):
                self._silence(each)
            elif self._happens(self.odds.dumb):
                self._silence(each)
                self.agenda.after(way_ms, partial(self._leave, each))
            else:
                self.agenda.after(way_ms, partial(self._canceled, each))

    def _canceled(self, name: str) -> None:
        there = self.seen.get(name)
        if there is not None and self._leave(name):
            self.answer(self.chance.randint(1, 40), *self._story(there))
        else:  # not there yet, or over: only its story tells
            self.look_up(name)

    def _leave(self, name: str) -> bool:
        there = self.seen.get(name)
        if there is None or not there.is_working:
            return False
        self._ended(there, m.VenueCanceled(name, self.agenda.now_ms * MS, "canceled"))
        return True

    def look_up(self, name: str, wait_ms: int = LOOK_FIRST_MS) -> None:
        """Again and again, until there is an answer."""
        started = self._started

        def looked() -> None:
            if started != self._started:
                return
            if name in self.coming or self._happens(self.odds.unfound):
                self.look_up(name, min(2 * wait_ms, LOOK_MOST_MS))
                return
            there = self.seen.get(name)
            absent = m.VenueNeverSaw(name, self.agenda.now_ms * MS)
            self.answer(0, *((absent,) if there is None else self._story(there)))

        self.agenda.after(self.chance.randint(1, 80) + wait_ms - LOOK_FIRST_MS, looked)

    def _story(self, there: There) -> Iterator[m.Report]:
        """All that is known of it, from its beginning."""
        now_ns = self.agenda.now_ms * MS
        if not isinstance(there.end, m.VenueRejected):
            yield m.VenueAccepted(there.order.id, now_ns, f"v{there.order.id}", there.units)
        yield from there.fills
        if there.end is not None:
            yield there.end

    def read(self) -> None:
        """What a kill reads back as its proof."""
        working = tuple(each.order.id for each in self.working())
        units = ((SYMBOL, self.held),) if self.held else ()
        now_ns = self.agenda.now_ms * MS
        self.answer(self.chance.randint(1, 80), m.VenueRead(ACCOUNT, now_ns, working, units))

    # ---- what becomes of an order

    def _arrive(self, order: Order, *, is_heard: bool) -> None:
        self.coming.discard(order.id)
        assert order.id not in self.seen, f"{order.id} was sent twice"
        there = There(order, abs(self.held) if order.quantity is None else order.quantity)
        there.units = None if there.is_exit else there.left
        why = self._refusal(there)
        if not (why and self.is_paper):  # paper takes the older one away when it has the new one
            self._make_room(there)
        self.seen[order.id] = there
        now_ns = self.agenda.now_ms * MS
        if why:
            there.is_working = False
            there.end = m.VenueRejected(order.id, now_ns, "-2022", why)
        told = there.end or m.VenueAccepted(order.id, now_ns, f"v{order.id}", there.units)
        if is_heard:
            self.answer(self.chance.randint(1, 60), told)
        if there.is_working and order.leg == "entry":
            self._at_once(there)

    def _make_room(self, new: There) -> None:
        """It holds one exit of each kind that closes all: the older one goes."""
        if new.is_exit:
            for each in self.seen.values():
                if each.is_working and each.order.leg == new.order.leg:
                    self._take(each, "a newer one is in its place")

    def _refusal(self, there: There) -> str:
        terms = there.order.terms
        if terms.is_reduce_only and self.held * there.sign >= 0:
            return "ReduceOnly Order is rejected."
        if terms.is_post_only and self._happens(self.odds.refused):
            return "Post only would have taken."
        return "Not now." if self._happens(self.odds.refused) else ""

    def _at_once(self, there: There) -> None:
        terms = there.order.terms
        if terms.kind is OrderKind.MARKET or terms.time_in_force is TimeInForce.IOC:
            is_all = terms.kind is OrderKind.MARKET
            for _ in range(self.chance.randint(1 if is_all else 0, 3)):
                self.fill(there, self._part(there))
            if is_all:
                self.fill(there, there.left)
            if there.is_working:
                self._take(there, "its rest expired", is_expired=True)
        elif self.chance.random() < 0.1:
            self.fill(there, self._part(there))

    def _part(self, there: There) -> Decimal:
        steps = int(there.left / BTC.step)
        if self.chance.random() < 0.5:
            return there.left
        return BTC.step * self.chance.randint(1, max(steps, 1))

    def fill(self, there: There, units: Decimal, price: Decimal | None = None) -> None:
        """What only reduces is cut to what is held."""
        if not there.is_working:
            return
        terms = there.order.terms
        if terms.is_reduce_only:
            most = max(ZERO, -self.held * there.sign)
            units = min(units, most)
            if not units:
                self._take(there, "nothing is left to reduce")
                return
        elif self.held * there.sign < 0:
            self.wrong.append(f"{there.order.id} opened against {self.held}")
        if units:
            self._trade(there, units, price or terms.limit or self.price)
            self._cut()

    def _trade(self, there: There, units: Decimal, price: Decimal) -> None:
        self._trades += 1
        order = there.order
        is_whole = there.is_exit and units == abs(self.held)
        if not there.is_exit:
            there.left -= units
            is_whole = not there.left
        is_maker = order.terms.kind is OrderKind.LIMIT
        fee = price * units * (BTC.maker if is_maker else BTC.taker)
        self.held += there.sign * units
        self.cash -= there.sign * units * price + fee
        self.fees += fee
        fill = m.VenueFilled(
            order.id, f"t{self._trades}", self.agenda.now_ms * MS, ACCOUNT, SYMBOL,
            order.terms.side.value, price, units, fee, "maker" if is_maker else "taker",
            REASONS.get(order.leg, "order"), is_whole,
        )  # fmt: skip
        there.fills.append(fill)
        there.is_working = not is_whole
        self.stream(fill)

    # ---- on paper the desk itself says what hangs on a position

    def hang(self, order: Order) -> None:
        self.seen[order.id] = There(order, ZERO)

    def unhang(self, name: str) -> None:
        there = self.seen.get(name)
        if there is not None and there.is_exit:
            there.is_working = False

    def _cut(self) -> None:
        """Nothing is held any more: what only reduces ends, at some exchanges by itself."""
        if self.held or not self.cuts:
            return
        for each in self.working():
            if each.order.terms.is_reduce_only and not (each.is_exit and self.is_paper):
                self._take(each, "its position is closed", is_expired=True)

    def _take(self, there: There, why: str, *, is_expired: bool = False) -> None:
        now_ns = self.agenda.now_ms * MS
        self._ended(there, m.VenueCanceled(there.order.id, now_ns, why, is_expired))
        assert there.end is not None
        self.stream(there.end)

    def _ended(self, there: There, end: m.Report) -> None:
        there.is_working, there.end = False, end

    # ---- the market

    def working(self) -> list[There]:
        return [each for each in self.seen.values() if each.is_working]

    def has_stop(self) -> bool:
        return any(each.order.leg == STOP for each in self.working())

    def moves(self) -> None:
        """Somebody trades: one order is filled in part or whole, at its price."""
        self.price += BTC.tick * self.chance.randint(-20, 20)
        found = self.working()
        if not found:
            return
        there = self.chance.choice(found)
        if self.held and self._happens(self.odds.forced):
            self._liquidate()
        elif not there.is_exit:
            self.fill(there, self._part(there))
        elif self.chance.random() < 0.15:
            self.sell(there)

    def _liquidate(self) -> None:
        """By force: of no order of anybody's."""
        self._trades += 1
        side, units = Side.SELL if self.held > 0 else Side.BUY, abs(self.held)
        self.cash -= side.sign * units * self.price
        self.held = ZERO
        told = ("", f"t{self._trades}", self.agenda.now_ms * MS, ACCOUNT, SYMBOL, side.value)
        price = (self.price, units, ZERO, "none", "liquidation")
        self.forced.append(m.VenueFilled(*told, *price, is_last=True))
        self.stream(self.forced[-1])
        self._cut()

    def sell(self, there: There) -> None:
        """A stop or a target of the whole position is met."""
        units = abs(self.held)
        parts = [units]
        if units > BTC.step and self.chance.random() < 0.3:
            parts = [BTC.step, units - BTC.step]
        for each in parts:
            slip = BTC.tick * self.chance.randint(0, 5) * there.sign
            self.fill(there, each, nearest_to(BTC.tick, (there.order.trigger or self.price) + slip))
