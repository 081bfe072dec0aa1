"""The gatekeeper: exits behind `decide` wait out a chop and a low; no other exit is asked."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from bots.automated import Automated
from lefi_tui.core import messages as m
from lefi_tui.core.bot import Bar
from lefi_tui.core.desk import Desk, advance
from lefi_tui.core.desk.facts import gate_answer
from lefi_tui.core.order import (
    HAND,
    Order,
    OrderKind,
    OrderStatus,
    OrderTerms,
    Side,
    Size,
    SizeKind,
)
from tests.unit.core.desk_kit import (
    PERPETUAL,
    SPOT,
    bought,
    fill,
    of,
    open_desk,
    quote,
    started,
    submitted,
    units,
)
from tests.unit.core.test_desk_limits import changed, conditions, order

D = Decimal
HOUR_MS, MINUTE_NS = 3_600_000, 60_000_000_000
NOON_MS = 200 * HOUR_MS
NOON_NS = NOON_MS * 1_000_000
GUARD = ["chop", "oscillators", "edge of the exit", "size of the exit"]


def hours(symbol: str = SPOT.symbol) -> tuple[Bar, ...]:
    """120 hours at 60,000 until noon, each 600 high: so is ATR."""
    return tuple(
        Bar(symbol, HOUR_MS, NOON_MS - (120 - n) * HOUR_MS, 6e4, 60_300.0, 59_700.0, 6e4, 1.0)
        for n in range(120)
    )


def holding(price: float = 60_000.0, **limits: str) -> Desk:
    """A bot that holds 0.01 BTC, its market's hours known, the guard on."""
    desk = changed(bought()[0], "bot/b", **(limits or {"exit_guard": "yes"}))
    desk, _ = advance(desk, conditions(60_000, NOON_MS - 1, bars=hours()))
    return advance(desk, quote(price, at_ms=NOON_MS))[0]


def said(desk: Desk, **fields: float) -> Desk:
    """What the bot emitted last."""
    bot = replace(desk.bots["b"], gave=fields)
    return replace(desk, bots={**desk.bots, "b": bot})


def decided(quantity: str = "0.01", **more: Any) -> Order:
    return replace(order(Side.SELL, quantity), is_advised=True, **more)


def left(desk: Desk, minutes_ago: int, price: str) -> Desk:
    """Part of it was sold so long ago, at that price."""
    closing = replace(order(Side.SELL, "0.001"), id="part")
    known = replace(closing, quantity=D("0.001"), status=OrderStatus.SUBMITTED)
    desk = replace(desk, orders={**desk.orders, "part": known})
    at_ns = NOON_NS - minutes_ago * MINUTE_NS
    return advance(desk, fill(known, "0.001", price, side="sell", at_ns=at_ns))[0]


def codes(desk: Desk, asked: Order) -> list[str]:
    return [each.code for each in gate_answer(desk, asked, NOON_NS).refusals]


def names(desk: Desk, asked: Order) -> list[str]:
    return [each.name for each in gate_answer(desk, asked, NOON_NS).verdicts]


@pytest.mark.parametrize(
    ("minutes", "price", "signal", "code"),
    [
        (14, "61000", {}, ["EXIT_IN_CHOP"]),  # too soon, however far
        (15, "60299", {}, ["EXIT_IN_CHOP"]),  # long ago, but nearly there still
        (15, "60301", {}, []),
        (1, "60000", {"adx": 25.5}, []),  # a trend is no chop
        (1, "60000", {"adx": 25.0}, ["EXIT_IN_CHOP"]),
        (1, "60000", {"adx": float("inf")}, ["EXIT_IN_CHOP"]),
    ],
)
def test_a_decided_exit_waits_out_a_chop(
    minutes: int, price: str, signal: Mapping[str, float], code: list[str]
) -> None:
    desk = said(left(holding(), minutes, price), **signal)
    assert codes(desk, decided("0.009")) == code
    for each in gate_answer(desk, decided("0.009"), NOON_NS).refusals:
        assert each.text.startswith(f"BTC/USDT was left {minutes} min ago at nearly this price")


@pytest.mark.parametrize(
    ("signal", "code"),
    [
        ({"oversold": 2.0}, ["EXIT_AT_LOW"]),
        ({"oversold": 1.0}, []),
        ({"overbought": 5.0}, []),
        ({"oversold": float("nan")}, []),
        ({}, []),
    ],
)
def test_a_decided_exit_is_not_made_at_an_oversold_low(
    signal: Mapping[str, float], code: list[str]
) -> None:
    assert codes(said(holding(), **signal), decided()) == code


def test_a_decided_buy_that_closes_a_short_waits_at_an_overbought_high() -> None:
    desk, step = advance(started("short"), quote(60_000, PERPETUAL.symbol))
    desk, _ = advance(desk, fill(submitted(step), "0.1", symbol=PERPETUAL.symbol))
    desk = said(changed(desk, exit_guard="yes"), overbought=2.0, oversold=3.0)
    terms = OrderTerms(PERPETUAL.symbol, Side.BUY, OrderKind.MARKET, units("0.1"), leverage=D(10))
    assert codes(desk, Order("o", "main", terms, "b", is_advised=True)) == ["EXIT_AT_LOW"]


@pytest.mark.parametrize(("confidence", "code"), [(1.0, []), (0.9, ["EXIT_WITHOUT_EDGE"])])
def test_a_decided_exit_must_promise_what_an_entry_must(confidence: float, code: list[str]) -> None:
    desk = holding(exit_guard="yes", edge_bps_min="49")  # half of 600 in 60,000 is 50 bps
    assert codes(said(desk, confidence=confidence), decided()) == code


def test_what_is_not_known_keeps_no_exit_back() -> None:
    desk = changed(bought()[0], exit_guard="yes", edge_bps_min="9999", entry_notional_min="9999")
    desk = left(desk, 1, "60000")
    assert gate_answer(desk, decided("0.009"), NOON_NS).refusals == ()
    assert names(desk, decided("0.009"))[2:] == GUARD


def test_a_part_of_a_position_that_is_too_small_stays_and_all_of_it_may_go() -> None:
    desk = holding(exit_guard="yes", entry_notional_min="300")
    assert codes(desk, decided("0.004")) == ["EXIT_TOO_SMALL"]
    assert codes(desk, decided("0.006")) == []
    desk = changed(desk, "bot/b", entry_notional_min="9000")
    assert codes(desk, decided("0.01")) == []


def all_of_it(**more: Any) -> Order:
    terms = OrderTerms(
        SPOT.symbol, Side.SELL, OrderKind.MARKET, Size(SizeKind.ALL), is_reduce_only=True
    )
    return Order("c", "main", terms, **{"owner": "b", **more})


@pytest.mark.parametrize(
    "asked",
    [
        order(Side.SELL),  # an exit that its script does not decide on
        all_of_it(),
        all_of_it(owner=HAND),
        decided("0.009", is_undo=True),
    ],
    ids=["plain", "close", "hand", "undo"],
)
def test_no_other_exit_is_ever_asked(asked: Order) -> None:
    desk = said(left(holding(), 1, "60000"), oversold=9.0)
    if asked.terms.size.kind is SizeKind.UNITS:
        terms = replace(asked.terms, size=units("0.009"))
        asked = replace(asked, terms=terms)
    assert names(desk, asked) == ["validity", "trading state"]
    assert codes(desk, asked) == []


def test_without_the_limit_a_decided_exit_meets_validity_and_state_alone() -> None:
    desk = said(left(holding(edge_bps_min="9999"), 1, "60000"), oversold=9.0)
    assert names(desk, decided("0.009")) == ["validity", "trading state"]


def test_the_edge_of_an_entry_takes_the_confidence_that_its_bot_emitted() -> None:
    desk = holding(edge_bps_min="49")
    assert codes(desk, order()) == []
    assert codes(said(desk, confidence=0.9), order()) == ["EDGE_BELOW_MINIMUM"]


SCRIPT = """
script "Guarded"
setting symbol = "BTC/USDT"
on PriceUpdate(symbol) {
    Emit("signal", oversold = 2)
    if Position(symbol) == 0 { Buy(symbol, 0.01) } else { DECIDE Close(symbol) }
}
"""


@pytest.mark.parametrize(("decide", "is_let"), [("decide", False), ("", True)])
def test_what_a_script_emits_reaches_the_guard_of_what_it_decides(
    decide: str, *, is_let: bool
) -> None:
    desk = changed(replace(open_desk(), kinds={"automated": Automated()}), exit_guard="yes")
    source = SCRIPT.replace("DECIDE", decide)
    desk, _ = advance(desk, m.StartBot("b", "automated", "main", source, at_ns=1))
    desk, step = advance(desk, quote())
    desk, _ = advance(desk, fill(submitted(step), "0.01"))
    _, step = advance(desk, quote(at_ms=2_000))
    denied = [each.verdicts for each in of(m.OrderDenied, step)]
    assert len(of(m.OrderSubmitted, step)) == is_let
    assert [v.code for each in denied for v in each if not v.passed] == (
        [] if is_let else ["EXIT_AT_LOW"]
    )
