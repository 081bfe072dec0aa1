"""Real prices beside made-up ones on one desk: which is which is said, and what waits, and why."""

from __future__ import annotations

from decimal import Decimal

from lefi_tui.core.bot import Quote
from lefi_tui.core.desk import Desk, advance
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.messages import (
    FeedStated,
    ListInstruments,
    MarketInput,
    OpenAccount,
    QuoteChanged,
    Sizing,
)
from lefi_tui.views.desk_view import DeskView, Mode
from lefi_tui.views.fold import ScreenState, fold
from lefi_tui.views.picture import picture
from widgets import prices
from widgets.edge import top_line
from widgets.ink import Glyphs
from widgets.lines import Frame

SYMBOL = "BTC/USDT:USDT"
NOW_MS = 1_795_000_000_000
BTC = Instrument(SYMBOL, "BTC", "USDT", "USDT", tick=Decimal("0.1"))


def quoted(account: str, price: float) -> QuoteChanged:
    return QuoteChanged(account, Quote(SYMBOL, NOW_MS, price - 0.1, price + 0.1, price))


def stated(*, is_waiting: bool, what: str) -> FeedStated:
    return FeedStated("main", NOW_MS * 1_000_000, is_waiting, what, "no answer", "wait")


def seen(*heard: MarketInput) -> DeskView:
    """A desk with the demo account and one on an exchange's prices, after this market input."""
    desk, state = Desk(), ScreenState()
    for name, venue, cash in (("demo", "demo market", 10_000), ("main", "binanceusdm", 500)):
        opening = OpenAccount(
            name,
            "USDT",
            Decimal(cash),
            "dry_run",
            venue,
            Sizing.AT_DECISION,
            Decimal(0),
            Decimal(0),
        )
        for command in (opening, ListInstruments(name, (BTC,))):
            desk, step = advance(desk, command)
            for event in step.events:
                state = fold(state, event)
    for message in heard:
        desk, step = advance(desk, message)
        assert step.events == ()  # words and unread prices decide nothing
        state = fold(state, message)
    return picture(state, desk, NOW_MS * 1_000_000)


def board(view: DeskView, width: int = 78) -> list[list[str]]:
    return [line.split() for line in prices.layout(view, Frame(width, 4)).text.split("\n")]


def test_made_up_prices_stand_below_the_real_ones_and_say_what_they_are() -> None:
    view = seen(quoted("demo", 47_000.0), quoted("main", 60_000.0))
    assert view.banner.mode is Mode.DRY
    _, real, made_up, *_ = board(view)
    assert real[:2] == [f"▹{SYMBOL}", "59,999.9"]
    assert made_up[:3] == [SYMBOL, "DEMO", "46,999.9"]
    assert "DEMO" in board(view, 40)[2]


def test_on_a_desk_of_one_kind_no_price_is_marked() -> None:
    assert "DEMO" not in str(board(seen(quoted("main", 60_000.0))))


def test_the_frame_shows_the_money_of_the_account_that_its_word_is_about() -> None:
    line = top_line(seen(), Mode.DRY, 120, Glyphs()).text
    assert "equity 500.00 USDT" in line


def test_an_account_that_waits_is_on_the_frame_and_in_the_log_until_it_waits_no_more() -> None:
    waits = stated(is_waiting=True, what="waits for binanceusdm")
    view = seen(waits)
    assert "main waits for binanceusdm" in top_line(view, Mode.DRY, 80, Glyphs()).text
    row = view.log[0]
    assert (row.what, row.where, row.why, row.next) == (
        "waits for binanceusdm",
        "main",
        "no answer",
        "wait",
    )
    view = seen(waits, stated(is_waiting=False, what="binanceusdm answers again"))
    assert "waits" not in top_line(view, Mode.DRY, 80, Glyphs()).text
    assert view.log[0].what == "binanceusdm answers again"
