"""Orders of a person at an exchange, over the wire: moved once, guarded, closed in parts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from lefi_tui.core.messages import (
    CancelOrder,
    ClosePosition,
    Command,
    MoveOrder,
    PlaceOrder,
    ProtectPosition,
)
from lefi_tui.core.order import HAND, ExitPlan, Level, LevelKind, Order, Side, Size, SizeKind
from lefi_tui.engine.engine import Engine
from tests.exchange.live_profile import BTC, held, live_desk
from tests.exchange.loopback.host import Far, exchange_in_thread
from tests.exchange.test_public_account import seen

D = Decimal
PATIENCE_S = 60.0
OPEN = {"NEW", "PARTIALLY_FILLED"}
BUY = PlaceOrder("main", BTC, Side.BUY, Size(SizeKind.UNITS, D("0.02")), leverage=D(5))


@pytest.fixture(scope="module")
def far() -> Iterator[Far]:
    with exchange_in_thread() as opened:
        yield opened


@pytest.fixture(scope="module")
def engine(far: Far, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with live_desk(tmp_path_factory.mktemp("hand"), far) as begun:
        yield begun


def told(engine: Engine, command: Command) -> None:
    receipt = engine.submit(command).result(PATIENCE_S)
    assert receipt.is_accepted, receipt.text


def lasting(is_so: Callable[[], Any], seen: Callable[[], object]) -> Any:
    deadline = time.monotonic() + PATIENCE_S
    while not (found := is_so()):
        assert time.monotonic() < deadline, seen()
        time.sleep(0.02)
    return found


def mine(engine: Engine, leg: str = "entry") -> list[Order]:
    orders = engine.desk.orders.values()
    return [each for each in orders if each.owner == HAND and each.leg == leg]


def resting(engine: Engine, limit: str) -> Order:
    def there() -> list[Order]:
        at = (each for each in mine(engine) if each.terms.limit == D(limit))
        return [each for each in at if each.status == "accepted"]

    found: Order = lasting(there, lambda: mine(engine))[0]
    return found


def working(far: Far) -> list[dict[str, Any]]:
    return [each for each in far.act("orders") if each["status"] in OPEN]


@pytest.mark.parametrize("fault", ["", "502 after", "502 before"])
def test_a_moved_order_is_one_order_there_also_when_the_answer_to_its_cancel_is_lost(
    engine: Engine, far: Far, fault: str
) -> None:
    told(engine, PlaceOrder("main", BTC, Side.BUY, BUY.size, limit=D(50_000), leverage=D(5)))
    order = resting(engine, "50000")
    before = len(far.act("orders"))
    if fault:
        far.act("fault", name=fault, path="/order", method="DELETE")
    told(engine, MoveOrder(order.id, ticks=5))
    moved = resting(engine, "50000.5")
    assert (moved.moved_from, moved.quantity) == (order.id, order.quantity)
    assert [D(each["price"]) for each in working(far)] == [D("50000.5")]
    assert len(far.act("orders")) == before + 1
    told(engine, CancelOrder(moved.id))
    lasting(lambda: not working(far) and not mine(engine), lambda: working(far))


def test_one_that_fills_while_its_cancel_is_on_its_way_is_not_placed_anew(
    engine: Engine, far: Far
) -> None:
    told(engine, PlaceOrder("main", BTC, Side.BUY, BUY.size, limit=D(50_000), leverage=D(5)))
    order = resting(engine, "50000")
    before = len(far.act("orders"))
    far.act("fault", name="502 before", path="/order", method="DELETE", times=3)
    told(engine, MoveOrder(order.id, ticks=5))
    far.act("price", symbol="BTCUSDT", price="49000")
    seen(engine, lambda view: held(view) == {BTC: D("0.02")})
    far.act("price", symbol="BTCUSDT", price="60000")
    lasting(lambda: not mine(engine), lambda: mine(engine))
    assert (len(far.act("orders")), working(far)) == (before, [])
    told(engine, ClosePosition("main", BTC))
    seen(engine, lambda view: not held(view))


def test_a_position_of_the_hand_is_guarded_there_and_closed_in_parts(
    engine: Engine, far: Far
) -> None:
    told(engine, BUY)
    seen(engine, lambda view: held(view) == {BTC: D("0.02")})
    told(engine, ProtectPosition("main", BTC, plan("0.05")))
    first = lasting(lambda: algos(far), lambda: far.act("algos"))[0]["triggerPrice"]
    told(engine, ProtectPosition("main", BTC, plan("0.04")))
    lasting(
        lambda: [each["triggerPrice"] for each in algos(far)] not in ([first], []),
        lambda: far.act("algos"),
    )
    assert len(algos(far)) == 1  # never two that close all
    told(engine, ClosePosition("main", BTC, share=D("0.5")))
    seen(engine, lambda view: held(view) == {BTC: D("0.01")})
    lasting(lambda: len(algos(far)) == 1, lambda: far.act("algos"))
    told(engine, ClosePosition("main", BTC))
    seen(engine, lambda view: not held(view))
    lasting(lambda: not algos(far), lambda: far.act("algos"))
    assert all(each["symbol"] != "BTCUSDT" for each in far.act("positions"))


def plan(stop: str) -> ExitPlan:
    return ExitPlan(stop_loss=Level(LevelKind.PERCENT, D(stop)))


def algos(far: Far) -> list[dict[str, Any]]:
    return [each for each in far.act("algos") if each["algoStatus"] == "NEW"]
