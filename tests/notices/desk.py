"""An engine that tells: with channels in the keyring, and as a process that can be killed."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from msgspec.structs import replace

from lefi_tui.adapters.apprise_link import AppriseLink
from lefi_tui.adapters.keyring_secrets import KeyringSecrets
from lefi_tui.adapters.notice_places import place_of
from lefi_tui.adapters.sqlite_outbox import SqliteOutbox
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core.notices import NoticeRules
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.messenger import Messenger
from lefi_tui.engine.world import World
from tests.engine.kit import ACCOUNT, LIST, OPEN, MemoryVenue, send, setup, start

RULES = NoticeRules(burst=60, per_minute=60)


def named(folder: Path, name: str, url: str) -> SqliteOutbox:
    """The store, with one channel more."""
    KeyringSecrets(folder).put(place_of(name), url)
    store = SqliteOutbox(folder)
    store.add_channel(name)
    return store


def engine_with(folder: Path, rules: NoticeRules = RULES, send_s: float = 15.0) -> Engine:
    clock = SystemClock()
    store = SqliteOutbox(folder, busy_s=0.2)
    messenger = Messenger(rules, store, AppriseLink(KeyringSecrets(folder), send_s), clock)
    world = World(clock, venues={ACCOUNT: MemoryVenue()}, notifier=messenger)
    return Engine(replace(setup(folder), world=world))


def refuse(engine: Engine, word: str) -> None:
    """Leads to one notice, a warning with this word in it."""
    assert not engine.submit(start(source=word)).result(30).is_accepted


def main(folder: Path) -> None:
    engine = engine_with(folder)
    engine.start()
    send(engine, OPEN, LIST)
    refuse(engine, "the child's")
    threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
