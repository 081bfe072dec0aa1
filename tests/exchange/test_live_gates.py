"""Real money: every gate, then an order at the real addresses, led to the loopback exchange."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core.checked import Checked
from lefi_tui.core.live_gates import LiveFacts
from lefi_tui.core.messages import KeyChecked, PlaceOrder, StartBot
from lefi_tui.core.order import HAND, Side, Size, SizeKind
from lefi_tui.engine.channel import DirectChannel
from lefi_tui.engine.engine import Engine
from lefi_tui.settings import load
from lefi_tui.views.desk_view import DeskView, Mode
from lefi_tui.views.queries import GatesQuery
from lefi_tui.wiring.keys import KeyKeeper
from tests.exchange.live_profile import BTC, bare, held, live_profile, opened, with_key
from tests.exchange.loopback.host import Far, exchange_in_thread
from tests.exchange.test_public_account import running, seen, toml

SCRIPT = f"""
policy {{ rate = 1000 per 1m }}
on PriceUpdate("{BTC}") {{
    if Position("{BTC}") == 0 {{ Buy("{BTC}", 0.01 BTC, leverage = 5, stop_loss = 2%) }}
}}
test "buys while it holds nothing" {{ price 100; expect Buy }}
"""
SHUT = ["key", "clock", "what the script needs", "account's name"]  # before its key was tested
LIMITS = "[limits]\norder_notional_max = 1000\ndaily_loss_max = 50\n"


@pytest.fixture(scope="module")
def far() -> Iterator[Far]:
    with exchange_in_thread() as opened:
        yield opened


@pytest.fixture
def home(far: Far, tmp_path: Path) -> Iterator[Path]:
    home = live_profile(tmp_path, far)
    configured(home, far)
    with bare(home):
        with_key(home, far)
        yield home


def configured(home: Path, far: Far, mode: str = "live", top: str = "live_trading = true") -> None:
    table = {**far.ccxt(None), "options": {}}
    lines = {"exchange": "binanceusdm", "mode": mode, "symbols": [BTC]}
    text = "".join(f"{name} = {toml(each)}\n" for name, each in lines.items())
    account = f"[accounts.main]\n{text}ccxt = {toml(table)}\n"
    (home / "config.toml").write_text(f"{top}\n{LIMITS}{account}")


def asked(home: Path) -> KeyKeeper:
    keeper = KeyKeeper(load({"LEFI_HOME": str(home)}).settings)
    keeper.test("main")
    return keeper


def start(engine: Engine, source: str = SCRIPT, bot: str = "buyer", **more: Any) -> str:
    """The engine's word; empty when it has started."""
    command = StartBot(bot, "automated", "main", source, **more)
    receipt = engine.submit(command).result(60)
    return "" if receipt.is_accepted else receipt.text


def by_hand(engine: Engine, **more: Any) -> str:
    """The engine's word on an order of a person, whatever that says of the gates."""
    size, believed = Size(SizeKind.UNITS, Decimal("0.01")), LiveFacts(shut_because="")
    command = PlaceOrder("main", BTC, Side.BUY, size, limit=Decimal(50_000), facts=believed, **more)
    return engine.submit(command).result(60).text


def placed_by_hand(engine: Engine) -> None:
    assert by_hand(engine, leverage=Decimal(5)) == "sent buy 0.01 BTC/USDT:USDT at 50,000"
    rests = (HAND, "accepted")
    seen(engine, lambda view: rests in {(each.owner, each.status) for each in view.orders})


def shut(engine: Engine, source: str) -> dict[str, str]:
    """Each gate that is shut, with what was found."""
    asks = DirectChannel(engine).ask(GatesQuery("main", source, bot="buyer"))
    rows = asyncio.run(asks).rows
    told = [each.is_open for each in rows]
    assert told == sorted(told), "those that are shut come first"
    return {each.name: each.found for each in rows if not each.is_open}


def said(engine: Engine, words: str) -> DeskView:
    return seen(engine, lambda view: words in str(view.log))


@contextmanager
def run_live(home: Path) -> Iterator[subprocess.Popen[str]]:
    """`lefi run --live` finds the engine that runs, shows the gates, and goes on until ^C."""
    file = home / "buyer.lefi"
    file.write_text(SCRIPT)
    words = ("run", str(file), "--account", "main", "--live", "--yes-live", "main")
    pipe = subprocess.PIPE
    run = subprocess.Popen(
        [sys.executable, "-m", "lefi_tui", *words], stdout=pipe, stderr=pipe, text=True
    )
    with run:
        try:
            yield run
        finally:
            run.kill()  # it has ended, or the test has failed


def ended(run: subprocess.Popen[str]) -> None:
    run.send_signal(signal.SIGINT)
    told, complaint = run.communicate(timeout=60)
    assert (run.returncode, complaint) == (0, "")
    assert told.count("gate      open") == 8, told
    assert "gate      SHUT  account's name" in told  # it was typed after these were shown
    assert "Stopped" in told


def test_real_money_moves_through_every_gate_or_not_at_all(home: Path, far: Far) -> None:
    """And a key that lost its right stops entries until a test of it says otherwise."""
    with ExitStack() as runs, running(home) as engine:
        seen(engine, opened("main"))
        view = seen(engine, lambda view: any(each.symbol == BTC for each in view.prices))
        assert view.banner.mode is Mode.LIVE
        seen(engine, lambda _: engine.desk.checked.get("main", Checked()).is_known)
        seen(engine, lambda _: "main" in engine.desk.dead_men)
        levered = SCRIPT.replace("leverage = 5", "leverage = 400")
        assert list(shut(engine, levered)) == SHUT
        untested = SCRIPT[: SCRIPT.index("test ")]
        believed = LiveFacts(shut_because="")  # whatever a sender says of it
        text = start(engine, untested, typed="Main", facts=believed) + by_hand(engine)
        told = (
            "4 gates are shut",
            "never tested",
            "it has none",
            "Nothing is sent with real money",
        )
        assert all(each in text for each in told)
        asked(home)

        far.act("rights", key=far.key.key, can_trade=False)
        run = runs.enter_context(run_live(home))
        assert "REAL MONEY on main, open were: live_trading" in str(said(engine, "REAL").log)
        assert "IP, or permissions" in str(said(engine, "enters no more").log)
        assert "`lefi keys test main` tests it again" in start(engine, bot="other", typed="main")
        assert far.act("calls", is_order=True) == []  # its leverage could not be set: none left

        far.act("rights", key=far.key.key, can_trade=True)
        state = asked(home).state("main")
        engine.hear(KeyChecked("main", SystemClock().now_ns(), state))
        seen(engine, held)
        ended(run)
        placed_by_hand(engine)
    hosts = {each["host"] for each in far.act("calls", is_order=True)}
    assert hosts
    assert hosts <= {"fapi.binance.com", "ws-fapi.binance.com"}
