"""Users of one machine at one engine: who they are is the kernel's word, what they may is their
role's; with four eyes a second person answers what the first one's bot asks."""

from __future__ import annotations

import asyncio
import json
import os
import pwd
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from bots.automated import Automated
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core import messages as m
from lefi_tui.core.desk import Desk
from lefi_tui.core.roles import Who
from lefi_tui.engine.channel import DirectChannel
from lefi_tui.engine.client import SocketChannel
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.people import People
from lefi_tui.engine.wire import command_data, query_data
from lefi_tui.errors import RefusedError
from lefi_tui.settings import load
from lefi_tui.views.queries import ApprovalsQuery, AwayQuery, DeskQuery, NoticeErrand, Query
from lefi_tui.wiring.people import approval_rules, let_in, people, people_rows
from tests.engine.kit import ACCOUNT, LIST, OPEN, MemoryVenue, quote, send, setup, until

needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
NOBODY = pwd.getpwnam("nobody").pw_uid
NS_PER_MINUTE = 60_000_000_000
ASKS = 'on Start { authorize { Buy("BTC/USDT", 1) } else { Print("no") } }'
# Says what it was told to another user's engine, and prints the answers.
CALLER = """
import os, socket, sys
os.setuid(int(sys.argv[2]))
client = socket.socket(socket.AF_UNIX)
client.settimeout(20)
client.connect(sys.argv[1])
file = client.makefile("rb")
print(file.readline().decode().strip())
for line in sys.stdin:
    client.sendall(line.encode())
    print(file.readline().decode().strip())
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Others get through to it."""
    for folder in (tmp_path, *tmp_path.parents):
        if str(folder).startswith("/tmp/"):
            folder.chmod(0o755)
    return tmp_path / "run" / "engine.sock"


def engine_of(tmp_path: Path, place: Path, role: str) -> Engine:
    them = People(owner=Who("anna", is_owner=True), others={NOBODY: Who("bert", role)})
    empty = Desk(kinds={"automated": Automated()})
    engine = Engine(setup(tmp_path / "desk", MemoryVenue(), empty=empty), place, them)
    engine.start()
    return engine


@pytest.fixture
def engine(tmp_path: Path, place: Path, request: pytest.FixtureRequest) -> Iterator[Engine]:
    engine = engine_of(tmp_path, place, getattr(request, "param", "approver"))
    yield engine
    engine.stop()


def said_as(uid: int, place: Path, *requests: dict[str, Any]) -> list[dict[str, Any]]:
    lines = "".join(f"{json.dumps({'id': at, **each})}\n" for at, each in enumerate(requests))
    done = subprocess.run(
        [sys.executable, "-I", "-c", CALLER, str(place), str(uid)],
        input=lines,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    greeting, *answers = (json.loads(line) for line in done.stdout.splitlines())
    return [greeting, *sorted(answers, key=lambda each: each["id"])]


def told(command: m.Command) -> dict[str, Any]:
    return {"send": command_data(command)}


def asked(query: Query) -> dict[str, Any]:
    return {"ask": query_data(query)}


async def question(engine: Engine, *, four_eyes: bool = False) -> str:
    """The id of what a bot of anna's asks."""
    send(engine, OPEN, LIST, m.SetApprovalRules((), four_eyes))
    start = m.StartBot("b", "automated", ACCOUNT, ASKS, by="somebody")
    assert (await DirectChannel(engine).send(start)).is_accepted
    minute = SystemClock().now_ns() // NS_PER_MINUTE
    assert engine.hear(quote(minute, 100.0))
    await until(lambda: bool(engine.desk.approvals))
    return next(iter(engine.desk.approvals))


@needs_root
def test_four_eyes_are_those_of_two_users_whatever_they_write(engine: Engine, place: Path) -> None:
    approval = asyncio.run(question(engine, four_eyes=True))
    mine = m.AnswerApproval(approval, is_approved=True, by="bert")
    own = asyncio.run(DirectChannel(engine).send(mine))
    assert "needs a second person: anna started bot b" in own.text
    yes = m.AnswerApproval(approval, is_approved=True, by="anna", role="viewer")
    answers = said_as(NOBODY, place, asked(DeskQuery()), asked(ApprovalsQuery()), told(yes))
    _, desk, inbox, receipt = answers
    assert desk["view"]["questions"] == 1
    assert (inbox["view"]["me"], inbox["view"]["role"]) == ("bert", "approver")
    assert receipt["receipt"]["is_accepted"]
    assert receipt["receipt"]["text"] == "sent buy 1 BTC/USDT"
    owner = asyncio.run(DirectChannel(engine).ask(ApprovalsQuery()))
    (over,) = owner.answered
    assert (over.status, over.by, over.outcome) == ("approved", "bert", "sent buy 1 BTC/USDT")


@needs_root
@pytest.mark.parametrize("engine", ["viewer"], indirect=True)
def test_a_viewer_looks_and_nothing_else(engine: Engine, place: Path) -> None:
    approval = asyncio.run(question(engine))
    orders = (m.Kill(), m.StopBot("b"), m.AnswerApproval(approval, is_approved=True, role="admin"))
    _, desk, away, *refused = said_as(
        NOBODY, place, asked(DeskQuery()), asked(AwayQuery()), *map(told, orders)
    )
    (_, errand) = said_as(NOBODY, place, asked(NoticeErrand(requeue=1)))
    assert "bert is viewer" in errand["refused"]
    assert [row["id"] for row in desk["view"]["bots"]] == ["b"]
    assert desk["view"]["questions"] == 0
    assert "view" in away
    for each in refused:
        assert not each["receipt"]["is_accepted"]
        assert "bert is viewer" in each["receipt"]["text"]
    assert engine.desk.bots["b"].is_alive


@needs_root
@pytest.mark.parametrize("engine", ["trader"], indirect=True)
def test_a_trader_trades_and_kills_and_sets_no_rules(engine: Engine, place: Path) -> None:
    asyncio.run(question(engine))
    orders = (m.SetApprovalRules(), m.TakeOrders(()), m.Kill(by="engine", reason="enough"))
    _, rules, forged, kill = said_as(NOBODY, place, *map(told, orders))
    assert "needs the role admin; bert is trader" in rules["receipt"]["text"]
    assert "no command of a client" in forged["refused"]
    assert kill["receipt"]["is_accepted"]
    assert engine.desk.trading_lift == "trader"  # not what the engine's own causes leave


@needs_root
def test_a_user_without_a_role_is_sent_away_and_the_file_is_no_wider_than_it_must_be(
    engine: Engine, place: Path
) -> None:
    assert engine.is_running
    assert stat.S_IMODE(place.stat().st_mode) == 0o666
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o711
    (only,) = said_as(NOBODY + 1 if NOBODY < 2**31 else 1, place)
    assert "belongs to user" in only["refused"]
    assert "[roles]" in only["refused"]


def test_the_owner_too_has_the_role_the_settings_say(tmp_path: Path) -> None:
    socket = tmp_path / "run" / "engine.sock"
    them = People(owner=Who("anna", "trader", is_owner=True))
    running = Engine(setup(tmp_path / "desk", MemoryVenue()), socket, them)

    async def live() -> None:
        refused = await DirectChannel(running).send(m.SetLimits())
        assert "anna is trader" in refused.text
        over_socket = await SocketChannel.open(socket)
        assert "anna is trader" in (await over_socket.send(m.SetLimits())).text
        await over_socket.close()

    running.start()
    try:
        asyncio.run(live())
    finally:
        running.stop()


# ---- from the settings


def test_people_and_rules_come_from_the_settings_and_are_said_when_they_are_news(
    tmp_path: Path,
) -> None:
    own = pwd.getpwuid(os.getuid()).pw_name
    (tmp_path / "config.toml").write_text(
        f'[roles]\nnobody = "approver"\n{own} = "trader"\n'
        '[approvals]\nrules = [{ action = "any", above = 10, role = "admin" }]\n'
    )
    settings = load({"LEFI_HOME": str(tmp_path)}).settings
    them = people(settings, tmp_path)
    assert them.of(os.getuid()) == Who(own, "trader", is_owner=True)
    assert them.of(NOBODY) == Who("nobody", "approver")
    assert them.of(NOBODY - 1) is None
    assert people(settings, tmp_path / "demo").of(NOBODY) is None
    let_in(them, tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o711
    rows = {row.name: row.value for row in people_rows(settings)}
    assert (rows["roles.nobody"], rows["approvals.rules"]) == ("approver", "any above 10")
    (command,) = approval_rules(settings, Desk())
    rules = replace(Desk().approval_rules, rows=command.rules)
    assert tuple(approval_rules(settings, replace(Desk(), approval_rules=rules))) == ()
    assert tuple(approval_rules(load({"LEFI_HOME": "/nowhere"}).settings, Desk())) == ()


def test_a_stranger_is_refused_in_words(tmp_path: Path) -> None:
    async def ask() -> None:
        channel = await SocketChannel.open(tmp_path / "run" / "engine.sock")
        await channel.close()

    them = People(os.getuid() + 1)
    engine = Engine(setup(tmp_path / "desk", MemoryVenue()), tmp_path / "run" / "engine.sock", them)
    engine.start()
    try:
        with pytest.raises(RefusedError, match="gives roles under"):
            asyncio.run(ask())
    finally:
        engine.stop()
