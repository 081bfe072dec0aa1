"""The page and the tables: they stand alone, hide nothing, and say the report's own numbers."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from html.parser import HTMLParser

from msgspec.structs import replace

from lefi_tui.ports.records import FillRecord
from lefi_tui.views.curves import SAMPLE_NS
from lefi_tui.views.queries import ReportQuery
from lefi_tui.views.report import track_of
from lefi_tui.views.report_csv import equity_csv, fills_csv, trades_csv
from lefi_tui.views.report_data import data
from lefi_tui.views.report_drawing import nice, stretches
from lefi_tui.views.report_page import page
from lefi_tui.views.report_view import Point
from tests.unit.views.report_kit import DAY, D, fill, known, sample, told

VOID = {"meta", "path"}


class _Balanced(HTMLParser):
    """Every element that is opened is closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert all(name not in {"src", "href", "onload", "onclick"} for name, _ in attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def _read(text: str) -> str:
    """The words of a page that is whole."""
    parser = _Balanced()
    parser.feed(text)
    assert parser.open == []
    return parser.text


def test_the_page_stands_alone_and_says_the_reports_numbers() -> None:
    text = page(told(*DAY))
    words = _read(text)
    assert not re.search(r"https?:|url\(|@import|<script|<link|<img", text)
    assert "default-src 'none'" in text
    for shown in ("DEMO", "made-up money", "+42.97", "+0.43%", "-16.40", "+59.37", "1.03"):
        assert shown in words
    assert text.count("<svg") == 2


def test_the_mode_that_risks_money_is_said() -> None:
    words = _read(page(replace(told(*DAY), mode="LIVE")))
    assert "LIVE" in words
    assert "real money" in words


def test_a_page_without_a_sample_says_so_and_names_what_is_not_known() -> None:
    words = _read(page(told(fill(1, 1, "buy 1 100 0.05"))))
    assert "No equity was sampled in this period" in words
    assert "No fresh price of BTC/USDT" in words


def test_what_a_title_holds_is_text_and_never_markup() -> None:
    text = page(replace(told(*DAY, bot="ema"), title="<script>alert(1)</script>"))
    assert "<script" not in text
    assert "<script>alert(1)</script> on main" in _read(text)


def test_a_cut_list_says_how_many_there_are() -> None:
    assert "The newest 1 of 2." in _read(page(told(*DAY, trades=1)))


def test_the_curve_is_broken_where_nobody_looked() -> None:
    whole = page(told(*DAY))
    broken = page(told(*DAY[:3], sample(4, 60, "10029.5", "103"), sample(5, 61, "10029", "103")))
    curve = re.compile(r'class="curve" d="([^"]*)"')
    for text, parts in ((whole, 1), (broken, 2)):
        found = curve.search(text)
        assert found is not None
        assert found.group(1).count("M") == parts


def test_a_gap_too_short_to_be_seen_does_not_break_a_curve() -> None:
    points = [Point(each * SAMPLE_NS, 1.0, 0.0) for each in range(1_000)]
    points[500] = replace(points[500], gap_ns=2 * SAMPLE_NS, is_flat=False)
    assert len(list(stretches(points, 100, is_equity=True))) == 1
    assert len(list(stretches(points, 1_000, is_equity=True))) == 2


def test_round_values_lie_within_and_are_few() -> None:
    for low, high in ((9_970.3, 10_040.1), (-0.004, 0.0), (0.0001, 0.00013)):
        ticks = nice(low, high)
        assert 2 <= len(ticks) <= 6
        assert all(low - 1e-9 <= each <= high + 1e-9 for each in ticks)


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_tables_hold_money_to_the_digit_and_times_to_the_millisecond() -> None:
    view = told(*DAY)
    trades = _rows(trades_csv(reversed(view.trades)))
    assert [D(each["pnl"]) for each in trades] == [D("-16.4"), D("59.37")]
    assert trades[0]["entry_time"] == "1970-01-01T00:01:30.000Z"
    fills = _rows(fills_csv(each for each in DAY if isinstance(each, FillRecord)))
    assert sum((D(each["fee"]) for each in fills), Decimal(0)) == view.totals.fees
    tiny = replace(view.trades[0], units=D("1E-8"))
    assert _rows(trades_csv([tiny]))[0]["units"] == "0.00000001"


def test_the_equity_table_has_every_sample_and_every_gap() -> None:
    booked = (*DAY[:3], sample(4, 60, "10029.5", "103"))
    rows = _rows(equity_csv(track_of(known(booked), ReportQuery())))
    assert [float(each["equity"]) for each in rows] == [10_000, 10_019.5, 10_029.5]
    assert [int(each["gap_s"]) for each in rows] == [0, 0, 58 * 60]
    assert equity_csv(track_of(known(()), ReportQuery())).count("\n") == 1


def test_as_data_unknown_is_null_and_names_are_those_of_a_backtest() -> None:
    told_data = data(told(*DAY))
    assert (told_data["profit"], told_data["fees"]) == (42.97, 1.03)
    assert [each["pnl"] for each in told_data["trades"]] == [-16.4, 59.37]
    assert told_data["cagr"] is None
    assert {"return", "max_drawdown", "sharpe", "buy_and_hold", "exposure"} <= set(told_data)
