"""The books: every entry sums to zero, every balance is what was moved, to the last digit."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lefi_tui.core.desk import Desk, advance, booking
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.ledger import Ledger, Line, moved
from lefi_tui.core.messages import (
    FundingBooked,
    ListInstruments,
    OpenAccount,
    OrderFilled,
    Sizing,
)

D = Decimal
BOOKS = ["cash", "margin", "units", "trading", "profit", "fees", "funding", "opening"]
AMOUNTS = st.one_of(
    st.decimals(D(-((10) ** 15)), D(10) ** 15, allow_nan=False),
    st.floats(-1e12, 1e12).map(lambda value: D(repr(value))),
)


@given(
    moves=st.lists(
        st.tuples(
            st.sampled_from(["main", "other"]),
            st.sampled_from(["USDT", "BTC"]),
            AMOUNTS,
            st.tuples(st.sampled_from(BOOKS), st.sampled_from(BOOKS)),
        ),
        max_size=20,
    )
)
def test_whatever_is_moved_every_currency_sums_to_zero(
    moves: list[tuple[str, str, Decimal, tuple[str, str]]],
) -> None:
    ledger = Ledger()
    told: dict[tuple[str, str, str], Fraction] = {}
    for account, currency, amount, books in moves:
        lines = moved(account, currency, amount, books)
        ledger = ledger.posted(lines)
        for line in lines:
            key = (line.account, line.book, line.currency)
            told[key] = told.get(key, Fraction(0)) + Fraction(line.amount)
    assert not any(ledger.sums().values())
    for key, sum_told in told.items():
        assert Fraction(ledger.of(*key)) == sum_told


@given(amount=AMOUNTS)
def test_a_movement_is_the_amount_to_the_books_grain(amount: Decimal) -> None:
    source, target = moved("main", "USDT", amount, ("cash", "fees"))
    assert source.amount == target.amount.copy_negate()
    assert abs(Fraction(target.amount) - Fraction(amount)) * 2 <= Fraction(1, 10**18)


def test_an_entry_that_does_not_sum_to_zero_stops_the_program() -> None:
    for lines in (
        [Line("main", "cash", "USDT", D(1))],
        [Line("main", "cash", "USDT", D(1)), Line("main", "fees", "BTC", D(-1))],
        [Line("main", "cash", "USDT", D(1)), Line("main", "fees", "USDT", D("-0.999999999999"))],
    ):
        with pytest.raises(AssertionError, match="does not sum to zero"):
            Ledger().posted(lines)


def test_an_empty_entry_and_one_of_zeros_change_nothing() -> None:
    ledger = Ledger().posted(moved("main", "USDT", D(5), ("opening", "cash")))
    assert ledger.posted([]) == ledger
    assert ledger.posted(moved("main", "USDT", D(0), ("cash", "fees"))) == ledger
    assert ledger.of("main", "fees", "USDT") == 0
    assert ledger.of("nobody", "cash", "USDT") == 0


def test_large_money_keeps_its_smallest_part() -> None:
    whole = D("12345678901234567.123456789012345678")
    with localcontext(prec=10):
        ledger = Ledger().posted(moved("main", "IDR", whole, ("opening", "cash")))
        ledger = ledger.posted(moved("main", "IDR", D("1E-18"), ("cash", "fees")))
        assert not any(ledger.sums().values())
    assert ledger.of("main", "cash", "IDR") == D("12345678901234567.123456789012345677")


# ---- what the desk books

SPOT, PERPETUAL = "BTC/USDT", "BTC/USDT:USDT"
PRICES = st.floats(0.5, 1e5).map(lambda value: D(repr(value)))
UNITS = st.decimals(D("0.00000001"), D(1_000), places=8)
HAPPENED = st.lists(
    st.tuples(
        st.sampled_from([SPOT, PERPETUAL, "funding"]),
        st.sampled_from(["buy", "sell"]),
        PRICES,
        UNITS,
    ),
    max_size=15,
)


def opened() -> Desk:
    account = OpenAccount(
        "main", "USDT", D(10_000), "dry_run", "test", Sizing.AT_DECISION, D("0.0002"), D("0.0005")
    )
    desk, _ = advance(Desk(), account)
    listed = (Instrument(SPOT, "BTC", "USDT"), Instrument(PERPETUAL, "BTC", "USDT", "USDT"))
    desk, _ = advance(desk, ListInstruments("main", listed))
    return desk


def happened(desk: Desk, number: int, what: tuple[str, str, Decimal, Decimal]) -> Desk:
    symbol, side, price, units = what
    if symbol == "funding":
        amount = price if side == "buy" else -price
        return booking.funding(desk, FundingBooked("main", PERPETUAL, number, amount, str(number)))
    event = OrderFilled(
        order="",
        trade_id=str(number),
        at_ns=number,
        account="main",
        symbol=symbol,
        side=side,
        price=price,
        quantity=units,
        fee=price / 2_000,
        liquidity="taker",
        reason="order",
        owner="bot",
        is_last=True,
    )
    return booking.filled(desk, event, None)


@given(story=HAPPENED)
def test_books_and_positions_agree_to_the_digit_after_any_fills(
    story: list[tuple[str, str, Decimal, Decimal]],
) -> None:
    desk = opened()
    for number, what in enumerate(story):
        desk = happened(desk, number, what)
    assert not any(desk.ledger.sums().values())
    spot, perpetual = desk.positions.get(("main", SPOT)), desk.positions.get(("main", PERPETUAL))
    if spot is not None:
        assert desk.ledger.of("main", "units", "BTC") == spot.units
    if perpetual is not None:
        assert desk.ledger.of("main", "margin", "USDT") == perpetual.margin
        assert desk.ledger.of("main", "profit", "USDT") == perpetual.realized.copy_negate()
        assert desk.ledger.of("main", "funding", "USDT") == perpetual.funding
    fees = [each.fees for each in (spot, perpetual) if each is not None]
    assert Fraction(desk.ledger.of("main", "fees", "USDT")) == sum(map(Fraction, fees))


def test_a_perpetual_that_is_closed_leaves_no_margin_behind() -> None:
    desk = opened()
    story = [("buy", "33333.1", "0.3"), ("sell", "33333.7", "0.1"), ("sell", "31111.3", "0.2")]
    for number, (side, price, units) in enumerate(story):
        desk = happened(desk, number, (PERPETUAL, side, D(price), D(units)))
    assert desk.ledger.of("main", "margin", "USDT") == 0
    gain = D("33333.7") * D("0.1") + D("31111.3") * D("0.2") - D("33333.1") * D("0.3")
    fees = (D("33333.1") + D("33333.7") + D("31111.3")) / 2_000
    assert desk.ledger.of("main", "cash", "USDT") == D(10_000) + gain - fees
