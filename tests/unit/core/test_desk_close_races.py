"""Two bots on one position, fills that come when they like, people who close: all add up."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lefi_tui.core.bot import Intent
from lefi_tui.core.desk import BotStatus, Desk, advance
from lefi_tui.core.messages import (
    CancelOrder,
    CancelOrders,
    ClosePosition,
    Kill,
    Report,
    Resume,
    StartBot,
    StopBot,
    SubmitOrders,
    VenueCanceled,
    VenueRejected,
)
from lefi_tui.core.order import Order
from tests.unit.core.desk_kit import PERPETUAL, PLANS, fill, open_desk, quote, units

D = Decimal
ZERO = D(0)
SYMBOL = PERPETUAL.symbol
IN = Intent("buy", SYMBOL, 0, size=units("0.1"), leverage=D(10))
OUT = Intent("sell", SYMBOL, 1, size=units("0.04"), limit=D(70_000))
PLANS["in and out"] = ((IN,), (OUT,))
ROUNDS_MAX = 60  # until the venue has carried out and said all there is


@dataclass
class Venue:
    """Takes what it is sent in its order; a reducing order never takes more than is open."""

    desk: Desk
    working: dict[str, tuple[Order, Decimal]] = field(default_factory=dict)  # with what is left
    sent: deque[Order | str] = field(default_factory=deque)
    said: deque[Report] = field(default_factory=deque)
    units: Decimal = ZERO
    trades: int = 0

    def hear(self, message: Any) -> None:
        self.desk, step = advance(self.desk, message)
        for effect in step.effects:
            if isinstance(effect, SubmitOrders | CancelOrders):
                self.sent.extend(effect.orders)

    def take(self) -> None:
        told = self.sent.popleft() if self.sent else ""
        if isinstance(told, str):
            self._end(told, "asked")
        elif told.terms.is_reduce_only and self.units <= 0:
            self.said.append(VenueRejected(told.id, 9, "REDUCE_ONLY", "nothing to reduce"))
        else:
            self.working[told.id] = (told, told.quantity or ZERO)

    def fill(self, number: int, tenths: int) -> None:
        if not self.working:
            return
        order, left = self.working[list(self.working)[number % len(self.working)]]
        most = min(left, self.units) if order.terms.is_reduce_only else left
        if most <= 0:
            self._end(order.id, "nothing left to reduce")
            return
        part = min(most, max((most * tenths / 10).quantize(D("0.001")), D("0.001")))
        self.units += part * order.terms.side.sign
        self.trades += 1
        self.working[order.id] = (order, left - part)
        if part == left:
            del self.working[order.id]
        trade = f"t{self.trades}"
        self.said.append(fill(order, str(part), trade_id=trade, is_last=part == left))

    def _end(self, order: str, why: str) -> None:
        if self.working.pop(order, None):
            self.said.append(VenueCanceled(order, 9, why))

    def say(self) -> None:
        if self.said:
            self.hear(self.said.popleft())

    def settle(self) -> None:
        for number in range(ROUNDS_MAX):
            self.take()
            self.fill(number, 10)
            self.say()
        assert (len(self.sent), len(self.said), len(self.working)) == (0, 0, 0)


def both_hold_and_one_sells() -> Venue:
    venue = Venue(open_desk())
    for bot in ("a", "b"):
        venue.hear(StartBot(bot, "told", "main", "in and out", at_ns=1))
    venue.hear(quote(symbol=SYMBOL))
    venue.settle()
    venue.hear(quote(symbol=SYMBOL, at_ms=2_000))
    return venue


def press(venue: Venue, kind: int, part: int, at_ns: int) -> None:
    orders = list(venue.desk.orders)
    match kind:
        case 0 | 1:
            venue.hear(StopBot("ab"[kind], at_ns=at_ns, closes=part > 2))
        case 2:
            venue.hear(ClosePosition("main", SYMBOL, at_ns=at_ns))
        case 3 if orders:
            venue.hear(CancelOrder(orders[part % len(orders)], at_ns=at_ns))
        case 4:
            venue.hear(Kill(at_ns=at_ns) if part == 1 else Resume("on", at_ns=at_ns))
        case 5 | 6:
            venue.take()
        case 7 | 8:
            venue.fill(part, part + 1)
        case _:
            venue.say()


@settings(max_examples=150)
@given(st.lists(st.tuples(st.integers(0, 10), st.integers(0, 9)), max_size=50))
def test_whoever_closes_the_owners_add_up_and_every_stop_ends(plan: list[tuple[int, int]]) -> None:
    venue = both_hold_and_one_sells()
    for at_ns, (kind, part) in enumerate(plan, 100):
        press(venue, kind, part, at_ns)
        assert venue.units >= 0
    venue.settle()
    position = venue.desk.positions["main", SYMBOL]
    assert venue.units == position.units
    assert all(share > 0 for share in position.shares.values())
    assert all(bot.status is not BotStatus.STOPPING for bot in venue.desk.bots.values())
