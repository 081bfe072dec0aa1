"""The messenger of a profile, with its outbox on the disk and the process that knows addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lefi_tui.core.notices import NoticeRules, Severity
from lefi_tui.settings import Settings
from lefi_tui.settings_tables import NotifySettings

if TYPE_CHECKING:
    from lefi_tui.ports.clock import Clock
    from lefi_tui.ports.notifier import Notifier


def rules_of(notify: NotifySettings) -> NoticeRules:
    return NoticeRules(
        default=notify.default,
        least={name: Severity(least) for name, least in notify.least.items()},
        quiet=notify.quiet,
        zone=notify.zone,
        per_minute=notify.per_minute,
        burst=notify.burst,
        digest_s=60 * notify.digest_minutes,
        heartbeat_s=notify.heartbeat_s,
    )


def messenger(settings: Settings, clock: Clock) -> Notifier:
    from lefi_tui.adapters.apprise_link import AppriseLink
    from lefi_tui.adapters.sqlite_outbox import SqliteOutbox
    from lefi_tui.engine.messenger import Messenger

    return Messenger(
        rules_of(settings.notify), SqliteOutbox(settings.data_dir), AppriseLink(), clock
    )
