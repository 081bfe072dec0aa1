"""Panes as text: nothing is cut that matters, nothing overlaps, at every size."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len

from lefi_tui.core.messages import Kill
from lefi_tui.views.desk_view import DeskView, Mode, OrderRow, aged
from lefi_tui.views.picture import picture
from screens.keys import ON_DESK, ON_LAB, TABLE
from tests.screens.hand_fed import busy
from widgets import bots, log, orders, positions, prices
from widgets.edge import bottom_line, top_line
from widgets.ink import ASCII, PALETTES, Glyphs, Ground, Ink
from widgets.lines import Frame, Page
from widgets.plan import PANES, arrange

LAYOUTS = {
    "prices": prices.layout,
    "positions": positions.layout,
    "orders": orders.layout,
    "bots": bots.layout,
    "log": log.layout,
}
GLYPHS = Glyphs()


def view() -> DeskView:
    fed = busy()
    return picture(fed.state, fed.desk, fed.now_ns)


def lines(page: Page) -> list[str]:
    return page.text.split("\n")


@pytest.mark.parametrize("name", LAYOUTS)
@given(st.integers(1, 200), st.integers(0, 40), st.integers(0, 3))
def test_every_line_is_as_wide_as_its_pane(name: str, width: int, height: int, cursor: int) -> None:
    page = LAYOUTS[name](view(), Frame(width, height, cursor))
    assert len(page.rows) == height
    assert {cell_len(row.text) for row in page.rows} <= {width}


@given(
    width=st.integers(20, 240),
    height=st.integers(5, 80),
    wanted=st.lists(st.integers(2, 40), min_size=len(PANES), max_size=len(PANES)),
    with_chart=st.booleans(),
)
def test_panes_tile_the_screen_without_gap_or_overlap(
    *, width: int, height: int, wanted: list[int], with_chart: bool
) -> None:
    asked = {**dict(zip(PANES, wanted, strict=True)), "log": 2}
    boxes = arrange(asked if with_chart else {**asked, "chart": 0}, width, height)
    cells = [
        (x, y)
        for box in boxes.values()
        for y in range(box.y, box.y + box.height)
        for x in (range(box.x, box.x + box.width) if box.height else ())
    ]
    assert len(cells) == len(set(cells))
    assert len(cells) == width * height


def test_prices_at_80_columns() -> None:
    text = lines(prices.layout(view(), Frame(78, 4)))
    assert text[0].split() == ["Prices", "bid", "ask", "last", "today", "age"]
    assert text[1].split() == [
        "▹BTC/USDT", "42,349.9", "42,350.1", "42,350.0", "▲", "+0.59%", "0.9s",
    ]  # fmt: skip


def test_a_stale_price_is_marked_with_its_age_and_dimmed() -> None:
    page = prices.layout(aged(view(), 11_100), Frame(78, 4, 1))
    row = page.rows[1]
    assert row.text.rstrip().endswith("old 12s")
    inks = {ink for text, ink in row.spans if text.strip()}
    assert inks == {Ink.DIM, Ink.WARN}


def test_positions_at_80_columns_show_profit_liquidation_and_how_they_are_protected() -> None:
    rows = view().positions
    guarded = replace(rows[0], stop="stop 41,300.0 native", stop_few="41,300.0")
    bare = replace(rows[1], stop="UNPROTECTED 12 s", stop_few="NO STOP", is_bare=True)
    shown = replace(view(), positions=(guarded, bare))
    text = lines(positions.layout(shown, Frame(78, 3)))
    assert "liq. at" in text[0]
    assert text[1].split() == [
        "▹BTC/USDT", "long", "0.05", "42,120.1", "+11.50", "0.9s", "41,300.0",
    ]  # fmt: skip
    assert "169.4" in text[2]
    assert text[2].rstrip().endswith("NO STOP   NO STOP")
    roomy = lines(positions.layout(shown, Frame(118, 3)))
    assert "stop 41,300.0 native" in roomy[1]
    assert "UNPROTECTED 12 s" in roomy[2]
    narrow = lines(positions.layout(shown, Frame(38, 3)))
    assert "NO STOP" in narrow[2]


def test_an_order_that_nobody_ends_while_we_are_gone_says_so_in_the_place_of_its_state() -> None:
    alone = OrderRow(
        id="L1",
        account="main",
        symbol="BTC/USDT:USDT",
        side="buy",
        kind="limit",
        quantity=Decimal("0.01"),
        filled=Decimal(0),
        price=Decimal(50_000),
        leg="entry",
        owner="grid",
        status="accepted",
        places=1,
        age_ms=900,
        rests_alone=True,
    )
    shown = replace(view(), orders=(alone,))
    assert "no dead-man" in lines(orders.layout(shown, Frame(78, 2)))[1]


def test_at_40_columns_symbol_profit_and_age_are_left() -> None:
    text = lines(positions.layout(view(), Frame(38, 3)))
    assert text[1].split() == ["▹BTC/USDT", "+11.50", "0.9s"]


def test_a_bot_takes_two_lines_when_wide_and_three_when_narrow() -> None:
    wide = lines(bots.layout(view(), Frame(78, 8)))
    assert wide[1].startswith("▹ema-cross        automated DEMO   running    2.9s ago: Bought")
    assert wide[2].strip() == "0.9s ago, price: count == 0 is false (1)"
    narrow = lines(bots.layout(view(), Frame(48, 8)))
    assert narrow[3].strip() == "2.9s ago: Bought 0.05 BTC at 42,120.1"


def test_many_bots_get_one_line_each_and_the_cursor_stays_in_sight() -> None:
    one = view().bots[0]
    many = replace(view(), bots=tuple(replace(one, id=f"bot-{n}") for n in range(30)))
    page = bots.layout(many, Frame(78, 6, 20))
    text = lines(page)
    assert text[0].split()[:2] == ["Bots", "30"]
    assert [row.ground for row in page.rows if "bot-20" in row.text] == [Ground.MARKED]


def test_the_log_says_what_why_and_next_in_one_line() -> None:
    fed = busy()
    fed.tell(Kill(at_ns=fed.now_ns))
    text = log.layout(picture(fed.state, fed.desk, fed.now_ns), Frame(118, 8)).text
    assert "! desk" in text
    assert "Trading is halted · kill key (by hand) → r resumes, with a reason" in text


def test_an_empty_pane_says_so_in_words() -> None:
    empty = replace(view(), prices=(), positions=(), orders=(), bots=(), log=())
    words = {name: layout(empty, Frame(78, 3)).text for name, layout in LAYOUTS.items()}
    assert "no price has arrived yet" in words["prices"]
    assert "no open position" in words["positions"]
    assert "no working order" in words["orders"]
    assert "n starts one" in words["bots"]
    assert "nothing has happened yet" in words["log"]
    assert all("waits for the engine" in LAYOUTS[name](None, Frame(78, 3)).text for name in words)


@pytest.mark.parametrize("mode", Mode)
def test_the_mode_is_a_word_on_both_ends_of_the_frame(mode: Mode) -> None:
    for width in (40, 80, 120):
        top = top_line(view(), mode, width, GLYPHS)
        bottom = bottom_line(mode, TABLE.hints(ON_DESK), width, GLYPHS)
        for row in (top, bottom):
            assert cell_len(row.text) == width
            assert f" {mode.value} " in row.text
        assert "f12 kill" in bottom.text


def test_a_halted_desk_and_a_silent_engine_are_said_at_every_width() -> None:
    fed = busy()
    fed.tell(Kill(at_ns=fed.now_ns, reason="kill key"))
    halted = aged(picture(fed.state, fed.desk, fed.now_ns), 12_000)
    for width in (60, 80, 120):
        text = top_line(halted, Mode.DEMO, width, GLYPHS).text
        assert "HALTED: kill key" in text
        assert "engine silent 12s" in text


def test_the_linux_console_gets_plain_letters() -> None:
    text = (
        top_line(view(), Mode.DEMO, 80, ASCII).text
        + bottom_line(Mode.DEMO, TABLE.hints(ON_DESK), 80, ASCII).text
    )
    assert text.isascii()
    assert prices.layout(view(), Frame(78, 4, glyphs=ASCII)).text.isascii()


@pytest.mark.parametrize("name", PALETTES)
def test_every_meaning_has_a_style_in_every_palette(name: str) -> None:
    palette = PALETTES[name]
    for mode in Mode:
        styles = [palette.under(mode).style(ink, ground) for ink in Ink for ground in Ground]
        assert all(style.color is not None and style.bgcolor is not None for style in styles)


def test_gain_and_loss_carry_a_sign_beside_their_color() -> None:
    fed = busy()
    fed.quote("BTC/USDT", 42_000.0)
    text = positions.layout(picture(fed.state, fed.desk, fed.now_ns), Frame(78, 3)).text
    assert "-6.00 " in text


def test_in_a_text_no_letter_is_told_to_be_a_key() -> None:
    shown = {each.key for each in TABLE.hints(ON_LAB)}
    typed = {each.key for each in TABLE.hints(ON_LAB, is_typed=True)}
    assert {"d", "v"} <= shown - typed
    assert not [each for each in typed if len(each) == 1]
    assert {"f12", "Ctrl+S"} <= typed
