"""The socket: the same calls as in the engine's own process, and nobody else's."""

from __future__ import annotations

import asyncio
import os
import socket
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.core import messages as m
from lefi_tui.core.codec import encode
from lefi_tui.core.roles import Who
from lefi_tui.engine import wire
from lefi_tui.engine.client import SocketChannel
from lefi_tui.engine.emergency import EmergencyLog
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.health import HealthQuery
from lefi_tui.engine.people import People
from lefi_tui.engine.socket import CLIENTS_MAX, REQUESTS_MAX, SocketServer
from lefi_tui.errors import EngineAbsentError, EngineBusyError, RefusedError
from lefi_tui.views.desk_view import DeskView
from lefi_tui.views.queries import DeskQuery, Query, WhyQuery
from tests.engine.kit import LIST, OPEN, MemoryVenue, bars, quote, setup, start, until

FOREIGN = """
import os, socket, sys
os.setuid(65534)
client = socket.socket(socket.AF_UNIX)
try:
    client.connect(sys.argv[1])
    print(client.recv(4096).decode())
except PermissionError as error:
    print("refused by the file:", error.strerror)
"""


STUCK_TRIES = 20  # five milliseconds each


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run" / "engine.sock"


@pytest.fixture
def engine(tmp_path: Path, path: Path) -> Iterator[Engine]:
    engine = Engine(setup(tmp_path / "desk", MemoryVenue()), socket=path)
    engine.start()
    yield engine
    engine.stop()


def test_a_screen_at_the_socket_sends_asks_and_hears(engine: Engine, path: Path) -> None:
    async def live() -> None:
        channel = await SocketChannel.open(path)
        events = channel.events()
        first = asyncio.ensure_future(anext(events))
        await channel.ask(HealthQuery())
        for command in (OPEN, LIST, start()):
            assert (await channel.send(command)).is_accepted
        refused = await channel.send(m.StopBot("nobody"))
        assert "nobody" in refused.text
        assert engine.hear(quote(0, 100.0))
        assert engine.hear(bars(0, 1.0))
        heard = [await first]
        while not isinstance(heard[-1].event, m.OrderFilled):
            heard.append(await anext(events))
        assert [each.n for each in heard] == sorted(each.n for each in heard)
        assert await channel.ask(DeskQuery()) is not None
        over_wire = await channel.ask(WhyQuery("ema-1"))
        assert over_wire.lines == engine.answer(WhyQuery("ema-1")).lines
        await events.aclose()
        await channel.close()

    asyncio.run(live())


def test_file_and_folder_are_for_the_user_alone(engine: Engine, path: Path) -> None:
    assert engine is not None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_another_user_is_refused_by_the_file(engine: Engine, path: Path) -> None:
    assert engine is not None
    for folder in (path.parent.parent, *path.parent.parent.parents):
        if str(folder).startswith("/tmp/"):
            folder.chmod(0o755)
    said = _as_nobody(path)
    assert "refused by the file" in said


def _as_nobody(path: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-I", "-c", FOREIGN, str(path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    return done.stdout


def test_a_process_of_another_user_is_refused_by_its_credentials(
    engine: Engine, tmp_path: Path
) -> None:
    async def live() -> None:
        place = tmp_path / "other" / "engine.sock"
        server = SocketServer(engine, place, People(os.getuid() + 1))
        await server.open()
        with pytest.raises(RefusedError, match="belongs to user"):
            await _ask_once(place)
        await server.close()

    asyncio.run(live())


async def _ask_once(path: Path) -> Any:
    channel = await SocketChannel.open(path)
    try:
        return await channel.ask(HealthQuery())
    finally:
        await channel.close()


def test_a_report_can_not_be_forged_through_the_socket(engine: Engine, path: Path) -> None:
    assert engine is not None
    name, version, body = encode(m.VenueNeverSaw("o", 1))
    forged = {"type": name, "version": version, "body": body}
    answers = _raw(path, wire.line({"id": 1, "send": forged}))
    assert "no command" in str(answers)


def test_what_is_no_request_is_answered_and_the_next_one_works(engine: Engine, path: Path) -> None:
    assert engine is not None
    question = wire.line({"id": 4, "ask": wire.query_data(HealthQuery())})
    lines = (b"nonsense\n", b"[]\n", b'{"id":2}\n', b'{"id":3,"ask":{"query":"Secrets"}}\n')
    answers = _raw(path, *lines, question)
    assert [("refused" in each) for each in answers] == [True, True, True, True, False]


def test_a_line_without_an_end_is_cut_off(engine: Engine, path: Path) -> None:
    assert engine is not None
    answers = _raw(path, b"x" * (wire.LINE_BYTES_MAX + 10))
    assert "too long" in str(answers)


def _raw(path: Path, *lines: bytes) -> list[dict[str, object]]:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(20)
        client.connect(str(path))
        file = client.makefile("rb")
        assert wire.read_line(file.readline()) == wire.GREETING
        out = []
        for line in lines:
            client.sendall(line)
            out.append(wire.read_line(file.readline()))
        return out


def test_only_so_many_clients_are_attached_at_once(engine: Engine, path: Path) -> None:
    assert engine is not None

    async def live() -> None:
        channels = [await SocketChannel.open(path) for _ in range(CLIENTS_MAX)]
        for channel in channels:
            await channel.ask(HealthQuery())
        with pytest.raises(RefusedError, match="attached already"):
            await _ask_once(path)
        for channel in channels:
            await channel.close()

    asyncio.run(live())


class SlowToTellWhy:
    """An engine that answers why only when it is let."""

    def __init__(self, engine: Engine) -> None:
        self.submit, self.subscribe = engine.submit, engine.subscribe
        self._engine = engine
        self.asked, self.let = asyncio.Event(), asyncio.Event()

    async def ask(self, query: Query, who: Who | None = None) -> Any:
        if isinstance(query, WhyQuery):
            self.asked.set()
            await self.let.wait()
        return await self._engine.ask(query, who)


def test_a_slow_answer_holds_up_no_other_and_finds_its_question(
    engine: Engine, tmp_path: Path
) -> None:
    async def live() -> None:
        served = SlowToTellWhy(engine)
        server = SocketServer(served, tmp_path / "slow" / "engine.sock")
        await server.open()
        channel = await SocketChannel.open(tmp_path / "slow" / "engine.sock")
        slow = asyncio.ensure_future(channel.ask(WhyQuery("ema-1")))
        await served.asked.wait()
        assert isinstance(await channel.ask(DeskQuery()), DeskView)
        assert (await channel.send(OPEN)).is_accepted
        assert not slow.done()
        served.let.set()
        assert (await slow).bot == "ema-1"
        await channel.close()
        await server.close()

    asyncio.run(live())


def _noted(folder: Path) -> tuple[type, ...]:
    """What left on the reserved path."""
    log = EmergencyLog(folder)
    notes = tuple(type(each) for each in log.notes())
    log.close()
    return notes


def test_a_kill_is_read_behind_commands_that_wait_for_the_disk(tmp_path: Path, path: Path) -> None:
    async def live() -> None:
        channel = await SocketChannel.open(path)
        held = sqlite3.connect(tmp_path / "desk" / "desk.sqlite", isolation_level=None)
        held.execute("BEGIN EXCLUSIVE")
        waiting = [
            asyncio.ensure_future(channel.send(m.StopBot(f"nobody {number}")))
            for number in range(2 * REQUESTS_MAX)
        ]
        killed = asyncio.ensure_future(channel.send(m.Kill()))
        try:
            await until(lambda: _noted(tmp_path / "desk") == (m.Kill,))
            assert not any(each.done() for each in (killed, *waiting))
        finally:
            held.execute("ROLLBACK")
            held.close()
        assert (await killed).is_accepted
        answers = await asyncio.gather(*waiting)
        assert all("nobody" in each.text for each in answers)
        await channel.close()

    journal = SqliteJournal(tmp_path / "desk", busy_timeout_ms=60_000)
    engine = Engine(setup(tmp_path / "desk", MemoryVenue(), journal=journal), socket=path)
    engine.start()
    try:
        asyncio.run(live())
    finally:
        engine.stop()


def test_a_client_that_reads_nothing_is_dropped_and_the_others_go_on(
    engine: Engine, tmp_path: Path
) -> None:
    async def live() -> None:
        place = tmp_path / "strict" / "engine.sock"
        server = SocketServer(engine, place, read_s=0.2)
        await server.open()
        question = wire.line({"id": 1, "ask": wire.query_data(HealthQuery())})
        with socket.socket(socket.AF_UNIX) as deaf:
            deaf.connect(str(place))
            await until(lambda: server.clients == 1)
            await _ask_on(deaf, question)
            await until(lambda: server.clients == 0)
        assert await _ask_once(place)
        await server.close()

    asyncio.run(live())


async def _ask_on(client: socket.socket, question: bytes) -> None:
    """Until nothing more is taken for a while; what is answered stays unread."""
    client.settimeout(0)
    full = 0

    def is_stuck() -> bool:
        nonlocal full
        try:
            while True:
                client.send(question)
                full = 0
        except BlockingIOError:
            full += 1
        except BrokenPipeError:
            return True
        return full > STUCK_TRIES

    await until(is_stuck)


def test_an_engine_ends_also_while_a_client_does_not_read(tmp_path: Path, path: Path) -> None:
    engine = Engine(setup(tmp_path / "desk", MemoryVenue()), socket=path)
    engine.start()
    question = wire.line({"id": 1, "ask": wire.query_data(HealthQuery())})
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.connect(str(path))
        asyncio.run(_ask_on(deaf, question))
        engine.stop()
    assert not engine.is_running


def test_a_file_left_by_a_crash_is_no_obstacle_and_a_living_one_is_not_taken(
    tmp_path: Path, engine: Engine, path: Path
) -> None:
    stale = tmp_path / "stale" / "engine.sock"
    stale.parent.mkdir()
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(stale))

    async def live() -> None:
        server = SocketServer(engine, stale)
        await server.open()
        assert await _ask_once(stale)
        await server.close()
        assert not stale.exists()
        with pytest.raises(EngineBusyError):
            await SocketServer(engine, path).open()

    asyncio.run(live())


def test_without_an_engine_the_client_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EngineAbsentError, match="lefi engine"):
        asyncio.run(SocketChannel.open(tmp_path / "none.sock"))
