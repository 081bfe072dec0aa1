"""A bot takes another text: its position, its orders and their places in the text."""

from __future__ import annotations

from lefi_tui.core.desk import Desk, advance
from lefi_tui.core.desk.live import version_of
from lefi_tui.core.messages import (
    BotUpdated,
    ChangeSettings,
    CommandRefused,
    HistoryLoaded,
    LoadHistory,
    OrderSubmitted,
    SettingsChanged,
    UpdateDropped,
    VenueAccepted,
)
from tests.unit.core.desk_kit import MINUTE_MS, fill, of, quote, submitted
from tests.unit.core.update_kit import FIRST, SECOND, closed, loaded, run_on, started, update


def bought() -> Desk:
    desk, _ = advance(started(), quote(60_100.0))
    for minute in range(100, 130):
        desk, step = advance(desk, closed(minute))
        if of(OrderSubmitted, step):
            desk, _ = advance(desk, fill(submitted(step), "0.001", "60100"))
            return desk
    raise AssertionError("it never bought")


def test_its_position_and_the_stop_of_it_are_not_touched() -> None:
    desk = bought()
    before = desk.orders, desk.positions, desk.guards
    desk, step = advance(desk, update(SECOND))
    newest = max(each for each in desk.bots["b"].seen.values()) // MINUTE_MS + 1
    desk, done = advance(desk, loaded(step, newest))
    assert of(BotUpdated, done)
    assert (desk.orders, desk.positions, desk.guards) == before
    assert not [each for each in done.effects if type(each).__name__ == "CancelOrders"]


def test_an_order_belongs_to_its_place_in_the_other_text_or_to_none() -> None:
    desk, _ = advance(started(), quote(60_100.0))
    (order, desk) = _working(desk)
    assert desk.orders[order].site == 0
    moved = SECOND.replace("    if RSI", "    if close < 1 { Sell(symbol, 50%) }\n    if RSI")
    gone = SECOND[: SECOND.index("    if RSI")] + "}\n"
    for text, site in ((moved, 1), (gone, -2)):
        after, step = advance(desk, update(text))
        newest = max(each for each in after.bots["b"].seen.values()) // MINUTE_MS + 1
        after, done = advance(after, loaded(step, newest))
        assert of(BotUpdated, done)
        assert after.orders[order].site == site
        assert after.orders[order].status == desk.orders[order].status


def _working(desk: Desk) -> tuple[str, Desk]:
    for minute in range(100, 130):
        desk, step = advance(desk, closed(minute))
        if of(OrderSubmitted, step):
            order = submitted(step).id
            desk, _ = advance(desk, VenueAccepted(order, 5, "v1"))
            return order, desk
    raise AssertionError("it never bought")


def test_an_order_at_work_keeps_its_place_from_sending_another() -> None:
    desk, _ = advance(started(), quote(60_100.0))
    _, desk = _working(desk)
    second = SECOND.replace("> 60", "> 1")
    desk, step = advance(desk, update(second))
    newest = max(each for each in desk.bots["b"].seen.values()) // MINUTE_MS + 1
    desk, _ = advance(desk, loaded(step, newest))
    _, sent = run_on(desk, newest, newest + 3)
    assert not sent


def test_a_market_in_which_it_holds_something_is_not_left() -> None:
    desk = bought()
    other = SECOND.replace("BTC/USDT", "BTC/USDT:USDT")
    after, step = advance(desk, update(other))
    assert after == desk
    assert "has a position in BTC/USDT" in of(CommandRefused, step)[0].text


def test_nor_by_other_settings_but_where_a_journal_has_it_so() -> None:
    desk = bought()
    other = (("symbol", '"BTC/USDT:USDT"'),)
    asked = ChangeSettings("b", other, at_ns=9, by="anna")
    after, step = advance(desk, asked)
    assert after == desk
    assert "has a position in BTC/USDT, and with these" in of(CommandRefused, step)[0].text
    _, step = advance(desk, asked, (SettingsChanged("b", other, 9, "anna"),))
    assert of(SettingsChanged, step)


def test_what_it_came_to_hold_meanwhile_drops_an_update_that_would_leave_it() -> None:
    desk, _ = advance(started(), quote(60_100.0))
    desk, step = advance(desk, update(SECOND.replace("BTC/USDT", "BTC/USDT:USDT")))
    _, desk = _working(desk)
    newest = max(each for each in desk.bots["b"].seen.values()) // MINUTE_MS + 1
    (asked,) = of(LoadHistory, step)
    desk, done = advance(desk, HistoryLoaded("b", (), newest * MINUTE_MS * 1_000_000, asked.of))
    assert "has an order in BTC/USDT" in of(UpdateDropped, done)[0].text
    assert desk.bots["b"].version == version_of(FIRST)
    assert desk.bots["b"].update is None
