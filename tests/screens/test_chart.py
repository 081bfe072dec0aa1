"""The chart and the equity line as text: what is drawn is what was told, and a gap is a gap."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len

from lefi_tui.views.chart_view import Candle, ChartView, Level, Mark, live
from lefi_tui.views.desk_view import DeskView, aged
from lefi_tui.views.equity_line import STEP_NS, EquityLine
from lefi_tui.views.picture import picture
from tests.screens.hand_fed import MS, START_NS, busy
from widgets import equity
from widgets.candles import Canvas, layout
from widgets.chart import explain
from widgets.chart_scales import Scale, price_ticks, scale_of, time_labels
from widgets.ink import ASCII, Ink
from widgets.lines import Frame, Page, Row

MINUTE = 60_000
NOON_MS = 1_763_726_400_000  # 12:00 UTC
LIFTED = [(100, 106), (106, 104), (104, 112), (112, 108), (108, 118), (118, 114), (114, 120)]


def candle(number: int, opened: float, closed: float, wick: float = 1.0) -> Candle:
    low, high = min(opened, closed) - wick, max(opened, closed) + wick
    return Candle(NOON_MS + number * MINUTE, opened, high, low, closed, 10.0 * (number % 3 + 1))


def chart(steps: Sequence[tuple[float, float]] = LIFTED, **changes: Any) -> ChartView:
    drawn = tuple(candle(number, *step) for number, step in enumerate(steps))
    plain = ChartView(
        NOON_MS * MS,
        "demo",
        "BTC/USDT",
        MINUTE,
        drawn,
        is_forming=True,
        last=steps[-1][1],
        places=1,
        age_ms=400,
        limit_ms=5_000,
    )
    return replace(plain, **changes)


def drawn(view: ChartView | None, width: int, height: int, **frame: Any) -> list[str]:
    return layout(view, Frame(width, height, **frame)).text.split("\n")


def many(count: int) -> ChartView:
    steps = [(100 + number % 7, 100 + (number + 1) % 7) for number in range(count)]
    return chart([(float(opened), float(closed)) for opened, closed in steps])


MARKS = (
    Mark(
        (NOON_MS + 2 * MINUTE + 500) * 1_000_000,
        "buy",
        Decimal(105),
        Decimal("0.05"),
        "ema",
        "order",
    ),
    Mark((NOON_MS + 5 * MINUTE) * MS, "sell", Decimal(117), Decimal(2), "ema", "take_profit"),
)
LEVELS = (
    Level("entry", 105.0),
    Level("stop", 98.0),
    Level("target", 130.0),
    Level("liquidation", 20.0),
)


def test_rising_candles_are_lines_falling_ones_blocks_the_newest_at_the_right() -> None:
    assert drawn(chart(), 40, 9) == [
        " BTC/USDT 1m  C 120.0 +5.26%       0.4s",
        "                              ╷╷╽▸120.0",
        "                              ┃▌┃",
        "                            ╻▖┃▘╿",
        "                            ┃▌┃   110.0",
        "                          ╽▖┃▘╹",
        "                          ┃▘╿",
        "                          ╿       100.0",
        "           11:45          12:00   UTC",
    ]


def test_on_the_linux_console_rising_and_falling_are_two_letters() -> None:
    page = layout(chart(marks=MARKS, levels=LEVELS), Frame(60, 20, 3, glyphs=ASCII))
    assert page.text.isascii()
    text = drawn(chart(), 40, 9, glyphs=ASCII)
    assert text[2].split() == ["O#O"]


def test_a_missing_candle_is_a_blank_column() -> None:
    whole = chart()
    with_gap = replace(whole, candles=whole.candles[:3] + whole.candles[4:])
    before, after = drawn(whole, 40, 9), drawn(with_gap, 40, 9)
    for full, lacking in zip(before[1:-1], after[1:-1], strict=True):
        assert lacking == (full[:29] + " " + full[30:]).rstrip()
    assert "no candle" in explain(with_gap, 3)


def test_fills_and_levels_stand_at_their_candle_and_price() -> None:
    text = drawn(chart(marks=MARKS, levels=LEVELS), 56, 14)
    assert text[1].startswith(" target ┄┄┄")
    assert text[1].endswith("┄ 130.0")
    newest = text[4].index("▸") - 1
    assert text[3].index("S") == newest - 1
    assert text[8].startswith(" entry ┄┄┄")
    assert text[8].endswith("┄┄ 105.0")
    assert text[9].startswith(" ▼ liquidation 20.0 ")
    assert text[10].startswith(" stop ┄┄┄")
    assert text[10].index("B") == newest - 4
    assert text[12].endswith("volume")


def test_a_levels_price_leaves_nothing_of_a_longer_one_on_the_axis() -> None:
    text = drawn(chart(levels=(Level("stop", 99.9),)), 40, 9)
    assert text[7].endswith("┄ 99.9")


def test_the_cursor_says_whose_fill_it_was() -> None:
    marked = chart(marks=MARKS)
    assert explain(marked, 4).endswith("12:02 UTC: ema bought 0.05 at 105.0")
    assert explain(marked, 1).endswith("ema sold 2 at 117.0 (take profit)")
    assert explain(marked, 0).endswith("113.0 to 121.0 so far, no fill of yours")


def test_a_stale_price_is_marked_and_all_its_candles_are_dimmed() -> None:
    page = layout(chart(age_ms=12_000), Frame(40, 9))
    assert page.rows[0].text.rstrip().endswith("old 12s")
    inks = {ink for row in page.rows[1:-1] for text, ink in row.spans if text.strip()}
    assert inks == {Ink.DIM, Ink.FAINT}  # the axis is faint


def test_a_history_that_fails_is_said_above_what_there_is() -> None:
    text = drawn(chart(error="the history fails: no line"), 60, 9)
    assert text[1] == "  the history fails: no line"
    assert text[2].endswith("▸120.0")
    nothing = chart(error="demo has no history", candles=())
    assert drawn(nothing, 60, 9)[1] == "  demo has no history"
    assert drawn(None, 60, 9)[1] == "  waits for the engine"


def test_the_cursor_takes_the_chart_along_and_comes_back_to_the_newest() -> None:
    back = layout(many(100), Frame(40, 9, 50))
    assert back.rows[-1].text.startswith("▲12:49")
    assert back.top == 50 - 33 + 1
    assert "101.0" in back.rows[0].text
    nearer = layout(many(100), Frame(40, 9, 49, back.top))
    assert nearer.top == back.top
    assert layout(many(100), Frame(40, 9, 0, back.top)).top == 0


@given(
    width=st.integers(1, 220),
    height=st.integers(0, 70),
    count=st.integers(1, 300),
    cursor=st.integers(0, 400),
    levels=st.lists(st.floats(0.01, 500), max_size=5),
)
def test_every_line_is_as_wide_as_the_pane(
    *, width: int, height: int, count: int, cursor: int, levels: list[float]
) -> None:
    lines = tuple(Level("stop", each) for each in levels)
    view = replace(many(count), marks=MARKS, levels=lines)
    page = layout(view, Frame(width, height, cursor))
    assert len(page.rows) == height
    assert {cell_len(row.text) for row in page.rows} <= {width}


@given(low=st.floats(1e-6, 1e6), share=st.floats(1e-5, 100), rows=st.integers(2, 60))
def test_prices_of_the_axis_are_round_in_order_and_inside(
    low: float, share: float, rows: int
) -> None:
    scale = scale_of(low, low * (1 + share), (), rows)
    found = price_ticks(scale)
    assert all(scale.low * 0.999999 <= each <= scale.high * 1.000001 for each in found)
    places = [scale.row(each) for each in found]
    assert all(after < before for before, after in pairwise(places))


def test_a_market_that_does_not_move_is_a_line_in_the_middle() -> None:
    scale = scale_of(100.0, 100.0, (), 8)
    assert scale.half(100.0) in {7, 8}
    assert isinstance(scale, Scale)


def test_times_stand_on_round_hours_and_days() -> None:
    day = 24 * 60 * MINUTE
    labels = time_labels(NOON_MS, 15 * MINUTE, 100)
    assert [words for _, words in labels] == ["12:00", "15:00", "18:00", "21:00", "22 Nov",
                                              "03:00", "06:00", "09:00", "12:00"]  # fmt: skip
    assert [column for column, _ in labels][:2] == [0, 12]
    assert [words for _, words in time_labels(NOON_MS - NOON_MS % day, day, 40)]


def test_ink_follows_what_is_drawn_not_the_blanks_between() -> None:
    canvas = Canvas(6, 1)
    canvas.put(0, 0, "a", Ink.GAIN)
    canvas.put(3, 0, "b", Ink.GAIN)
    canvas.put(5, 0, "c", Ink.LOSS)
    assert canvas.rows() == [Row((("a  b ", Ink.GAIN), ("c", Ink.LOSS)))]


# ---- with the desk


def desk_view() -> DeskView:
    fed = busy()
    return picture(fed.state, fed.desk, fed.now_ns)


def test_the_newest_price_and_levels_are_those_of_the_panes_beside_it() -> None:
    view = desk_view()
    begun = view.at_ns // MS // MINUTE * MINUTE
    price = next(row for row in view.prices if row.symbol == "BTC/USDT")
    old = Candle(begun, 42_200.0, 42_201.0, 42_100.0, 42_110.0)
    told = ChartView(view.at_ns, "demo", "BTC/USDT", MINUTE, (old,), is_forming=True)
    shown = live(told, view)
    assert shown.last == price.last == 42_350.0
    assert shown.candles[-1] == Candle(begun, 42_200.0, 42_350.0, 42_100.0, 42_350.0)
    position = next(row for row in view.positions if row.symbol == "BTC/USDT")
    assert shown.levels == (Level("entry", float(position.entry)),)
    perpetual = live(replace(told, symbol="BTC/USDT:USDT"), view)
    assert {each.name for each in perpetual.levels} == {"entry", "liquidation"}
    silent = live(told, aged(view, 12_000))
    assert silent.is_stale
    assert "old 12s" in layout(silent, Frame(60, 9)).rows[0].text


def test_a_price_of_the_next_candle_does_not_move_the_one_before() -> None:
    view = desk_view()
    begun = view.at_ns // MS // MINUTE * MINUTE - MINUTE
    old = Candle(begun, 42_200.0, 42_201.0, 42_100.0, 42_110.0)
    told = ChartView(view.at_ns, "demo", "BTC/USDT", MINUTE, (old,), is_forming=True)
    assert live(told, view).candles == (old,)


# ---- equity


def with_line(*points: tuple[int, float]) -> DeskView:
    view = desk_view()
    told = tuple((START_NS + number * STEP_NS, value) for number, value in points)
    return replace(view, accounts=(replace(view.accounts[0], line=EquityLine(STEP_NS, told)),))


def lines(view: DeskView | None, width: int, height: int) -> list[str]:
    page = Page(equity.layout(view, Frame(width, height)))
    assert {cell_len(row.text) for row in page.rows} <= {width}
    return page.text.split("\n")


def test_equity_is_a_number_and_a_line_with_its_gaps() -> None:
    points = [(number, 10_000.0 + number) for number in range(15) if not 8 <= number < 11]
    text = lines(with_line(*points), 60, 2)
    assert text[0] == " Equity 10,009.40 USDT +0.09% since 22:13"
    assert text[1] == " ▁▂▂▃▃▄▄▅   ▇▇██"
    beside = lines(with_line(*points), 60, 1)
    assert beside[0].startswith(text[0])
    assert beside[0].endswith("█")


@pytest.mark.parametrize("width", [1, 20, 38, 80])
@pytest.mark.parametrize("height", [0, 1, 2, 5])
def test_an_equity_line_fits_and_before_two_samples_says_so(width: int, height: int) -> None:
    assert len(equity.layout(with_line((0, 1.0)), Frame(width, height))) == height
    assert len(equity.layout(None, Frame(width, height))) == height
    assert "second sample" in lines(with_line((0, 1.0)), 80, 2)[1]
