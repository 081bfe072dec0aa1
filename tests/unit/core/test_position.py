"""Positions: owners' shares sum to the whole, exits never flip, profit is what cash says."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lefi_tui.core.order import Side
from lefi_tui.core.position import (
    Fill,
    Position,
    credited,
    filled,
    liquidation_price,
    reducible,
    unrealized,
)

D = Decimal
FLAT = Position("main", "BTC/USDT:USDT")
GRAIN = Fraction(1, 10**18)


def traded(position: Position, side: Side, units: str, price: str, owner: str = "bot") -> Position:
    return filled(position, Fill(side, D(price), D(units), D("0.01"), owner))[0]


LONG = traded(FLAT, Side.BUY, "2", "100")
SHORT = traded(FLAT, Side.SELL, "2", "100")

FILLS = st.lists(
    st.builds(
        Fill,
        side=st.sampled_from(Side),
        price=st.floats(0.5, 1e5).map(lambda value: D(repr(value))),
        quantity=st.decimals(D("0.00000001"), D(1_000), places=8),
        fee=st.floats(0, 10).map(lambda value: D(repr(value))),
        owner=st.sampled_from(["ema", "grid", "hand"]),
        leverage=st.sampled_from([D(1), D(3), D(10)]),
    ),
    max_size=25,
)


def after(fills: list[Fill]) -> Position:
    position = FLAT
    for fill in fills:
        position, _ = filled(position, fill)
    return position


@given(fills=FILLS)
def test_the_owners_shares_sum_to_the_position_and_to_their_own_fills(fills: list[Fill]) -> None:
    position = after(fills)
    own: dict[str, Fraction] = {}
    for fill in fills:
        own[fill.owner] = (
            own.get(fill.owner, Fraction(0)) + Fraction(fill.quantity) * fill.side.sign
        )
    shares = {owner: Fraction(units) for owner, units in position.shares.items()}
    assert shares == {owner: units for owner, units in own.items() if units}
    assert sum(shares.values()) == Fraction(position.units)


@given(fills=FILLS, mark=st.floats(0.5, 1e5).map(lambda value: D(repr(value))))
def test_profit_is_what_cash_and_the_rest_at_its_mark_say(fills: list[Fill], mark: Decimal) -> None:
    position = after(fills)
    cash = sum(-Fraction(fill.price) * Fraction(fill.quantity) * fill.side.sign for fill in fills)
    worth = cash + Fraction(position.units) * Fraction(mark)
    told = Fraction(position.realized) + Fraction(unrealized(position, mark))
    turnover = sum(Fraction(fill.price) * Fraction(fill.quantity) for fill in fills) + 1
    assert abs(told - worth) <= turnover / 10**15
    assert abs(Fraction(position.fees) - sum(Fraction(fill.fee) for fill in fills)) <= 30 * GRAIN


@given(fills=FILLS, side=st.sampled_from(Side), asked=st.decimals(D("0.001"), D(5_000), places=3))
def test_an_exit_never_flips_a_position(fills: list[Fill], side: Side, asked: Decimal) -> None:
    position = after(fills)
    units = reducible(position, side, asked)
    assert 0 <= units <= asked
    if not units:
        assert position.units * side.sign >= 0
        return
    left, _ = filled(position, Fill(side, D(100), units, D(0), "exit"))
    assert left.units * position.units >= 0
    assert left.units.copy_abs() < position.units.copy_abs()


@given(fills=FILLS, owner=st.sampled_from(["ema", "hand", "unknown"]), part=st.integers(1, 4))
def test_what_closes_a_position_turns_no_owners_share(
    fills: list[Fill], owner: str, part: int
) -> None:
    position = after(fills)
    side = Side.SELL if position.units > 0 else Side.BUY
    units = (abs(position.units) * part / 4).quantize(D("0.00000001"))
    if not units:
        return
    parts = credited(position, side, units, owner)
    assert sum(map(Fraction, parts.values())) == Fraction(units)
    for name, given_back in parts.items():
        share = position.shares[name]
        assert share * side.sign < 0
        assert 0 < given_back <= abs(share)
    own = position.shares.get(owner, D(0))
    if own * side.sign < 0:
        assert parts[owner] == min(units, abs(own))


def test_a_reduction_realizes_and_keeps_the_entry() -> None:
    position, gain = filled(LONG, Fill(Side.SELL, D(110), D("0.5"), D("0.02"), "bot"))
    assert (gain, position.realized) == (D(5), D(5))
    assert (position.units, position.entry, position.fees) == (D("1.5"), D(100), D("0.03"))
    position, gain = filled(SHORT, Fill(Side.BUY, D(110), D("0.5"), D(0), "bot"))
    assert (gain, position.units, position.entry) == (D(-5), D("-1.5"), D(100))


def test_an_enlargement_averages_the_entry_and_realizes_nothing() -> None:
    position, gain = filled(LONG, Fill(Side.BUY, D(130), D(1), D(0), "bot"))
    assert (gain, position.units, position.entry) == (D(0), D(3), D(110))


def test_a_fill_beyond_the_position_closes_it_and_opens_the_rest() -> None:
    fill = Fill(Side.SELL, D(110), D(5), D(0), "bot", leverage=D(4))
    position, gain = filled(LONG, fill)
    assert gain == D(20)  # of the two units that were open, not of the five that were sold
    assert (position.units, position.entry, position.leverage) == (D(-3), D(110), D(4))


def test_a_closed_position_has_no_entry_no_owner_and_no_margin() -> None:
    position = traded(LONG, Side.SELL, "2", "90")
    assert (position.units, position.entry, position.margin) == (D(0), D(0), D(0))
    assert position.shares == {}
    assert position.realized == D(-20)


def test_leverage_comes_with_what_opens_and_stays_over_what_reduces() -> None:
    opened, _ = filled(FLAT, Fill(Side.BUY, D(100), D(2), D(0), "bot", leverage=D(5)))
    reduced, _ = filled(opened, Fill(Side.SELL, D(100), D(1), D(0), "bot", leverage=D(1)))
    assert (opened.leverage, reduced.leverage) == (D(5), D(5))
    assert (opened.margin, reduced.margin) == (D(40), D(20))


def test_two_owners_may_stand_against_each_other() -> None:
    position = traded(LONG, Side.SELL, "3", "100", owner="grid")
    assert position.units == D(-1)
    assert position.shares == {"bot": D(2), "grid": D(-3)}


@pytest.mark.parametrize("quantity", ["0", "-1"])
def test_a_fill_of_nothing_stops_the_program(quantity: str) -> None:
    with pytest.raises(AssertionError):
        filled(FLAT, Fill(Side.BUY, D(1), D(quantity), D(0), "bot"))


def test_a_share_that_is_lost_stops_the_program() -> None:
    broken = Position("main", "X/Y", units=D(2), entry=D(1), shares={"bot": D(1)})
    with pytest.raises(AssertionError):
        filled(broken, Fill(Side.BUY, D(1), D(1), D(0), "bot"))


@pytest.mark.parametrize(
    ("side", "price"),
    [(Side.BUY, "90.4"), (Side.SELL, "109.6")],  # entry * (1 -+ 1/10 +- 0.4%)
)
def test_liquidation_comes_where_the_margin_less_maintenance_is_gone(
    side: Side, price: str
) -> None:
    position, _ = filled(FLAT, Fill(side, D(100), D("0.5"), D(0), "bot", leverage=D(10)))
    assert liquidation_price(position, D("0.004")) == D(price)


@pytest.mark.parametrize("side", list(Side))
def test_a_liquidation_at_the_exit_price_loses_exactly_the_margin(side: Side) -> None:
    position, _ = filled(FLAT, Fill(side, D(100), D(2), D(0), "bot", leverage=D(3)))
    price = D(100) * (1 - side.sign / D(3))
    closed, gain = filled(position, Fill(side.opposite, price, D(2), D(0), "bot"))
    assert gain == -position.margin
    assert closed.units == 0


def test_a_flat_position_has_no_liquidation_price_and_nothing_unrealized() -> None:
    assert liquidation_price(FLAT, D("0.004")) is None
    assert unrealized(FLAT, D(100)) == 0


@given(fills=FILLS)
def test_no_result_hangs_on_the_threads_own_digits(fills: list[Fill]) -> None:
    position = after(fills)
    told = (position, position.margin, unrealized(position, D("1.23456789")))
    with localcontext(prec=6):
        again = after(fills)
        assert (again, again.margin, unrealized(again, D("1.23456789"))) == told
        assert liquidation_price(again, D("0.004")) == _liquidation(position)


def _liquidation(position: Position) -> Decimal | None:
    with localcontext(prec=28):
        return liquidation_price(position, D("0.004"))
