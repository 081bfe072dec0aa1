"""A person's orders by keys alone in a real terminal: ticket, move, guard, statement, close."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.screens.tmux_desk import TmuxDesk, line_with


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[TmuxDesk]:
    made = TmuxDesk(tmp_path, 100, 30)
    yield made
    made.close()


def test_an_order_by_hand_from_its_ticket_to_the_close(desk: TmuxDesk) -> None:
    desk.wait("no open position")
    desk.wait(lambda text: "BTC/USDT" in text)
    desk.keys("b")
    desk.wait("Order BTC/USDT")
    desk.keys("-l", "0.02")
    desk.wait("The gate lets it")
    desk.keys("k")
    desk.wait("at market")
    desk.keys("Tab", "Tab")
    desk.keys("-l", "10%")
    desk.wait("at its stop")
    desk.keys("Enter")
    desk.wait(lambda text: "long" in text and " stop" in text and "by hand" in text)
    desk.keys(":")
    desk.wait("one line of Lefi")
    desk.keys("-l", 'Buy("BTC/USDT", 0.01 BTC, at = 30000)')
    desk.keys("Enter")
    desk.wait("sent buy 0.01 BTC/USDT at 30,000")
    desk.keys("Escape")
    desk.wait(lambda text: "30,000.00" in text and "one line" not in text)
    desk.keys("c")
    desk.wait("or a part")
    desk.keys("Enter")
    desk.wait("no open position")
    text = desk.wait("no working order")
    assert "by hand" in line_with(text, "Sold", "0.02")
    assert "Buy(" in desk.command("audit")
