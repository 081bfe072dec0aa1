"""The whole program on an exchange that refuses, vanishes, lies and changes its rules."""

from __future__ import annotations

import time
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from lefi_tui.core.game import Do, Play
from lefi_tui.core.messages import PlayGame, StartBot
from lefi_tui.engine.engine import Engine
from lefi_tui.views.desk_view import DeskView
from lefi_tui.views.queries import BookQuery, GameQuery
from tests.exchange.live_profile import BTC, ETH, held, live_desk
from tests.exchange.loopback.host import Far, exchange_in_thread
from tests.exchange.test_public_account import seen

ONCE = """
state n = 0
on PriceUpdate("{symbol}") {{
    n = n + 1
    if n == 1 {{ {order} }}
}}
"""
PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def far() -> Iterator[Far]:
    with exchange_in_thread() as opened:
        yield opened


@pytest.fixture
def engine(far: Far, tmp_path: Path) -> Iterator[Engine]:
    """With prices, on an account that has begun anew."""
    with live_desk(tmp_path, far) as begun:
        yield begun


def start(engine: Engine, name: str, order: str, symbol: str = BTC) -> None:
    source = ONCE.format(symbol=symbol, order=order)
    receipt = engine.submit(StartBot(name, "automated", "main", source)).result(30)
    assert receipt.is_accepted, receipt.text


def said(view: DeskView) -> str:
    return "\n".join(f"{row.what} {row.why} {row.next}" for row in view.log)


def lasting(far: Far, name: str, count: int) -> list[dict[str, Any]]:
    deadline = time.monotonic() + PATIENCE_S
    while len(found := far.act(name)) < count:
        assert time.monotonic() < deadline, found
        time.sleep(0.02)
    assert isinstance(found, list)
    return found


REFUSALS = {
    -2019: "Margin is insufficient.",
    -4164: "Order's notional must be no smaller than 100",
    -4131: "The counterparty's best price does not meet the PERCENT_PRICE filter limit.",
    -2027: "Exceeded the maximum allowable position at current leverage.",
}


def test_what_the_exchange_refuses_is_told_in_its_words_and_not_sent_again(
    engine: Engine, far: Far
) -> None:
    for code, words in REFUSALS.items():
        far.act("fault", name="reject", code=code, text=words, is_order=True)
        start(engine, f"refused{code}", f'Buy("{BTC}", 0.01 BTC, leverage = 5)')
        seen(engine, partial(_says, f"{words} ({code})"))
    far.act("fault", name="503 before", is_order=True)  # too busy, and it has taken nothing
    start(engine, "busy", f'Buy("{BTC}", 0.01 BTC, leverage = 5)')
    seen(engine, lambda view: "overloaded" in said(view))
    time.sleep(1.5)  # the adapter looks once more, and sends nothing
    sent = [each for each in far.act("calls") if each["is_order"]]
    assert len(sent) == len(REFUSALS) + 1
    assert far.act("fills") == []


def test_words_of_an_exchange_are_text_and_nothing_else(engine: Engine, far: Far) -> None:
    words = "\x1b[2J\x1b]0;owned\x07[red]bold[/red] \u202egnp.exe"
    far.act("fault", name="reject", code=-2019, text=words, is_order=True)
    start(engine, "evil", f'Buy("{BTC}", 0.01 BTC, leverage = 5)')
    view = seen(engine, lambda view: "bold" in said(view))
    assert not {"\x1b", "\x07", "\u202e"} & set(said(view))


def _says(words: str, view: DeskView) -> bool:
    return words in said(view)


def test_while_the_line_is_gone_nothing_is_declared_failed_and_after_it_all_is_found(
    engine: Engine, far: Far
) -> None:
    start(engine, "resting", f'Buy("{BTC}", 0.01 BTC, leverage = 5, at = 59000)')
    lasting(far, "orders", 1)
    far.act("line", to="refused")
    seen(engine, lambda view: "binanceusdm" in said(view) and "waits" in said(view))
    far.act("price", symbol="BTCUSDT", price="58900")  # it fills while nobody sees it
    time.sleep(3)
    view = seen(engine, bool)
    assert "rejected" not in said(view)
    assert "canceled" not in said(view)
    far.act("line", to="on")
    seen(engine, lambda view: held(view) == {BTC: Decimal("0.01")})


def test_rules_that_change_while_it_runs_are_read_again(engine: Engine, far: Far) -> None:
    far.act("listing", symbol="ETHUSDT", step="0.1", minimum_quantity="0.1")
    start(engine, "first", f'Buy("{ETH}", 1.234 ETH, leverage = 5)', ETH)
    seen(engine, lambda view: "rules are being read again" in said(view))
    sent = len([each for each in far.act("calls") if each["path"].endswith("/exchangeInfo")])
    deadline = time.monotonic() + PATIENCE_S
    while len([c for c in far.act("calls") if c["path"].endswith("/exchangeInfo")]) == sent:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    start(engine, "second", f'Buy("{ETH}", 1.234 ETH, leverage = 5)', ETH)
    seen(engine, lambda view: held(view) == {ETH: Decimal("1.2")})
    orders = [each for each in far.act("calls") if each["is_order"]]
    assert [each["code"] for each in orders] == [-1111, 0]


def test_a_game_is_armed_where_books_are_told_and_disarmed_with_the_accounts_own_stream(
    engine: Engine, far: Far
) -> None:
    far.act("walk", symbol="BTCUSDT", moves=1_000, every_ms=50, seed=7)
    settings = (("symbol", BTC), ("leverage", "20"), ("sizes", "0.01"), ("stale_ms", "60000"))
    receipt = engine.submit(StartBot("game", "ttadak", "main", "", settings)).result(30)
    assert receipt.is_accepted, receipt.text
    deadline = time.monotonic() + PATIENCE_S
    while not engine.answer(BookQuery("main", BTC)).prints:
        assert time.monotonic() < deadline, engine.answer(BookQuery("main", BTC))
        time.sleep(0.02)
    receipt = engine.submit(PlayGame("game", Play(Do.ARM))).result(30)
    assert receipt.is_accepted, receipt.text
    assert engine.answer(GameQuery("game")).is_armed
    far.act("drop", refuse_s=5.0)
    while (view := engine.answer(GameQuery("game"))).is_armed:
        assert time.monotonic() < deadline, view
        time.sleep(0.01)
    assert view.why.startswith("Disarmed: the account's own stream is lost: ")
