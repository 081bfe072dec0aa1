"""Several owners of one position: each is given back its own, whatever closes it and when."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from lefi_tui.core.bot import Intent
from lefi_tui.core.desk import Desk, advance
from lefi_tui.core.messages import (
    BotStopped,
    OrderFilled,
    StartBot,
    StopBot,
    VenueRejected,
)
from lefi_tui.core.order import Order, OrderStatus
from tests.unit.core.desk_kit import (
    PERPETUAL,
    PLANS,
    SPOT,
    fill,
    of,
    open_desk,
    quote,
    submitted,
    units,
)

D = Decimal
LONG = Intent("buy", PERPETUAL.symbol, 0, size=units("0.1"), leverage=D(10))


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
