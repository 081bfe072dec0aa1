"""The editor's help in a real terminal: each of its keys arrives, and does what it is for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.screens.tmux_desk import TmuxDesk

SCRIPT = """script "Small"
setting quick = 12 in 2..200

on Candle("BTC/USDT", 1m) {
    x = EMA(close, quick)
    if close > x { Print("high") }
}
"""


@pytest.fixture(params=[(120, 40), (80, 24)], ids=["120x40", "80x24"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TmuxDesk]:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "small.lefi").write_text(SCRIPT)
    opened = TmuxDesk(tmp_path, *request.param)
    opened.wait("BTC/USDT")
    opened.keys("F3")
    opened.wait("ema_cross")
    opened.keys("Enter")
    opened.wait("small.lefi")
    opened.wait("No problems")
    yield opened
    opened.close()


def test_what_fits_is_offered_while_a_name_is_typed_and_by_two_keys(desk: TmuxDesk) -> None:
    """A key with Alt comes alone: in a burst a terminal library may tear it from its letter."""
    desk.keys(*["Down"] * 4, "End", "Enter", "y", "Space", "=", "Space", "R", "S")
    desk.wait("▹RSI")
    desk.keys("Tab", "c", "l", "o")
    desk.wait("▹close")
    desk.keys("Tab", ",", "Space", "1", "4", "End")
    desk.wait("y = RSI(close, 14)")
    desk.keys("Space", "C-Space")
    desk.wait("▸and")
    desk.keys("Escape")
    desk.wait(lambda text: "▸and" not in text)
    desk.keys("Up", "End", "Left")
    desk.wait(" 5:25")
    desk.keys("M-e")
    desk.wait("▸quick")
    desk.keys("Escape")
    desk.wait(lambda text: "▸quick" not in text)


def test_a_name_is_explained_gone_to_listed_and_renamed(desk: TmuxDesk) -> None:
    desk.keys(*["Down"] * 4, "End", "Left")
    desk.wait(" 5:25")
    desk.keys("M-i")
    desk.wait("a number")
    desk.keys("M-w")
    desk.wait(" 2:9")
    desk.keys("M-z")
    desk.wait(" 5:25")
    desk.keys("M-p")
    desk.wait("quick: 2 places")
    desk.keys("M-p")
    desk.wait(lambda text: "2 places" not in text)
    desk.keys("M-n")
    desk.wait("quick becomes")
    desk.keys("p", "a", "c", "e", "Enter")
    desk.wait("x = EMA(close, pace)")
    desk.keys("C-z")
    desk.wait("x = EMA(close, quick)")


def test_words_are_replaced_lines_become_comments_and_the_contract_is_shown(desk: TmuxDesk) -> None:
    desk.keys("M-x")
    desk.wait("replace with")
    desk.keys("h", "i", "g", "h")
    desk.wait("1 of 1")
    desk.keys("Tab")
    desk.wait("Enter replaces it")
    desk.keys("u", "p")
    desk.wait(" up ")
    desk.keys("M-y")
    desk.wait(lambda text: 'Print("up")' in text and "0 of 0" in text)
    desk.keys("Escape")
    desk.wait(lambda text: "0 of 0" not in text)
    desk.keys("C-_")
    desk.wait(lambda text: "// " in text)
    desk.keys("C-_")
    desk.wait(lambda text: "// " not in text)
    desk.keys("M-c")
    desk.wait("candle BTC/USDT 1m, line 4: at one event at most")
    desk.keys("M-c")
    desk.wait(lambda text: "at most" not in text)
    desk.keys("C-Home")
    desk.wait(" 1:1 ")
    desk.keys(*["Down"] * 4, *["Right"] * 10)
    desk.wait(" 5:11")
    desk.keys("M-v")
    desk.wait(lambda text: "EMA(close, quick) = " in text and "candle to" in text)
