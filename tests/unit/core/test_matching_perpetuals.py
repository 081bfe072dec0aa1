"""Perpetuals, equity and what always holds on candles: rules 2, 5, 7, 10 and 11."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lefi_tui.core.matching import Fees, Filled, Funded, Happened
from lefi_tui.core.matching.rules import lot_of
from tests.unit.core.candle_tables import (
    PERPETUAL,
    SPOT,
    Candle,
    Table,
    last,
    long_at_100,
    rules,
    short_at_100,
)


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


@settings(max_examples=120)
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
