"""The orders of a bot and their places in its text, over several texts and other settings."""

from __future__ import annotations

from lefi_tui.core.desk import Desk, Step, advance, apply
from lefi_tui.core.desk.live import version_of
from lefi_tui.core.messages import (
    BotUpdated,
    ChangeLimits,
    ChangeSettings,
    CommandRefused,
    OrderSubmitted,
    ScriptSaved,
    UpdateBegun,
    VenueAccepted,
    VenueCanceled,
    VenueNeverSaw,
)
from lefi_tui.views.update_picture import update_view
from lefi_tui.views.update_view import in_words
from tests.unit.core.desk_kit import of, quote, submitted
from tests.unit.core.update_kit import closed, loaded, started, update

GRID = """
on PriceUpdate("BTC/USDT") {
    if Spot("BTC/USDT") < 60000 { Buy("BTC/USDT", 100 USDT, at = 50000) }
}
"""
WITHOUT = 'on PriceUpdate("BTC/USDT") { Print("nothing") }'
EDITED = GRID.replace("< 60000", "< 59500").replace("100 USDT", "120 USDT")
COINS = """
setting coins = ["BTC/USDT", "BTC/USDT:USDT"]
on PriceUpdate("BTC/USDT") {
    for coin in coins { Buy(coin, 100 USDT, at = 50000) }
}
"""
TURNED = '["BTC/USDT:USDT", "BTC/USDT"]'


def resting(text: str) -> tuple[str, Desk]:
    desk, step = advance(started(text), quote(59_000.0))
    order = submitted(step).id
    for each in of(OrderSubmitted, step):
        desk, _ = advance(desk, VenueAccepted(each.order.id, 5, f"v{each.order.id}"))
    return order, desk


def told(desk: Desk, *texts: str) -> Desk:
    for text in texts:
        desk, step = advance(desk, update(text))
        assert not of(CommandRefused, step), of(CommandRefused, step)
    return desk


def next_price(desk: Desk) -> Step:
    return advance(desk, quote(58_000.0, at_ms=3_000))[1]


def test_over_another_text_to_the_first_one_edited_its_order_is_found_again() -> None:
    """As it is straight on: what a detour loses would be sent a second time."""
    order, desk = resting(GRID)
    straight = told(desk, EDITED)
    detour = told(desk, WITHOUT, EDITED)
    assert straight.orders[order].site == detour.orders[order].site == 0
    assert not of(OrderSubmitted, next_price(straight))
    assert not of(OrderSubmitted, next_price(detour))
    assert detour.bots["b"].gone == straight.bots["b"].gone  # and it is known whence it came


def test_found_again_it_is_lost_and_found_as_any_other() -> None:
    order, desk = resting(GRID)
    desk = told(desk, WITHOUT, EDITED, WITHOUT)
    assert desk.orders[order].site < 0
    desk = told(desk, WITHOUT.replace("nothing", "still nothing"), GRID)
    assert not of(OrderSubmitted, next_price(desk))


def test_before_it_is_asked_for_each_order_says_whether_a_line_knows_it() -> None:
    order, desk = resting(GRID)
    assert list(in_words(update_view(desk, update(WITHOUT))))[-3:-1] == [
        "No line of this text knows these; they stay until filled or canceled:",
        f"  buy 0.002 BTC/USDT at 50,000, {order}",
    ]
    desk = told(desk, WITHOUT)
    still = update_view(desk, update(WITHOUT.replace("nothing", "still nothing")))
    assert len(still.orders) == 1
    assert list(in_words(update_view(desk, update(EDITED))))[-3:-1] == [
        "Their line is there again, and sends no other beside them:",
        f"  buy 0.002 BTC/USDT at 50,000, {order}",
    ]


def test_an_order_that_is_sent_once_more_for_a_lost_place_is_lost_with_it() -> None:
    """The first never reached the venue; the second has another id, and the same place."""
    desk, step = advance(started(GRID), quote(59_000.0))
    first = submitted(step)
    desk = told(desk, WITHOUT)
    desk, step = advance(desk, VenueNeverSaw(first.id, 5))
    second = submitted(step)
    assert (second.id != first.id, second.site) == (True, -2)
    desk, _ = advance(desk, VenueAccepted(second.id, 6, "v2"))
    desk = told(desk, WITHOUT.replace("nothing", "still nothing"))
    assert desk.orders[second.id].site == -2
    desk = told(desk, EDITED)
    assert desk.orders[second.id].site == 0
    assert not of(OrderSubmitted, next_price(desk))


def test_two_places_that_are_lost_one_after_the_other_are_two() -> None:
    first, desk = resting(GRID)
    desk = told(desk, WITHOUT, GRID.replace("Buy(", "Sell(").replace("100 USDT", "0.001 BTC"))
    assert desk.orders[first].site == -2
    sells = GRID.replace('"BTC/USDT", 100 USDT', '"BTC/USDT:USDT", 100 USDT')
    desk = told(desk, sells + 'on Trade("BTC/USDT") { Print("a") }')
    desk, _ = advance(desk, quote(59_000.0, symbol="BTC/USDT:USDT", at_ms=2_000))
    desk, step = advance(desk, quote(59_000.0, at_ms=2_001))
    second = submitted(step).id
    desk, _ = advance(desk, VenueAccepted(second, 6, "v2"))
    both = 'on PriceUpdate("BTC/USDT") { Print(Spot("BTC/USDT:USDT")) }'
    desk = told(desk, both)
    assert (desk.orders[first].site, desk.orders[second].site) == (-2, -3)
    desk = told(desk, both + sells, both)
    assert (desk.orders[first].site, desk.orders[second].site) == (-2, -3)


def test_what_trades_something_else_is_not_its_place() -> None:
    order, desk = resting(GRID)
    sells = GRID.replace("Buy(", "Sell(").replace("100 USDT", "10%")
    for other in (sells, WITHOUT + '\non Every(1h) { Buy("BTC/USDT", 90 USDT, at = 50000) }'):
        after = told(desk, WITHOUT, other)
        assert after.orders[order].site < 0


def test_a_line_that_was_moved_to_another_event_is_that_line() -> None:
    order, desk = resting(GRID)
    desk = told(desk, GRID.replace('PriceUpdate("BTC/USDT")', 'Candle("BTC/USDT", 1m)'))
    assert desk.orders[order].site == 0
    assert not of(OrderSubmitted, advance(desk, closed(100))[1])


def test_two_orders_within_the_limit_are_not_one_beyond_it() -> None:
    limit = ChangeLimits("desk", (("order_notional_max", "1000"),), at_ns=3)
    desk, _ = advance(started(GRID), limit)
    each = 'if Spot("BTC/USDT") < 60000 { Buy("BTC/USDT", 600 USDT, at = 50000) }'
    twice = f'on PriceUpdate("BTC/USDT") {{ {each} }}\non Candle("BTC/USDT", 1m) {{ {each} }}'
    assert not update_view(desk, update(twice)).refusal
    once = GRID.replace("100 USDT", "1001 USDT")
    assert "orders 1,001 at once" in update_view(desk, update(once)).refusal


def test_a_list_in_another_order_gives_each_order_its_own_turn_of_the_loop() -> None:
    """A turn's place has the number in which it is written out."""
    _, desk = resting(COINS)
    assert _places(desk) == {"BTC/USDT": 0, "BTC/USDT:USDT": 1}
    default = told(desk, COINS.replace('["BTC/USDT", "BTC/USDT:USDT"]', TURNED))
    assert _places(default) == {"BTC/USDT": 1, "BTC/USDT:USDT": 0}


def test_a_turn_that_other_settings_put_first_sends_no_order_a_second_time() -> None:
    _, desk = resting(COINS.replace('"BTC/USDT", ', ""))
    assert _places(desk) == {"BTC/USDT:USDT": 0}
    both = ("coins", '["BTC/USDT", "BTC/USDT:USDT"]')
    updated = told(desk, COINS)
    changed, step = advance(desk, ChangeSettings("b", (both,), at_ns=7, by="anna"))
    assert not of(CommandRefused, step)
    for after in (updated, changed):
        assert _places(after) == {"BTC/USDT:USDT": 1}
        sent = of(OrderSubmitted, next_price(after))
        assert [each.order.terms.symbol for each in sent] == ["BTC/USDT"]


def test_settings_that_leave_out_a_turn_leave_its_order_without_a_place() -> None:
    _, desk = resting(COINS)
    one, two = ("coins", '["BTC/USDT:USDT"]'), ("coins", TURNED)
    desk, _ = advance(desk, ChangeSettings("b", (one,), at_ns=7, by="anna"))
    assert _places(desk) == {"BTC/USDT:USDT": 0, "BTC/USDT": -2}
    assert not of(OrderSubmitted, next_price(desk))
    desk, _ = advance(desk, ChangeSettings("b", (two,), at_ns=8, by="anna"))
    assert _places(desk) == {"BTC/USDT:USDT": 0, "BTC/USDT": 1}
    assert not of(OrderSubmitted, next_price(desk))


def at(*prices: int) -> str:
    lines = "".join(f'Buy("BTC/USDT", 100 USDT, at = {each})\n' for each in prices)
    return f'on PriceUpdate("BTC/USDT") {{ {lines} Print("{prices}") }}'


def test_an_order_goes_back_to_its_line_from_one_that_was_edited() -> None:
    """It stood at the edited one, so that one sent none; now both lines are there."""
    order, desk = resting(at(44_000))
    desk = told(desk, at(40_000))
    assert not of(OrderSubmitted, next_price(desk))
    desk = told(desk, at(40_000, 44_000))
    assert desk.orders[order].site == 1
    assert [each.order.terms.limit for each in of(OrderSubmitted, next_price(desk))] == [40_000]


def test_by_settings_too() -> None:
    """One loop, whose first turn is at another price, then both."""
    text = """
setting prices = [44000]
on PriceUpdate("BTC/USDT") { for each in prices { Buy("BTC/USDT", 100 USDT, at = each) } }
"""
    order, desk = resting(text)
    for chosen, place in (("[40000]", 0), ("[40000, 44000]", 1)):
        asked = ChangeSettings("b", (("prices", chosen),), at_ns=7, by="anna")
        desk, step = advance(desk, asked)
        assert not of(CommandRefused, step)
        assert desk.orders[order].site == place
    assert [each.order.terms.limit for each in of(OrderSubmitted, next_price(desk))] == [40_000]


def test_a_line_that_was_edited_twice_is_known_by_either_text() -> None:
    order, desk = resting(at(44_000))
    desk = told(desk, at(40_000), at(41_000))
    for known in (44_000, 41_000):  # the text that sent it, and the one that runs
        assert told(desk, at(43_000, known)).orders[order].site == 1


def test_what_the_edited_line_sends_later_is_its_own() -> None:
    """The first order is gone; nothing of where it came from is left to the second."""
    order, desk = resting(at(44_000))
    desk = told(desk, at(40_000))
    desk, _ = advance(desk, VenueCanceled(order, 6, "asked"))
    desk, step = advance(desk, quote(58_000.0, at_ms=3_000))
    second = submitted(step)
    assert second.site == 0
    assert second.terms.limit == 40_000
    desk, _ = advance(desk, VenueAccepted(second.id, 7, "v2"))
    assert told(desk, at(44_000, 40_000)).orders[second.id].site == 1


def test_what_comes_and_goes_while_a_history_is_fetched_is_of_its_line_too() -> None:
    """Its line held an order of an earlier text when the update was asked for."""
    warmed = '\non Candle("BTC/USDT", 1m) { Print("{EMA(close, 5)}") }'
    order, desk = resting(at(44_000) + warmed)
    desk, step = advance(desk, update(at(44_000, 40_000) + warmed))
    desk, _ = advance(desk, loaded(step, 101))
    desk, asked = advance(desk, update(at(41_000, 44_000) + warmed))
    desk, _ = advance(desk, VenueCanceled(order, 6, "asked"))
    desk, step = advance(desk, quote(58_000.0, at_ms=3_000))
    second = next(each.order for each in of(OrderSubmitted, step) if each.order.site == 0)
    for each in of(OrderSubmitted, step):
        desk, _ = advance(desk, VenueAccepted(each.order.id, 7, f"v{each.order.id}"))
    desk, _ = advance(desk, loaded(asked, 102))
    assert desk.orders[second.id].site == 1
    assert not of(OrderSubmitted, advance(desk, quote(57_000.0, at_ms=4_000))[1])


def test_of_two_orders_of_one_line_one_has_it() -> None:
    """Of two lines that were the same, the text that sent the first has one."""
    order, desk = resting(at(44_000))
    desk = told(desk, at(44_000, 44_000))
    desk, step = advance(desk, quote(58_000.0, at_ms=3_000))
    second = submitted(step).id
    desk, _ = advance(desk, VenueAccepted(second, 7, "v2"))
    desk = told(desk, at(44_000))
    assert sorted(desk.orders[each].site for each in (order, second)) == [-2, 0]


def test_what_an_older_program_decided_comes_out_as_it_did() -> None:
    """It lost and found orders of one place together; its journal counts on the numbers of that."""
    first, desk = resting(at(44_000))
    desk = _older(desk, WITHOUT)
    desk, step = advance(_older(desk, at(41_000)), quote(58_000.0, at_ms=3_000))
    second = submitted(step).id
    desk, _ = advance(desk, VenueAccepted(second, 7, "v2"))
    desk = _older(_older(desk, WITHOUT), at(44_000), (-2, 0), (-3, 0))
    desk = _older(desk, WITHOUT)
    assert [desk.orders[each].site for each in (first, second)] == [-2, -2]
    desk = _older(desk, at(44_000), (-2, 0))
    assert [desk.orders[each].site for each in (first, second)] == [0, 0]


def test_what_an_older_program_lost_goes_back_to_its_line_from_one_that_was_edited() -> None:
    order, desk = resting(at(44_000))
    desk = told(_older(desk, WITHOUT), at(40_000))
    assert desk.orders[order].site == 0
    desk = told(desk, at(40_000, 44_000))
    assert desk.orders[order].site == 1
    assert [each.order.terms.limit for each in of(OrderSubmitted, next_price(desk))] == [40_000]


def _older(desk: Desk, text: str, *sites: tuple[int, int]) -> Desk:
    version, before = version_of(text), desk.bots["b"].version
    for event in (
        ScriptSaved(version, "", text),
        UpdateBegun("b", version, (), "", 7, "anna", sites),
        BotUpdated("b", version, before, (), 7, "anna"),
    ):
        desk = apply(desk, event)
    return desk


def _places(desk: Desk) -> dict[str, int]:
    return {each.terms.symbol: each.site for each in desk.working_of("b")}
