"""An engine that trades on an exchange is killed again and again: both tell the same in the end."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from lefi_tui.core.messages import StartBot, StopBot
from lefi_tui.views.desk_view import DeskView
from tests.exchange.loopback.host import Far
from tests.exchange.test_live_account import BTC, held, opened, with_key
from tests.exchange.test_live_account import home as home  # noqa: PLC0414 -- a fixture
from tests.exchange.test_public_account import ROOT, running, seen

KILLS = 5
READY_S = 30.0
TRADER = f"""
on Every(1s) {{
    if Position("{BTC}") == 0 {{
        Buy("{BTC}", 0.01 BTC, leverage = 5, stop_loss = 5%)
    }} else {{
        Close("{BTC}")
    }}
}}
"""


@contextmanager
def living_engine() -> Iterator[subprocess.Popen[bytes]]:
    """`lefi engine`, until it is killed."""
    command = [sys.executable, "-m", "lefi_tui", "engine"]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd=ROOT
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_killed_again_and_again_it_believes_what_the_exchange_has_done(
    home: Path, far: Far, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEFI_HOME", str(home))
    with_key(home, far)
    with running(home) as engine:
        seen(engine, opened("main"))
        seen(engine, lambda view: any(each.symbol == BTC for each in view.prices))
        receipt = engine.submit(StartBot("trader", "automated", "main", TRADER)).result(30)
        assert receipt.is_accepted, receipt.text
    chance = random.Random(7)
    for _ in range(KILLS):
        done = len(far.act("fills"))
        with living_engine() as process:
            deadline = time.monotonic() + READY_S
            while len(far.act("fills")) == done and time.monotonic() < deadline:
                assert process.poll() is None
                time.sleep(0.01)
            time.sleep(chance.random() * 1.5)
    with running(home) as engine:
        assert engine.submit(StopBot("trader", closes=True)).result(60).is_accepted
        view = seen(engine, lambda view: _is_over(view) and BTC not in held(view))
    assert far.act("positions") == []
    fills = far.act("fills")
    assert len(fills) >= KILLS
    assert set(Counter(each["client_id"] for each in fills).values()) == {1}
    bought = sum(Decimal(each["quantity"]) for each in fills if each["side"] == "BUY")
    sold = sum(Decimal(each["quantity"]) for each in fills if each["side"] == "SELL")
    assert bought == sold
    assert _is_over(view)


def _is_over(view: DeskView) -> bool:
    return all(each.status == "stopped" for each in view.bots if each.id == "trader")
