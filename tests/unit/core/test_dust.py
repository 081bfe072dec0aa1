"""Dust is known before it is there, told, and stops nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from lefi_tui.core.desk import Desk, Step, advance
from lefi_tui.core.desk.covering import protection_of
from lefi_tui.core.messages import (
    CancelOrders,
    ClosePosition,
    ListInstruments,
    OpenAccount,
    OrderSubmitted,
    Sizing,
    StartBot,
    VenueAccepted,
)
from lefi_tui.core.protection import Cover
from lefi_tui.core.risk.dust import CODE
from tests.unit.core.desk_kit import PERPETUAL, SPOT, Told, fill, of, quote, submitted

D = Decimal
KEY = ("main", SPOT.symbol)


def asked(mode: str, plan: str = "buy", symbol: str = SPOT.symbol) -> tuple[Desk, Step]:
    account = ("main", "USDT", D(10_000), mode, "binance sandbox", Sizing.AT_DECISION)
    desk = Desk(kinds={"told": Told()})
    for message in (
        OpenAccount(*account, D("0.0002"), D("0.0005")),
        ListInstruments("main", (SPOT, PERPETUAL)),
        StartBot("b", "told", "main", plan, at_ns=1),
    ):
        desk, _ = advance(desk, message)
    return advance(desk, quote(60_000.0, symbol))


def dust_of(step: Step) -> list[str]:
    (sent,) = of(OrderSubmitted, step)
    return [each.value for each in sent.verdicts if each.code == CODE]


def test_an_entry_says_what_its_fee_leaves_behind_and_leaves_all_the_same() -> None:
    _, step = asked("live")
    assert dust_of(step) == ["0.000995 BTC"]  # 0.01 less 0.05 % is nine steps and this
    verdict = of(OrderSubmitted, step)[0].verdicts[-1]
    assert verdict.is_soft
    assert "taken in BTC" in verdict.text


@pytest.mark.parametrize(
    ("mode", "plan", "symbol"),
    [("dry_run", "buy", SPOT.symbol), ("live", "short", PERPETUAL.symbol)],
)
def test_where_fees_are_in_quote_nothing_is_left(mode: str, plan: str, symbol: str) -> None:
    assert dust_of(asked(mode, plan, symbol)[1]) == []


def test_a_close_that_leaves_dust_goes_and_the_rest_is_no_unprotected_position() -> None:
    desk, step = asked("live", "stopped buy")
    entry = submitted(step)
    fee: dict[str, Any] = {"other_fee": D("0.000005"), "other_currency": "BTC", "fee": D(0)}
    desk, step = advance(desk, replace(fill(entry, "0.01", **fee), heard_ns=10))
    stop = next(each for each in desk.orders.values() if each.leg == "stop")
    desk, _ = advance(desk, VenueAccepted(stop.id, 11, "there", heard_ns=11))
    assert desk.positions[KEY].units == D("0.009995")
    desk, step = advance(desk, ClosePosition(*KEY, at_ns=12))
    assert dust_of(step) == ["0.000995 BTC"]
    close = submitted(step)
    assert close.quantity == D("0.009")
    desk, step = advance(desk, replace(fill(close, "0.009"), heard_ns=13))
    assert of(CancelOrders, step)[0].orders == (stop.id,)
    found = protection_of(desk, desk.positions[KEY], 10**12)
    assert (found.cover, found.cover.value) == (Cover.DUST, "dust")
