"""The shipped game in the language, over the wire: as the exchange has its orders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lefi_tui.core.messages import GiveCommand, StartBot
from lefi_tui.engine.engine import Engine
from tests.exchange.live_profile import BTC, held, live_desk
from tests.exchange.loopback.host import Far, exchange_in_thread
from tests.exchange.test_public_account import seen

UNITS = "0.01"
SCRIPT = (Path(__file__).parents[2] / "scripts" / "ttadak.lefi").read_text()


@pytest.fixture(scope="module")
def far() -> Iterator[Far]:
    with exchange_in_thread() as begun:
        yield begun


@pytest.fixture(scope="module")
def engine(far: Far, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with live_desk(tmp_path_factory.mktemp("game"), far) as begun:
        settings = (("leverage", "20"), ("units", UNITS))
        start = StartBot("game", "automated", "main", SCRIPT, settings)
        assert begun.submit(start).result(30).is_accepted
        seen(begun, lambda _: ("main", BTC) in begun.desk.quotes)
        yield begun


class Table:
    """The game and what the exchange has of it; each test begins and ends with nothing."""

    def __init__(self, engine: Engine, far: Far) -> None:
        self._engine, self._far = engine, far

    def plays(self, name: str) -> None:
        assert self._engine.submit(GiveCommand("game", name)).result(30).is_accepted

    def price(self, price: str) -> None:
        self._far.act("price", symbol="BTCUSDT", price=price)

    @property
    def exits(self) -> list[dict[str, Any]]:
        return [each for each in self._far.act("orders") if each["status"] == "NEW"]

    @property
    def stops(self) -> list[dict[str, Any]]:
        return [each for each in self._far.act("algos") if each["algoStatus"] == "NEW"]

    @property
    def units(self) -> Decimal:
        return sum((Decimal(each["units"]) for each in self._far.act("positions")), Decimal(0))

    def opened(self, units: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Its exit and its stop, once both are there."""
        seen(self._engine, lambda _: self.exits and self.stops)
        assert self.units == Decimal(units)
        (exit_,), (stop,) = self.exits, self.stops
        return exit_, stop

    def until(self, holds: Callable[[], bool]) -> None:
        seen(self._engine, lambda _: holds())

    def is_over(self) -> bool:
        return not (self.units or self.exits or self.stops)

    def ends(self) -> None:
        seen(self._engine, lambda view: self.is_over() and not held(view))


@pytest.fixture
def table(engine: Engine, far: Far) -> Table:
    made = Table(engine, far)
    made.price("60000")
    seen(engine, lambda _: engine.desk.quotes["main", BTC].last == 60_000)
    return made


@pytest.mark.parametrize(
    ("name", "units", "side", "prices"),
    [
        ("BUY GAME", "0.01", "SELL", ("60072.2", "59100.1", "60080")),
        ("SELL GAME", "-0.01", "BUY", ("59928", "60900", "59920")),
    ],
)
def test_a_game_has_its_stop_and_an_exit_that_can_only_reduce_and_the_exit_ends_it(
    table: Table, name: str, units: str, side: str, prices: tuple[str, str, str]
) -> None:
    exit_at, stop_at, met = prices
    table.plays(name)
    exit_, stop = table.opened(units)
    table.plays(name)  # one game at a time
    assert (exit_["side"], exit_["price"], exit_["is_reduce_only"]) == (side, exit_at, True)
    assert Decimal(exit_["quantity"]) == abs(Decimal(units))
    assert (stop["side"], stop["triggerPrice"]) == (side, stop_at)
    table.price(met)
    table.ends()


def test_the_stop_takes_the_exit_with_it(table: Table) -> None:
    table.plays("BUY GAME")
    table.opened("0.01")
    table.price("59000")
    table.ends()


def test_flatten_leaves_neither_position_nor_orders(table: Table) -> None:
    table.plays("SELL GAME")
    table.opened("-0.01")
    table.plays("FLATTEN")
    table.ends()


def test_each_part_of_an_entry_has_its_exit_and_never_more(table: Table, far: Far) -> None:
    far.act("plan", shares=["0.3", "0.3", "0.4"], pause_ms=20)
    table.plays("BUY GAME")
    table.until(lambda: len(table.exits) == 3)
    assert table.units == Decimal(UNITS)
    assert [each["quantity"] for each in table.exits] == ["0.003", "0.003", "0.004"]
    assert all(each["is_reduce_only"] for each in table.exits)
    table.price("60080")
    table.ends()


def test_an_entry_of_more_parts_than_the_script_has_places_for_has_one_exit_for_all(
    table: Table, far: Far
) -> None:
    far.act("plan", shares=["0.1"] * 10, pause_ms=10)
    table.plays("SELL GAME")
    # The ninth part cancels what works, the rest of the entry with it, if that has not filled yet.
    table.until(lambda: table.units in (Decimal("-0.009"), Decimal("-0.01")))
    table.until(lambda: [Decimal(each["quantity"]) for each in table.exits] == [abs(table.units)])
    (exit_,) = table.exits
    assert exit_["is_reduce_only"]
    table.plays("FLATTEN")
    table.ends()
