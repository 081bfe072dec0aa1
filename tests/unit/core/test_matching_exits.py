"""Exits, perpetuals and equity on candles: rules 2, 5, 7, 10 and 11, one by one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lefi_tui.core.matching import Fees, Filled, Funded, Happened
from lefi_tui.core.matching.rules import lot_of
from tests.unit.core.candle_tables import NO_FEES, PERPETUAL, SPOT, Candle, Table, rules


def long_at_100(fees: Fees = NO_FEES, **exits: str) -> Table:
    """A long of 1 bought at the open of a candle that stood still."""
    table = Table(fees)
    table.send("buy", "1", **exits)
    table.candle(100, 100, 100, 100)
    return table


def short_at_100(fees: Fees = NO_FEES, **asked: str) -> Table:
    table = Table(fees)
    table.send("sell", "1", PERPETUAL, **asked)
    table.candle(100, 100, 100, 100, symbol=PERPETUAL)
    return table


def last(table: Table) -> Filled:
    fill = table.told[-1]
    assert isinstance(fill, Filled)
    return fill


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


# ---- perpetuals


def test_leverage_sets_aside_notional_over_leverage_and_sizes_by_it() -> None:
    table = Table(Fees(0.0002, 0.0005))
    table.send("buy", "50%", PERPETUAL, leverage="5")
    table.candle(100, 100, 100, 100, symbol=PERPETUAL)
    units = table.fills[0][2]
    assert units == pytest.approx(5_000 / (100 * (1 / 5 + 0.0005)), abs=1e-8)
    assert table.market.free_cash() == pytest.approx(5_000, abs=1e-5)
    assert table.market.equity() == pytest.approx(10_000 - 0.0005 * 100 * units)


def test_another_leverage_than_the_open_positions_is_refused() -> None:
    table = Table()
    table.send("buy", "1", PERPETUAL, leverage="5")
    table.send("buy", "1", PERPETUAL, leverage="3")
    table.send("buy", "1", PERPETUAL)
    table.candle(100, 100, 100, 100, symbol=PERPETUAL)
    assert table.refusals == ["LEVERAGE_DIFFERS"]
    assert table.units == 2


def test_spot_has_no_leverage() -> None:
    table = Table()
    table.send("buy", "1", leverage="2")
    table.send("buy", "1", leverage="1")
    table.candle(100, 100, 100, 100)
    assert (table.refusals, table.units) == (["LEVERAGE_ON_SPOT"], 1)


def test_a_reduction_frees_its_share_of_the_margin() -> None:
    table = Table()
    table.send("buy", "10", PERPETUAL, leverage="10")
    table.candle(100, 100, 100, 100, symbol=PERPETUAL)
    assert table.market.free_cash() == 9_900
    table.send("sell", "4", PERPETUAL)
    table.candle(110, 110, 110, 110, symbol=PERPETUAL)
    assert table.market.free_cash() == 9_900 + 40 + 40


def test_a_long_is_liquidated_without_fee_at_the_price_that_takes_its_margin() -> None:
    table = Table(Fees(0.0002, 0))
    table.send("buy", "10", PERPETUAL, leverage="10", stop_loss="9.7%")
    table.candle(100, 100, 90.5, 100, symbol=PERPETUAL)
    assert table.units == 10
    table.candle(100, 100, 90.4, 100, symbol=PERPETUAL)
    assert table.fills[-1] == ("liquidation", 100 * (1 - 1 / 10), 10)
    assert (last(table).fee, last(table).liquidity) == (0, "none")
    assert table.market.equity() == pytest.approx(9_900)


def test_a_short_is_liquidated_mirrored() -> None:
    table = Table()
    table.send("sell", "10", PERPETUAL, leverage="10")
    table.candle(100, 109.5, 100, 100, symbol=PERPETUAL)
    assert table.units == -10
    table.candle(100, 109.7, 100, 100, symbol=PERPETUAL)
    assert table.fills[-1] == ("liquidation", 100 * (1 + 1 / 10), 10)


def test_an_open_beyond_the_liquidation_takes_the_margin_and_no_more() -> None:
    table = Table()
    table.send("buy", "10", PERPETUAL, leverage="10", stop_loss="5%")
    table.candle(100, 100, 100, 100, symbol=PERPETUAL)
    table.candle(50, 51, 49, 50, symbol=PERPETUAL)
    assert table.fills[-1][0] == "liquidation"
    assert table.market.equity() == pytest.approx(9_900)


def test_no_exit_loses_more_than_the_margin() -> None:
    table = Table(Fees(0, 0.001))
    table.send("buy", "10", PERPETUAL, leverage="10")
    table.candle(100, 100, 100, 100, symbol=PERPETUAL)
    before = table.market.free_cash()
    table.send("sell", "all", PERPETUAL)
    table.candle(50, 51, 49, 50, symbol=PERPETUAL)
    assert table.fills[-1] == ("close", 50, 10)
    assert last(table).covered == pytest.approx(400 + 0.5)
    assert table.market.free_cash() == before


def test_a_fixed_size_on_a_perpetual_may_pass_zero() -> None:
    table = Table()
    table.send("buy", "1", PERPETUAL, stop_loss="5%")
    table.candle(100, 100, 100, 100, symbol=PERPETUAL)
    table.send("sell", "3", PERPETUAL, stop_loss="7%")
    table.candle(110, 110, 110, 110, symbol=PERPETUAL)
    assert table.units == -2
    assert table.market.exits(PERPETUAL) == (("stop", "o2"),)
    assert table.market.equity() == 10_010
    table.candle(110, 120, 110, 110, symbol=PERPETUAL)
    assert table.fills[-1] == ("stop_loss", 110 * (1 + 0.07), 2)


def test_a_turn_that_costs_more_than_is_free_is_refused_whole() -> None:
    table = Table(cash=100)
    table.send("buy", "1", PERPETUAL)
    table.candle(100, 100, 100, 100, symbol=PERPETUAL)
    table.send("sell", "3", PERPETUAL)
    table.candle(100, 100, 100, 100, symbol=PERPETUAL)
    assert (table.refusals, table.units) == (["CASH_TOO_LITTLE"], 1)


def test_a_short_that_fills_above_its_limit_needs_its_margin_there() -> None:
    table = Table()
    table.send("sell", "100%", PERPETUAL, at="100")
    table.candle(110, 110, 110, 110, symbol=PERPETUAL)
    assert (table.refusals, table.units) == (["CASH_TOO_LITTLE"], 0)


def test_funding_is_charged_on_the_position_held_at_the_rows_open() -> None:
    table = Table()
    table.send("buy", "10", PERPETUAL)
    table.candle(100, 100, 100, 100, symbol=PERPETUAL, funding=0.01)
    assert not any(isinstance(each, Funded) for each in table.told)
    table.candle(110, 110, 110, 110, symbol=PERPETUAL, funding=0.01)
    assert table.told[-1] == Funded(PERPETUAL, 0.01 * 110 * 10, 60_000)
    short = short_at_100()
    short.candle(100, 100, 100, 100, symbol=PERPETUAL, funding=0.01)
    assert short.market.equity() == 10_001


def test_equity_marks_spot_by_units_and_a_perpetual_by_margin_and_profit() -> None:
    table = Table()
    table.send("buy", "10", SPOT)
    table.candle(100, 100, 100, 105)
    assert table.market.equity() == 9_000 + 10 * 105
    table.send("sell", "10", PERPETUAL, leverage="2")
    table.candle(100, 100, 100, 104, symbol=PERPETUAL)
    assert table.market.reading().cash == 9_000 - 500
    assert table.market.equity() == 8_500 + 10 * 105 + 500 - 40
    assert table.market.reading().positions == (
        (SPOT, 10, 100, 50),
        (PERPETUAL, -10, 100, -40),
    )


# ---- properties

_prices = st.integers(min_value=500, max_value=2_000).map(lambda n: n / 10)
_candles = st.tuples(_prices, _prices, _prices, _prices).map(
    lambda row: (row[0], max(row), min(row), row[3])
)
_orders = st.tuples(
    st.sampled_from(["buy", "sell"]),
    st.sampled_from(["10%", "50%", "100%", "3", "0.37", "200 USDT", "all"]),
    st.sampled_from([None, "80", "100", "125.5"]),
    st.sampled_from([{}, {"stop_loss": "5%"}, {"take_profit": "3%"}, {"trail": "4%"}]),
)
_rows = st.lists(st.tuples(_candles, st.lists(_orders, max_size=3)), min_size=2, max_size=12)


Ask = tuple[str, str, str | None, dict[str, str]]


def send(table: Table, symbol: str, ask: Ask) -> None:
    side, of, limit, exits = ask
    asked = dict(exits) if limit is None else {**exits, "at": limit}
    if symbol == PERPETUAL:
        asked["leverage"] = "5"
    table.send(side, of, symbol, **asked)


def check_fills(table: Table, units: float, told: list[Happened]) -> None:
    """The fills of one candle lead from its units before to those after; exits only close."""
    for each in told:
        if isinstance(each, Filled):
            signed = each.units * each.side.sign
            if each.leg != "entry":
                assert abs(units + signed) < 1e-7, "an exit closes, and never flips"
            units += signed
    assert units == pytest.approx(table.units, abs=1e-7)


@settings(max_examples=120, deadline=None)
@given(_rows, st.sampled_from([SPOT, PERPETUAL]))
def test_cash_is_never_negative_exits_never_flip_and_equity_adds_up(
    rows: list[tuple[Candle, list[Ask]]], symbol: str
) -> None:
    table = Table(Fees(0.0002, 0.0005, 0.001), markets=(rules(symbol),))
    for candle, asks in rows:
        for ask in asks:
            send(table, symbol, ask)
        units = table.units
        check_fills(table, units, table.candle(*candle, symbol=symbol))
        assert table.market.free_cash() > -1e-6
        assert table.market.equity() > -1e-6
    cash = 10_000.0
    for told in table.told:
        if isinstance(told, Filled):
            cash -= told.units * told.price * told.side.sign + told.fee - told.covered
    worth = cash + table.units * rows[-1][0][3]
    assert table.market.equity() == pytest.approx(worth, abs=1e-6)


def test_an_exit_that_is_taken_off_no_longer_fires() -> None:
    table = long_at_100(stop_loss="5%", take_profit="5%")
    table.market.cancel_exit(SPOT, "stop")
    assert table.market.exits(SPOT) == (("target", "o1"),)
    table.candle(100, 100, 90, 100)
    assert table.units == 1
    table.candle(100, 106, 99, 100)
    assert table.fills[-1] == ("take_profit", 100 * (1 + 0.05), 1)


def test_a_leverage_of_nothing_is_refused() -> None:
    table = Table()
    table.send("buy", "1", PERPETUAL, leverage="0")
    table.candle(100, 100, 100, 100, symbol=PERPETUAL)
    assert table.refusals == ["LEVERAGE_INVALID"]


def test_a_resting_order_that_names_another_leverage_is_refused_when_it_would_fill() -> None:
    table = Table()
    table.send("buy", "1", PERPETUAL, at="90", leverage="2")
    table.candle(100, 100, 95, 100, symbol=PERPETUAL)
    table.send("buy", "1", PERPETUAL, leverage="5")
    table.candle(100, 100, 95, 100, symbol=PERPETUAL)
    table.candle(100, 100, 85, 100, symbol=PERPETUAL)
    assert table.refusals == ["LEVERAGE_DIFFERS"]


def test_a_size_with_no_value_buys_nothing() -> None:
    table = Table()
    table.send("buy", "Infinity")
    table.candle(100, 100, 100, 100)
    assert table.refusals == ["SIZE_ZERO"]


def test_other_lots_leave_whole_lots_in_the_position() -> None:
    table = Table(markets=(rules(SPOT, lot=lot_of(0.3)),))
    table.send("buy", "1")
    table.send("buy", "0.7")
    table.candle(100, 100, 100, 100)
    assert table.units == round(1.5 / 0.3) * 0.3
