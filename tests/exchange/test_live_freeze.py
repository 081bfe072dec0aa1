"""The engine freezes: the exchange's dead-man's switch ends its entries, and it learns of it."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core.messages import StartBot
from lefi_tui.engine.client import SocketChannel
from lefi_tui.errors import EngineAbsentError
from lefi_tui.views.desk_view import DeskView
from lefi_tui.views.queries import DeskQuery
from lefi_tui.wiring.demo import socket_path
from tests.exchange.live_profile import BTC, bare, live_profile, opened, with_key
from tests.exchange.loopback.host import Far, exchange_in_thread
from tests.exchange.test_public_account import ROOT

PATIENCE_S = 60.0
DEAD_MAN_S = 1
SCRIPT = f"""
state n = 0
on PriceUpdate("{BTC}") {{
    n = n + 1
    if n == 1 {{
        Buy("{BTC}", 0.01 BTC, leverage = 5, stop_loss = 2%)
        Buy("{BTC}", 0.01 BTC, leverage = 5, at = 50000)
    }}
}}
"""


def test_a_frozen_engine_leaves_stops_alone_and_knows_what_was_canceled(tmp_path: Path) -> None:
    with exchange_in_thread() as far:
        home = live_profile(tmp_path, far)
        with (home / "config.toml").open("a") as config:
            config.write(f"[protection]\ndead_man_s = {DEAD_MAN_S}\n")
        with bare(home):
            with_key(home, far)
            command = [sys.executable, "-m", "lefi_tui", "engine"]
            quiet: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
            with subprocess.Popen(command, cwd=ROOT, **quiet) as process:
                try:
                    asyncio.run(_frozen(home, far, process))
                finally:
                    process.kill()


async def _frozen(home: Path, far: Far, process: subprocess.Popen[bytes]) -> None:
    channel = await _opened(home)
    try:
        await _seen(channel, opened("main"))
        await _seen(channel, lambda view: any(each.symbol == BTC for each in view.prices))
        receipt = await channel.send(StartBot("frozen", "automated", "main", SCRIPT))
        assert receipt.is_accepted, receipt.text
        await _seen(channel, lambda view: len(_entries(view)) == 1 and _stop(view))
        await _until(lambda: any("countdown" in each["path"] for each in far.act("calls")))
        process.send_signal(signal.SIGSTOP)
        await _until(lambda: far.act("orders")[-1]["status"] == "CANCELED")
        process.send_signal(signal.SIGCONT)
        view = await _seen(channel, lambda view: not _entries(view))
        assert any("dead-man's switch has ended entries" in each.what for each in view.log)
        assert _stop(view)
        assert [each["algoStatus"] for each in far.act("algos")] == ["NEW"]
    finally:
        await channel.close()


def _entries(view: DeskView) -> list[str]:
    return [each.id for each in view.orders if each.leg == "entry"]


def _stop(view: DeskView) -> bool:
    return any(each.stop == "stop 58,800.1 native" for each in view.positions)


async def _opened(home: Path) -> SocketChannel:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return await SocketChannel.open(socket_path(home))
        except EngineAbsentError:
            assert time.monotonic() < deadline
            await SystemClock().sleep(0.05)


async def _seen(channel: SocketChannel, is_so: Callable[[DeskView], Any]) -> DeskView:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        view: DeskView = await channel.ask(DeskQuery())
        if is_so(view):
            return view
        assert time.monotonic() < deadline, [(each.what, each.why) for each in view.log]
        await SystemClock().sleep(0.05)


async def _until(is_so: Callable[[], Any]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline
        await SystemClock().sleep(0.05)
