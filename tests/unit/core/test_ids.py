"""Client order ids: the same decision has the same id, and no two decisions share one."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from lefi_tui.core.ids import TAG_LENGTH, ClientOrderId, exit_id, owner_tag

TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12)
ASKED = st.tuples(TEXTS, TEXTS, st.integers(-1, 10_000), TEXTS)
SHAPE = re.compile(r"[A-Za-z0-9]{1,32}")


@given(asked=ASKED, owner=TEXTS)
def test_every_venue_takes_the_id(asked: tuple[str, str, int, str], owner: str) -> None:
    assert SHAPE.fullmatch(ClientOrderId.of(*asked, owner=owner))
    assert SHAPE.fullmatch(exit_id(ClientOrderId.of(*asked), "stop"))
    assert SHAPE.fullmatch(owner_tag(owner))


@given(first=ASKED, second=ASKED)
def test_the_same_decision_has_the_same_id_and_another_has_another(
    first: tuple[str, str, int, str], second: tuple[str, str, int, str]
) -> None:
    same = ClientOrderId.of(*first) == ClientOrderId.of(*second)
    assert same == (first == second)
    assert ClientOrderId.of(*first) == ClientOrderId.of(*first)


def test_a_hundred_thousand_neighbors_never_meet() -> None:
    ids = {
        ClientOrderId.of("bot/1", str(event), site, leg, owner="bot")
        for event in range(5_000)
        for site in range(5)
        for leg in ("entry0", "entry1", "stop", "target")
    }
    assert len(ids) == 100_000


def test_parts_never_run_into_each_other() -> None:
    assert ClientOrderId.of("a", "b1", 2, "x") != ClientOrderId.of("a", "b", 12, "x")
    assert ClientOrderId.of("ab", "c", 1, "x") != ClientOrderId.of("a", "bc", 1, "x")


def test_a_foreign_order_is_told_from_ours_by_its_tag() -> None:
    ours = ClientOrderId.of("ema-1/17", "5", 0, "entry", owner="ema-1")
    assert ours.startswith("L" + owner_tag("ema-1"))
    assert exit_id(ours, "stop").startswith("L" + owner_tag("ema-1"))
    assert not ours.startswith("L" + owner_tag("ema-2"))
    assert len(owner_tag("ema-1")) == TAG_LENGTH
    assert ClientOrderId.of("hand", "5", 0, "entry")[1:5] == owner_tag("hand")


def test_exits_of_one_entry_differ_by_leg() -> None:
    entry = ClientOrderId.of("r", "1", 0, "entry")
    assert len({entry, *(exit_id(entry, leg) for leg in ("stop", "target", "trail"))}) == 4


def test_an_id_stays_what_it_was_when_the_program_is_new() -> None:
    # A venue knows our orders by these for as long as they live: they may never change.
    assert ClientOrderId.of("run", "7", 3, "entry", owner="bot") == PINNED
    assert exit_id(PINNED, "stop") == PINNED_STOP


PINNED = "L8z9tad27hlrc4n3jj21cg4hjw"
PINNED_STOP = "L8z9totikz85bru2fsj2mzdq7b"
