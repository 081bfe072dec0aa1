"""Exits that were taken away: by a person for good, by a kill or the rule until they may be."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from lefi_tui.core.desk.guard_steps import is_due
from lefi_tui.core.messages import CancelOrder, CancelOrders, Kill, Resume, VenueCanceled
from lefi_tui.core.protection import Cover
from tests.unit.core.desk_kit import of
from tests.unit.core.test_guarding import Story


@pytest.fixture
def story() -> Story:
    return Story("guarded")


def test_what_a_person_takes_away_stays_away(story: Story) -> None:
    story.filled(story.entry)
    stop = story.stands("stop")
    story.tell(CancelOrder(stop.id, story.now))
    story.tell(VenueCanceled(stop.id, story.now, "canceled"))
    assert story.cover() is Cover.NONE
    assert story.told() == ["taken away"]
    assert not is_due(story.desk, 10**18)


def test_what_a_kill_took_away_hangs_again_when_trading_goes_on(story: Story) -> None:
    story.filled(story.entry)
    stop = story.stands("stop")
    story.tell(Kill(story.now))
    story.tell(VenueCanceled(stop.id, story.now, "canceled"))
    story.tend(30)
    assert story.sent("stop") is stop
    assert story.cover() is Cover.BARE
    story.tell(Resume("looked at it", at_ns=story.now))
    story.tend(1)
    assert story.sent("stop") is not stop


def test_what_a_kill_took_away_hangs_again_though_its_cancel_is_answered_late(story: Story) -> None:
    story.filled(story.entry)
    stop = story.stands("stop")
    story.tell(Kill(story.now))
    story.tell(Resume("looked at it", at_ns=story.now))
    story.tell(VenueCanceled(stop.id, story.now, "canceled"))
    assert story.sent("stop") is not stop
    assert "taken away" not in story.told()


def test_what_a_person_took_away_before_a_kill_stays_away(story: Story) -> None:
    story.filled(story.entry)
    stop = story.stands("stop")
    story.tell(CancelOrder(stop.id, story.now))
    story.tell(Kill(story.now))
    story.tell(VenueCanceled(stop.id, story.now, "canceled"))
    story.tell(Resume("looked at it", at_ns=story.now))
    story.tend(1)
    assert story.sent("stop") is stop
    assert story.told() == ["taken away"]


def test_each_of_many_kills_gives_its_exits_back(story: Story) -> None:
    story.filled(story.entry)
    for _ in range(3):
        stop, target = story.stands("stop"), story.stands("target")
        story.tell(Kill(story.now))
        story.tell(VenueCanceled(stop.id, story.now, "canceled"))
        story.tell(VenueCanceled(target.id, story.now, "canceled"))
        story.tell(Resume("looked at it", at_ns=story.now))
        story.tend(1)
        assert story.sent("stop") is not stop
        assert story.sent("target") is not target


def test_a_stop_taken_away_from_a_rest_too_small_to_sell_hangs_again_when_it_grows() -> None:
    story = Story("guarded")
    story.filled(story.entry, "0.05", is_last=False)
    stop = story.stands("stop")
    story.filled(stop, "0.0496", "58800", reason="stop_loss", is_last=False)
    assert stop.id in of(CancelOrders, story.last)[0].orders
    story.tell(VenueCanceled(stop.id, story.now, "canceled"))
    story.filled(story.entry, "0.05", is_last=True)
    assert story.sent("stop") is not stop


def test_an_order_of_an_older_journal_whose_cancel_names_nobody_is_a_persons(story: Story) -> None:
    story.filled(story.entry)
    stop = story.stands("stop")
    story.tell(CancelOrder(stop.id, story.now))
    old = replace(story.desk.orders[stop.id], canceled_by="")
    story.desk = replace(story.desk, orders={**story.desk.orders, stop.id: old})
    story.tell(VenueCanceled(stop.id, story.now, "canceled"))
    assert story.told() == ["taken away"]
