"""Exits, perpetuals and equity on candles: rules 2, 5, 7, 10 and 11, one by one."""

from __future__ import annotations

from lefi_tui.core.matching import Fees
from tests.unit.core.candle_tables import (
    PERPETUAL,
    SPOT,
    Table,
    last,
    long_at_100,
    short_at_100,
)


def test_a_stop_sells_at_its_level_where_the_low_reaches_it() -> None:
    table = long_at_100(stop_loss="5%")
    table.candle(100, 101, 95.1, 100)
    assert table.units == 1
    table.candle(100, 101, 95, 100)
    assert table.fills[-1] == ("stop_loss", 100 * (1 - 0.05), 1)


def test_a_stop_that_the_open_passed_sells_at_the_open_with_slippage_and_taker_fee() -> None:
    table = long_at_100(Fees(0.0002, 0.0005, 0), stop_loss="5%")
    table.candle(93, 94, 92, 93)
    assert (last(table).price, last(table).liquidity, last(table).fee) == (93, "taker", 0.0005 * 93)


def test_a_stop_pays_slippage() -> None:
    table = Table(Fees(0, 0, 0.01))
    table.send("buy", "1", stop_loss="95")
    table.candle(100, 100, 99, 100)
    table.candle(100, 100, 94, 100)
    assert table.fills[-1] == ("stop_loss", 95 * (1 - 0.01), 1)


def test_a_target_sells_at_its_level_as_maker() -> None:
    table = long_at_100(Fees(0.0002, 0.0005), take_profit="4%")
    table.candle(100, 103.9, 99, 100)
    table.candle(100, 104, 99, 100)
    assert table.fills[-1][:2] == ("take_profit", 100 * (1 + 0.04))
    assert last(table).liquidity == "maker"


def test_a_target_that_the_open_passed_sells_at_the_better_open() -> None:
    table = long_at_100(take_profit="4%")
    table.candle(107, 108, 106, 107)
    assert table.fills[-1] == ("take_profit", 107, 1)


def test_the_stop_comes_before_the_target_in_a_candle_that_reaches_both() -> None:
    table = long_at_100(stop_loss="5%", take_profit="4%")
    table.candle(100, 110, 90, 100)
    assert table.fills[-1][0] == "stop_loss"


def test_the_short_is_mirrored_stop_first_at_the_high() -> None:
    table = short_at_100(stop_loss="5%", take_profit="4%")
    table.candle(100, 110, 90, 100, symbol=PERPETUAL)
    assert table.fills[-1] == ("stop_loss", 100 * (1 + 0.05), 1)
    other = short_at_100(stop_loss="5%", take_profit="4%")
    other.candle(100, 104, 96, 100, symbol=PERPETUAL)
    assert other.fills[-1] == ("take_profit", 100 * (1 - 0.04), 1)


def test_an_entry_filled_at_an_open_has_all_its_exits_in_that_candle() -> None:
    for exits, low, high, expected in (
        ({"stop_loss": "5%"}, 94, 101, ("stop_loss", 100 * (1 - 0.05))),
        ({"take_profit": "4%"}, 99, 105, ("take_profit", 100 * (1 + 0.04))),
        ({"trail": "3%"}, 96, 101, ("trail", 100 * (1 - 0.03))),
    ):
        table = Table()
        table.send("buy", "1", **exits)
        table.candle(100, high, low, 100)
        assert table.fills[-1][:2] == expected


def test_slippage_past_the_stop_still_sells_at_the_stop_in_the_entrys_own_candle() -> None:
    table = Table(Fees(0, 0, 0.02))
    table.send("buy", "1", stop_loss="1%")
    table.candle(100, 105, 100, 100)
    level = 100 * (1 + 0.02) * (1 - 0.01)
    assert table.fills[-1] == ("stop_loss", level * (1 - 0.02), 1)


def test_an_entry_filled_inside_has_its_stop_but_not_its_target_nor_its_trail() -> None:
    table = Table()
    table.send("buy", "1", at="95", stop_loss="90", take_profit="98", trail="1")
    table.candle(100, 110, 91, 92)
    assert table.units == 1
    table.candle(92, 110, 92, 92)
    assert table.fills[-1] == ("trail", 92, 1)
    other = Table()
    other.send("buy", "1", at="95", stop_loss="90", take_profit="98")
    other.candle(100, 110, 90, 92)
    assert other.fills[-1] == ("stop_loss", 90, 1)


def test_the_target_of_an_entry_filled_inside_counts_from_the_next_candle() -> None:
    table = Table()
    table.send("buy", "1", at="95", take_profit="98")
    table.candle(100, 110, 91, 97)
    table.candle(97, 99, 96, 97)
    assert table.fills[-1] == ("take_profit", 98, 1)


def test_a_level_already_passed_at_the_fill_acts_there() -> None:
    table = Table()
    table.send("buy", "1", stop_loss="105")
    table.candle(100, 103, 99, 100)
    assert table.fills[-1] == ("stop_loss", 100, 1)
    other = Table()
    other.send("buy", "1", take_profit="90")
    other.candle(100, 103, 99, 100)
    assert other.fills[-1] == ("take_profit", 100, 1)
    inside = Table()
    inside.send("buy", "1", at="95", stop_loss="96")
    inside.candle(100, 103, 80, 100)
    assert inside.fills[-1] == ("stop_loss", 95, 1)
    passed = Table()
    passed.send("buy", "1", at="95", take_profit="94")
    passed.candle(100, 103, 80, 100)
    assert passed.fills[-1] == ("take_profit", 95, 1)


def test_the_trail_follows_the_best_of_earlier_candles_only() -> None:
    table = long_at_100(trail="10%")
    table.candle(100, 120, 95, 118)  # its own high counts from the next candle on
    assert table.units == 1
    table.candle(118, 119, 108, 110)
    assert table.fills[-1] == ("trail", 120 * (1 - 0.1), 1)


def test_the_entry_candles_own_high_counts_where_its_open_filled_it() -> None:
    table = Table()
    table.send("buy", "1", trail="10")
    table.candle(100, 108, 95, 105)
    table.candle(105, 106, 98, 100)
    assert table.fills[-1] == ("trail", 98, 1)


def test_an_entry_filled_inside_trails_from_its_fill_and_ignores_its_candles_high() -> None:
    table = Table()
    table.send("buy", "1", at="95", trail="10")
    table.candle(100, 130, 90, 100)
    table.candle(100, 101, 85.5, 100)
    assert table.units == 1
    table.candle(100, 101, 91, 100)  # best is 101 of the candle before: 91
    assert table.fills[-1] == ("trail", 91, 1)


def test_the_nearer_of_stop_and_trail_counts() -> None:
    table = long_at_100(stop_loss="2%", trail="5%")
    table.candle(100, 101, 90, 95)
    assert table.fills[-1] == ("stop_loss", 100 * (1 - 0.02), 1)
    other = long_at_100(stop_loss="10%", trail="5%")
    other.candle(100, 101, 90, 95)
    assert other.fills[-1] == ("trail", 100 * (1 - 0.05), 1)


def test_exits_hang_on_the_average_entry_price() -> None:
    table = long_at_100(stop_loss="5%")
    table.send("buy", "1")
    table.candle(110, 110, 110, 110)
    table.candle(110, 110, 90, 100)
    assert table.fills[-1] == ("stop_loss", 105 * (1 - 0.05), 2)


def test_an_entry_that_names_an_exit_sets_it_anew_and_a_reducing_order_sets_none() -> None:
    table = long_at_100(stop_loss="5%", take_profit="50%")
    table.send("buy", "1", stop_loss="99")
    table.candle(100, 100, 100, 100)
    table.send("sell", "0.5", stop_loss="1")
    table.candle(100, 100, 100, 100)
    assert table.market.exits(SPOT) == (("stop", "o2"), ("target", "o1"))
    table.candle(100, 100, 98, 100)
    assert table.fills[-1] == ("stop_loss", 99, 1.5)


def test_exits_are_gone_when_the_position_is_closed_otherwise() -> None:
    table = long_at_100(stop_loss="5%", take_profit="5%")
    table.send("sell", "all")
    table.candle(100, 100, 100, 100)
    assert table.fills[-1] == ("close", 100, 1)
    assert table.market.exits(SPOT) == ()


def test_a_close_at_the_open_comes_before_a_stop_that_the_open_passed() -> None:
    table = long_at_100(stop_loss="5%")
    table.send("sell", "all")
    table.candle(90, 90, 90, 90)
    assert table.fills[-1] == ("close", 90, 1)


def test_a_stop_and_an_order_at_one_price_stop_first() -> None:
    table = long_at_100(stop_loss="95")
    table.send("buy", "1", at="95")
    table.candle(100, 100, 94, 94)
    assert [reason for reason, _, _ in table.fills] == ["order", "stop_loss", "order"]


def test_an_order_and_a_target_at_one_price_order_first() -> None:
    table = Table()
    table.send("buy", "2", take_profit="105")
    table.candle(100, 100, 100, 100)
    table.send("sell", "1", at="105")
    table.candle(100, 106, 100, 100)
    assert table.fills[1:] == [("order", 105, 1), ("take_profit", 105, 1)]
