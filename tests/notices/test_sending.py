"""Notices leave through real services on loopback: once when confirmed, again when not."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from lefi_tui.adapters.apprise_link import AppriseLink
from lefi_tui.adapters.keyring_secrets import KeyringSecrets
from lefi_tui.adapters.sqlite_outbox import SqliteOutbox
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core import messages as m
from lefi_tui.core.notices import NoticeRules, State
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.messenger import Messenger
from lefi_tui.engine.world import World
from tests.engine.kit import ACCOUNT, LIST, OPEN, MemoryVenue, send, setup, start, until
from tests.notices.services import Services

pytestmark = pytest.mark.usefixtures("kept")


def named(folder: Path, name: str, url: str) -> SqliteOutbox:
    KeyringSecrets().put(f"notify/{name}", url)
    store = SqliteOutbox(folder)
    store.add_channel(name)
    return store


def engine_with(folder: Path, **rules: object) -> Engine:
    clock = SystemClock()
    messenger = Messenger(
        NoticeRules(**rules),  # type: ignore[arg-type]
        SqliteOutbox(folder),
        AppriseLink(),
        clock,
    )
    world = World(clock, venues={ACCOUNT: MemoryVenue()}, notifier=messenger)
    return Engine(replace(setup(folder), world=world))


def test_a_kill_is_told_through_apprise_and_kept_as_sent(tmp_path: Path, served: Services) -> None:
    async def live() -> None:
        store = named(tmp_path, "phone", served.url("phone"))
        engine = engine_with(tmp_path)
        engine.start()
        send(engine, OPEN, LIST, start(), m.Kill(reason="the test"))
        await until(lambda: any(each.state is State.SENT for each in store.newest(9)), 30)
        engine.stop()
        assert [each.state for each in store.newest(9)] == [State.SENT]
        assert "the test" in served.bodies("phone")[0]
        store.close()

    asyncio.run(live())
