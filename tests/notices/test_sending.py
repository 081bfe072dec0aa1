"""Notices leave through real services on loopback: once when confirmed, again when not."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from lefi_tui.adapters.sqlite_outbox import FILE_NAME, SqliteOutbox
from lefi_tui.core import messages as m
from lefi_tui.core.notices import Delivery, State
from lefi_tui.engine.engine import Engine
from lefi_tui.views.notices_view import NoticesView
from lefi_tui.views.queries import DeskQuery, NoticeErrand, NoticesQuery
from tests.engine.kit import LIST, OPEN, MemoryVenue, running, send, start, until
from tests.notices.desk import RULES, engine_with, named, refuse
from tests.notices.services import HANGS, Services

pytestmark = pytest.mark.usefixtures("kept")
TOKEN = "s3cretTokenOfTheRoom"


def by_channel(store: SqliteOutbox) -> dict[str, Delivery]:
    """The newest of each."""
    return {each.channel: each for each in reversed(store.newest(50))}


async def until_state(store: SqliteOutbox, channel: str, *states: State) -> Delivery:
    await until(lambda: channel in by_channel(store))
    await until(lambda: by_channel(store)[channel].state in states)
    return by_channel(store)[channel]


def log(engine: Engine) -> list[str]:
    return [row.what for row in engine.answer(DeskQuery()).log]


def test_a_kill_is_told_once_and_no_address_is_left_anywhere(
    tmp_path: Path, kept: Path, served: Services, caplog: pytest.LogCaptureFixture
) -> None:
    async def live() -> None:
        store = named(tmp_path, "room", served.url(TOKEN))
        engine = engine_with(tmp_path)
        engine.start()
        send(engine, OPEN, LIST, start(), m.Kill(reason="the test"))
        await until_state(store, "room", State.SENT)
        served.answers[TOKEN] = 429
        send(engine, m.Resume(reason="go on"))
        retried = await until_state(store, "room", State.RETRY)
        assert retried.why.endswith("error=429.")
        engine.stop()
        store.close()

    asyncio.run(live())
    assert sum("the test" in body for body in served.bodies(TOKEN)) == 1
    files = [each for each in tmp_path.rglob("*") if each.is_file() and each != kept]
    seen = caplog.text + "".join(each.read_bytes().decode("latin-1") for each in files)
    assert "the test" in seen
    assert TOKEN[:8] not in seen


def test_a_service_that_fails_is_asked_again_and_one_that_hangs_holds_up_nobody(
    tmp_path: Path, served: Services
) -> None:
    async def live() -> None:
        served.answers |= {"mail": 500, "phone": HANGS}
        for name in ("mail", "phone", "room"):
            store = named(tmp_path, name, served.url(name))
        engine = engine_with(tmp_path, send_s=2.5)
        engine.start()
        send(engine, OPEN, LIST)
        refuse(engine, "the test")
        await until_state(store, "room", State.SENT)
        await until_state(store, "mail", State.RETRY)
        assert by_channel(store)["phone"].state is State.SENDING
        served.answers["mail"] = 200
        await until_state(store, "mail", State.SENT)
        hung = await until_state(store, "phone", State.RETRY)
        assert (hung.why, hung.is_again) == ("no answer in 2.5 s", True)
        assert "phone does not take notices" in log(engine)
        assert len(served.bodies("room")) == 1
        engine.stop()
        store.close()

    asyncio.run(live())


def test_after_kill_9_what_was_confirmed_is_not_sent_again_and_what_was_under_way_says_so(
    tmp_path: Path, served: Services
) -> None:
    async def live() -> None:
        served.answers["phone"] = HANGS
        named(tmp_path, "phone", served.url("phone")).close()
        store = named(tmp_path, "room", served.url("room"))
        command = [sys.executable, "-m", "tests.notices.desk", str(tmp_path)]
        child = await asyncio.create_subprocess_exec(*command, stderr=subprocess.DEVNULL)
        await until_state(store, "room", State.SENT)
        await until(lambda: len(served.bodies("phone")) == 1)
        child.send_signal(signal.SIGKILL)
        await child.wait()
        served.answers["phone"] = 200
        engine = engine_with(tmp_path)
        engine.start()
        await until_state(store, "phone", State.SENT)
        engine.stop()
        store.close()

    asyncio.run(live())
    assert len(served.bodies("room")) == 1
    first, again = served.bodies("phone")
    assert again == f"(Sent again: the first one may have arrived.) {first}"


def test_what_the_journal_holds_and_nobody_was_told_is_told_at_the_next_start(
    tmp_path: Path, served: Services
) -> None:
    async def live() -> None:
        store = named(tmp_path, "room", served.url("room"))
        engine = engine_with(tmp_path)
        engine.start()
        send(engine, OPEN, LIST)
        refuse(engine, "the first")
        await until_state(store, "room", State.SENT)
        engine.stop()
        silent = running(tmp_path, MemoryVenue())  # as if it died before the outbox had it
        refuse(silent, "the second")
        silent.stop()
        engine = engine_with(tmp_path)
        engine.start()
        await until(lambda: len(served.bodies("room")) == 2)
        engine.stop()
        store.close()

    asyncio.run(live())
    first, second = served.bodies("room")
    assert "the first" in first
    assert "the second" in second


def test_a_locked_outbox_keeps_no_notice_from_leaving(tmp_path: Path, served: Services) -> None:
    async def live() -> None:
        store = named(tmp_path, "room", served.url("room"))
        engine = engine_with(tmp_path)
        engine.start()
        send(engine, OPEN, LIST)
        with closing(sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            refuse(engine, "the test")
            await until(lambda: len(served.bodies("room")) == 1)
            assert store.newest(9) == ()
            other.execute("ROLLBACK")
        await until_state(store, "room", State.SENT)
        engine.stop()
        store.close()

    asyncio.run(live())


def test_the_heartbeat_comes_at_its_interval_and_its_failure_is_told_once(
    tmp_path: Path, served: Services
) -> None:
    async def live() -> None:
        store = named(tmp_path, "heartbeat", served.web("heart"))
        engine = engine_with(tmp_path, replace(RULES, heartbeat_s=1))
        engine.start()
        await until(lambda: served.count("heart") >= 1)
        served.answers["heart"] = 500
        so_far = served.count("heart")
        await until(lambda: served.count("heart") >= so_far + 3)
        assert log(engine).count("The heartbeat does not arrive") == 1
        view = await engine.ask(NoticesQuery())
        assert [(each.name, each.state) for each in view.channels] == [
            ("heartbeat", "it answers 500")
        ]
        engine.stop()
        store.close()

    asyncio.run(live())


def test_a_screen_tests_a_channel_and_requeues_what_was_given_up(
    tmp_path: Path, served: Services
) -> None:
    async def live() -> None:
        store = named(tmp_path, "room", served.url("room"))
        engine = engine_with(tmp_path)
        engine.start()
        send(engine, OPEN, LIST)
        answer = await engine.ask(NoticeErrand(test="room"))
        assert answer.text == "A test is on its way to room."
        sent = await until_state(store, "room", State.SENT)
        engine.stop()
        store.keep((replace(sent, state=State.DEAD, why="error=500", attempts=12),), None)
        engine = engine_with(tmp_path)
        engine.start()
        view: NoticesView = await engine.ask(NoticesQuery())
        assert [(each.name, each.dead) for each in view.channels] == [("room", 1)]
        assert [(each.is_dead, each.why) for each in view.rows] == [(True, "error=500")]
        answer = await engine.ask(NoticeErrand(requeue=sent.id))
        assert answer.text == f"Notice {sent.id} goes to room once more."
        await until_state(store, "room", State.SENT)
        assert len(served.bodies("room")) == 2
        answer = await engine.ask(NoticeErrand(requeue=sent.id))
        assert answer.text == f"Notice {sent.id} is not among those given up."
        engine.stop()
        store.close()

    asyncio.run(live())


def test_without_a_channel_nothing_is_kept(tmp_path: Path) -> None:
    engine = engine_with(tmp_path)
    engine.start()
    send(engine, OPEN, LIST)
    refuse(engine, "the test")
    engine.stop()
    assert not (tmp_path / FILE_NAME).exists()
