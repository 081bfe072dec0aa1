"""Kills an engine that trades on the loopback exchange, again and again, and compares their books.

Besides what both say in the end: whatever the exchange had done before a start must stand in the
journal before the first order that this start sends.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from threading import Thread
from typing import Any, Final

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.core.messages import StartBot, StopBot, UpdateBot
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.recovery import recover, verify
from lefi_tui.errors import LefiError
from lefi_tui.settings import load
from lefi_tui.views.desk_view import DeskView
from lefi_tui.wiring import client
from lefi_tui.wiring.demo import empty_desk
from tests.exchange.live_profile import BTC, bare, held, live_profile, opened, with_key
from tests.exchange.loopback.host import Far
from tests.exchange.test_public_account import ROOT, running, seen

NS_PER_MS: Final = 1_000_000
READY_S: Final = 30.0
STOPS_S: Final = 120.0
MOST_S: Final = 3.0  # from a life's first fill to its kill
FAULTS: Final = ["502 after", "502 before", "reset after", "reset before", "408", "empty"]
TRADER: Final = f"""
on Every(1s) {{
    if Position("{BTC}") == 0 {{
        Buy("{BTC}", 0.01 BTC, leverage = 5, stop_loss = 5%)
    }} else {{
        Close("{BTC}")
    }}
}}
"""
# In each life the bot is to take the text that it does not run: the second is warmed first.
WARMED: Final = f"""
state candles = 0
on Candle("{BTC}", 1m) {{ if EMA(close, 5) > 0 {{ candles = candles + 1 }} }}
{TRADER}"""
UPDATES_S: Final = 20.0
_TEXTS: Final = (TRADER, WARMED)


@dataclass(frozen=True)
class LiveKills:
    lives: int
    fills: int
    updates: int  # texts that were taken
    lost: int  # answers that a fault spoilt
    wrong: tuple[str, ...]


def live_kills(folder: Path, far: Far, seed: int, lives: int, share: float = 0.0) -> LiveKills:
    """`share` of the sends go wrong besides."""
    home = live_profile(folder, far)
    chance = random.Random(seed)
    with bare(home):
        with_key(home, far)
        with running(home) as engine:
            seen(engine, opened("main"))
            seen(engine, lambda view: any(each.symbol == BTC for each in view.prices))
            receipt = engine.submit(StartBot("trader", "automated", "main", TRADER)).result(30)
            assert receipt.is_accepted, receipt.text
        if share:
            far.act("mix", seed=seed, share=share, names=FAULTS, is_order=True)
        words = folder / "words.txt"
        starts_ns = [
            _live_and_kill(far, chance.random() * MOST_S, words, _TEXTS[(life + 1) % 2])
            for life in range(lives)
        ]
        met = len(far.act("faults_met"))
        far.act("no_faults")
        with running(home) as engine:
            _stop(engine)
            seen(engine, lambda view: _is_over(view) and BTC not in held(view))
    fills = far.act("fills")
    wrong = (*_ends(far, fills), *_agrees(home, fills, starts_ns), *_replayed(home))
    return LiveKills(lives, len(fills), _updates(home), met, wrong)


def _stop(engine: Engine) -> None:
    """Refused as long as the exchange has not said what became of each order of before."""
    end = time.monotonic() + STOPS_S
    while not (told := engine.submit(StopBot("trader", closes=True)).result(STOPS_S)).is_accepted:
        assert time.monotonic() < end, told.text
        time.sleep(0.1)


def _live_and_kill(far: Far, after_s: float, words: Path, text: str) -> int:
    """When it was started. What the engine says is kept, for the case that it ends of itself."""
    done = len(far.act("fills"))
    start_ns = time.time_ns()  # noqa: TID251 -- compared with the rows' own times
    with _living_engine(words) as process:
        deadline = time.monotonic() + READY_S
        while len(far.act("fills")) == done and time.monotonic() < deadline:
            assert process.poll() is None, f"the engine ended by itself: {words.read_text()}"
            time.sleep(0.01)
        with _asked_to_take(text):
            time.sleep(after_s)
            process.kill()
    return start_ns


@contextmanager
def _asked_to_take(text: str) -> Iterator[None]:
    """By a client of its socket, which hears no answer when it is killed before."""

    async def ask() -> None:
        with suppress(LefiError):
            async with client(load(os.environ)) as channel:
                await channel.send(UpdateBot("trader", text))

    asks = Thread(target=lambda: asyncio.run(ask()))
    asks.start()
    yield
    asks.join(UPDATES_S)
    assert not asks.is_alive()


@contextmanager
def _living_engine(words: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`lefi engine`, until it is killed."""
    command = [sys.executable, "-m", "lefi_tui", "engine"]
    quiet = subprocess.DEVNULL
    with (
        words.open("a") as said,
        subprocess.Popen(
            command, stdin=quiet, stdout=said, stderr=said, cwd=ROOT, env=os.environ
        ) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def _is_over(view: DeskView) -> bool:
    return all(each.status == "stopped" for each in view.bots if each.id == "trader")


# ---- what must hold


def _ends(far: Far, fills: list[dict[str, Any]]) -> Iterator[str]:
    if far.act("positions"):
        yield f"it holds {far.act('positions')}"
    for client_id, times in Counter(each["client_id"] for each in fills).items():
        if times > 1:
            yield f"{client_id} was filled {times} times"
    sides = Counter(
        {side: sum(Decimal(each["quantity"]) for each in fills if each["side"] == side)
         for side in ("BUY", "SELL")}
    )  # fmt: skip
    if sides["BUY"] != sides["SELL"]:
        yield f"bought and sold are {dict(sides)}"


def _agrees(home: Path, fills: list[dict[str, Any]], starts_ns: list[int]) -> Iterator[str]:
    journal = SqliteJournal(home)
    try:
        verify(journal)
        told = [(row.seq, row.at_ns, row.type, json.loads(row.body))
                for row in journal.rows(types=("OrderSubmitted", "OrderFilled"))]  # fmt: skip
    finally:
        journal.close()
    booked = _booked_at(told)
    missing = {each["client_id"] for each in fills} - booked.keys()
    if missing:
        yield f"never booked: {sorted(missing)}"
    for start_ns in starts_ns:
        sent = [
            seq for seq, at_ns, kind, _ in told if kind == "OrderSubmitted" and at_ns > start_ns
        ]
        if not sent:
            continue
        for each in fills:
            is_before = each["at_ms"] * NS_PER_MS < start_ns
            if is_before and booked.get(each["client_id"], 0) > sent[0]:
                yield f"{each['client_id']} was booked after the first order of a start behind it"


def _replayed(home: Path) -> Iterator[str]:
    """Carried out again, each text decides what it decided."""
    journal = SqliteJournal(home)
    try:
        found = recover(journal, empty_desk()).difference
    finally:
        journal.close()
    if found is not None:
        yield f"carried out again it differs: {found}"


def _updates(home: Path) -> int:
    journal = SqliteJournal(home)
    try:
        return sum(1 for _ in journal.rows(types=("BotUpdated",)))
    finally:
        journal.close()


def _booked_at(told: list[tuple[int, int, str, Mapping[str, Any]]]) -> dict[str, int]:
    return {body["order"]: seq for seq, _, kind, body in reversed(told) if kind == "OrderFilled"}
