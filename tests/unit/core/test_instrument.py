"""Instruments: an order is fitted to its market, and rounding never costs who placed it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lefi_tui.core.instrument import Conformed, Instrument, NotConforming, conform, least_units
from lefi_tui.core.money import EXACT, from_double
from lefi_tui.core.order import Side
from lefi_tui.core.symbol import parse_symbol

D = Decimal
SPOT = Instrument(
    "BTC/USDT",
    "BTC",
    "USDT",
    tick=D("0.1"),
    step=D("0.001"),
    minimum_quantity=D("0.002"),
    minimum_notional=D(5),
)
FREE = Instrument("BTC/USDT", "BTC", "USDT")  # a data file that names no rule


def refused(
    quantity: str, limit: str | None = None, price: str = "60000", market: Instrument = SPOT
) -> NotConforming:
    answer = conform(market, Side.BUY, D(quantity), None if limit is None else D(limit), D(price))
    assert isinstance(answer, NotConforming)
    return answer


@given(
    side=st.sampled_from(Side),
    quantity=st.floats(1e-9, 1e6).map(from_double),
    limit=st.floats(1e-3, 1e6).map(from_double),
    tick=st.sampled_from([D("0.1"), D("0.25"), D("0.0003"), D(0)]),
    step=st.sampled_from([D("0.001"), D("0.3"), D(1), D(0)]),
)
def test_rounding_never_costs_who_placed_the_order(
    side: Side, quantity: Decimal, limit: Decimal, tick: Decimal, step: Decimal
) -> None:
    market = Instrument("A/B", "A", "B", tick=tick, step=step)
    answer = conform(market, side, quantity, limit, D(1))
    if isinstance(answer, NotConforming):
        assert quantity < step or limit < tick
        return
    assert answer.limit is not None
    assert (answer.limit - limit) * side.sign <= 0  # a buyer pays no more, a seller gets no less
    assert 0 < answer.quantity <= quantity
    for unit, value in ((tick, answer.limit), (step, answer.quantity)):
        assert not unit or EXACT.remainder(value, unit) == 0


@given(
    quantity=st.floats(1e-9, 10).map(from_double),
    limit=st.one_of(st.none(), st.floats(1, 1e5).map(from_double)),
)
def test_what_conforms_meets_every_rule_and_conforms_again_unchanged(
    quantity: Decimal, limit: Decimal | None
) -> None:
    answer = conform(SPOT, Side.SELL, quantity, limit, D(60_000))
    if isinstance(answer, Conformed):
        assert answer.quantity >= SPOT.minimum_quantity
        assert answer.quantity * (answer.limit or D(60_000)) >= SPOT.minimum_notional
        assert conform(SPOT, Side.SELL, answer.quantity, answer.limit, D(60_000)) == answer


def test_a_market_without_rules_takes_the_order_as_it_is() -> None:
    asked = D("0.000000123")
    assert conform(FREE, Side.BUY, asked, D("1.23456789"), D(1)) == Conformed(
        asked, D("1.23456789")
    )
    assert conform(FREE, Side.BUY, asked, None, D(1)) == Conformed(asked, None)


def test_the_smallest_step_itself_and_the_largest_wish_conform() -> None:
    market = Instrument("A/B", "A", "B", tick=D("0.1"), step=D("0.001"))
    for quantity in (D("0.001"), D(10) ** 30):
        assert conform(market, Side.BUY, quantity, D("0.1"), D(1)) == Conformed(quantity, D("0.1"))


def test_the_minimum_is_valued_at_the_limit_where_there_is_one() -> None:
    assert isinstance(conform(SPOT, Side.BUY, D("0.002"), D(2_500), D(1)), Conformed)
    assert refused("0.002", "2499").code == "NOTIONAL_BELOW_MINIMUM"
    assert isinstance(conform(SPOT, Side.BUY, D("0.002"), None, D(2_500)), Conformed)


@pytest.mark.parametrize(
    ("quantity", "limit", "code", "text"),
    [
        ("0", None, "QUANTITY_NOT_POSITIVE", "0 BTC asked: an order of BTC/USDT needs a size."),
        ("-1", None, "QUANTITY_NOT_POSITIVE", "-1 BTC asked"),
        ("1E+300", None, "QUANTITY_TOO_LARGE", "Look at how the size is computed."),
        ("0.0009", None, "QUANTITY_BELOW_STEP", "the smallest step of BTC/USDT is 0.001."),
        ("0.0019", None, "QUANTITY_BELOW_MINIMUM", "0.001 BTC asked, 0.002 is the least"),
        ("0.002", "100", "NOTIONAL_BELOW_MINIMUM", "0.2 USDT asked, 5 is the least"),
        ("1", "0.04", "LIMIT_NOT_A_PRICE", "A limit of 0.04 USDT per BTC was asked"),
        ("1", "-5", "LIMIT_NOT_A_PRICE", "no price of BTC/USDT (tick 0.1)"),
        ("1", "0", "LIMIT_NOT_A_PRICE", "Look at how the limit is computed."),
        ("1", "1E+200", "LIMIT_NOT_A_PRICE", "no price of BTC/USDT"),
    ],
)
def test_what_the_market_does_not_take_is_refused_in_words(
    quantity: str, limit: str | None, code: str, text: str
) -> None:
    answer = refused(quantity, limit)
    assert answer.code == code
    assert text in answer.text
    assert answer.text.endswith(".")


@pytest.mark.parametrize("quantity", ["0", "-0.1"])
def test_a_market_without_rules_still_wants_a_size(quantity: str) -> None:
    assert refused(quantity, market=FREE).code == "QUANTITY_NOT_POSITIVE"


def test_a_perpetual_is_what_names_its_settlement() -> None:
    assert parse_symbol("BTC/USDT") == ("BTC", "USDT", "")
    assert parse_symbol("BTC/USDT:USDT") == ("BTC", "USDT", "USDT")
    assert Instrument("BTC/USDT:USDT", *("BTC", "USDT", "USDT")).is_perpetual
    assert not SPOT.is_perpetual


@pytest.mark.parametrize(
    "text",
    ["", "BTC", "BTC/", "/USDT", "/", "BTC/USDT:", ":USDT", "A/B/C", "A/B:C/D", "A/B:C:D", "A / B"],
)
def test_what_is_no_symbol_is_none(text: str) -> None:
    assert parse_symbol(text) is None


@given(
    price=st.decimals("0.01", "1000000", places=2),
    step=st.sampled_from([D("0.001"), D("0.3"), D(1)]),
    quantity=st.sampled_from([D(0), D("0.002"), D("0.7")]),
    notional=st.sampled_from([D(0), D(5), D(100)]),
)
def test_the_least_size_is_taken_and_a_step_less_is_not(
    price: Decimal, step: Decimal, quantity: Decimal, notional: Decimal
) -> None:
    market = Instrument(
        "A/B", "A", "B", step=step, minimum_quantity=quantity, minimum_notional=notional
    )
    least = least_units(market, price)
    assert isinstance(conform(market, Side.BUY, least, None, price), Conformed)
    assert isinstance(conform(market, Side.BUY, least - step, None, price), NotConforming)


def test_a_market_without_rules_and_one_without_a_price_have_their_least_size() -> None:
    assert least_units(FREE, D(60_000)) == 0
    assert least_units(SPOT, D(0)) == SPOT.minimum_quantity
