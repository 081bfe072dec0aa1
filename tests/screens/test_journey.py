"""By keys alone in a real terminal: a bot started, filled, stopped; a kill and its resume."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from tests.screens.tmux_desk import TmuxDesk, line_with

SCRIPT = """// Buys a little at the first price it sees.
script "First steps"
state bought = false
policy { rate = 10 per 1m }
on PriceUpdate("BTC/USDT") {
    if not bought {
        Buy("BTC/USDT", 10%, stop_loss = 20%, take_profit = 40%)
        bought = true
    }
}
"""


@pytest.fixture(params=[(120, 40), (80, 24)], ids=["120x40", "80x24"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TmuxDesk]:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "first.lefi").write_text(SCRIPT)
    opened = TmuxDesk(tmp_path, *request.param)
    yield opened
    opened.close()


def test_a_bot_is_started_filled_and_stopped_by_keys(desk: TmuxDesk, tmp_path: Path) -> None:
    desk.wait(
        lambda text: (
            "DEMO" in text and "BTC/USDT" in text and re.search(r"0\.\ds", text) is not None
        )
    )
    desk.keys("n")
    desk.wait("First steps")
    desk.keys("Enter")
    filled = desk.wait(lambda text: "Bought" in text and "long" in text)
    shown = line_with(filled, "BTC/USDT", "long").split()
    desk.keys("w")
    desk.wait("not bought -> no (bought true)")
    desk.keys("Escape")
    desk.wait(lambda text: "not bought" not in text)
    desk.keys("s")
    desk.wait("k keeps the position")
    desk.keys("k")
    desk.wait(lambda text: "stopped" in text and "Stopped" in text)
    desk.keys("q")
    desk.wait_for_end()
    units, price = _journaled_fill(tmp_path)
    assert Decimal(shown[2]) == units
    assert Decimal(shown[3].replace(",", "")) == round(price, 2)


def _journaled_fill(home: Path) -> tuple[Decimal, Decimal]:
    """Units and average price of what the journal says was bought."""
    with closing(sqlite3.connect(home / "desk.sqlite")) as database:
        rows = database.execute(
            "SELECT json_extract(body, '$.quantity'), json_extract(body, '$.price') "
            "FROM journal WHERE type = 'OrderFilled'"
        ).fetchall()
    fills = [(Decimal(quantity), Decimal(price)) for quantity, price in rows]
    units = sum((each for each, _ in fills), Decimal(0))
    return units, sum((each * price for each, price in fills), Decimal(0)) / units


def test_the_kill_key_halts_and_a_reason_resumes(desk: TmuxDesk) -> None:
    desk.wait(lambda text: "trading active" in text and re.search(r"0\.\ds", text) is not None)
    desk.keys("n")
    desk.wait("First steps")
    desk.keys("Enter")
    desk.wait("Bought")
    desk.keys("F12")
    halted = desk.wait("HALTED")
    assert "kill key" in halted
    desk.wait("0 open orders")
    desk.keys("r")
    desk.wait("Resume trading")
    desk.keys("-l", "looked at it")
    desk.keys("Enter")
    desk.wait("trading active")


def test_a_narrow_terminal_and_back_loses_nothing(desk: TmuxDesk) -> None:
    desk.wait(lambda text: re.search(r"BTC/USDT .* 0\.\ds", text) is not None)
    desk.resize(40, 12)
    desk.wait(lambda text: "DEMO" in text and "BTC/USDT" in text)
    desk.resize(100, 30)
    wide = desk.wait(lambda text: "trading active" in text and "Log" in text)
    assert "DEMO" in wide
