"""What can be started: a shipped script or an indicator, with its purpose and its defaults."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from lefi_tui.core.messages import StartBot
from lefi_tui.core.record import Record
from lefi_tui.views.desk_view import DeskView

ID_MAX: Final = 40


class Startable(Record):
    """One thing on the shelf. `settings` are the defaults, only to be shown."""

    name: str  # of the script: ema_cross
    title: str
    kind: str  # automated | indicator
    purpose: str
    source: str
    settings: tuple[tuple[str, str], ...] = ()
    says: str = ""  # the kind that a script says it is


def start(
    what: Startable,
    account: str,
    taken: Collection[str],
    settings: tuple[tuple[str, str], ...] = (),
) -> StartBot:
    """The command that starts it, with its defaults but for `settings`, under a free name."""
    bot = free_id(what.name, taken)
    return StartBot(bot, what.kind, account, what.source, settings, title=what.title)


def free_id(name: str, taken: Collection[str]) -> str:
    """ema_cross -> ema-cross, then ema-cross-2, ema-cross-3."""
    base = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[: ID_MAX - 4] or "bot"
    number = 2
    bot = base
    while bot in taken:
        bot = f"{base}-{number}"
        number += 1
    return bot


def accounts_of(view: DeskView | None) -> tuple[str, ...]:
    """Where a bot can be started: first the accounts whose mode is on the frame."""
    if view is None:
        return ()
    shown = view.banner.mode
    return tuple(row.name for row in sorted(view.accounts, key=lambda row: row.mode is not shown))
