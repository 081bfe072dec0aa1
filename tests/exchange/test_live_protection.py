"""Position open <=> protection known, through the whole program and the wire."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lefi_tui.core.messages import CancelOrder, ClosePosition, Kill, StartBot, StopBot
from lefi_tui.engine.engine import Engine
from lefi_tui.views.desk_view import DeskView, PositionRow
from tests.exchange.live_profile import BTC, bare, begun, live_profile, with_key
from tests.exchange.loopback.host import Far, exchange_in_thread
from tests.exchange.test_public_account import seen

PATIENCE_S = 60.0
RULES = "[protection]\nalarm_s = 1\nclose_s = 2\ndead_man_s = 30\n"
BUYER = """
state n = 0
on PriceUpdate("{symbol}") {{
    n = n + 1
    if n == 1 {{ {order} }}
}}
"""
D_MOVED = Decimal("59290.1")
BUY = f'Buy("{BTC}", 0.01 BTC, leverage = 5, '


@pytest.fixture(scope="module")
def far() -> Iterator[Far]:
    with exchange_in_thread() as opened:
        yield opened


@pytest.fixture(scope="module")
def home(far: Far, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = live_profile(tmp_path_factory.mktemp("protection"), far)
    with (home / "config.toml").open("a") as config:
        config.write(RULES)
    with bare(home):
        with_key(home, far)
        yield home


class Running:
    """One engine for all tests; it may be stopped and started again."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._stack = ExitStack()

    @property
    def engine(self) -> Engine:
        return self._engine

    def start(self) -> Engine:
        self._engine = self._stack.enter_context(begun(self._home))
        return self._engine

    def stop(self) -> None:
        self._stack.close()


@pytest.fixture(scope="module")
def desk(home: Path) -> Iterator[Running]:
    desk = Running(home)
    desk.start()
    yield desk
    desk.stop()


@pytest.fixture
def engine(desk: Running) -> Engine:
    return desk.engine


@pytest.fixture(autouse=True)
def at_60000(far: Far) -> None:
    far.act("price", symbol="BTCUSDT", price="60000")


def start(engine: Engine, name: str, order: str) -> None:
    source = BUYER.format(symbol=BTC, order=order)
    receipt = engine.submit(StartBot(name, "automated", "main", source)).result(30)
    assert receipt.is_accepted, receipt.text


def close(engine: Engine, name: str) -> None:
    engine.submit(StopBot(name)).result(30)
    engine.submit(ClosePosition("main", BTC)).result(30)
    seen(engine, lambda view: not held(view))


def held(view: DeskView) -> PositionRow | None:
    return next((each for each in view.positions if each.account == "main"), None)


def stops(view: DeskView) -> str:
    row = held(view)
    return "" if row is None else row.stop


def standing(far: Far) -> list[dict[str, Any]]:
    return [each for each in far.act("algos") if each["algoStatus"] == "NEW"]


def newest_limit(far: Far) -> dict[str, Any]:
    """A kill's close at market may come behind it."""
    return next(each for each in reversed(far.act("orders")) if each["kind"] == "LIMIT")


def lasting(far: Far, is_so: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE_S
    while not (found := is_so()):
        assert time.monotonic() < deadline, far.act("algos")
        time.sleep(0.02)
    return found


def said(view: DeskView) -> str:
    return "\n".join(f"{row.what}: {row.why}" for row in view.log)


def test_a_stop_that_vanishes_is_hung_again_once_and_then_the_position_is_unprotected(
    engine: Engine, far: Far
) -> None:
    start(engine, "vanishing", f"{BUY}stop_loss = 2%)")
    seen(engine, lambda view: stops(view) == "stop 58,800.1 native")
    first = standing(far)[0]["clientAlgoId"]
    far.act("end_algo", client_id=first)  # as the exchange forgets it, or a phone takes it away
    (again,) = lasting(far, lambda: standing(far))
    assert again["clientAlgoId"] != first
    seen(engine, lambda view: stops(view).endswith("native"))
    far.act("end_algo", client_id=again["clientAlgoId"])
    view = seen(engine, lambda view: stops(view).startswith("UNPROTECTED"))
    assert "it is hung again" in said(view)
    assert "its stop is missing" in said(view)
    assert standing(far) == []
    close(engine, "vanishing")


def test_an_entry_whose_stop_is_refused_is_closed_by_rule(engine: Engine, far: Far) -> None:
    met = len(far.act("faults_met"))
    far.act("fault", name="reject", path="/algoOrder", method="POST", times=2)
    start(engine, "refused", f"{BUY}stop_loss = 2%)")
    view = seen(engine, lambda view: "Closed at market by rule" in said(view))
    assert "UNPROTECTED" in said(view)
    seen(engine, lambda view: not held(view))
    lasting(far, lambda: far.act("positions") == [])
    assert len(far.act("faults_met")) - met == 2  # it was tried again before
    engine.submit(StopBot("refused")).result(30)


def test_what_a_stop_left_unsold_is_not_left_without_one(engine: Engine, far: Far) -> None:
    start(engine, "in-part", f"{BUY}stop_loss = 2%)")
    seen(engine, lambda view: stops(view).endswith("native"))
    before = len(far.act("fills"))
    far.act("plan", shares=["0.4"], then="expire", symbol="BTCUSDT")
    far.act("price", symbol="BTCUSDT", price="58700")
    seen(engine, lambda view: not held(view))  # the price is past it, so the rest is closed
    sold = [each["quantity"] for each in far.act("fills")[before:]]
    assert sold == ["0.004", "0.006"]
    assert standing(far) == []
    engine.submit(StopBot("in-part")).result(30)


def test_what_a_person_takes_away_is_told_as_no_stop_asked(engine: Engine, far: Far) -> None:
    start(engine, "by-hand", f"{BUY}stop_loss = 2%, take_profit = 5%)")
    view = seen(engine, lambda view: stops(view).endswith("native") and len(view.orders) == 2)
    stop = next(each.id for each in view.orders if each.leg == "stop")
    assert engine.submit(CancelOrder(stop)).result(30).is_accepted
    seen(engine, lambda view: stops(view) == "no stop asked")
    lasting(far, lambda: len(standing(far)) == 1)
    close(engine, "by-hand")
    lasting(far, lambda: standing(far) == [])  # the target goes with its position


def test_what_an_entry_filled_before_its_end_is_the_position_and_its_stop_closes_that(
    engine: Engine, far: Far
) -> None:
    far.act("plan", shares=["0.4"], then="expire")
    start(engine, "partial", f"{BUY}stop_loss = 2%)")
    view = seen(engine, lambda view: stops(view) == "stop 58,800.1 native")
    row = held(view)
    assert row is not None
    assert row.units == Decimal("0.004")
    far.act("price", symbol="BTCUSDT", price="58000")
    seen(engine, lambda view: not held(view))
    assert far.act("positions") == []
    engine.submit(StopBot("partial")).result(30)


def test_a_stop_in_percent_follows_the_average_entry_price_when_more_is_bought(
    engine: Engine, far: Far
) -> None:
    start(engine, "first", f"{BUY}stop_loss = 2%)")
    seen(engine, lambda view: stops(view) == "stop 58,800.1 native")
    far.act("price", symbol="BTCUSDT", price="61000")
    start(engine, "more", BUY.removesuffix(", ") + ")")
    seen(engine, lambda view: stops(view) == "stop 59,290.1 native")  # 2 % below 60500.1
    lasting(far, lambda: [Decimal(each["triggerPrice"]) for each in standing(far)] == [D_MOVED])
    engine.submit(StopBot("more")).result(30)
    close(engine, "first")


def test_a_trail_follows_as_a_native_stop_and_goes_on_from_its_best_price_after_a_restart(
    desk: Running, far: Far
) -> None:
    start(desk.engine, "trailing", f"{BUY}trail = 1%)")
    seen(desk.engine, lambda view: stops(view) == "trail 59,400.1 native")
    far.act("price", symbol="BTCUSDT", price="60600")
    seen(desk.engine, lambda view: stops(view) == "trail 59,994.0 native")
    (there,) = standing(far)
    assert there["orderType"] == "STOP_MARKET"
    assert Decimal(there["triggerPrice"]) == Decimal(59_994)
    desk.stop()
    far.act("price", symbol="BTCUSDT", price="60300")  # while we are away
    engine = desk.start()
    seen(engine, lambda view: stops(view) == "trail 59,994.0 native")
    assert [each["clientAlgoId"] for each in standing(far)] == [there["clientAlgoId"]]
    far.act("price", symbol="BTCUSDT", price="59990")
    seen(engine, lambda view: not held(view))
    assert far.act("positions") == []


def test_a_kill_takes_entries_and_exits_there_while_questions_hang_and_the_journal_is_locked(
    home: Path, engine: Engine, far: Far
) -> None:
    start(engine, "doomed", f"{BUY}stop_loss = 2%); {BUY}at = 50000)")
    seen(engine, lambda view: stops(view).endswith("native") and len(view.orders) == 2)
    far.act("fault", name="hang before", method="GET", times=200)
    with closing(sqlite3.connect(home / "desk.sqlite", isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        assert engine.submit(Kill(0)).result(30).is_accepted
        lasting(far, lambda: not standing(far) and newest_limit(far)["status"] == "CANCELED")
        holder.execute("ROLLBACK")
