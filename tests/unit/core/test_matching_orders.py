"""Market and limit orders on candles: rules 2, 3, 4, 6 and 8 of the simulation, one by one."""

from __future__ import annotations

import math

import pytest

from lefi_tui.core.matching import Fees, Filled, Rested
from lefi_tui.core.matching.rules import Lot, lot_of
from tests.unit.core.candle_tables import PERPETUAL, SPOT, Table, rules


def test_a_market_order_waits_for_the_next_candle_and_fills_whole_at_its_open() -> None:
    table = Table()
    assert table.candle(90, 91, 89, 90) == []
    table.send("buy", "2")
    table.candle(100, 110, 90, 105)
    assert table.fills == [("order", 100, 2)]


def test_slippage_moves_a_market_buy_up_and_a_market_sell_down() -> None:
    table = Table(Fees(0, 0, 0.01))
    table.send("buy", "2")
    table.send("sell", "1")
    table.candle(100, 110, 90, 105)
    assert table.fills == [("order", 100 * (1 + 0.01), 2), ("order", 100 * (1 - 0.01), 1)]


def test_a_market_order_pays_the_taker_fee_in_quote() -> None:
    table = Table(Fees(0.0002, 0.0005))
    table.send("buy", "2")
    (fill,) = table.candle(100, 110, 90, 105)
    assert isinstance(fill, Filled)
    assert (fill.fee, fill.liquidity) == (0.0005 * 100 * 2, "taker")
    assert table.market.free_cash() == pytest.approx(10_000 - 200 - 0.1)


def test_a_share_of_free_cash_pays_its_own_fee_and_is_cut_to_lots() -> None:
    table = Table(Fees(0.0002, 0.0005))
    table.send("buy", "100%")
    table.candle(46_377, 46_400, 46_300, 46_350)
    units = math.floor(10_000 * 1.0 / (46_377 * (1 / 1 + 0.0005)) * 1e8 * (1 + 1e-15)) / 1e8
    assert table.fills == [("order", 46_377, units)]
    assert 0 <= table.market.free_cash() < 0.001


def test_a_second_share_is_taken_from_what_the_first_left() -> None:
    table = Table()
    table.send("buy", "50%")
    table.send("buy", "50%")
    table.candle(100, 100, 100, 100)
    assert [units for _, _, units in table.fills] == [50, 25]


def test_an_amount_of_quote_is_worth_that_much_at_the_fill_with_the_fee_on_top() -> None:
    table = Table(Fees(0, 0.001))
    table.send("buy", "1000 USDT")
    table.candle(100, 100, 100, 100)
    assert table.fills == [("order", 100, 10)]
    assert table.market.free_cash() == pytest.approx(10_000 - 1_000 - 1)


def test_a_cost_over_free_cash_is_refused_with_a_reason_and_buys_nothing() -> None:
    table = Table(Fees(0, 0.001))
    table.send("buy", "100")
    table.candle(100, 100, 100, 100)
    assert table.refusals == ["CASH_TOO_LITTLE"]
    assert table.fills == []


@pytest.mark.parametrize("kind", [SPOT, PERPETUAL])
@pytest.mark.parametrize("size", ["1e305", "1e308", "9e307 USDT"])
def test_a_size_beyond_counting_is_refused_like_any_that_costs_too_much(
    kind: str, size: str
) -> None:
    table = Table()
    table.send("buy", size, kind)
    table.candle(100, 100, 100, 100, symbol=kind)
    assert (table.fills, table.refusals) == ([], ["CASH_TOO_LITTLE"])
    assert lot_of(0.3).down(1e308) == 1e308


def test_a_size_under_one_lot_is_refused_with_a_reason() -> None:
    table = Table()
    table.send("buy", "0.000000009")
    table.candle(100, 100, 100, 100)
    assert table.refusals == ["SIZE_ZERO"]


def test_spot_cannot_go_below_zero() -> None:
    table = Table()
    table.send("sell", "1")
    table.candle(100, 100, 100, 100)
    table.send("buy", "1")
    table.send("sell", "1.5")
    table.candle(100, 100, 100, 100)
    assert table.refusals == ["UNITS_TOO_FEW", "UNITS_TOO_FEW"]
    assert table.units == 1


def test_a_share_that_reduces_is_a_share_of_the_position_and_never_passes_zero() -> None:
    table = Table()
    table.send("buy", "4")
    table.candle(100, 100, 100, 100)
    table.send("sell", "25%")
    table.candle(100, 100, 100, 100)
    assert table.units == 3
    table.send("sell", "200%")
    table.candle(100, 100, 100, 100)
    assert table.units == 0


def test_fixed_sizes_never_lose_a_lot_to_their_binary_digits() -> None:
    lot = Lot()
    for number in range(1, 1_000):
        assert lot.down(float(f"0.{number:08d}")) == float(f"0.{number:08d}")


def test_other_lots_are_whole_multiples_of_their_size() -> None:
    lot = lot_of(0.05)
    assert lot.scale == 0
    assert lot.down(0.17) == math.floor(0.17 / 0.05 * (1 + 1e-15)) * 0.05
    assert lot_of(0.001).scale == 1_000
    assert lot_of(0).scale == 1e8


def test_minimums_that_the_data_names_are_kept() -> None:
    table = Table(markets=(rules(SPOT, minimum_units=0.1, minimum_notional=50.0),))
    table.send("buy", "0.05")
    table.send("buy", "0.2")
    table.candle(100, 100, 100, 100)
    assert table.refusals == ["QUANTITY_BELOW_MINIMUM", "NOTIONAL_BELOW_MINIMUM"]


def test_a_limit_buy_fills_at_its_limit_where_the_low_goes_strictly_below() -> None:
    table = Table()
    table.send("buy", "1", at="95")
    table.candle(100, 101, 95, 100)
    assert table.fills == []
    table.candle(100, 101, 94.9, 100)
    assert table.fills == [("order", 95, 1)]


@pytest.mark.parametrize("limit", ["0", "-5", "1E+200", "Infinity", "0.04"])
@pytest.mark.parametrize("size", ["1", "50%", "100 USDT"])
def test_a_limit_that_is_no_price_is_refused_with_a_reason(limit: str, size: str) -> None:
    table = Table(markets=(rules(SPOT, tick=0.1),))
    table.send("buy", size, at=limit)
    table.candle(100, 101, 99, 100)
    assert table.refusals == ["LIMIT_NOT_A_PRICE"]
    assert table.market.free_cash() == 10_000


def test_a_limit_sell_mirrors_it() -> None:
    table = Table()
    table.send("buy", "1")
    table.candle(100, 100, 100, 100)
    table.send("sell", "1", at="105")
    table.candle(100, 105, 99, 100)
    assert table.units == 1
    table.candle(100, 105.1, 99, 100)
    assert table.fills[-1] == ("order", 105, 1)


def test_a_limit_that_a_later_open_satisfies_fills_at_that_open_as_maker() -> None:
    table = Table(Fees(0.0002, 0.0005))
    table.send("buy", "1", at="95")
    table.candle(100, 101, 96, 100)
    (fill,) = table.candle(93, 94, 92, 93)
    assert isinstance(fill, Filled)
    assert (fill.price, fill.liquidity, fill.fee) == (93, "maker", 0.0002 * 93 * 1)


def test_a_limit_that_its_first_open_satisfies_pays_the_taker_fee_and_no_slippage() -> None:
    table = Table(Fees(0.0002, 0.0005, 0.01))
    table.send("buy", "1", at="95")
    (fill,) = table.candle(93, 94, 92, 93)
    assert isinstance(fill, Filled)
    assert (fill.price, fill.liquidity) == (93, "taker")


def test_a_limit_fixes_its_units_at_its_limit_and_the_taker_rate_when_it_arrives() -> None:
    table = Table(Fees(0.0002, 0.0005))
    table.send("buy", "50%", at="95")
    table.candle(100, 101, 96, 100)
    units = math.floor(10_000 * 0.5 / (95 * (1 / 1 + 0.0005)) * 1e8 * (1 + 1e-15)) / 1e8
    rested = table.told[0]
    assert isinstance(rested, Rested)
    assert rested.units == units
    table.candle(90, 91, 89, 90)
    assert table.fills == [("order", 90, units)]


def test_a_resting_buy_sets_its_cash_aside_until_it_fills_or_goes() -> None:
    table = Table()
    first = table.send("buy", "60 USDT", at="50")
    table.candle(100, 101, 96, 100)
    assert table.market.free_cash() == 10_000 - 60
    assert table.market.equity() == 10_000
    assert table.market.cancel(first)
    assert table.market.free_cash() == 10_000
    assert not table.market.cancel(first)


def test_a_resting_sell_sets_its_units_aside() -> None:
    table = Table()
    table.send("buy", "2")
    table.candle(100, 100, 100, 100)
    table.send("sell", "1.5", at="120")
    table.candle(100, 100, 100, 100)
    table.send("sell", "1")
    table.candle(100, 100, 100, 100)
    assert table.refusals == ["UNITS_TOO_FEW"]
    table.send("sell", "0.5")
    table.candle(100, 100, 100, 100)
    assert table.units == 1.5


def test_what_only_reduces_goes_with_its_position() -> None:
    table = Table()
    table.send("buy", "2", stop_loss="5%")
    table.candle(100, 100, 100, 100)
    table.send("sell", "1", at="120")
    table.candle(100, 100, 100, 100)
    table.candle(94, 95, 93, 94)
    assert table.fills[-1] == ("stop_loss", 94, 2)
    assert table.gone == ["its position is closed"]
    assert table.market.working() == ()


@pytest.mark.parametrize("tif", ["IOC", "FOK"])
def test_ioc_and_fok_lapse_where_the_open_does_not_satisfy_them(tif: str) -> None:
    table = Table()
    table.send("buy", "1", at="95", tif=tif)
    table.candle(100, 101, 90, 100)
    assert (table.fills, len(table.gone)) == ([], 1)
    table.send("buy", "1", at="95", tif=tif)
    table.candle(94, 101, 90, 100)
    assert table.fills == [("order", 94, 1)]


def test_post_only_lapses_where_the_open_satisfies_it() -> None:
    table = Table()
    table.send("buy", "1", at="95", post_only=True)
    table.candle(95, 101, 90, 100)
    assert (table.fills, len(table.gone)) == ([], 1)
    table.send("buy", "1", at="95", post_only=True)
    table.candle(100, 101, 90, 100)
    assert table.fills == [("order", 95, 1)]


def test_a_market_order_that_is_post_only_lapses() -> None:
    table = Table()
    table.send("buy", "1", post_only=True)
    table.candle(100, 100, 100, 100)
    assert table.gone == ["a market order can't be post only"]


def test_new_orders_meet_the_open_before_resting_ones() -> None:
    table = Table()
    table.send("buy", "1", at="95")
    table.candle(100, 101, 96, 100)
    table.send("buy", "2")
    table.candle(94, 95, 93, 94)
    assert [units for _, _, units in table.fills] == [2, 1]


def test_limits_inside_the_candle_fill_in_the_order_the_price_meets_them() -> None:
    table = Table()
    table.send("buy", "1", at="95")
    table.send("buy", "2", at="97")
    table.send("buy", "3", at="97")
    table.candle(100, 101, 90, 100)
    assert [units for _, _, units in table.fills] == [2, 3, 1]


def test_a_flat_account_sees_the_low_before_the_high() -> None:
    table = Table()
    table.send("buy", "1", at="95")
    table.candle(100, 110, 96, 100)
    table.send("sell", "1", PERPETUAL, at="105")
    table.candle(100, 100, 100, 100, symbol=PERPETUAL)
    table.send("buy", "1", PERPETUAL, at="95")
    table.candle(100, 110, 90, 100, symbol=PERPETUAL)
    assert [price for _, price, _ in table.fills] == [95, 105]


def test_a_short_account_sees_the_high_before_the_low() -> None:
    table = Table()
    table.send("sell", "1", PERPETUAL)
    table.candle(100, 100, 100, 100, symbol=PERPETUAL)
    table.send("buy", "1", PERPETUAL, at="95")
    table.send("sell", "1", PERPETUAL, at="105")
    table.candle(100, 110, 90, 100, symbol=PERPETUAL)
    assert [price for _, price, _ in table.fills] == [100, 105, 95]


def test_orders_wait_while_their_symbol_has_no_candle() -> None:
    table = Table(markets=(rules("A/USDT"), rules("B/USDT")))
    table.send("buy", "1", "B/USDT")
    table.candle(10, 10, 10, 10, symbol="A/USDT")
    assert table.market.working() == ("o1",)
    table.candle(20, 20, 20, 20, symbol="B/USDT")
    assert table.fills == [("order", 20, 1)]


def test_all_opens_of_a_moment_come_first_in_the_order_sent() -> None:
    table = Table(markets=(rules("A/USDT"), rules("B/USDT")))
    table.send("buy", "100%", "B/USDT")
    table.send("buy", "50%", "A/USDT")
    table.together(("A/USDT", (10, 10, 10, 10)), ("B/USDT", (20, 20, 20, 20)))
    assert table.fills == [("order", 20, 500)]
    assert table.refusals == ["SIZE_ZERO"]


def test_the_runs_go_in_the_order_the_script_names_its_symbols() -> None:
    table = Table(markets=(rules("B/USDT"), rules("A/USDT")))
    table.send("buy", "1", "A/USDT", at="9")
    table.send("buy", "1", "B/USDT", at="19")
    table.together(("A/USDT", (10, 10, 8, 10)), ("B/USDT", (20, 20, 18, 20)))
    assert [price for _, price, _ in table.fills] == [19, 9]


def test_orders_of_the_last_candle_lapse() -> None:
    table = Table()
    table.candle(100, 100, 100, 100)
    table.send("buy", "1")
    (gone,) = table.market.lapse()
    assert (gone, table.market.working()) == (gone, ())
    assert table.market.equity() == 10_000


def test_a_tick_takes_a_buy_down_and_a_sell_up() -> None:
    table = Table(markets=(rules(SPOT, tick=0.5),))
    table.send("buy", "1", at="95.7")
    table.candle(100, 101, 90, 100)
    table.send("sell", "1", at="104.2")
    table.candle(100, 110, 99, 100)
    assert [price for _, price, _ in table.fills] == [95.5, 104.5]


def test_a_close_with_nothing_to_close_is_refused() -> None:
    table = Table()
    table.send("sell", "all")
    table.candle(100, 100, 100, 100)
    assert table.refusals == ["NOTHING_TO_REDUCE"]


def test_a_reduce_only_order_is_cut_to_the_position() -> None:
    table = Table()
    table.send("buy", "1", PERPETUAL)
    table.candle(100, 100, 100, 100, symbol=PERPETUAL)
    table.send("sell", "3", PERPETUAL, reduce_only=True)
    table.candle(100, 100, 100, 100, symbol=PERPETUAL)
    assert table.units == 0


def test_cancels_take_the_order_named_and_no_other() -> None:
    table = Table()
    names = [table.send("buy", "1", at=limit) for limit in ("50", "51", "52")]
    assert table.market.cancel(names[1])
    table.candle(100, 100, 99, 100)
    assert table.market.cancel(names[2])
    assert table.market.working() == (names[0],)
    assert table.market.working(SPOT) == (names[0],)
    assert table.market.working(PERPETUAL) == ()
