"""Every event has words of four parts, and the picture of the desk tells no more than is known."""

from __future__ import annotations

from decimal import Decimal

from lefi_tui.core import messages as m
from lefi_tui.core.bot import Quote
from lefi_tui.core.codec import from_plain, to_plain
from lefi_tui.core.desk import valuation
from lefi_tui.core.money import words
from lefi_tui.views import numbers
from lefi_tui.views.desk_view import DeskView, Mode, Weight, aged
from lefi_tui.views.fold import LOG_ROWS_MAX, QUOTE_LIMIT_MS, ScreenState, fold
from lefi_tui.views.picture import picture
from lefi_tui.views.shelf import Startable, free_id, start
from lefi_tui.views.why_picture import why
from lefi_tui.views.wording import WORDINGS, asked
from tests.screens.hand_fed import START_NS, HandFed, busy


def view_of(fed: HandFed) -> DeskView:
    return picture(fed.state, fed.desk, fed.now_ns)


def event_types() -> set[type[m.Event]]:
    found = vars(m).values()
    return {
        each
        for each in found
        if isinstance(each, type) and issubclass(each, m.Event) and each is not m.Event
    }


def test_every_event_of_the_journal_has_its_words() -> None:
    assert set(WORDINGS) == event_types()


def test_a_fill_is_told_with_price_owner_reason_and_fee() -> None:
    row = next(row for row in view_of(busy()).log if row.what.startswith("Bought"))
    assert row.what == "Bought 0.05 BTC at 42,360"
    assert row.where == "perp-buyer BTC/USDT:USDT"
    assert row.why == "order, fee 1.05, taker"
    assert row.weight is Weight.GOOD


def test_a_refusal_says_what_where_why_and_next() -> None:
    fed = busy()
    fed.tell(m.Kill(at_ns=fed.now_ns))
    fed.start("late")
    log = view_of(fed).log
    refused = log[0]
    assert (refused.what, refused.where, refused.weight) == ("Not started", "late", Weight.BAD)
    assert "Trading is halted" in refused.why
    assert "Resume first" in refused.why
    halted = next(row for row in log if row.what == "Trading is halted")
    assert halted.next == "r resumes, with a reason"


def test_the_same_line_again_is_counted_not_repeated() -> None:
    state = ScreenState()
    held = m.IntentRefused("b", "buy", "BTC/USDT", 0, "STILL_WORKING", "still working", START_NS)
    for _ in range(5):
        state = fold(state, held)
    assert len(state.log) == 1
    assert state.log[0].times == 5


def test_the_log_is_bounded_and_keeps_the_newest() -> None:
    state = ScreenState()
    for number in range(LOG_ROWS_MAX + 50):
        state = fold(state, m.NoteWritten("b", "print", str(number), "", START_NS))
    assert len(state.log) == LOG_ROWS_MAX
    assert state.log[0].what == f"Print: {LOG_ROWS_MAX + 49}"


def test_a_price_grows_old_and_says_so() -> None:
    fed = busy()
    fresh = view_of(fed).prices[0]
    assert not fresh.is_stale
    fed.later(QUOTE_LIMIT_MS / 1000)
    stale = view_of(fed).prices[0]
    assert stale.is_stale
    assert stale.age_ms == fresh.age_ms + QUOTE_LIMIT_MS
    assert stale.last == fresh.last


def test_a_silent_engine_makes_all_that_is_shown_older() -> None:
    view = view_of(busy())
    later = aged(view, QUOTE_LIMIT_MS)
    assert later.is_silent
    assert all(row.is_stale for row in later.prices)
    assert all(row.is_stale for row in later.positions)


def test_prices_show_also_where_no_bot_reads_them() -> None:
    fed = HandFed()
    fed.quote("ETH/USDT", 2_000.0)
    fed.later(1)
    fed.quote("ETH/USDT", 2_100.0)
    row = view_of(fed).prices[0]
    assert (row.symbol, row.last, row.direction) == ("ETH/USDT", 2_100.0, 1)
    assert row.change is not None
    assert round(row.change, 6) == 0.05
    assert not fed.desk.quotes  # nobody consumed it


def test_change_begins_anew_with_the_utc_day() -> None:
    state = ScreenState()
    for day, last in ((0, 100.0), (0, 110.0), (1, 110.0), (1, 121.0)):
        quote = Quote("X/Y", day * 86_400_000, last, last, last)
        state = fold(state, m.QuoteChanged("demo", quote))
    assert state.prices["demo", "X/Y"].first == 110.0


def test_profit_follows_the_newest_price_and_agrees_with_the_desk() -> None:
    fed = busy()
    row = next(row for row in view_of(fed).positions if row.symbol == "BTC/USDT")
    position = fed.desk.positions["demo", "BTC/USDT"]
    assert row.pnl == position.units * (Decimal("42350.0") - position.entry)
    assert row.pnl == valuation.unrealized(fed.desk, position)
    assert row.liquidation is None


def test_a_perpetual_shows_where_it_is_liquidated() -> None:
    row = next(row for row in view_of(busy()).positions if row.symbol == "BTC/USDT:USDT")
    assert row.liquidation == Decimal(42360) * Decimal("0.004")


def test_a_position_without_a_price_has_no_mark_and_no_profit() -> None:
    fed = busy()
    blind = picture(ScreenState(), fed.desk, fed.now_ns)
    assert [(row.mark, row.pnl) for row in blind.positions] == [(None, None), (None, None)]


def test_the_view_crosses_the_socket_unchanged() -> None:
    view = view_of(busy())
    assert from_plain(DeskView, to_plain(view)) == view


def test_the_frame_names_the_most_serious_mode() -> None:
    fed = HandFed(venue="binance", mode="live")
    assert view_of(fed).banner.mode is Mode.LIVE
    fed = HandFed(venue="binance")
    assert view_of(fed).banner.mode is Mode.DRY
    assert view_of(HandFed()).banner.mode is Mode.DEMO


def test_a_bot_shows_what_it_did_and_why() -> None:
    fed = busy()
    row = next(row for row in view_of(fed).bots if row.id == "ema-cross")
    assert row.status == "running"
    assert row.did == "Bought 0.05 BTC at 42,120.1"
    assert row.why == "price: count == 0 is false (1)"


def test_why_tells_the_conditions_with_their_values() -> None:
    fed = busy()
    told = why(fed.state, fed.desk, "ema-cross", fed.now_ns)
    assert told.lines[:2] == ("line 3: count == 0", "        count = 2")
    assert told.lines[3:] == ("Nothing came of it: no order went out.",)
    assert told.age_ms is not None
    assert why(fed.state, fed.desk, "nobody", fed.now_ns).lines == (
        "There is no bot nobody on this desk.",
    )


def test_a_bot_that_never_ran_has_no_last_run() -> None:
    fed = HandFed()
    fed.start("new")
    assert why(fed.state, fed.desk, "new", fed.now_ns).age_ms is None


def test_a_command_is_named_as_people_say_it() -> None:
    assert [asked("StartBot"), asked("Kill")] == ["Start bot", "Kill"]


def test_a_started_bot_takes_a_name_that_is_free() -> None:
    what = Startable("EMA_cross!", "EMA cross", "automated", "", "text")
    assert start(what, "demo", ()).bot == "ema-cross"
    assert start(what, "demo", {"ema-cross", "ema-cross-2"}).bot == "ema-cross-3"
    assert len(free_id("x" * 80, ())) <= 40


def test_numbers_are_for_people() -> None:
    assert numbers.age(400) == "0.4s"
    assert numbers.age(12_000) == "12s"
    assert numbers.age(5 * 60_000) == "5m"
    assert numbers.old(8_600) == "old 8s"
    assert numbers.signed(Decimal("-0.001"), 2) == "0.00"
    assert numbers.share(0.0123) == "+1.23%"
    assert numbers.price(float("nan"), 2) == "–"
    assert numbers.amount(Decimal("37044.979999999996")) == "37,044.98"
    assert numbers.amount(Decimal("1e30")) == words(Decimal("1e30"))
    assert numbers.clock(START_NS) == "22:13:20"


def test_a_picture_is_taken_of_the_desk_as_it_is() -> None:
    fed = HandFed()
    view = view_of(fed)
    assert view.at_ns == fed.now_ns
    assert [len(rows) for rows in (view.prices, view.positions, view.orders)] == [0, 0, 0]
    assert view.accounts[0].equity == Decimal(10_000)
