"""Order groups: exits sized to what is filled, and no leg without a reason."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lefi_tui.core.group import GUARD_MOVES, Guard, OrderGroup

D = Decimal
GROUP = OrderGroup("entry", ("near", "far"), "stop", Guard.HELD)


@pytest.mark.parametrize(("old", "new"), product(Guard, Guard))
def test_exits_move_only_as_the_table_says(old: Guard, new: Guard) -> None:
    group = OrderGroup("entry", ("near",), None, old)
    if new in GUARD_MOVES[old]:
        assert group.guarded(new).guard is new
    else:
        with pytest.raises(AssertionError, match="->"):
            group.guarded(new)


def test_the_table_names_every_place_and_none_stays_where_it_is() -> None:
    assert set(GUARD_MOVES) == set(Guard)
    assert all(place not in moves for place, moves in GUARD_MOVES.items())
    # A venue's attached exit is never turned into a resting one: it would stand twice.
    assert Guard.SENT not in GUARD_MOVES[Guard.NATIVE]


def test_exits_are_sized_to_what_is_filled_and_not_yet_exited() -> None:
    group = GROUP.entry_filled(D("0.4")).entry_filled(D("0.1"))
    assert group.exit_quantity == D("0.5")
    assert group.exit_filled("near", D("0.2")).exit_quantity == D("0.3")


def test_nothing_is_an_orphan_while_there_is_something_to_exit() -> None:
    half = GROUP.entry_filled(D(1)).entry_ended().exit_filled("near", D("0.5"))
    assert half.orphans() == ()


def test_when_all_is_exited_the_other_legs_go() -> None:
    done = GROUP.entry_filled(D(1)).entry_ended().exit_filled("near", D(1))
    assert done.orphans() == ("near", "far", "stop")
    plain = OrderGroup("entry", ("near",), None, Guard.SENT)
    assert plain.entry_filled(D(1)).entry_ended().exit_filled("near", D(1)).orphans() == ("near",)


def test_an_entry_that_ends_unfilled_takes_its_legs_with_it() -> None:
    assert GROUP.orphans() == ()
    assert GROUP.entry_ended().orphans() == ("near", "far", "stop")


def test_a_target_that_sold_all_waits_while_the_entry_still_works() -> None:
    group = GROUP.entry_filled(D(1)).exit_filled("near", D(1))
    assert group.orphans() == ()
    assert group.entry_filled(D(1)).exit_quantity == D(1)


def test_a_stop_that_fires_ends_the_entry_and_the_targets() -> None:
    group = GROUP.entry_filled(D(1)).exit_filled("stop", D("0.4"))
    assert group.orphans() == ("entry", "near", "far")
    assert group.exit_quantity == D("0.6")
    assert group.entry_ended().orphans() == ("near", "far")


def test_a_fill_that_overtook_the_entrys_cancel_is_still_exited() -> None:
    group = GROUP.entry_ended().entry_filled(D("0.1"))
    assert group.exit_quantity == D("0.1")
    assert group.orphans() == ()


def test_what_can_not_be_is_a_bug() -> None:
    group = GROUP.entry_filled(D(1))
    for leg, quantity in (("near", D(2)), ("near", D(0)), ("stop", D(-1)), ("entry", D(1))):
        with pytest.raises(AssertionError):
            group.exit_filled(leg, quantity)
    with pytest.raises(AssertionError):
        GROUP.entry_filled(D(0))


@given(
    moves=st.lists(
        st.tuples(
            st.sampled_from(["entry", "end", "near", "far", "stop"]),
            st.decimals(D("0.001"), D(100), places=3),
        ),
        max_size=30,
    )
)
def test_exits_never_trade_more_than_the_entry_filled(moves: list[tuple[str, Decimal]]) -> None:
    group = GROUP
    for what, quantity in moves:
        if what == "entry":
            group = group.entry_filled(quantity)
        elif what == "end":
            group = group.entry_ended()
        elif group.exit_quantity:
            group = group.exit_filled(what, min(quantity, group.exit_quantity))
        assert 0 <= group.exited <= group.entered
        if group.exit_quantity and not group.is_stopped:
            assert group.orphans() == ()  # what is open keeps its exits
        if group.exit_quantity:
            assert group.stop not in group.orphans()
