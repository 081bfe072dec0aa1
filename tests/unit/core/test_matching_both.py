"""Exits of which the candle does not tell which came first are marked where they fill."""

from __future__ import annotations

import pytest

from lefi_tui.core.matching import Filled
from lefi_tui.core.metrics import TradeBook
from lefi_tui.simulate.trial import fill_row
from tests.unit.core.candle_tables import (
    NO_FEES,
    PERPETUAL,
    SPOT,
    Candle,
    Table,
    last,
    long_at_100,
    rules,
    short_at_100,
)

BOTH = {"stop_loss": "5%", "take_profit": "4%"}


@pytest.mark.parametrize(
    ("exits", "candle", "expected"),
    [
        (BOTH, (100, 110, 90, 100), ("stop_loss", True)),
        (BOTH, (100, 103.9, 95, 100), ("stop_loss", False)),
        (BOTH, (100, 104, 95.1, 100), ("take_profit", False)),
        # The open tells what came first.
        (BOTH, (90, 110, 90, 100), ("stop_loss", False)),
        (BOTH, (105, 110, 90, 100), ("take_profit", False)),
        ({"take_profit": "4%", "trail": "3%"}, (100, 104, 97, 100), ("trail", True)),
        ({"take_profit": "4%"}, (100, 110, 90, 100), ("take_profit", False)),
        ({"stop_loss": "5%"}, (100, 110, 90, 100), ("stop_loss", False)),
    ],
)
def test_an_exit_is_marked_where_its_candle_could_have_met_stop_and_target(
    exits: dict[str, str], candle: Candle, expected: tuple[str, bool]
) -> None:
    table = long_at_100(NO_FEES, **exits)
    table.candle(*candle)
    filled = last(table)
    assert (filled.reason, filled.had_both) == expected


def test_shorts_and_liquidations_are_marked_too() -> None:
    table = short_at_100(NO_FEES, **BOTH)
    table.candle(100, 110, 90, 100, symbol=PERPETUAL)
    assert last(table).had_both
    taken = Table()
    taken.send("buy", "1", symbol=PERPETUAL, leverage="20", take_profit="4%")
    taken.candle(100, 100, 100, 100, symbol=PERPETUAL)
    taken.candle(100, 110, 90, 100, symbol=PERPETUAL)
    assert (last(taken).reason, last(taken).had_both) == ("liquidation", True)


def test_the_target_of_an_entry_filled_inside_counts_though_it_waits_by_the_rule() -> None:
    table = Table()
    table.send("buy", "1", at="95", stop_loss="90", take_profit="98")
    table.candle(100, 110, 90, 92)
    assert (last(table).reason, last(table).had_both) == ("stop_loss", True)


def test_a_trade_of_such_an_exit_is_known_by_its_number() -> None:
    table, book = Table(), TradeBook({SPOT: rules(SPOT)})
    for candle in ((100, 103, 95, 100), (100, 110, 90, 100), (100, 104, 99, 100)):
        table.send("buy", "1", **BOTH)
        table.candle(100, 100, 100, 100)
        table.candle(*candle)
    for each in table.told:
        if isinstance(each, Filled):
            book.add(fill_row(each))
    assert (len(book.trades), book.both) == (3, [1])
