"""`lefi report`: the same from a running engine and from its tables alone, as the journal says."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.cli import values
from lefi_tui.views.queries import ReportQuery
from lefi_tui.wiring.exports import view_of_tables
from tests.cli.test_engine_commands import Profile
from tests.screens.real_desk import BUYER


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Profile]:
    """A bot has bought, and was stopped with its position closed; the engine runs."""
    home = tmp_path_factory.mktemp("report")
    (home / "first.lefi").write_text(BUYER)
    there = Profile(home)
    with there.running_engine():
        there.answer("bots", "start", "first", "--script", str(home / "first.lefi"))
        end_ns = SystemClock().monotonic_ns() + 60 * 10**9
        # Equity is looked at once a second: what is bought and sold between leaves no sample.
        while not there.answer("bots", "show", "first")["shares"] or not _samples(there):
            assert SystemClock().monotonic_ns() < end_ns, "it bought nothing"
            time.sleep(0.02)
        there.answer("bots", "stop", "first", "--close")
        yield there


def _samples(profile: Profile) -> Any:
    return profile.answer("report")["equity"]


def _fees(home: Path) -> Decimal:
    with closing(sqlite3.connect(f"file:{home}/desk.sqlite?mode=ro", uri=True)) as database:
        rows = database.execute("SELECT body FROM journal WHERE type = 'OrderFilled'").fetchall()
    return sum((Decimal(json.loads(body)["fee"]) for (body,) in rows), Decimal(0))


def _settled(profile: Profile) -> Any:
    """The report once its newest sample is of an account that holds nothing."""
    end_ns = SystemClock().monotonic_ns() + 60 * 10**9
    while (report := profile.answer("report"))["final_equity"] != pytest.approx(
        10_000 + report["realized"], abs=1e-6
    ):
        assert SystemClock().monotonic_ns() < end_ns, report
        time.sleep(0.05)
    return report


def test_it_says_what_the_journal_says(profile: Profile) -> None:
    report = profile.answer("report")
    assert report["mode"] == "DEMO"
    assert report["fees"] == pytest.approx(float(_fees(profile.home)))
    (trade,) = report["trades"]
    assert (trade["owner"], trade["side"]) == ("first", "long")
    assert report["realized"] == pytest.approx(trade["pnl"])
    assert _settled(profile)["final_equity"] == pytest.approx(10_000 + trade["pnl"], abs=1e-6)
    told = profile.lefi("report", "--plain").stdout
    assert "The newest 1 of 1 trades:" in told
    assert told.isascii() or "–" in told  # what is not known


def test_the_tables_alone_tell_the_same(profile: Profile) -> None:
    report = profile.answer("report", "--bot", "first")
    view = view_of_tables(profile.home, ReportQuery("first"))
    assert float(view.totals.fees) == report["fees"]
    assert float(view.totals.realized) == report["realized"]
    assert len(view.trades) == report["trades_total"] == 1
    assert replace(view, at_ns=0).bot == "first"


def test_page_and_tables_are_written_whole_and_a_folder_that_is_not_there_is_said(
    profile: Profile, tmp_path: Path
) -> None:
    page, table = tmp_path / "out.html", tmp_path / "out.csv"
    assert profile.lefi("report", "--html", str(page), "--csv", str(table)).returncode == 0
    text = page.read_text()
    assert "<svg" in text
    assert not re.findall(r"(?:src|href)\s*=|url\(|@import", text)
    with table.open() as file:
        (row,) = csv.DictReader(file)
    assert Decimal(row["pnl"]) == view_of_tables(profile.home, ReportQuery()).totals.realized
    nowhere = tmp_path / "not" / "there" / "out.html"
    refused = profile.lefi("report", "--html", str(nowhere))
    assert refused.returncode == (0 if nowhere.exists() else 1)


def test_a_name_that_is_not_known_is_a_no(profile: Profile, tmp_path: Path) -> None:
    refused = profile.lefi("report", "--bot", "nobody")
    assert refused.returncode == 1
    assert "Known are first" in refused.stderr
    assert profile.lefi("report", "--account", "nobody").returncode == 1
    without = Profile(tmp_path).lefi("report")
    assert without.returncode == 1
    assert "nothing was ever traded with this profile" in without.stderr


def test_since_is_a_time_or_so_long_ago() -> None:
    assert values.since_ms("7d") == -7 * 86_400_000
    assert values.since_ms("2026-01-31") == values.time_ms("2026-01-31")
