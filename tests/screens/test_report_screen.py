"""The report as a person goes through it: the numbers shown are those of the records."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from lefi_tui.app import LefiApp
from lefi_tui.errors import StorageError
from lefi_tui.views import numbers
from lefi_tui.views.curves import SAMPLE_NS
from lefi_tui.views.queries import Query, ReportQuery
from lefi_tui.views.report import Known, report
from lefi_tui.views.report_view import ReportView
from screens.report import DAY_NS, ReportScreen
from screens.setup import DeskSetup
from tests.screens.hand_fed import HandFed, busy
from tests.screens.test_desk_keys import Desk
from tests.unit.views.report_kit import DAY, D, fill, known, sample
from widgets.ink import CONSOLE, TRUE_COLOR, Palette
from widgets.lines import Frame
from widgets.report_picture import equity_picture, fall_picture
from widgets.report_trades import columns

NOW_NS = 3 * DAY_NS + 7 * SAMPLE_NS


class Reported(HandFed):
    """Answers for the report from records; remembers what it was asked."""

    def __init__(self, records: Known) -> None:
        super().__init__()
        self.records = records
        self.asked: list[ReportQuery] = []

    async def ask(self, query: Query) -> Any:
        if not isinstance(query, ReportQuery):
            return await super().ask(query)
        self.asked.append(query)
        return report(self.records, query, NOW_NS)


@dataclass
class Files:
    """Keeps what it is told to write; `refusal` is what the disk says."""

    written: list[ReportView | ReportQuery] = field(default_factory=list)
    refusal: StorageError | None = None

    def html(self, view: ReportView) -> str:
        return self._keep(view)

    def csv(self, query: ReportQuery) -> str:
        return self._keep(query)

    def _keep(self, what: ReportView | ReportQuery) -> str:
        if self.refusal is not None:
            raise self.refusal
        self.written.append(what)
        return "/home/t/reports/report-main.html"


@asynccontextmanager
async def opened(
    fed: HandFed,
    files: Files | None = None,
    size: tuple[int, int] = (80, 24),
    palette: Palette = TRUE_COLOR,
) -> AsyncIterator[Desk]:
    rooms = {"report": lambda send, ink: ReportScreen(send, ink, files or Files())}
    app = LefiApp(DeskSetup(fed, palette=palette, rooms=rooms))
    async with app.run_test(size=size) as pilot:
        desk = Desk(app, pilot, fed)
        await desk.press("f6")
        await desk.until(lambda: isinstance(app.screen, ReportScreen))
        yield desk


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_report_shows_facts_curves_and_trades_with_mode_and_kill_on_the_frame(
    size: tuple[int, int],
) -> None:
    fed = Reported(known(DAY))
    async with opened(fed, size=size) as desk:
        await desk.shows("0.00%┤")
        await desk.shows("+59.37")
        lines = desk.text.split("\n")
        assert " DEMO " in lines[0]
        assert " f12 kill " in lines[-1]
        assert "all of main" in lines[1]
        view = report(fed.records, ReportQuery(), NOW_NS)
        for shown in (
            numbers.share(view.ratios.yield_share),
            numbers.signed(view.totals.pnl, 2),
            numbers.share(view.holds[0].yield_share),
            numbers.signed(view.trades[1].pnl, 2),
        ):
            assert shown in desk.text
        assert any("\u2800" < each <= "\u28ff" for each in desk.text)  # the curve
        assert ("Side by side" in desk.text) == (size[0] >= 100)


@pytest.mark.asyncio
async def test_the_console_palette_draws_with_plain_letters_alone() -> None:
    async with opened(Reported(known(DAY)), palette=CONSOLE) as desk:
        await desk.shows("0.00%|")
        assert "*" in desk.text
        rows = desk.text.split("\n")[6:20]  # curves and list
        assert all(each.isascii() for each in rows)


@pytest.mark.asyncio
async def test_arrows_go_through_the_whole_and_each_bot() -> None:
    hand = fill(9, 5.2, "buy 1 110 0.1")
    fed = Reported(known((*DAY, hand, sample(10, 6, "10052.87", "120"))))
    async with opened(fed) as desk:
        await desk.shows("all of main 1/2")
        await desk.press("right")
        await desk.shows("EMA cross on main 2/2")
        await desk.press("right")
        await desk.shows("all of main 1/2")
        await desk.press("left")
        await desk.shows("EMA cross on main 2/2")
        assert fed.asked[-1].bot == "ema"


@pytest.mark.asyncio
async def test_a_period_begins_at_midnight_utc_of_the_engines_clock() -> None:
    fed = Reported(known(DAY))
    async with opened(fed) as desk:
        await desk.shows("[all]")
        await desk.shows("+42.97")
        await desk.press("p")
        await desk.shows("[30 d]")
        await desk.press("p", "p")
        await desk.shows("[today]")
        await desk.until(lambda: fed.asked[-1].since_ns == 3 * DAY_NS)
        await desk.shows("No equity was sampled in this period")


@pytest.mark.asyncio
async def test_what_is_shown_is_written_and_the_place_is_said() -> None:
    files = Files()
    fed = Reported(known(DAY))
    async with opened(fed, files) as desk:
        await desk.shows("+59.37")
        await desk.press("h")
        await desk.shows("Written: /home/t/reports/report-main.html")
        (page,) = files.written
        assert isinstance(page, ReportView)
        assert page.totals.pnl == D("42.97")
        await desk.press("right", "e")
        await desk.until(lambda: len(files.written) == 2)
        query = files.written[1]
        assert isinstance(query, ReportQuery)
        assert (query.account, query.bot, query.since_ns) == ("main", "ema", 0)


@pytest.mark.asyncio
async def test_a_full_disk_is_told_in_four_parts_and_all_of_them_are_readable() -> None:
    refusal = StorageError(
        "No space left on device",
        where="/home/t/.local/share/lefi/reports/report-main-20261121-054033.html",
        next_step="Make room, or write to another place",
    )
    async with opened(Reported(known(DAY)), Files(refusal=refusal)) as desk:
        await desk.shows("+59.37")
        await desk.press("h")
        await desk.shows("LE301 Disk refuses")
        rows = desk.text.split("\n")
        said = " ".join(each.strip("┃ ") for each in rows[17:-1])
        for part in (refusal.where, refusal.why, refusal.next_step):
            assert part in said


@pytest.mark.asyncio
async def test_a_gap_is_said_in_words_under_the_curve() -> None:
    fed = Reported(known((*DAY[:3], sample(4, 60, "10029.5", "103"))))
    async with opened(fed) as desk:
        await desk.shows("1 gap of 58 min with a position open")


@pytest.mark.asyncio
async def test_a_small_window_keeps_the_facts_and_gives_the_curves_back_when_it_grows() -> None:
    async with opened(Reported(known(DAY)), size=(40, 12)) as desk:
        await desk.shows("+42.97")
        assert "┤" not in desk.text
        await desk.pilot.resize_terminal(120, 40)
        await desk.shows("0.00%┤")


@pytest.mark.asyncio
async def test_before_the_first_trade_the_screen_says_so_and_writes_nothing() -> None:
    files = Files()
    fed = busy()
    async with opened(Reported(Known(known(()).chronicle, (), {})), files) as desk:
        await desk.shows("No equity was sampled")
        await desk.press("h")
        await desk.shows("There is no report to write yet.")
        assert files.written == []
        assert fed.commands == []


def test_a_picture_is_as_large_as_its_frame_and_breaks_where_nobody_looked() -> None:
    bought = report(
        known((*DAY[:3], sample(4, 60, "10029.5", "103"), sample(5, 61, "10029.5", "103"))),
        ReportQuery(),
        NOW_NS,
    )
    frame = Frame(80, 9)
    rows = equity_picture(bought.points, frame)
    assert [len(row.text) for row in rows] == [80] * 9
    inside = [row.text[12:] for row in rows[:-2]]
    drawn = {
        column for row in inside for column, cell in enumerate(row) if "\u2800" < cell <= "\u28ff"
    }
    assert drawn  # at both ends, and nothing between
    assert not drawn & set(range(8, 58))
    assert [len(row.text) for row in fall_picture(bought.points, frame)] == [80] * 9


@pytest.mark.parametrize("width", [38, 46, 58, 78, 98, 118])
def test_a_number_of_a_trade_is_shown_whole_or_not_at_all(width: int) -> None:
    shown = columns(width)
    assert sum(each[1] for each in shown) <= width
    assert [each[0] for each in shown].count("profit") == 1
