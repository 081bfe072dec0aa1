"""What becomes of bots when the engine starts again: they run on, wait for a person, or stop."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.core import messages as m
from lefi_tui.core.desk import BotStatus
from lefi_tui.core.offers import Offers
from lefi_tui.engine.engine import Engine
from lefi_tui.settings import load
from lefi_tui.views.queries import DeskQuery
from lefi_tui.wiring.demo import build_engine
from tests.engine.kit import (
    ACCOUNT,
    LIST,
    OPEN,
    MemoryVenue,
    bars,
    quote,
    running,
    send,
    start,
    until,
)


def _status(engine: Engine) -> str:
    view = engine.answer(DeskQuery())
    return str(view.bots[0].status)


@pytest.mark.parametrize(
    ("policy", "status"),
    [("run", BotStatus.RUNNING), ("ask", BotStatus.ASKED), ("stop", BotStatus.STOPPED)],
)
def test_after_a_start_each_bot_does_what_the_settings_say(
    policy: str, status: BotStatus, tmp_path: Path
) -> None:
    async def story() -> None:
        engine = running(tmp_path, MemoryVenue())
        send(engine, OPEN, LIST, start())
        engine.stop()
        again = running(tmp_path, MemoryVenue(), on_restart=policy)
        await until(lambda: _status(again) == status.value)
        again.hear(quote(1, 100.0))
        if status is BotStatus.ASKED:
            send(again, m.ResumeBot("ema-1"))
            assert _status(again) == BotStatus.RUNNING.value
        again.stop()

    asyncio.run(story())
    journal = SqliteJournal(tmp_path)
    held = [row for row in journal.rows() if row.type == "HoldBots"]
    journal.close()
    assert len(held) == (policy != "run")


def test_what_waits_for_a_venue_after_a_start_is_carried_out_in_the_sequence_it_came_in(
    tmp_path: Path,
) -> None:
    venue = MemoryVenue(holds=True)
    engine = running(tmp_path, venue)
    send(engine, OPEN, LIST, start())
    engine.hear(quote(0, 100.0))
    engine.hear(bars(0, 1.0))
    asyncio.run(until(lambda: bool(engine.desk.orders)))
    engine.stop()
    venue.deaf = True
    again = running(tmp_path, venue)
    begins = again.submit(start("two"))
    send(again, LIST)  # what waits is behind its first look
    ends = again.submit(m.StopBot("two", closes=True))
    send(again, LIST)
    assert not begins.done()
    venue.deaf = False
    told = [each.result(30) for each in (begins, ends)]
    again.stop()
    assert [each.is_accepted for each in told] == [True, True], told
    assert again.desk.bots["two"].status is BotStatus.STOPPED


def test_a_start_is_not_ended_by_a_venue_that_keeps_silent_about_an_order(tmp_path: Path) -> None:
    """One refusal of what the program says first would end it."""
    venue = MemoryVenue(holds=True)
    engine = running(tmp_path, venue)
    send(engine, OPEN, LIST, start())
    engine.hear(quote(0, 100.0))
    engine.hear(bars(0, 1.0))
    asyncio.run(until(lambda: bool(engine.desk.orders)))
    engine.stop()
    venue.deaf = True
    again = running(tmp_path, venue)
    send(again, *_said_first(tmp_path / "home"), m.ListOffers(ACCOUNT, Offers("loopback")))
    desk = again.desk
    again.stop()
    assert desk.orders
    assert (desk.protection_rules.alarm_s, desk.offers[ACCOUNT].venue) == (7, "loopback")


def _said_first(home: Path) -> Sequence[m.Command]:
    """By the whole program, of its demo account."""
    home.mkdir()
    (home / "config.toml").write_text("[protection]\nalarm_s = 7\n")
    loaded = load({"LEFI_HOME": str(home)})
    assert loaded.problems == ()
    engine, opening = build_engine(loaded.settings, home)
    engine.start()
    engine.stop()
    assert opening
    return opening
