"""Reports as files, and reports without an engine: read from the tables, which nothing here writes.

A file is written whole or not at all; what the disk refuses is said in four parts.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from lefi_tui.adapters import script_files
from lefi_tui.adapters.migrations import NEWEST
from lefi_tui.adapters.sqlite_reading import FILE_NAME
from lefi_tui.adapters.sqlite_records import SqliteRecords
from lefi_tui.adapters.sqlite_schema import known_revisions, revision_of
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core.record import Record
from lefi_tui.errors import RefusedError, StorageError
from lefi_tui.ports.journal import JournalNewerError
from lefi_tui.ports.records import FillFilter
from lefi_tui.requests import BacktestRequest, Progress
from lefi_tui.views.queries import ReportQuery
from lefi_tui.views.report_view import ReportView

if TYPE_CHECKING:
    from lefi_tui.engine.reporting import Reporting

ALL: Final = 10**9  # trades, fills: a table has no more
TABLES: Final = ("trades", "fills", "equity")
ELSEWHERE: Final = "Make room or a way, or name another place with --html or --csv"


class Exports(Record):
    """What a screen may write: reports on the tables of one folder, into another."""

    tables: Path
    into: Path

    def html(self, view: ReportView) -> str:
        path = self.into / f"{_name(view.account, view.bot)}.html"
        write_page(path, view)
        return str(path)

    def csv(self, query: ReportQuery) -> str:
        path = self.into / f"{_name(query.account, query.bot)}.csv"
        write_tables(path, self.tables, query)
        return f"{path}, its fills and equity beside it"


def _name(account: str, bot: str) -> str:
    """report-demo-ema-cross-20261121-054033"""
    now = datetime.fromtimestamp(SystemClock().now_ns() // 10**9, UTC)
    parts = [re.sub(r"[^A-Za-z0-9_]+", "-", each) for each in (account, bot) if each]
    return "-".join(("report", *parts, f"{now:%Y%m%d-%H%M%S}"))


def write_page(path: Path, view: ReportView) -> None:
    from lefi_tui.views.report_page import page

    _write(path, page(view))


def backtest_with_page(
    request: BacktestRequest, progress: Progress, path: Path
) -> Mapping[str, Any]:
    """The report of a backtest, which is written as a page too."""
    from lefi_tui.simulate.machine.runner import backtest
    from lefi_tui.simulate.page import view_of
    from lefi_tui.simulate.trust import honestly
    from lefi_tui.views.honest_words import report

    result = backtest(request, progress)
    trust = honestly(result, request)
    write_page(path, view_of(result, SystemClock().now_ns(), trust))
    return {**result.report(), "honest": report(trust)}


def write_tables(path: Path, tables: Path, query: ReportQuery) -> tuple[Path, ...]:
    """All trades at that path, all fills and all samples of equity beside it."""
    beside = [path.with_name(f"{path.stem}-{each}{path.suffix}") for each in TABLES[1:]]
    texts = asyncio.run(_tables(tables, query))
    paths = (path, *beside)
    for each, text in zip(paths, texts, strict=True):
        _write(each, text)
    return paths


async def _tables(folder: Path, query: ReportQuery) -> tuple[str, str, str]:
    from lefi_tui.views.report import track_of
    from lefi_tui.views.report_csv import equity_csv, fills_csv, trades_csv

    reporting = _reporting(folder)
    view = await reporting.answer(replace(query, trades=ALL), SystemClock().now_ns())
    wanted = FillFilter(account=view.account, owner=query.bot, since_ns=query.since_ns)
    fills = await SqliteRecords(folder).fills(wanted, ALL)
    track = track_of(await reporting.known(), replace(query, account=view.account))
    return trades_csv(reversed(view.trades)), fills_csv(fills), equity_csv(track)


def view_of_tables(folder: Path, query: ReportQuery) -> ReportView:
    """The report without an engine."""

    async def asked() -> ReportView:
        return await _reporting(folder).answer(query, SystemClock().now_ns())

    return asyncio.run(asked())


def _reporting(folder: Path) -> Reporting:
    from lefi_tui.engine.reporting import Reporting

    return Reporting(tables_of(folder))


def tables_of(folder: Path) -> SqliteRecords:
    """Raises what keeps this program from reading them."""
    path = folder / FILE_NAME
    if not path.exists():
        raise RefusedError(
            "nothing was ever traded with this profile",
            where=str(path),
            next_step="Start a bot: `lefi` and n, or `lefi bots start --script FILE`",
        )
    revision = revision_of(path)
    if revision not in known_revisions():
        raise JournalNewerError(f"its schema is {revision or 'not named'}", where=str(path))
    if revision != NEWEST:
        raise RefusedError(
            "its tables are those of an earlier program",
            where=str(path),
            next_step="Start the engine once (`lefi engine`, or `lefi`); it brings them up to date",
        )
    return SqliteRecords(folder)


def _write(path: Path, text: str) -> None:
    try:
        script_files.write(path, text)
    except StorageError as error:
        raise StorageError(error.why, where=str(path), next_step=ELSEWHERE) from None
