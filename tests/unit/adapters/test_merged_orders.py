"""An order's story, told by a stream that loses, doubles and turns round, and by answers that are
late: whatever comes when, what we were told in the end is what happened, once, and never undone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct, convert, field
from msgspec.structs import replace

from lefi_tui.adapters.exchange_orders import KnownOrders
from lefi_tui.adapters.exchange_stream import OrderTold
from lefi_tui.adapters.system_clock import VirtualClock
from lefi_tui.adapters.venue_ways import ways_of
from lefi_tui.core.desk import Desk, advance
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.messages import (
    ListInstruments,
    OpenAccount,
    Report,
    Sizing,
    TakeOrders,
    VenueCanceled,
    VenueFilled,
)
from lefi_tui.core.order import Order, OrderKind, OrderStatus, OrderTerms, Side, Size, SizeKind
from lefi_tui.ports.venue import VenueTimeoutError

SYMBOL = "BTC/USDT:USDT"
NAME = "Lone"
UNITS = 4
PLACED_MS = 1_000_000
BOOKED = {"open": "accepted", "closed": "filled", "canceled": "canceled", "expired": "expired"}


class Moment(Struct):
    """The exchange's truth after one thing has happened to the order."""

    at_ms: int
    status: str
    trades: list[dict[str, Any]]
    is_fill: bool

    @property
    def filled(self) -> str:
        return str(sum(int(each["units"]) for each in self.trades))

    def told(self) -> OrderTold:
        plain = {
            "what": "order", "id": NAME, "venue_order_id": "77", "symbol": SYMBOL, "side": "buy",
            "status": self.status, "units": str(UNITS), "filled": self.filled, "at_ms": self.at_ms,
            "trade": self.trades[-1] if self.is_fill else None,
        }  # fmt: skip
        return convert(plain, OrderTold)

    def answer(self, trades_known: int) -> dict[str, Any]:
        """To a question for the order; its trades may lag behind it."""
        return {
            "is_found": True, "id": NAME, "venue_order_id": "77", "status": self.status,
            "units": str(UNITS), "filled": self.filled, "at_ms": self.at_ms,
            "trades": self.trades[:trades_known], "server_ms": self.at_ms,
        }  # fmt: skip


def trade(number: int, units: int) -> dict[str, Any]:
    return {
        "id": str(number), "order": "77", "symbol": SYMBOL, "side": "buy", "price": "100",
        "units": str(units), "fee": "0.01", "fee_currency": "USDT", "liquidity": "maker",
        "at_ms": PLACED_MS + number,
    }  # fmt: skip


@st.composite
def stories(draw: st.DrawFn) -> list[Moment]:
    """It is placed, filled in parts, and then whole, canceled, expired, or resting still."""
    moments = [Moment(PLACED_MS, "open", [], is_fill=False)]
    parts = draw(st.lists(st.integers(1, UNITS), max_size=UNITS))
    trades: list[dict[str, Any]] = []
    left = UNITS
    for number, wanted in enumerate(parts):
        units = min(wanted, left)
        if not units:
            break
        left -= units
        trades = [*trades, trade(number, units)]
        status = "open" if left else "closed"
        moments.append(Moment(PLACED_MS + number, status, trades, is_fill=True))
    end = draw(st.sampled_from(["", "canceled", "expired"]))
    if left and end:
        moments.append(Moment(PLACED_MS + 50, end, trades, is_fill=False))
    return moments


@st.composite
def tellings(draw: st.DrawFn) -> tuple[list[Moment], list[tuple[str, int, int]]]:
    """In any sequence, any of it often or never: the stream's word on a moment, or an answer of
    then with so many of its trades."""
    moments = draw(stories())
    at = st.integers(0, len(moments) - 1)
    one = st.tuples(st.sampled_from(["stream", "answer"]), at, st.integers(0, UNITS))
    return moments, draw(st.lists(one, max_size=12))


class Account(Struct):
    """What was told of the order, and the books that it was told to."""

    orders: KnownOrders
    desk: Desk
    answers: list[dict[str, Any]] = field(default_factory=list)
    told: list[Report] = field(default_factory=list)

    def hears(self, reports: Iterable[Report]) -> None:
        for each in reports:
            self.told.append(each)
            self.desk, _ = advance(self.desk, each)


def account() -> Account:
    answers: list[dict[str, Any]] = []

    async def ask(_question: str, **_asked: Any) -> Any:
        return answers.pop()

    orders = KnownOrders(ask, VirtualClock(PLACED_MS * 10**6), "main", ways_of("binanceusdm"))
    size = Size(SizeKind.UNITS, Decimal(UNITS))
    terms = OrderTerms(SYMBOL, Side.BUY, OrderKind.LIMIT, size, limit=Decimal(100))
    order = Order(NAME, "main", terms, "hand", quantity=Decimal(UNITS))
    orders.add(order, PLACED_MS)
    return Account(orders, _books(replace(order, status=OrderStatus.SUBMITTED)), answers)


def _books(order: Order) -> Desk:
    desk, rate = Desk(), Decimal(0)
    opening = OpenAccount(
        "main", "USDT", Decimal(1_000), "live", "binanceusdm", Sizing.AT_DECISION, rate, rate
    )
    listed = ListInstruments("main", (Instrument(SYMBOL, "BTC", "USDT", "USDT"),))
    for command in (opening, listed, TakeOrders((order,))):
        desk, _ = advance(desk, command)
    assert desk.order(NAME) is not None
    return desk


def takes(account: Account, moments: list[Moment], step: tuple[str, int, int]) -> None:
    kind, at, trades_known = step
    if kind == "stream":
        account.hears(account.orders.heard(moments[at].told()))
        return
    account.answers.append(moments[at].answer(trades_known))
    try:
        account.hears(asyncio.run(_looked_up(account)))
    except VenueTimeoutError:
        return  # it knows that it knows too little


async def _looked_up(account: Account) -> Iterable[Report]:
    return await account.orders.look_up(NAME) or ()


@given(tellings())
def test_whatever_comes_when_the_end_is_what_happened(
    told: tuple[list[Moment], list[tuple[str, int, int]]],
) -> None:
    moments, steps = told
    ours = account()
    known = ours.orders.known[NAME]
    for step in steps:
        before = known.filled, known.is_over
        takes(ours, moments, step)
        assert known.filled >= before[0]  # nothing is un-filled
        assert known.is_over >= before[1]  # and no end taken back
    takes(ours, moments, ("answer", len(moments) - 1, UNITS))  # a look that sees all
    last = moments[-1]
    fills = {each.trade_id: each for each in ours.told if isinstance(each, VenueFilled)}
    assert set(fills) == {f"{SYMBOL} {each['id']}" for each in last.trades}
    assert sum(each.quantity for each in fills.values()) == Decimal(last.filled)
    assert known.is_over == (last.status != "open")
    order = ours.desk.order(NAME)
    assert order is not None
    assert (order.filled, order.fees) == (Decimal(last.filled), Decimal("0.01") * len(fills))
    is_part = last.status == "open" and bool(fills)
    assert order.status.value == ("partially filled" if is_part else BOOKED[last.status])
    ends = [each for each in ours.told if isinstance(each, VenueCanceled)]
    assert bool(ends) == (last.status in {"canceled", "expired"})  # told again to who asks again
    for end in ends:  # after all that was filled before it
        before_it = ours.told[: ours.told.index(end)]
        assert all(fill in before_it for fill in fills.values())
