"""Books beside venue: what others did is shown, adopted only by a person, and pauses who lost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from lefi_tui.core.codec import decode, encode
from lefi_tui.core.desk import Desk, Step, advance, apply
from lefi_tui.core.desk.comparing import is_news
from lefi_tui.core.desk.in_doubt import with_unknown
from lefi_tui.core.messages import (
    AccountChecked,
    AdoptOrder,
    AdoptUnits,
    BotPaused,
    CancelOrder,
    CancelOrders,
    ClosePosition,
    CommandRefused,
    DeclareDead,
    EngineStarted,
    ForeignSeen,
    LetGo,
    LookAgain,
    LookUpOrder,
    OrderCanceled,
    OrderDenied,
    OrderFilled,
    OrderSubmitted,
    StartBot,
    TakeOver,
    UnknownSeen,
    VenueAccepted,
    VenueFilled,
    VenueNeverSaw,
    VenueSilent,
    VenueViewed,
    ViewVenue,
)
from lefi_tui.core.order import HAND, OrderStatus, Side
from lefi_tui.core.reconcile import Leg, TheirOrder
from lefi_tui.views.doubts_picture import doubts_count
from tests.unit.core.desk_kit import PERPETUAL, D, asked, of, open_desk, quote, started

BTC = PERPETUAL.symbol
PHONE = TheirOrder("v9", "web1", BTC, Side.SELL, D(1), D(0), D(70_000))
LEVELS = D("-0.1")


def viewed(desk: Desk, units: dict[str, Decimal] | None = None, **others: Any) -> tuple[Desk, Step]:
    """What the venue shows, asked for while the desk stood as it does."""
    held = {} if units is None else units
    books = tuple((key[1], each.units) for key, each in desk.positions.items() if each.units)
    others = {"at_ns": 50, "books": books, **others}
    return advance(desk, VenueViewed("main", units=tuple(held.items()), **others))


def short() -> Desk:
    """A bot that holds -0.1, and has been compared with its venue."""
    desk, step = asked("short")
    (order,) = (each.order for each in of(OrderSubmitted, step))
    filled = VenueFilled(
        order.id,
        "t1",
        5,
        "main",
        BTC,
        "sell",
        D(60_000),
        D("0.1"),
        D(3),
        "taker",
        "order",
        is_last=True,
    )
    desk, _ = advance(desk, VenueAccepted(order.id, 4, "v1"))
    desk, _ = advance(desk, filled)
    return viewed(desk, {BTC: D("-0.1")})[0]


def unconfirmed() -> tuple[Desk, str]:
    desk, step = asked("buy")
    (order,) = (each.order for each in of(OrderSubmitted, step))
    return advance(desk, VenueSilent(order.id, 6, "no answer in 10 s"))[0], order.id


def outside(reason: str = "order", quantity: str = "0.1", trade: str = "t7") -> VenueFilled:
    told = ("x5", trade, 40, "main", BTC, "buy", D(61_000), D(quantity), D(3), "taker", reason)
    return VenueFilled(*told, is_last=True)


def test_before_it_was_compared_since_the_start_nothing_new_is_opened_there() -> None:
    desk = apply(viewed(open_desk())[0], EngineStarted(60, "x", 1))
    desk, _ = advance(desk, StartBot("b", "told", "main", "buy", at_ns=61))
    _, step = advance(desk, quote())
    (denied,) = of(OrderDenied, step)
    assert [each.code for each in denied.verdicts if not each.passed] == ["ACCOUNT_NOT_CHECKED"]
    seen, _ = viewed(desk, at_ns=62)
    assert seen.checked["main"].is_known
    assert of(OrderSubmitted, advance(seen, quote())[1])


def test_a_silent_venue_is_said_once_and_lifted_by_its_next_word() -> None:
    desk, _ = viewed(open_desk())
    silent = VenueViewed("main", 70, error="no answer for 60 s")
    assert is_news(desk, silent)
    desk, step = advance(desk, silent)
    assert step.events == (AccountChecked("main", 70, "no answer for 60 s"),)
    assert not is_news(desk, silent)
    assert not desk.checked["main"].is_known
    assert is_news(desk, VenueViewed("main", 80))
    assert viewed(desk, at_ns=80)[0].checked["main"].is_known


def test_what_is_as_it_was_is_no_news_and_what_differs_is() -> None:
    desk = short()
    same = VenueViewed("main", 60, units=((BTC, D("-0.1")),), books=((BTC, D("-0.1")),))
    assert not is_news(desk, same)
    assert is_news(desk, replace(same, units=()))
    assert is_news(desk, replace(same, orders=(PHONE,)))


def test_anothers_order_is_shown_and_not_touched() -> None:
    desk, step = viewed(short(), {BTC: D("-0.1")}, orders=(PHONE,))
    assert step.events == (ForeignSeen("main", (PHONE,), 50), AccountChecked("main", 50))
    assert step.effects == ()
    assert desk.checked["main"].differences == ("sell order of 1 BTC/USDT:USDT",)


def test_anothers_order_that_is_adopted_is_the_hands_and_followed() -> None:
    desk, _ = viewed(short(), {BTC: D("-0.1")}, orders=(PHONE,))
    desk, step = advance(desk, AdoptOrder("main", "v9", 60, "hand"))
    order = desk.orders["web1"]
    assert (order.owner, order.status, order.quantity) == (HAND, OrderStatus.ACCEPTED, D(1))
    assert step.effects == (TakeOver("main", order), LookUpOrder("main", "web1", is_now=True))
    assert desk.checked["main"].foreign == ()
    assert viewed(desk, {BTC: D("-0.1")}, orders=(PHONE,))[1].effects == ()


def test_a_stop_of_another_hand_is_not_adopted_and_says_why() -> None:
    stop = replace(PHONE, is_trigger=True)
    desk, _ = viewed(open_desk(), orders=(stop,))
    _, step = advance(desk, AdoptOrder("main", "v9", 60))
    (refused,) = of(CommandRefused, step)
    assert "only limit orders are adopted" in refused.text


def test_anothers_order_that_is_filled_in_part_is_not_adopted_for_its_units_would_count_twice() -> (
    None
):
    desk, _ = viewed(open_desk(), orders=(replace(PHONE, filled=D("0.4")),))
    _, step = advance(desk, AdoptOrder("main", "v9", 60))
    assert "filled in part" in of(CommandRefused, step)[0].text


def test_units_that_are_nobodys_are_unknown_and_all_owners_sum_to_what_is_there() -> None:
    desk, step = viewed(short(), {BTC: D("-0.3")})
    (found,) = of(UnknownSeen, step)
    assert found.units == D("-0.2")
    assert with_unknown(desk, "main") == {BTC: D("-0.3")}
    assert not of(BotPaused, step)  # nothing of its own is gone
    assert not is_news(desk, VenueViewed("main", 60, units=((BTC, D("-0.3")),),
                                         books=((BTC, D("-0.1")),)))  # fmt: skip


def test_units_adopted_are_the_hands_at_what_the_venue_says_they_cost() -> None:
    entries = ((BTC, D(62_000)),)
    desk, _ = viewed(short(), {BTC: D("-0.3")}, entries=entries)
    desk, _ = advance(desk, AdoptUnits("main", BTC, 60))
    position = desk.positions["main", BTC]
    assert dict(position.shares) == {"b": D("-0.1"), HAND: D("-0.2")}
    assert position.entry == D(62_000)
    assert desk.checked["main"].unknown == {}
    assert viewed(desk, {BTC: D("-0.3")})[1].events == (AccountChecked("main", 50),)


def test_a_close_from_outside_is_booked_by_its_trades_and_the_bot_waits_for_a_person() -> None:
    desk, step = viewed(short(), fills=(outside(),))
    assert not desk.positions["main", BTC].units
    (fill,) = of(OrderFilled, step)
    assert (fill.owner, fill.price) == ("b", D(61_000))
    (paused,) = of(BotPaused, step)
    assert paused.asks
    assert paused.reason == f"its position of {BTC} was changed from elsewhere"
    assert not of(UnknownSeen, step)
    again = viewed(desk, fills=(outside(),))[1]
    assert again.events == (AccountChecked("main", 50),)


def test_of_a_trade_that_turns_it_over_what_closes_is_booked_and_the_rest_is_nobodys() -> None:
    desk, step = viewed(short(), {BTC: D("0.2")}, fills=(outside(quantity="0.3"),))
    assert not desk.positions["main", BTC].units
    assert [each.quantity for each in of(OrderFilled, step)] == [D("0.1")]
    assert desk.checked["main"].unknown_units() == {BTC: D("0.2")}
    assert viewed(desk, {BTC: D("0.2")})[1].events == (AccountChecked("main", 50),)


def test_a_liquidation_is_named_and_pauses_the_bot() -> None:
    _, step = viewed(short(), fills=(outside("liquidation"),))
    assert of(BotPaused, step)[0].reason == f"its position of {BTC} was liquidated by the venue"


def test_trades_that_do_not_explain_it_to_the_last_digit_are_not_believed() -> None:
    desk, step = viewed(short(), fills=(outside(quantity="0.04"),))
    assert not of(OrderFilled, step)
    assert of(UnknownSeen, step)[0].units == D("0.1")
    assert of(BotPaused, step)[0].bot == "b"
    desk, _ = advance(desk, quote(61_000.0, BTC))
    desk, step = advance(desk, AdoptUnits("main", BTC, 60))
    assert not desk.positions["main", BTC].units
    assert [each.owner for each in of(OrderFilled, step)] == ["b"]


def test_a_trade_that_was_met_as_anothers_is_not_booked_again_as_an_orders() -> None:
    desk, _ = viewed(short(), fills=(outside(),))
    desk, step = advance(desk, replace(outside(), order=next(iter(desk.closed))))
    assert not step.events


def test_units_are_left_alone_while_they_move() -> None:
    desk = short()
    moved = VenueViewed("main", 60, units=((BTC, D("-0.3")),))  # asked before our fill was heard
    assert not of(UnknownSeen, advance(desk, moved)[1])
    desk, step = viewed(desk, {BTC: D("-0.3")}, pending=(BTC,))
    assert step.events == ()


def test_coins_are_not_taken_for_a_position() -> None:
    desk, step = asked("buy")
    (order,) = (each.order for each in of(OrderSubmitted, step))
    told = ("t1", 5, "main", order.terms.symbol, "buy", D(60_000), D("0.01"), D(0), "taker")
    desk, _ = advance(desk, VenueFilled(order.id, *told, "order", is_last=True))
    assert viewed(desk)[1].events == (AccountChecked("main", 50),)


def test_an_order_of_ours_that_ended_here_and_works_there_is_taken_away() -> None:
    desk, order = unconfirmed()
    desk, _ = advance(desk, VenueNeverSaw(order, 9))
    there = TheirOrder("v1", order, "BTC/USDT", Side.BUY, D("0.01"), D(0))
    _, step = viewed(desk, orders=(there,))
    assert step.effects == (
        LookUpOrder("main", order),
        CancelOrders("main", (order,), is_risen=True),
    )


def test_nothing_new_is_opened_where_an_order_has_no_answer_and_a_close_still_goes() -> None:
    desk, order = unconfirmed()
    desk, _ = advance(desk, StartBot("c", "told", "main", "buy", at_ns=7))
    _, step = advance(desk, quote())
    (denied,) = of(OrderDenied, step)
    (failed,) = (each for each in denied.verdicts if not each.passed)
    assert failed.code == "ORDER_UNCONFIRMED"
    assert order in failed.text
    told = (order, "t1", 5, "main", "BTC/USDT", "buy", D(60_000), D("0.005"), D(0), "taker")
    part, _ = advance(desk, VenueFilled(*told, "order", is_last=False))
    part, _ = advance(part, VenueSilent(order, 8, "again none"))
    assert part.orders[order].status is OrderStatus.UNCONFIRMED
    assert of(OrderSubmitted, advance(part, ClosePosition("main", "BTC/USDT", 9))[1])


def test_hedged_legs_are_told_apart_and_nothing_new_is_opened_on_them() -> None:
    desk = short()
    desk, step = viewed(desk, {BTC: D("-0.1")}, legs=(Leg(BTC, D(1), D("1.1")),))
    assert of(AccountChecked, step)[0].legs == (Leg(BTC, D(1), D("1.1")),)
    assert "1 long, 1.1 short" in desk.checked["main"].differences[0]
    desk, _ = advance(desk, StartBot("c", "told", "main", "short", at_ns=7))
    (denied,) = of(OrderDenied, advance(desk, quote(60_000.0, BTC))[1])
    assert "HELD_ON_BOTH_SIDES" in [each.code for each in denied.verdicts]


def test_an_order_is_declared_dead_with_a_reason_and_what_fills_of_it_is_still_booked() -> None:
    desk, order = unconfirmed()
    _, step = advance(desk, DeclareDead(order, "  ", 10))
    assert "asks for a reason" in of(CommandRefused, step)[0].text
    desk, step = advance(desk, DeclareDead(order, "support says it never came", 10, "anna"))
    assert step.effects[:2] == (LetGo("main", order), ViewVenue("main"))
    dead = desk.closed[order]
    assert dead.reason == "declared dead by anna: support says it never came"
    told = (order, "t1", 12, "main", "BTC/USDT", "buy", D(60_000), D("0.01"), D(0), "taker")
    desk, _ = advance(desk, VenueFilled(*told, "order", is_last=True))
    assert desk.positions["main", "BTC/USDT"].shares == {"b": D("0.01")}


def test_only_what_is_in_doubt_is_declared_dead() -> None:
    desk, order = unconfirmed()
    desk, _ = advance(desk, VenueAccepted(order, 7, "v1"))
    _, step = advance(desk, DeclareDead(order, "away with it", 10))
    assert "its venue knows it" in of(CommandRefused, step)[0].text
    assert not of(OrderCanceled, step)


def test_a_person_has_it_looked_at_now() -> None:
    desk, order = unconfirmed()
    assert advance(desk, LookAgain("main"))[1].effects == (ViewVenue("main"),)
    asked_now = LookUpOrder("main", order, is_now=True)
    assert advance(desk, LookAgain("main", order))[1].effects == (asked_now,)


def test_all_of_it_is_read_back_from_the_journal_as_it_was() -> None:
    entries = ((BTC, D(62_000)),)
    desk, step = viewed(short(), {BTC: D("-0.3")}, orders=(PHONE,), entries=entries)
    report = VenueViewed("main", 50, (PHONE,), fills=(outside(),), legs=(Leg(BTC, D(1), D(2)),))
    for each in (*step.events, report):
        assert decode(*encode(each)) == each
    assert desk.checked["main"].unknown[BTC].units == D("-0.2")
    assert started("buy").checked == {}


def test_an_order_without_an_answer_stays_in_doubt_when_its_cancel_is_asked() -> None:
    desk, order = unconfirmed()
    desk, _ = advance(desk, CancelOrder(order, 7))
    assert desk.orders[order].status is OrderStatus.CANCEL_PENDING
    assert doubts_count(desk) == 1
    desk, _ = advance(desk, StartBot("c", "told", "main", "buy", at_ns=8))
    (denied,) = of(OrderDenied, advance(desk, quote())[1])
    assert "ORDER_UNCONFIRMED" in [each.code for each in denied.verdicts]
    known, step = advance(desk, VenueAccepted(order, 9, "v1"))
    assert known.orders[order].status is OrderStatus.CANCEL_PENDING
    assert of(CancelOrders, step)[0].orders == (order,)  # what lives is canceled again
    assert doubts_count(known) == 0
    assert of(OrderSubmitted, advance(known, quote())[1])
    dead, _ = advance(desk, DeclareDead(order, "support says it never came", 10))
    assert doubts_count(dead) == 0
