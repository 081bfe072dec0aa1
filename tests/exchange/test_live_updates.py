"""Real money and another text: the gates of a start, and nothing at the exchange is touched."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lefi_tui.core.checked import Checked
from lefi_tui.core.desk.live import version_of
from lefi_tui.core.live_gates import LiveFacts
from lefi_tui.core.messages import UpdateBot
from lefi_tui.engine.engine import Engine
from lefi_tui.views.queries import UpdateQuery
from tests.exchange.live_profile import BTC, bare, held, live_profile, opened, with_key
from tests.exchange.loopback.host import Far, exchange_in_thread
from tests.exchange.test_live_gates import SCRIPT, asked, configured, start
from tests.exchange.test_public_account import running, seen

SECOND = SCRIPT.replace("stop_loss = 2%", "stop_loss = 3%").replace(
    "policy", "state seen = 0\npolicy"
)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[tuple[Engine, Far]]:
    """A bot that trades real money, through every gate; it holds something, with a stop."""
    with exchange_in_thread() as far:
        home = live_profile(tmp_path, far)
        configured(home, far)
        with bare(home):
            with_key(home, far)
            asked(home)
            with running(home) as running_engine:
                yield running_engine, far


def traded(engine: Engine) -> None:
    seen(engine, opened("main"))
    seen(engine, lambda view: any(each.symbol == BTC for each in view.prices))
    seen(engine, lambda _: engine.desk.checked.get("main", Checked()).is_known)
    seen(engine, lambda _: "main" in engine.desk.dead_men)
    assert start(engine, typed="main") == ""
    seen(engine, held)
    seen(engine, lambda _: bool(stops(engine)))


def stops(engine: Engine) -> dict[str, str]:
    """Its exits that stand at the exchange."""
    orders = engine.desk.orders.values()
    return {e.id: e.venue_order_id for e in orders if e.leg != "entry" and e.venue_order_id}


def word(engine: Engine, source: str, **more: Any) -> str:
    """The engine's word; empty when the bot is to take it."""
    believed = LiveFacts(shut_because="")  # whatever a sender says of it
    receipt = engine.submit(UpdateBot("buyer", source, facts=believed, **more)).result(60)
    return "" if receipt.is_accepted else receipt.text


def test_real_money_takes_another_text_through_every_gate_and_keeps_its_stop(
    engine: tuple[Engine, Far],
) -> None:
    desk, far = engine
    traded(desk)
    before, sent = stops(desk), far.act("calls", is_order=True)
    assert "account's name: it was not typed back yet" in word(desk, SECOND)
    look = asyncio.run(desk.ask(UpdateQuery("buyer", SECOND)))
    assert [each.name for each in look.rows if not each.is_open] == ["account's name"]
    assert (look.settings, look.tests, look.orders) == ((), 1, ())
    untested = SECOND[: SECOND.index("test ")]
    assert "script's tests: it has none" in word(desk, untested, typed="main")
    levered = SECOND.replace("leverage = 5", "leverage = 400")
    assert "what the script needs" in word(desk, levered, typed="main")
    wrong = SECOND.replace("expect Buy", "expect no Buy")
    assert "1 of its 1 tests failed" in word(desk, wrong, typed="main")
    assert desk.desk.bots["buyer"].version == version_of(SCRIPT)
    assert word(desk, SECOND, typed="main") == ""
    seen(desk, lambda _: desk.desk.bots["buyer"].version == version_of(SECOND))
    assert stops(desk) == before
    assert len(far.act("calls", is_order=True)) == len(sent)
    was = desk.desk.bots["buyer"].was
    assert was is not None
    assert word(desk, desk.desk.scripts[was.version], typed="main", is_whole=True) == ""
    seen(desk, lambda _: desk.desk.bots["buyer"].version == version_of(SCRIPT))
    assert stops(desk) == before
