"""A day at the desk by keys alone, in a real terminal: write, start, change, leave, come back.

Numbers on the screen are compared with the journal behind it.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.engine.absence import ABSENT_NS
from tests.screens.tmux_desk import TmuxDesk, line_with

SCRIPT = """// Buys a little at the first price it sees, and says every price after that.
script "Day"
setting share = 10% in 1%..50%
state seen = 0
policy { rate = 10 per 1m }
on PriceUpdate("BTC/USDT") {
    if seen == 0 { Buy("BTC/USDT", share, stop_loss = 20%, take_profit = 40%) }
    seen = seen + 1
}
test "buys once" { price 100 101; expect Buy("BTC/USDT"); expect seen == 2 }
"""


@pytest.fixture(params=[(120, 40), (80, 24)], ids=["120x40", "80x24"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TmuxDesk]:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "day.lefi").write_text(SCRIPT)
    opened = TmuxDesk(tmp_path, *request.param)
    yield opened
    opened.close()


def journaled(home: Path, kind: str) -> list[Any]:
    """Bodies of one type of row, from the file that a running engine writes."""
    with closing(sqlite3.connect(f"file:{home}/desk.sqlite?mode=ro", uri=True)) as database:
        rows = database.execute("SELECT body FROM journal WHERE type = ?", (kind,)).fetchall()
    return [json.loads(body) for (body,) in rows]


def test_a_day_at_the_desk(desk: TmuxDesk, tmp_path: Path) -> None:
    _write_and_mend(desk, tmp_path)
    _start_and_watch(desk, tmp_path)
    _change_a_setting(desk, tmp_path)
    _leave_and_come_back(desk, tmp_path)
    _stop_and_close(desk, tmp_path)
    _read_the_report(desk, tmp_path)


def _write_and_mend(desk: TmuxDesk, home: Path) -> None:
    desk.wait(lambda text: "DEMO" in text and re.search(r"0\.\ds", text) is not None)
    desk.keys("F3")
    desk.wait("bollinger")  # the list is filled
    desk.keys("Enter")
    desk.wait('script "Day"')
    desk.keys("Byu(")
    desk.wait("1 error")
    desk.keys("F8")
    desk.wait(" 2:1  LF101")
    desk.keys("Up", "Home", "DC", "DC", "DC", "DC")
    desk.wait("No problems")
    desk.keys("C-t")
    desk.wait("1 passed")
    desk.keys("C-s")
    desk.wait(lambda text: "not saved" not in text)
    assert (home / "scripts" / "day.lefi").read_text() == SCRIPT


def _start_and_watch(desk: TmuxDesk, home: Path) -> None:
    desk.keys("C-r")
    desk.wait("Start Day as a bot")
    desk.keys("Enter")
    desk.wait(lambda text: "Start Day as a bot" not in text)
    desk.keys("F2")
    filled = desk.wait(lambda text: "long" in text and "stop" in text)
    shown = line_with(filled, "BTC/USDT", "long").split()
    fills = journaled(home, "OrderFilled")
    units = sum((Decimal(each["quantity"]) for each in fills), Decimal(0))
    assert Decimal(shown[2]) == units
    entry, mark, profit = (Decimal(each.replace(",", "")) for each in shown[3:6])
    assert abs((mark - entry) * units - profit) <= Decimal("0.01")


def _change_a_setting(desk: TmuxDesk, home: Path) -> None:
    desk.keys("F4")
    desk.wait("10%")
    desk.keys("e")
    desk.wait(lambda text: "Enter" in text and "share" in text)
    desk.keys("BSpace", "BSpace", "BSpace", "12%", "Enter")
    desk.wait("10% -> 12%")
    desk.keys("Enter")
    desk.wait(lambda text: "10% -> 12%" not in text and "12%" in text)
    assert [["share", "12%"]] in [each["settings"] for each in journaled(home, "SettingsChanged")]


def _leave_and_come_back(desk: TmuxDesk, home: Path) -> None:
    desk.keys("F2")
    desk.wait("Prices")
    desk.keys("d")
    desk.wait("1 bot goes on without a screen")
    desk.wait("ended with 0")
    desk.command("bots", "set", "day", "--set", "share=13%")
    seen_ns = int((home / "seen").read_text())
    while SystemClock().now_ns() - seen_ns < ABSENT_NS + 2_000_000_000:  # a look is noted each 1 s
        desk.command("bots", "list")
    desk.run_again()
    away = desk.wait("hile you were away")
    assert "share 13%" in away
    desk.keys("Escape")
    desk.wait(lambda text: "long" in text and "hile you were away" not in text)


def _stop_and_close(desk: TmuxDesk, home: Path) -> None:
    desk.keys("s")
    desk.wait("close")
    desk.keys("c")
    desk.wait(lambda text: "stopped" in text and "no open position" in text)
    bought, sold = _volumes(home)
    assert bought == sold


def _volumes(home: Path) -> tuple[Decimal, Decimal]:
    fills = journaled(home, "OrderFilled")
    by_side = {
        side: sum((Decimal(each["quantity"]) for each in fills if each["side"] == side), Decimal(0))
        for side in ("buy", "sell")
    }
    return by_side["buy"], by_side["sell"]


def _read_the_report(desk: TmuxDesk, home: Path) -> None:
    desk.keys("F6")
    text = desk.wait(lambda text: "yield" in text and "close" in text)
    fees = sum((Decimal(each["fee"]) for each in journaled(home, "OrderFilled")), Decimal(0))
    assert f"{fees:.2f}" in line_with(text, "fees")
    desk.keys("h")
    desk.wait(".html")
    (page,) = (home / "reports").glob("*.html")
    assert "<svg" in page.read_text()
    desk.keys("F2", "q")
    desk.wait("ended with 0")
