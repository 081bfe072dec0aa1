"""Our view beside the venue's: every difference is named once, and mended in the end."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from lefi_tui.core.order import Side
from lefi_tui.core.reconcile import (
    Action,
    LookUp,
    OurOrder,
    OurView,
    SetUnknown,
    ShowForeign,
    TheirOrder,
    TheirView,
    reconcile,
    short_of_coins,
)

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
SYMBOLS = st.sampled_from([BTC, ETH])
IDS = st.sampled_from([f"o{number}" for number in range(6)])
UNITS = st.decimals(-5, 5, places=3)
FILLED = st.sampled_from([Decimal(0), Decimal("0.3"), Decimal(1)])


def unique(orders: list[Any], key: str) -> tuple[Any, ...]:
    return tuple({getattr(each, key): each for each in orders}.values())


OURS = st.builds(
    OurView,
    orders=st.lists(st.builds(OurOrder, IDS, SYMBOLS, FILLED, st.booleans()), max_size=5).map(
        lambda orders: unique(orders, "id")
    ),
    units=st.dictionaries(SYMBOLS, UNITS),
    unknown=st.dictionaries(SYMBOLS, UNITS),
)
THEIRS = st.builds(
    TheirView,
    orders=st.lists(
        st.builds(
            TheirOrder,
            st.sampled_from([f"v{number}" for number in range(8)]),
            IDS | st.just(""),
            SYMBOLS,
            st.sampled_from(Side),
            st.just(Decimal(1)),
            FILLED,
        ),
        max_size=6,
    ).map(lambda orders: unique(list(unique(orders, "venue_order_id")), "venue_order_id")),
    units=st.dictionaries(SYMBOLS, UNITS),
)


def carried_out(ours: OurView, theirs: TheirView, actions: tuple[Action, ...]) -> OurView:
    """What our view is when each look-up was answered with the venue's own truth."""
    fuller = sorted(theirs.orders, key=lambda each: (each.filled, each.venue_order_id))
    there = {each.client_id: each for each in fuller}
    for each in actions:
        match each:
            case LookUp(order):
                kept = [one for one in ours.orders if one.id != order]
                found = there.get(order)
                if found is None:
                    ours = replace(ours, orders=tuple(kept), ended=ours.ended | {order})
                else:
                    told = OurOrder(order, found.symbol, found.filled)
                    ours = replace(ours, orders=(*kept, told), ended=ours.ended - {order})
            case ShowForeign(orders):
                ours = replace(ours, foreign=orders)
            case SetUnknown(symbol, units):
                ours = replace(ours, unknown={**ours.unknown, symbol: units})
    return ours


@given(OURS, THEIRS)
def test_it_converges_and_then_there_is_nothing_to_do(ours: OurView, theirs: TheirView) -> None:
    for _ in range(4):
        ours = carried_out(ours, theirs, reconcile(ours, theirs))
    assert reconcile(ours, theirs) == ()
    doubted = {each.symbol for each in ours.orders if each.is_doubted}
    for symbol in {BTC, ETH} - doubted:
        held = ours.units.get(symbol, Decimal(0)) + ours.unknown.get(symbol, Decimal(0))
        assert held == theirs.units.get(symbol, Decimal(0))


@given(OURS, THEIRS, st.randoms())
def test_neither_order_nor_asking_twice_changes_what_is_to_be_done(
    ours: OurView, theirs: TheirView, chance: Any
) -> None:
    once = reconcile(ours, theirs)
    mixed_ours, mixed_theirs = list(ours.orders), list(theirs.orders)
    chance.shuffle(mixed_ours)
    chance.shuffle(mixed_theirs)
    again = reconcile(
        replace(ours, orders=tuple(mixed_ours)), replace(theirs, orders=tuple(mixed_theirs))
    )
    assert again == once == reconcile(ours, theirs)


def test_of_two_orders_that_bear_one_id_the_fuller_one_counts() -> None:
    theirs = [
        TheirOrder(f"v{number}", "o1", BTC, Side.BUY, Decimal(1), Decimal(filled))
        for number, filled in enumerate(("0", "0.3"))
    ]
    ours = OurView(orders=(OurOrder("o1", BTC, Decimal(0)),))
    for orders in (theirs, theirs[::-1]):
        assert LookUp("o1", "0.3 filled there") in reconcile(ours, TheirView(tuple(orders)))


def test_an_order_the_venue_does_not_show_is_looked_up_but_not_while_it_is_on_its_way() -> None:
    ours = OurView(
        (OurOrder("a1", BTC, Decimal(0)), OurOrder("a2", BTC, Decimal(0), is_doubted=True))
    )
    assert reconcile(ours, TheirView()) == (
        LookUp("a1", "it is not among the venue's working orders"),
    )


def test_a_fill_nobody_told_us_of_is_looked_up_and_an_older_word_is_not() -> None:
    ours = OurView((OurOrder("a1", BTC, Decimal("0.5")),))
    told = TheirOrder("v1", "a1", BTC, Side.BUY, Decimal(1), Decimal("0.7"))
    assert reconcile(ours, TheirView((told,))) == (LookUp("a1", "0.7 filled there"),)
    assert reconcile(ours, TheirView((replace(told, filled=Decimal("0.3")),))) == ()


def test_what_is_not_ours_is_shown_and_never_touched() -> None:
    phone = TheirOrder("v9", "web_123", BTC, Side.SELL, Decimal(1), Decimal(0), Decimal(70_000))
    ours, theirs = OurView(units={BTC: Decimal(1)}), TheirView((phone,), {BTC: Decimal(3)})
    actions = reconcile(ours, theirs)
    assert actions == (ShowForeign((phone,)), SetUnknown(BTC, Decimal(2)))
    assert reconcile(carried_out(ours, theirs, actions), theirs) == ()


def test_nothing_is_said_of_units_while_an_order_of_the_market_is_doubted() -> None:
    ours = OurView((OurOrder("a1", BTC, Decimal(0), is_doubted=True),), units={BTC: Decimal(1)})
    theirs = TheirView(units={BTC: Decimal(2), ETH: Decimal(1)})
    assert reconcile(ours, theirs) == (SetUnknown(ETH, Decimal(1)),)


@pytest.mark.parametrize(
    ("coins", "told"),
    [
        (None, {}),  # it has positions
        ({"BTC/USDT": Decimal("2.5")}, {}),  # what is beyond ours is somebody's own
        ({"BTC/USDT": Decimal(1)}, {}),
        ({"BTC/USDT": Decimal("0.4")}, {"BTC/USDT": Decimal("0.4")}),
        ({}, {"BTC/USDT": Decimal(0)}),
    ],
)
def test_fewer_coins_than_ours_are_all_that_we_can_have(
    coins: dict[str, Decimal] | None, told: dict[str, Decimal]
) -> None:
    assert short_of_coins(TheirView(coins=coins), {"BTC/USDT": Decimal(1)}).units == told
