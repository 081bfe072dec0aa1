"""Exits of an open position, set anew: once, never past the market, never beside a close."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from lefi_tui.core.bot import Intent
from lefi_tui.core.desk import Step, advance
from lefi_tui.core.messages import (
    ClosePosition,
    CommandRefused,
    IntentRefused,
    Kill,
    ProtectPosition,
    StartBot,
    SubmitOrders,
    VenueAccepted,
    VenueCanceled,
)
from lefi_tui.core.order import HAND, ExitPlan, Level, LevelKind, OrderStatus
from lefi_tui.core.protection import Cover
from tests.unit.core.desk_kit import BUY, PERPETUAL, PLANS, bought, of, quote
from tests.unit.core.test_guarding import ENTRY, Story

D = Decimal
SYMBOL = PERPETUAL.symbol
AT = Intent("protect", SYMBOL, 1, exits=ExitPlan(Level(LevelKind.PRICE, D(59_000))))
PLANS["protects"] = ((ENTRY,), (AT,))
PLANS["protects another's"] = ((), (AT,))
SPOT_STOP = Intent("protect", BUY.symbol, 1, exits=ExitPlan(Level(LevelKind.PERCENT, D("0.01"))))
PLANS["spot stop"] = ((BUY,), (SPOT_STOP,))


def at(stop: str = "", target: str = "") -> ExitPlan:
    levels = (Level(LevelKind.PRICE, D(each)) if each else None for each in (stop, target))
    return ExitPlan(*levels)


def hand(exits: ExitPlan, at_ns: int = 30) -> ProtectPosition:
    return ProtectPosition("main", SYMBOL, exits, at_ns=at_ns)


def refusal(answer: Step) -> str:
    return " ".join(each.text for each in of(CommandRefused, answer))


def guarded() -> Story:
    story = Story("guarded")
    story.filled(story.entry)
    story.stands("stop")
    story.stands("target")
    return story


# ---- at an exchange


def test_a_stop_set_by_hand_takes_the_place_of_the_one_that_hangs_and_the_target_stays() -> None:
    story = guarded()
    old, target = story.sent("stop"), story.sent("target")
    story.tell(hand(at("59500"), story.now))
    new = story.sent("stop")
    assert (new.trigger, new.owner) == (D(59_500), HAND)
    assert story.sent("target") is target
    assert story.desk.orders[old.id].status is OrderStatus.CANCEL_PENDING
    story.tell(VenueCanceled(old.id, story.now, "moved"))
    story.stands("stop")
    assert story.cover() is Cover.HELD


def test_an_entry_that_goes_on_filling_does_not_set_its_own_stop_over_the_hands() -> None:
    story = Story("guarded")
    story.filled(story.entry, "0.05", is_last=False)
    story.stands("stop")
    story.tell(hand(at("59500"), story.now))
    mine = story.sent("stop")
    story.filled(story.entry, "0.05", "60500")
    story.tend(10)
    assert story.sent("stop") is mine


def test_a_position_without_any_gets_one_by_hand() -> None:
    story = Story("bare")
    story.filled(story.entry)
    story.tell(hand(at("59500", "61000"), story.now))
    assert {story.sent("stop").trigger, story.sent("target").trigger} == {D(59_500), D(61_000)}
    assert story.cover() is Cover.PENDING


def test_a_bot_sets_the_stop_of_what_it_holds() -> None:
    story = Story("protects")
    story.filled(story.entry)
    story.tell(quote(60_000.0, SYMBOL, 2_000))
    assert (story.sent("stop").trigger, story.sent("stop").owner) == (D(59_000), "b")


# ---- what is refused


@pytest.mark.parametrize(
    ("exits", "words"),
    [
        (at("60100"), "would be met at once"),
        (at("", "59900"), "would be met at once"),
        (at("-5"), "is no price"),
        (ExitPlan(), "Name one"),
        (ExitPlan(trail=Level(LevelKind.PERCENT, D(0))), "A trail keeps a distance"),
    ],
)
def test_what_would_sell_at_once_or_is_no_exit_is_refused_in_words(
    exits: ExitPlan, words: str
) -> None:
    story = guarded()
    answer = story.tell(hand(exits, story.now))
    assert words in refusal(answer)
    assert not of(SubmitOrders, answer)


def test_nothing_is_hung_where_nothing_is_open_nor_beside_a_close_nor_while_halted() -> None:
    story = guarded()
    assert "no open position" in refusal(
        story.tell(ProtectPosition("main", BUY.symbol, at("59000"), story.now))
    )
    story.tell(ClosePosition("main", SYMBOL, story.now))
    assert "is being closed already" in refusal(story.tell(hand(at("59500"), story.now)))
    story = guarded()
    story.tell(Kill(story.now))
    assert "Trading is halted" in refusal(story.tell(hand(at("59500"), story.now)))


# ---- on paper


def test_a_paper_venue_is_given_the_exit_itself_and_takes_the_old_one_away() -> None:
    desk, _ = bought("stopped buy")
    old = next(each for each in desk.orders.values() if each.leg == "stop")
    asked = ProtectPosition("main", BUY.symbol, at("59500"), at_ns=30)
    desk, answer = advance(desk, asked)
    (new,) = of(SubmitOrders, answer)[0].orders
    assert (new.leg, new.owner, new.terms.is_reduce_only) == ("stop", HAND, True)
    assert new.terms.exits == at("59500")
    desk, _ = advance(desk, VenueCanceled(old.id, 31, "it was set anew"))
    desk, _ = advance(desk, VenueAccepted(new.id, 31, "v"))
    stops = [each.id for each in desk.orders.values() if each.leg == "stop"]
    assert stops == [new.id]
    _, answer = advance(desk, replace(asked, at_ns=30))
    assert of(SubmitOrders, answer)[0].orders[0].id != new.id  # each has a name of its own


def test_a_bot_on_paper_sets_a_stop_in_percent_of_its_entry() -> None:
    desk, _ = bought("spot stop")
    desk, answer = advance(desk, quote(60_000.0, at_ms=2_000))
    (new,) = of(SubmitOrders, answer)[0].orders
    assert (new.leg, new.owner) == ("stop", "b")


def test_a_bot_that_holds_nothing_protects_nothing() -> None:
    desk, _ = bought("buy")
    desk, _ = advance(desk, StartBot("c", "told", "main", "protects another's", at_ns=9))
    desk, _ = advance(desk, quote(60_000.0, at_ms=2_000))
    _, answer = advance(desk, quote(60_000.0, at_ms=3_000))
    refused = of(IntentRefused, answer)
    assert [each.bot for each in refused] == ["c"]
    assert "nothing of its own" in refused[0].text
