"""The messenger of a profile, with its outbox on the disk and the process that knows addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lefi_tui.core.notices import NoticeRules
from lefi_tui.settings import Settings

if TYPE_CHECKING:
    from lefi_tui.ports.clock import Clock
    from lefi_tui.ports.notifier import Notifier


def messenger(settings: Settings, clock: Clock) -> Notifier:
    from lefi_tui.adapters.apprise_link import AppriseLink
    from lefi_tui.adapters.sqlite_outbox import SqliteOutbox
    from lefi_tui.engine.messenger import Messenger

    return Messenger(NoticeRules(), SqliteOutbox(settings.data_dir), AppriseLink(), clock)
