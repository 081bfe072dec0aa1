"""An order's life: one table of moves, and never more filled than was ordered."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from lefi_tui.core.order import (
    FINAL,
    TRANSITIONS,
    WORKING,
    Order,
    OrderKind,
    OrderStatus,
    OrderTerms,
    Side,
    Size,
    SizeKind,
)

D = Decimal
S = OrderStatus
TERMS = OrderTerms("BTC/USDT", Side.BUY, OrderKind.LIMIT, Size(SizeKind.UNITS, D(1)), limit=D(100))
ORDER = Order("L1", "main", TERMS, "bot", status=S.ACCEPTED, quantity=D(1))

# Told a second time, from the words of the house: what may follow what. A table tested against
# itself proves nothing.
AFTER_SENDING = "partially filled, filled, cancel pending, canceled, expired"
MAY_FOLLOW = {
    "pending": "submitted, denied, canceled",
    "submitted": f"accepted, rejected, unconfirmed, {AFTER_SENDING}",
    "accepted": f"rejected, unconfirmed, {AFTER_SENDING}",
    "partially filled": f"unconfirmed, {AFTER_SENDING}",
    "cancel pending": (
        "accepted, partially filled, filled, canceled, expired, rejected, unconfirmed"
    ),
    "unconfirmed": f"accepted, rejected, {AFTER_SENDING}",
    "canceled": "partially filled, filled",  # a fill that overtook the cancel
    "expired": "partially filled, filled",
    "filled": "",
    "rejected": "",
    "denied": "",
}


@pytest.mark.parametrize(("old", "new"), product(OrderStatus, OrderStatus))
def test_a_status_follows_another_only_as_the_table_says(
    old: OrderStatus, new: OrderStatus
) -> None:
    order = replace(ORDER, status=old)
    if new in MAY_FOLLOW[old].split(", "):
        assert order.moved_to(new).status is new
    else:
        with pytest.raises(AssertionError, match="->"):
            order.moved_to(new)


def test_the_table_knows_every_status_and_each_is_working_or_final() -> None:
    assert set(TRANSITIONS) == set(OrderStatus)
    assert set(OrderStatus) == WORKING | FINAL
    assert not WORKING & FINAL
    assert S.UNCONFIRMED in WORKING  # we do not know: it may live
    for status in OrderStatus:
        assert replace(ORDER, status=status).is_final is (status in FINAL)


def test_a_move_keeps_the_reason_unless_it_brings_one() -> None:
    pending = ORDER.moved_to(S.CANCEL_PENDING, "asked")
    assert pending.moved_to(S.CANCELED).reason == "asked"
    assert pending.moved_to(S.CANCELED, "by the venue").reason == "by the venue"


FILLABLE = [
    S.SUBMITTED,
    S.ACCEPTED,
    S.PARTIALLY_FILLED,
    S.CANCEL_PENDING,
    S.CANCELED,
    S.EXPIRED,
    S.UNCONFIRMED,
]
PRICES = st.floats(0.001, 1e6).map(lambda value: D(repr(value)))
UNITS = st.decimals(D("0.00000001"), D(10), places=8)


@given(
    status=st.sampled_from(FILLABLE),
    fills=st.lists(st.tuples(PRICES, UNITS), min_size=1, max_size=12),
    ordered=st.one_of(st.none(), UNITS),
    ends=st.booleans(),
)
def test_never_more_is_filled_than_was_ordered(
    status: OrderStatus,
    fills: list[tuple[Decimal, Decimal]],
    ordered: Decimal | None,
    *,
    ends: bool,
) -> None:
    order = replace(ORDER, status=status, quantity=ordered)
    seen: list[tuple[Decimal, Decimal]] = []
    for number, (price, asked) in enumerate(fills):
        left = order.remaining
        units = asked if left is None else min(asked, left)
        if not units:
            break
        is_last = ends and number == len(fills) - 1
        order = order.with_fill(price, units, price * units / 2_000, is_last=is_last)
        seen.append((price, units))
        assert order.quantity is None or order.filled <= order.quantity
        assert (order.status is S.FILLED) == (is_last or order.filled == order.quantity)
    assert Fraction(order.filled) == sum(Fraction(units) for _, units in seen)
    cost = sum(Fraction(price) * Fraction(units) for price, units in seen)
    assert abs(Fraction(order.cost) - cost) <= cost / 10**30
    assert order.average is not None
    assert min(seen)[0] * D("0.999999") <= order.average <= max(seen)[0] * D("1.000001")


@given(status=st.sampled_from(FILLABLE), units=UNITS, more=UNITS)
def test_filling_more_than_was_ordered_stops_the_program(
    status: OrderStatus, units: Decimal, more: Decimal
) -> None:
    order = replace(ORDER, status=status, quantity=units)
    with pytest.raises(AssertionError, match="filled of"):
        order.with_fill(D(1), units + more, D(0), is_last=False)


@pytest.mark.parametrize("quantity", ["0", "-1"])
def test_a_fill_of_nothing_stops_the_program(quantity: str) -> None:
    with pytest.raises(AssertionError, match="a fill of"):
        ORDER.with_fill(D(1), D(quantity), D(0), is_last=True)


@pytest.mark.parametrize("status", sorted(set(OrderStatus) - set(FILLABLE)))
def test_what_was_never_sent_or_is_over_is_not_filled(status: OrderStatus) -> None:
    order = replace(ORDER, status=status, filled=D(1) if status is S.FILLED else D(0))
    with pytest.raises(AssertionError):
        order.with_fill(D(1), D("0.5"), D(0), is_last=False)


@pytest.mark.parametrize(
    ("status", "then"),
    [
        (S.SUBMITTED, S.PARTIALLY_FILLED),  # a fill may overtake the acknowledgement
        (S.PARTIALLY_FILLED, S.PARTIALLY_FILLED),
        (S.CANCEL_PENDING, S.CANCEL_PENDING),  # the cancel is still on its way
        (S.CANCELED, S.CANCELED),  # a late fill does not bring the rest back to life
        (S.EXPIRED, S.EXPIRED),
        (S.UNCONFIRMED, S.PARTIALLY_FILLED),  # now we know
    ],
)
def test_a_fill_in_part_leaves_the_status_that_is_true(
    status: OrderStatus, then: OrderStatus
) -> None:
    order = replace(ORDER, status=status).with_fill(D(100), D("0.4"), D("0.02"), is_last=False)
    assert order.status is then
    assert (order.filled, order.remaining, order.fees) == (D("0.4"), D("0.6"), D("0.02"))
    whole = order.with_fill(D(101), D("0.6"), D("0.03"), is_last=False)
    assert whole.status is S.FILLED
    assert whole.average == D("100.6")


def test_units_that_the_venue_fixes_are_known_at_the_last_fill() -> None:
    order = replace(ORDER, quantity=None)
    assert order.remaining is None
    part = order.with_fill(D(100), D("0.25"), D(0), is_last=False)
    assert (part.quantity, part.status) == (None, S.PARTIALLY_FILLED)
    whole = part.with_fill(D(100), D("0.5"), D(0), is_last=True)
    assert (whole.quantity, whole.status) == (D("0.75"), S.FILLED)


def test_the_venues_last_word_ends_an_order_that_is_not_whole() -> None:
    order = ORDER.with_fill(D(100), D("0.999"), D(0), is_last=True)
    assert order.status is S.FILLED
    assert order.remaining == D("0.001")


def test_an_order_without_a_fill_has_no_average() -> None:
    assert ORDER.average is None


def test_buying_and_selling_are_each_others_opposite() -> None:
    assert (Side.BUY.opposite, Side.SELL.opposite) == (Side.SELL, Side.BUY)
    assert (Side.BUY.sign, Side.SELL.sign) == (1, -1)
