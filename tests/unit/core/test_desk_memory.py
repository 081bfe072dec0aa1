"""Whatever happens: books balance, and applying the events again gives the same desk."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lefi_tui.core.desk import Desk, advance, apply
from lefi_tui.core.messages import (
    ClosePosition,
    Command,
    Kill,
    MarketInput,
    Report,
    Resume,
    StartBot,
    StopBot,
    VenueAccepted,
    VenueCanceled,
    VenueNeverSaw,
    VenueSilent,
)
from lefi_tui.core.order import (
    Order,
)
from lefi_tui.core.read_key import ReadKey
from lefi_tui.engine.snapshot import load, save
from lefi_tui.engine.standing import Standing
from tests.unit.core.desk_kit import (
    PERPETUAL,
    PLANS,
    SPOT,
    D,
    bought,
    fill,
    open_desk,
    quote,
)

# ---- remembering


Message = Command | Report | MarketInput


def _messages() -> st.SearchStrategy[list[tuple[int, int]]]:
    return st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), max_size=40)


def _message(desk: Desk, kind: int, pick: int, number: int) -> Message:
    orders = list(desk.orders.values())
    order = orders[pick % len(orders)] if orders else None
    plans = list(PLANS)
    if order is None or kind < 6:
        symbol = (SPOT, PERPETUAL)[pick % 2].symbol
        choices: list[Message] = [
            StartBot(f"b{pick}", "told", "main", plans[number % len(plans)], at_ns=number),
            quote(60_000.0 + 10 * number, symbol, at_ms=number),
            quote(60_000.0 - 10 * number, symbol, at_ms=number),
            StopBot(f"b{pick}", at_ns=number, closes=bool(number % 2)),
            Resume("on", at_ns=number) if pick else Kill(at_ns=number),
            ClosePosition("main", symbol, at_ns=number),
        ]
        return choices[kind % 6]
    if kind < 9:
        return _random_fill(order, pick, number)
    others: list[Message] = [
        VenueAccepted(order.id, number),
        VenueCanceled(order.id, number, "canceled", is_expired=bool(pick % 2)),
        VenueSilent(order.id, number, "?"),
        VenueNeverSaw(order.id, number),
    ]
    return others[kind % 4]


def _random_fill(order: Order, pick: int, number: int) -> Message:
    rest = order.remaining if order.remaining is not None else D("0.001")
    part = rest if pick == 0 else (rest / (pick + 1)).quantize(D("0.001"))
    if part <= 0 or part > rest:
        part = rest
    is_last = part == rest
    return fill(order, str(part), "60000", trade_id=f"t{number}", is_last=is_last)


def _story(plan: list[tuple[int, int]]) -> tuple[Desk, list[Any]]:
    desk = open_desk()
    events: list[Any] = []
    for number, (kind, pick) in enumerate(plan):
        desk, answer = advance(desk, _message(desk, kind, pick, number))
        events += answer.events
    return desk, events


@settings(max_examples=200)
@given(_messages())
def test_books_balance_whatever_happens(plan: list[tuple[int, int]]) -> None:
    desk, _ = _story(plan)
    assert all(total == 0 for total in desk.ledger.sums().values())
    for order in (*desk.orders.values(), *desk.closed.values()):
        assert order.quantity is None or order.filled <= order.quantity
    for position in desk.positions.values():
        assert sum(position.shares.values(), D(0)) == position.units
    assert all(not order.is_final for order in desk.orders.values())


@settings(max_examples=100)
@given(_messages())
def test_applying_the_events_again_gives_the_same_desk(plan: list[tuple[int, int]]) -> None:
    desk, events = _story(plan)
    again = open_desk()
    for event in events:
        again = apply(again, event)
    assert again == desk


@settings(max_examples=60)
@given(_messages())
def test_the_desk_written_down_and_read_again_is_the_same(plan: list[tuple[int, int]]) -> None:
    desk, _ = _story(plan)
    assert load(save(Standing(desk)), desk.kinds).desk == desk


def test_a_bot_reads_the_account_as_it_stood() -> None:
    from lefi_tui.core.desk.snapshot import DeskSnapshot  # noqa: PLC0415 -- beside its test

    desk, _ = bought("stopped buy")
    snapshot = DeskSnapshot(desk, desk.bots["b"])
    values = {
        kind: snapshot.read(ReadKey(kind, SPOT.symbol))
        for kind in ("spot", "bid", "ask", "spread", "position", "entry", "pnl", "cash", "taker")
    }
    assert values["spot"] == 60_000.0
    assert values["position"] == 0.01
    assert values["entry"] == 60_000.0
    assert values["cash"] == 9_399.7
    assert values["taker"] == 0.0005
    assert math.isnan(snapshot.read(ReadKey("spot", "ETH/USDT")))
    assert snapshot.read(ReadKey("open_orders", SPOT.symbol)) == 0
    assert not snapshot.is_working(0)
