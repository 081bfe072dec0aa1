"""Games whose exit leaves beside the entry, through the whole program and the wire."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from lefi_tui.core.game import Do, Play
from lefi_tui.core.messages import PlayGame, StartBot, StopBot
from lefi_tui.engine.engine import Engine
from lefi_tui.views.desk_view import DeskView
from tests.exchange.live_profile import BTC, held, live_desk
from tests.exchange.loopback.host import Far, exchange_in_thread
from tests.exchange.test_public_account import seen

PATIENCE_S = 60.0
GAME = {"sizes": "0.01", "leverage": "20", "stale_ms": "60000", "repeat_ms": "50", "held_ms": "50"}
PLANS = ("batch", "parallel")


@pytest.fixture(scope="module")
def far() -> Iterator[Far]:
    with exchange_in_thread() as opened:
        yield opened


@pytest.fixture(scope="module")
def engine(far: Far, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with live_desk(tmp_path_factory.mktemp("pairs"), far) as begun:
        yield begun


class Playing:
    """One game; the exchange's orders since it began."""

    def __init__(self, engine: Engine, far: Far, plan: str) -> None:
        self._engine, self._far, self.plan = engine, far, plan
        self._before, self._presses = len(far.act("orders")), 0

    def begin(self, name: str) -> None:
        settings = (("symbol", BTC), ("plan", self.plan), *GAME.items())
        self.name = name
        self._told(StartBot(name, "ttadak", "main", "", settings))
        for price in (60_000.1, 60_000.0):  # it plays at what it has seen itself
            self._far.act("price", symbol="BTCUSDT", price=str(price))
            seen(self._engine, partial(_is_at, price))
        self.press(Do.ARM)

    def press(self, do: Do) -> None:
        self._presses += 1
        self._told(PlayGame(self.name, Play(do, press=self._presses)))

    def _told(self, command: Any) -> None:
        receipt = self._engine.submit(command).result(PATIENCE_S)
        assert receipt.is_accepted, receipt.text

    def orders(self, side: str) -> list[dict[str, Any]]:
        there = self._far.act("orders")[self._before :]
        return [each for each in there if each["side"] == side]

    def lasting(self, is_so: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + PATIENCE_S
        while not (found := is_so()):
            assert time.monotonic() < deadline, self._far.act("orders")[self._before :]
            time.sleep(0.02)
        return found

    def at_rest(self) -> Decimal:
        """Units that its exits offer there."""
        open_ = {"NEW", "PARTIALLY_FILLED"}
        found = (each for each in self.orders("SELL") if each["status"] in open_)
        return sum((Decimal(each["quantity"]) - Decimal(each["filled"]) for each in found),
                   Decimal(0))  # fmt: skip

    def ends_won(self) -> None:
        self._far.act("price", symbol="BTCUSDT", price="61000")
        seen(self._engine, lambda view: not held(view))
        self.lasting(lambda: self._far.act("positions") == [])
        sold = sum(Decimal(each["filled"]) for each in self.orders("SELL"))
        assert sold == sum(Decimal(each["filled"]) for each in self.orders("BUY"))
        seen(self._engine, lambda view: not view.orders)
        self._told(StopBot(self.name))


@pytest.fixture(params=PLANS)
def playing(request: pytest.FixtureRequest, engine: Engine, far: Far) -> Playing:
    far.act("no_faults")
    far.act("settings", excess="cut")
    far.act("book", symbol="BTCUSDT", units="1000")
    far.act("price", symbol="BTCUSDT", price="60000")
    seen(engine, partial(_is_at, 60_000.0))
    return Playing(engine, far, request.param)


def _is_at(price: float, view: DeskView) -> bool:
    return any(each.symbol == BTC and each.bid == price for each in view.prices)


def stands(view: DeskView) -> str:
    row = next((each for each in view.positions if each.account == "main"), None)
    return "" if row is None else row.stop


def test_both_leave_at_once_and_the_exit_is_there_when_the_entry_is_filled(
    playing: Playing, engine: Engine
) -> None:
    playing.begin(f"at-once-{playing.plan}")
    playing.press(Do.BUY)
    playing.lasting(lambda: playing.at_rest() == Decimal("0.01"))
    seen(engine, lambda view: stands(view).endswith("native"))
    playing.ends_won()


def test_when_the_exit_is_refused_the_position_has_its_stop_and_then_its_exit(
    playing: Playing, engine: Engine, far: Far
) -> None:
    """faults.md 17b: the first leg fills, the second is rejected."""
    playing.begin(f"refused-{playing.plan}")
    for path in ("/batchOrders/one", "/fapi/v1/order"):  # of which one is its way
        far.act("fault", name="reject", method="POST", path=path, side="SELL")
    playing.press(Do.BUY)
    playing.lasting(lambda: playing.at_rest() == Decimal("0.01"))
    assert len(playing.orders("SELL")) == 1  # the refused one was never there
    view = seen(engine, lambda view: stands(view).endswith("native"))
    assert "Margin is insufficient. (-2019)" in str(view.log)
    playing.ends_won()


@pytest.mark.parametrize(
    ("playing", "excess"),
    [("batch", "cut"), ("parallel", "whole"), ("batch", "refused")],
    indirect=["playing"],
)
def test_what_an_entry_has_filled_is_what_its_exits_sell_however_the_exchange_takes_them(
    playing: Playing, engine: Engine, far: Far, excess: str
) -> None:
    far.act("settings", excess=excess)
    far.act("book", symbol="BTCUSDT", units="0.001")  # at each of the three levels it may take
    playing.begin(f"partly-{excess}-{playing.plan}")
    playing.press(Do.BUY)  # what is not there at once expires
    playing.lasting(lambda: [each["status"] for each in playing.orders("BUY")] == ["EXPIRED"])
    seen(engine, lambda view: held(view) == {BTC: Decimal("0.003")})
    seen(engine, lambda view: stands(view).endswith("native"))
    playing.lasting(lambda: playing.at_rest() == Decimal("0.003"))
    playing.ends_won()
