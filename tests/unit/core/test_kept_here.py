"""Exits that no exchange keeps: what a price meets is an order of the desk's, and one at a time."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from lefi_tui.core.desk.covering import protection_of
from lefi_tui.core.desk.kept_here import met
from lefi_tui.core.kill import Flatten, KillRules
from lefi_tui.core.messages import (
    AdvanceKill,
    CancelOrders,
    ClosePosition,
    ExitFired,
    ExitMet,
    Kill,
    Resume,
    SetKillRules,
    SetProtectionRules,
    StopBot,
    SubmitOrders,
    TendProtection,
    VenueAccepted,
    VenueCanceled,
    VenueRejected,
    VenueSilent,
)
from lefi_tui.core.order import ExitPlan, Order, OrderStatus
from lefi_tui.core.protection import KEPT_HERE, Cover, ProtectionRules
from tests.unit.core.desk_kit import BUY, PLANS, SPOT, of, quote, submitted, units
from tests.unit.core.test_guarding import S, Story, percent

D = Decimal
KEY = ("main", SPOT.symbol)
ENTRY = replace(BUY, size=units("0.1"))
PLANS["kept"] = ((replace(ENTRY, exits=ExitPlan(percent("0.02"), percent("0.03"))),),)


class Kept(Story):
    """Bought at 60,000: the stop is at 58,800, the target at 61,800, and we keep both."""

    def __init__(self, fee: str = "0", plan: str = "kept") -> None:
        super().__init__(plan)
        self.filled(self.entry, other_fee=D(fee), other_currency="BTC")
        for leg in ("stop", "target"):
            self.tell(VenueAccepted(self.sent(leg).id, self.now, KEPT_HERE))

    def quoted(self) -> Order:
        return submitted(self.tell(quote(60_000.0, SPOT.symbol, 1_000)))

    def seen_at(self, low: int, high: int) -> str:
        found = met(self.desk, KEY, (D(low), D(high)))
        return "" if found is None else found.leg

    def fires(self, leg: str, price: str = "58000") -> list[Order]:
        """What is sent."""
        step = self.tell(ExitMet(self.sent(leg).id, D(price), self.now))
        return [order for effect in of(SubmitOrders, step) for order in effect.orders]


def test_a_price_meets_the_stop_from_above_and_the_target_from_below() -> None:
    story = Kept()
    assert story.seen_at(58_801, 61_799) == ""
    assert story.seen_at(58_800, 61_000) == "stop"
    assert story.seen_at(60_000, 61_800) == "target"
    assert story.seen_at(58_000, 62_000) == "stop"  # both: as if the worse one came first


def test_what_is_met_is_sent_under_its_own_name_with_units_that_are_journaled_before() -> None:
    story = Kept()
    (sent,) = story.fires("stop")
    (fired,) = of(ExitFired, story.last)
    assert (sent.id, sent.quantity) == (story.sent("stop").id, D("0.1"))
    assert (fired.order, fired.quantity) == (sent.id, D("0.1"))
    assert story.fires("stop") == []
    assert story.seen_at(50_000, 70_000) == ""  # nor the other one, while it is on its way


def test_a_fee_in_units_is_left_out_and_the_rest_is_on_the_step() -> None:
    story = Kept(fee="0.00012")
    (sent,) = story.fires("target", "62000")
    assert sent.quantity == D("0.099")


def test_nothing_is_sold_of_a_position_that_is_closed_or_of_an_exit_that_is_gone() -> None:
    story = Kept()
    (sent,) = story.fires("stop")
    story.filled(sent, at_ns=story.now)
    assert story.desk.positions[KEY].units == 0
    assert story.fires("target") == []
    assert of(ExitFired, story.tell(ExitMet("nobody's", D(1), story.now))) == []


def test_one_that_is_refused_is_hung_again_and_not_forgotten() -> None:
    story = Kept()
    (sent,) = story.fires("stop")
    story.tell(VenueRejected(sent.id, story.now, "InsufficientFunds", "not enough"), 2)
    again = story.sent("stop")
    assert again.id != sent.id
    assert (again.quantity, again.status) == (None, OrderStatus.SUBMITTED)


def test_the_row_says_that_it_is_kept_here() -> None:
    story = Kept()
    found = protection_of(story.desk, story.desk.positions[KEY], story.now)
    assert (found.cover, found.price) == (Cover.HERE, D(58_800))


# ---- one that sells at a time: on spot nothing is reduce-only


def closed_by_hand(story: Kept) -> list[Order]:
    step = story.tell(ClosePosition(*KEY, story.now, "trader"))
    return [order for effect in of(SubmitOrders, step) for order in effect.orders]


def test_a_stop_does_not_sell_beside_a_close_whose_fate_is_open() -> None:
    story = Kept()
    (close,) = closed_by_hand(story)
    assert story.seen_at(50_000, 51_000) == ""
    assert story.fires("stop") == []
    story.tell(VenueSilent(close.id, story.now, "no answer"))
    assert story.fires("stop") == []
    story.tell(VenueRejected(close.id, story.now, "NO", "not now"))
    assert story.seen_at(50_000, 51_000) == "stop"
    assert [each.quantity for each in story.fires("stop")] == [D("0.1")]


def test_no_close_goes_beside_a_stop_that_was_met() -> None:
    story = Kept()
    (sent,) = story.fires("stop")
    assert closed_by_hand(story) == []
    assert sent.id in str(story.last.events)  # the words name what is on its way


def test_a_kill_flattens_nothing_that_a_met_stop_sells() -> None:
    story = Kept()
    story.tell(SetKillRules(KillRules(flatten=Flatten.ALL), story.now))
    (sent,) = story.fires("stop")
    story.tell(Kill(story.now))
    step = story.tell(AdvanceKill(story.now + 60 * S))
    assert of(SubmitOrders, step) == []
    story.tell(VenueCanceled(sent.id, story.now, "expired"))
    step = story.tell(AdvanceKill(story.now + 61 * S))
    assert [each.quantity for effect in of(SubmitOrders, step) for each in effect.orders] == [
        D("0.1")
    ]


def test_a_stop_hung_again_does_not_sell_beside_what_the_kill_flattens() -> None:
    story = Kept()
    story.tell(SetKillRules(KillRules(flatten=Flatten.ALL), story.now))
    story.tell(Kill(story.now))
    for leg in ("stop", "target"):
        story.tell(VenueCanceled(story.sent(leg).id, story.now, "canceled"))
    (flatten,) = of(SubmitOrders, story.tell(AdvanceKill(story.now + 60 * S)))
    story.tell(VenueSilent(flatten.orders[0].id, story.now, "no answer"))
    story.tell(Resume("looked at it", at_ns=story.now + 61 * S))
    story.tend(62)
    story.tell(VenueAccepted(story.sent("stop").id, story.now, KEPT_HERE))
    assert story.seen_at(50_000, 51_000) == ""
    assert story.fires("stop") == []


def test_a_bot_that_stops_does_not_sell_its_share_beside_a_met_stop() -> None:
    story = Kept()
    story.fires("stop")
    step = story.tell(StopBot("b", closes=True, at_ns=story.now))
    assert of(SubmitOrders, step) == []


# ---- a sale that is refused


def refused(story: Kept) -> None:
    """The price meets the stop, its sale is refused, and it is hung here again."""
    (sent,) = story.fires("stop")
    story.tell(VenueRejected(sent.id, story.now, "InsufficientFunds", "not enough"))
    for _ in range(40):
        if story.sent("stop").id == sent.id:
            story.tell(TendProtection(story.now + S), 1)
    story.tell(VenueAccepted(story.sent("stop").id, story.now, KEPT_HERE))


def never_closed() -> Kept:
    story = Kept()
    story.tell(SetProtectionRules(ProtectionRules(alarm_s=5, close_s=0)))
    return story


def test_a_refused_sale_waits_longer_each_time_though_the_stop_is_kept_here_at_once() -> None:
    story = never_closed()
    waits = []
    for _ in range(5):
        before = story.now
        refused(story)
        waits.append((story.sent("stop").placed_at_ns - before) // S)
    assert waits == sorted(waits)
    assert waits[-1] >= 8


def test_a_stop_whose_sale_is_refused_is_shown_as_none_and_told_once() -> None:
    story = never_closed()
    for _ in range(4):
        refused(story)
        found = protection_of(story.desk, story.desk.positions[KEY], story.now)
        assert (found.cover, found.why) == (Cover.BARE, "its stop is refused: not enough")
    assert story.told() == ["unprotected"]
    (sent,) = story.fires("stop")
    story.filled(sent, "0.04", "58000", at_ns=story.now, reason="stop_loss", is_last=False)
    story.tell(VenueCanceled(sent.id, story.now, "expired"))
    story.tell(TendProtection(story.now + 40 * S), 40)
    story.tell(VenueAccepted(story.sent("stop").id, story.now, KEPT_HERE))
    assert story.told()[1] == "protected"


def test_a_position_whose_stop_can_not_sell_is_closed_by_the_rule() -> None:
    story = Kept()
    (sent,) = story.fires("stop")
    story.tell(VenueRejected(sent.id, story.now, "InsufficientFunds", "not enough"), 2)
    story.tell(TendProtection(story.now))
    story.tell(VenueAccepted(story.sent("stop").id, story.now, KEPT_HERE))
    story.tell(TendProtection(story.now + 9 * S), 9)
    assert "closing" not in story.told()
    story.tell(TendProtection(story.now + 9 * S), 9)
    assert story.told()[-1] == "closing"
    close = [each for each in story.desk.orders.values() if each.leg == "entry"]
    assert [each.quantity for each in close] == [D("0.1")]


def test_one_that_ends_unsold_again_and_again_is_tried_again_each_time() -> None:
    story = never_closed()
    for _ in range(3):
        (sent,) = story.fires("stop")
        story.tell(VenueCanceled(sent.id, story.now, "expired"))
        story.tell(TendProtection(story.now + 40 * S), 40)
        assert story.sent("stop").id != sent.id
        story.tell(VenueAccepted(story.sent("stop").id, story.now, KEPT_HERE))


# ---- what else holds its units


PLANS["resting"] = (
    (replace(ENTRY, exits=ExitPlan(percent("0.02"), percent("0.03"))),),
    (replace(ENTRY, action="sell", site=1, limit=D(70_000)),),
)


def test_what_rests_to_sell_the_same_units_is_canceled_before_a_met_stop_sells() -> None:
    story = Kept(plan="resting")
    rest = story.quoted()
    story.tell(VenueAccepted(rest.id, story.now, "v1"))
    (sent,) = story.fires("stop")
    first, second = story.last.effects
    assert isinstance(first, CancelOrders)
    assert first.orders == (rest.id,)
    assert isinstance(second, SubmitOrders)
    assert sent.quantity == D("0.1")
