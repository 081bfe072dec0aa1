"""Position open <=> protection known: exits at an exchange, as the desk asks for them and hears."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from lefi_tui.core.desk import Desk, Step, advance
from lefi_tui.core.desk.covering import protection_of, rests_alone
from lefi_tui.core.desk.guard_steps import guarded, is_due
from lefi_tui.core.messages import (
    CancelOrders,
    DeadManKept,
    DeadManSeen,
    ListInstruments,
    OpenAccount,
    OrderCanceled,
    OrderReport,
    PeakSeen,
    ProtectionTold,
    SetProtectionRules,
    Sizing,
    StartBot,
    SubmitOrders,
    TendProtection,
    VenueAccepted,
    VenueCanceled,
    VenueRejected,
)
from lefi_tui.core.order import ExitPlan, Level, LevelKind, Order, OrderKind, OrderStatus
from lefi_tui.core.protection import MOVE_EVERY_NS, Cover, ProtectionRules
from tests.unit.core.desk_kit import (
    BUY,
    PERPETUAL,
    PLANS,
    SPOT,
    Told,
    fill,
    of,
    quote,
    submitted,
    units,
)

D = Decimal
S = 1_000_000_000
START = 1_000 * S
KEY = ("main", PERPETUAL.symbol)


def percent(value: str) -> Level:
    return Level(LevelKind.PERCENT, D(value))


ENTRY = replace(BUY, symbol=PERPETUAL.symbol, size=units("0.1"), leverage=D(5))
PLANS["guarded"] = (
    (replace(ENTRY, exits=ExitPlan(percent("0.02"), percent("0.03"))),),
    (replace(ENTRY, site=1, exits=ExitPlan(stop_loss=percent("0.01"))),),
)
PLANS["trailed"] = ((replace(ENTRY, exits=ExitPlan(percent("0.02"), None, percent("0.03"))),),)
PLANS["bare"] = ((ENTRY,),)


class Story:
    """An account at an exchange, told what it says; `now` in seconds."""

    def __init__(self, plan: str) -> None:
        self.desk, self.now, self.last = Desk(kinds={"told": Told()}), START, Step()
        self.seen: list[Any] = []
        account = ("main", "USDT", D(10_000), "live", "binanceusdm sandbox", Sizing.AT_DECISION)
        self.tell(OpenAccount(*account, D("0.0002"), D("0.0005")))
        self.tell(ListInstruments("main", (SPOT, PERPETUAL)))
        told = StartBot("b", "told", "main", plan, at_ns=1)
        self.tell(told)
        self.entry = self.quoted()

    def tell(self, message: Any, after_s: float = 0.0) -> Step:
        self.now += int(after_s * S)
        if isinstance(message, OrderReport):
            message = replace(message, heard_ns=self.now)
        if isinstance(message, PeakSeen):
            message = replace(message, at_ns=self.now)
        self.desk, self.last = advance(self.desk, message)
        self.seen += [*self.last.events, *self.last.effects]
        return self.last

    def quoted(self) -> Order:
        """The bot's next order; it is on its way."""
        return submitted(self.tell(quote(60_000.0, PERPETUAL.symbol, 1_000)))

    def filled(
        self, order: Order, quantity: str = "0.1", price: str = "60000", **more: Any
    ) -> Step:
        more = {"at_ns": self.now, "trade_id": f"{order.id}-{len(self.seen)}"} | more
        return self.tell(fill(order, quantity, price, **more))

    def sent(self, leg: str) -> Order:
        """The newest exit of this kind that left for the exchange."""
        found = [each for effect in self.seen if isinstance(effect, SubmitOrders)
                 for each in effect.orders if each.leg == leg]  # fmt: skip
        return found[-1]

    def stands(self, leg: str, after_s: float = 0.0) -> Order:
        order = self.sent(leg)
        self.tell(VenueAccepted(order.id, self.now, f"v{order.id}"), after_s)
        return order

    def tend(self, after_s: float) -> Step:
        self.now += int(after_s * S)
        return self.tell(TendProtection(self.now))

    def cover(self) -> Cover:
        return protection_of(self.desk, self.desk.positions[KEY], self.now).cover

    def told(self) -> list[str]:
        return [each.state for each in self.seen if isinstance(each, ProtectionTold)]


@pytest.fixture
def story() -> Story:
    return Story("guarded")


def test_a_stop_hangs_when_the_exchange_says_so_and_not_before(story: Story) -> None:
    story.filled(story.entry)
    stop, target = story.sent("stop"), story.sent("target")
    assert (stop.trigger, target.trigger) == (D(58_800), D(61_800))
    assert (stop.terms.kind, stop.status) == (OrderKind.STOP, OrderStatus.SUBMITTED)
    assert story.cover() is Cover.PENDING
    story.stands("stop", after_s=2)
    found = protection_of(story.desk, story.desk.positions[KEY], story.now)
    assert (found.cover, found.leg, found.price) == (Cover.HELD, "stop", D(58_800))
    assert found.lost_ns == 2 * S  # the seconds without it are counted
    assert story.told() == []


def test_a_script_that_asks_for_no_stop_is_told_as_that() -> None:
    story = Story("bare")
    story.filled(story.entry)
    assert story.cover() is Cover.NONE
    assert guarded(story.desk) == ()
    assert not is_due(story.desk, 10**18)


def test_without_an_answer_for_long_it_is_unprotected_and_told_once(story: Story) -> None:
    story.filled(story.entry)
    assert not is_due(story.desk, story.now + 4 * S)
    assert is_due(story.desk, story.now + 5 * S)
    story.tend(5)
    story.tend(5)
    assert story.told() == ["unprotected"]
    assert story.cover() is Cover.BARE
    story.stands("stop")
    assert story.told() == ["unprotected", "protected"]
    assert story.desk.guards[KEY].lost_ns == 10 * S


def test_a_stop_that_vanished_is_hung_again_once_and_then_flagged(story: Story) -> None:
    story.filled(story.entry)
    first = story.stands("stop")
    story.stands("target")
    story.tell(VenueCanceled(first.id, story.now, "the exchange has it no more"), after_s=60)
    second = story.stands("stop", after_s=1)
    assert second.id != first.id
    assert story.cover() is Cover.HELD
    story.tell(VenueCanceled(second.id, story.now, "canceled there"), after_s=60)
    assert story.sent("stop") is second  # it is another's wish
    assert story.cover() is Cover.BARE
    assert story.told() == ["hung again", "unprotected"]
    assert OrderCanceled in {type(each) for each in story.seen}
    assert story.desk.positions[KEY].units == D("0.1")  # nor is it closed for that


def test_a_stop_that_is_refused_is_tried_again_and_its_position_then_closed(story: Story) -> None:
    story.filled(story.entry)
    story.stands("target")
    refused = set()
    for _ in range(30):
        if any(isinstance(each, ProtectionTold) and each.state == "closing" for each in story.seen):
            break
        stop = story.sent("stop")
        if stop.id not in refused:
            refused.add(stop.id)
            story.tell(VenueRejected(stop.id, story.now, "InvalidOrder", "no"))
        story.tend(1)
    assert len(refused) > 2
    assert START + 15 * S <= story.now <= START + 17 * S
    close = of(SubmitOrders, story.last)[0].orders[0]
    assert (close.terms.is_reduce_only, close.leg) == (True, "entry")
    assert story.told() == ["unprotected", "closing"]
    story.tell(VenueAccepted(close.id, story.now, "c"))
    story.filled(close)
    assert KEY not in story.desk.guards
    assert of(CancelOrders, story.last)[0].orders == (story.sent("target").id,)


def test_the_rule_that_closes_may_be_set_to_never(story: Story) -> None:
    story.tell(SetProtectionRules(ProtectionRules(close_s=0)))
    story.filled(story.entry)
    for _ in range(40):
        if story.sent("stop").id in story.desk.orders:
            story.tell(VenueRejected(story.sent("stop").id, story.now, "InvalidOrder", "no"))
        story.tend(1)
    assert story.told() == ["unprotected"]


def test_a_stop_that_the_price_has_passed_is_met_so_the_position_is_closed_at_once(
    story: Story,
) -> None:
    story.filled(story.entry)
    answer = story.tell(VenueRejected(story.sent("stop").id, story.now, "PAST", "-2021"))
    assert of(SubmitOrders, answer)[0].orders[0].terms.is_reduce_only
    assert story.told() == ["closing"]


def test_a_percent_follows_the_average_entry_price_when_more_is_filled(story: Story) -> None:
    story.filled(story.entry, "0.05", is_last=False)
    first = story.stands("stop")
    story.filled(story.entry, "0.05", "61000")
    assert story.sent("stop") is first  # not twice within two seconds
    story.tend(MOVE_EVERY_NS / S)
    moved = story.sent("stop")
    assert moved.trigger == D(59_290)  # 2 % below 60500
    assert story.desk.orders[first.id].status is OrderStatus.CANCEL_PENDING
    story.tell(VenueCanceled(first.id, story.now, "moved"))
    assert story.cover() is Cover.PENDING  # the seconds between count
    story.stands("stop", after_s=1)
    assert story.desk.guards[KEY].lost_ns == S
    assert story.cover() is Cover.HELD


def test_a_newer_entry_sets_its_stop_anew_and_leaves_what_it_does_not_name(story: Story) -> None:
    story.filled(story.entry)
    story.stands("stop")
    target = story.stands("target")
    second = story.quoted()
    story.filled(second)
    assert story.sent("stop").trigger == D(59_400)  # 1 %, at once
    assert story.sent("target") is target


def test_exits_go_with_their_position_and_are_gone_when_the_exchange_says_so(story: Story) -> None:
    story.filled(story.entry)
    stop, target = story.stands("stop"), story.stands("target")
    answer = story.filled(stop, price="58800", reason="stop_loss")
    assert of(CancelOrders, answer) == [CancelOrders("main", (target.id,))]
    assert story.desk.orders[target.id].status is OrderStatus.CANCEL_PENDING
    story.tell(VenueCanceled(target.id, story.now, "canceled"))
    assert story.desk.orders == {}
    assert not is_due(story.desk, 10**18)


def test_a_partial_close_leaves_the_rest_its_exits(story: Story) -> None:
    story.filled(story.entry)
    stop = story.stands("stop")
    story.filled(stop, "0.04", "58800", reason="stop_loss", is_last=False)
    assert story.desk.positions[KEY].units == D("0.06")
    assert story.cover() is Cover.HELD
    assert CancelOrders not in {type(each) for each in story.last.effects}


def test_a_trail_follows_the_best_price_and_never_steps_back() -> None:
    story = Story("trailed")
    story.filled(story.entry)
    stop = story.stands("stop")
    assert stop.trigger == D(58_800)  # 2 % are nearer than 3 %
    story.tell(PeakSeen(*KEY, D(63_000), 0), after_s=3)
    trail = story.sent("trail")
    assert (trail.trigger, trail.terms.kind) == (D(61_110), OrderKind.TRAIL)
    story.tell(VenueCanceled(stop.id, story.now, "moved"))
    story.stands("trail")
    story.tell(PeakSeen(*KEY, D(62_000), 0), after_s=3)
    assert story.last.events == ()
    found = protection_of(story.desk, story.desk.positions[KEY], story.now)
    assert (found.leg, found.price) == ("trail", D(61_110))
    story.filled(trail, price="61100", reason="trail")
    assert KEY not in story.desk.guards


def test_an_entry_that_fills_on_after_its_stop_sold_the_first_part_has_a_stop_again() -> None:
    story = Story("guarded")
    story.filled(story.entry, "0.04", is_last=False)
    first = story.stands("stop")
    story.filled(first, "0.04", "58800", reason="stop_loss")
    story.filled(story.entry, "0.06")
    second = story.sent("stop")
    assert second.id != first.id
    assert story.cover() is Cover.PENDING


def test_an_exit_without_a_position_is_found_by_the_look_of_the_engine(story: Story) -> None:
    story.filled(story.entry)
    stop = story.stands("stop")
    story.desk = replace(story.desk, positions={})  # as a start may find it
    answer = story.tend(1)
    assert stop.id in of(CancelOrders, answer)[0].orders


def test_the_same_is_asked_for_once_whoever_looks(story: Story) -> None:
    story.filled(story.entry)
    story.stands("stop")
    story.stands("target")
    for report in (TendProtection(story.now), PeakSeen(*KEY, D(70_000), 0)):
        assert story.tell(report).effects == ()


def test_an_entry_that_rests_without_a_dead_mans_switch_is_marked_and_that_is_told_once() -> None:
    story = Story("bare")
    resting = replace(story.entry, terms=replace(story.entry.terms, limit=D(50_000)))
    assert not rests_alone(story.desk, resting)  # nobody has said yet
    for state, is_alone in [("none", True), ("kept", False), ("failed", True), ("off", True)]:
        step = story.tell(DeadManSeen("main", 1, state, 90))
        assert [each.state for each in of(DeadManKept, step)] == [state]
        assert story.tell(DeadManSeen("main", 2, state, 90)).events == ()
        assert rests_alone(story.desk, resting) is is_alone
        assert not rests_alone(story.desk, story.entry)  # at market it rests nowhere
