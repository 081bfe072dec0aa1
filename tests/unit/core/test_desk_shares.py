"""Several owners of one position: each is given back its own, whatever closes it and when."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from lefi_tui.core.bot import Intent
from lefi_tui.core.desk import Desk, advance
from lefi_tui.core.messages import (
    BotRefused,
    BotStopped,
    CancelOrders,
    CloseGivenUp,
    OrderFilled,
    StartBot,
    StopBot,
    SubmitOrders,
    VenueCanceled,
    VenueRejected,
)
from lefi_tui.core.order import HAND, UNKNOWN, Order, OrderStatus
from tests.unit.core.desk_kit import (
    BUY,
    PERPETUAL,
    PLANS,
    SPOT,
    bought,
    fill,
    of,
    open_desk,
    quote,
    submitted,
    units,
)

D = Decimal
LONG = Intent("buy", PERPETUAL.symbol, 0, size=units("0.1"), leverage=D(10))
OUT = Intent("sell", PERPETUAL.symbol, 1, size=units("0.1"), limit=D(70_000))


def holders(symbol: str, **plans: str) -> Desk:
    """Each bot's first order of its plan is filled whole."""
    desk = open_desk()
    for bot, plan in plans.items():
        desk, _ = advance(desk, StartBot(bot, "told", "main", plan, at_ns=1))
        desk, answer = advance(desk, quote(symbol=symbol))
        order = submitted(answer)
        desk, _ = advance(desk, fill(order, str(order.quantity)))
    return desk


def exit_of(desk: Desk, leg: str = "stop") -> Order:
    return next(order for order in desk.orders.values() if order.leg == leg)


@pytest.fixture(autouse=True)
def _plans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PLANS, "long", ((LONG,),))
    monkeypatch.setitem(PLANS, "long and out", ((LONG,), (OUT,)))


def test_an_exit_that_sells_the_whole_position_gives_back_what_each_bot_held() -> None:
    desk = holders(SPOT.symbol, a="stopped buy", b="buy")
    stop = exit_of(desk)
    desk, answer = advance(desk, fill(stop, "0.015", is_last=False, reason="stop_loss"))
    assert desk.positions["main", SPOT.symbol].shares == {"b": D("0.005")}
    desk, more = advance(desk, fill(stop, "0.005", trade_id="t2", reason="stop_loss"))
    assert desk.positions["main", SPOT.symbol].shares == {}
    assert desk.closed[stop.id].status is OrderStatus.FILLED
    owners = [each.owner for each in of(OrderFilled, answer) + of(OrderFilled, more)]
    assert owners == ["a", "b", "b"]


def test_an_exit_takes_from_its_own_bot_first() -> None:
    desk = holders(SPOT.symbol, a="buy", b="stopped buy")
    desk, _ = advance(desk, fill(exit_of(desk), "0.015", is_last=False, reason="stop_loss"))
    assert desk.positions["main", SPOT.symbol].shares == {"a": D("0.005")}


def test_a_stop_that_closes_ends_when_another_bots_exit_has_sold_its_share() -> None:
    desk = holders(SPOT.symbol, a="stopped buy", b="buy")
    stop = exit_of(desk)
    desk, answer = advance(desk, StopBot("b", at_ns=20, closes=True))
    close = submitted(answer)
    desk, _ = advance(desk, fill(stop, "0.02", reason="stop_loss"))
    desk, answer = advance(desk, VenueRejected(close.id, 21, "X", "nothing to reduce"))
    assert of(BotStopped, answer)
    assert "stays open" not in of(BotStopped, answer)[0].reason


def test_a_liquidation_takes_the_units_of_all_who_held_the_position() -> None:
    desk = holders(PERPETUAL.symbol, a="long", b="long")
    order = replace(next(iter(desk.closed.values())), id="liquidation1")
    gone = fill(order, "0.2", "54000", side="sell", reason="liquidation", liquidity="none")
    desk, answer = advance(desk, gone)
    assert desk.positions["main", PERPETUAL.symbol].shares == {}
    assert [each.owner for each in of(OrderFilled, answer)] == ["a", "b"]
    again, told = advance(desk, gone)
    assert (again, told.events) == (desk, ())


def test_a_position_too_small_to_close_does_not_keep_the_others_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(PLANS, "two", ((BUY,), (LONG,)))
    desk, _ = advance(open_desk(), StartBot("b", "told", "main", "two", at_ns=1))
    for symbol, part in ((SPOT.symbol, "0.00004"), (PERPETUAL.symbol, "0.1")):
        desk, answer = advance(desk, quote(symbol=symbol))
        desk, _ = advance(desk, fill(submitted(answer), part, is_last=symbol != SPOT.symbol))
    desk, answer = advance(desk, StopBot("b", at_ns=20, closes=True))
    entry = of(CancelOrders, answer)[0].orders[0]
    assert [each.orders[0].terms.symbol for each in of(SubmitOrders, answer)] == [PERPETUAL.symbol]
    close = submitted(answer)
    desk, answer = advance(desk, fill(close, "0.1"))
    assert not of(SubmitOrders, answer)
    desk, answer = advance(desk, VenueCanceled(entry, 21, "asked"))
    stopped = of(BotStopped, answer)[0].reason
    assert "0.00004 BTC of BTC/USDT stays open" in stopped
    assert PERPETUAL.symbol not in stopped


def test_an_exit_that_is_canceled_says_nothing_about_the_close() -> None:
    desk, _ = bought("stopped buy")
    stop = exit_of(desk)
    desk, answer = advance(desk, StopBot("b", at_ns=20, closes=True))
    close = submitted(answer)
    desk, answer = advance(desk, VenueCanceled(stop.id, 21, "asked"))
    assert not of(CloseGivenUp, answer)
    desk, answer = advance(desk, fill(close, "0.01"))
    assert "stays open" not in of(BotStopped, answer)[0].reason


def test_a_close_waits_for_the_bots_own_orders_out_of_the_position() -> None:
    """Both would fill against another bot's units, and turn one share over."""
    desk = holders(PERPETUAL.symbol, b="long", a="long and out")
    desk, answer = advance(desk, quote(symbol=PERPETUAL.symbol))
    out = submitted(answer)
    desk, answer = advance(desk, StopBot("a", at_ns=20, closes=True))
    assert of(CancelOrders, answer)[0].orders == (out.id,)
    assert not of(SubmitOrders, answer)
    late, answer = advance(desk, fill(out, "0.1", "70000"))
    assert of(BotStopped, answer)
    assert late.positions["main", PERPETUAL.symbol].shares == {"b": D("0.1")}
    desk, answer = advance(desk, fill(out, "0.04", "70000", is_last=False))
    assert not of(SubmitOrders, answer)
    desk, answer = advance(desk, VenueCanceled(out.id, 21, "asked"))
    assert submitted(answer).quantity == D("0.06")


@pytest.mark.parametrize("name", [HAND, UNKNOWN])
def test_no_bot_has_the_name_of_an_owner_that_is_none(name: str) -> None:
    desk, answer = advance(open_desk(), StartBot(name, "told", "main", "buy", at_ns=1))
    assert not desk.bots
    assert "Give it another name" in of(BotRefused, answer)[0].text
