"""What an engine is put together from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec import field

from lefi_tui.core.desk import Desk
from lefi_tui.core.record import Record
from lefi_tui.engine.commits import Pace
from lefi_tui.engine.world import World
from lefi_tui.ports.journal import Journal
from lefi_tui.ports.records import Records


def _leave_alone(_desk: Desk) -> None:
    """Venues outside remember for themselves."""


class Setup(Record):
    journal: Journal
    empty: Desk  # with kinds of bot, nothing else
    world: World
    folder: Path
    program: str = ""
    tape_days: int = 30
    on_restart: str = "run"  # run | ask | stop: what bots do after a start
    pace: Pace = field(default_factory=Pace)
    records: Records | None = None  # none where no screen asks what was
    # A venue inside this process forgot everything with it: it is told what the desk remembers.
    on_recovered: Callable[[Desk], None] = _leave_alone
