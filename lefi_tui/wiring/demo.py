"""The engine of a profile: its accounts, clock, scheduler, journal and log."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lefi_tui import __version__
from lefi_tui.core.messages import Command
from lefi_tui.errors import EngineAbsentError
from lefi_tui.settings import Settings
from lefi_tui.wiring.accounts import PRACTICE, Accounts, open_accounts

if TYPE_CHECKING:
    from lefi_tui.core.bot import BotKind
    from lefi_tui.core.desk import Desk
    from lefi_tui.engine.engine import Engine
    from lefi_tui.engine.world import World
    from lefi_tui.ports.clock import Clock

LOG_NAME: Final = "lefi.log"
LOG_BYTES_MAX: Final = 2_000_000
OPEN_S: Final = 30.0


def kinds() -> Mapping[str, BotKind]:
    """The desk's kinds of bot."""
    from bots.automated import Automated
    from bots.indicator import Indicator
    from bots.ttadak import Ttadak

    return {each.name: each for each in (Automated(), Indicator(), Ttadak())}


def empty_desk() -> Desk:
    """The same at every start: what a journal tells must not hang on today's settings."""
    from lefi_tui.core.desk import Desk

    return Desk(kinds=kinds())


def socket_path(folder: Path) -> Path:
    return folder / "run" / "engine.sock"


# ---- the engine


def build_engine(
    settings: Settings, folder: Path, also: Collection[str] = ()
) -> tuple[Engine, Sequence[Command]]:
    """An engine that is not started, and the commands that open its accounts.

    A throw-away profile has the demo account and what it is `also` asked for, one's own has all;
    practice has its recording alone.
    """
    from lefi_tui.adapters.sqlite_journal import SqliteJournal
    from lefi_tui.adapters.sqlite_records import SqliteRecords
    from lefi_tui.adapters.system_clock import SystemClock
    from lefi_tui.engine.engine import Engine
    from lefi_tui.engine.setup import Setup
    from lefi_tui.wiring.limits import kill_rules, opening_limits, protection_rules
    from lefi_tui.wiring.people import let_in, people

    clock = SystemClock()
    is_own = folder == settings.data_dir
    names = settings.accounts if is_own else also
    accounts = open_accounts(settings, clock, names, has_demo=is_own or PRACTICE not in also)
    world = _world(settings, accounts, clock, is_own=is_own)
    setup = Setup(
        SqliteJournal(folder),
        empty_desk(),
        world,
        folder,
        program=__version__,
        tape_days=settings.tape_days,
        on_restart=settings.on_restart,
        records=SqliteRecords(folder),
        on_recovered=accounts.restore,
    )
    engine = Engine(setup, socket_path(folder), let_in(people(settings, folder), folder))
    accounts.connect(engine.submit)
    # The rules of a kill last: what is halted already is read back, each account of it.
    rules = (protection_rules(settings), kill_rules(settings))
    return engine, (*opening_limits(settings), *accounts.commands, *rules)


def _world(settings: Settings, accounts: Accounts, clock: Clock, *, is_own: bool) -> World:
    """A throw-away profile hears no events of elsewhere and tells nobody."""
    from lefi_tui.adapters.keyring_secrets import KeyringSecrets
    from lefi_tui.adapters.scheduler import ApScheduler
    from lefi_tui.engine.world import World
    from lefi_tui.wiring.keys import KeyKeeper
    from lefi_tui.wiring.live_door import Door, Proof
    from lefi_tui.wiring.notices import messenger
    from lefi_tui.wiring.outside import event_sources

    proof = Proof()
    return World(
        clock,
        venues=accounts.venues,
        feeds=accounts.feeds,
        depths=accounts.depths,
        histories=accounts.histories,
        conditions=accounts.conditions,
        shared=accounts.shared,
        scheduler=ApScheduler(),
        notifier=messenger(settings, clock) if is_own else None,
        secrets=KeyringSecrets(settings.data_dir) if is_own else None,
        sources=event_sources(settings, clock) if is_own else (),
        live=Door(settings, KeyKeeper(settings), proof) if is_own else None,
        proof=proof,
    )


def keep_log(folder: Path) -> None:
    """What the program says of itself goes to a file of the profile, cleaned of every secret.

    Without a handler Python would write warnings to standard error, which is the screen.
    """
    from lefi_tui.redaction import REDACTOR, guard_logging

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    root = logging.getLogger()
    handler = RotatingFileHandler(folder / LOG_NAME, maxBytes=LOG_BYTES_MAX, backupCount=3)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    for old in root.handlers:
        old.close()
    root.handlers = [handler]
    logging.getLogger("lefi_tui").setLevel(logging.INFO)
    guard_logging(REDACTOR, root)


def started(settings: Settings, folder: Path, also: Collection[str] = ()) -> Engine:
    """A running engine with its accounts open; raises what keeps it from starting."""
    from lefi_tui.wiring.people import approval_rules

    keep_log(folder)
    engine, opening = build_engine(settings, folder, also)
    engine.start(is_open=False)
    for command in (*opening, *approval_rules(settings, engine.desk)):
        receipt = engine.submit(command).result(OPEN_S)
        if not receipt.is_accepted:
            engine.stop()
            raise EngineAbsentError(receipt.text, where=str(folder))
    engine.let_in()  # whoever looks finds the accounts open
    return engine
