"""Where custom events come from outside, as the settings say: a folder, a webhook, or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lefi_tui.settings import Settings

if TYPE_CHECKING:
    from lefi_tui.ports.clock import Clock
    from lefi_tui.ports.event_source import EventSource


def event_sources(settings: Settings, clock: Clock) -> tuple[EventSource, ...]:
    sources: list[EventSource] = []
    if settings.events.folder:
        from lefi_tui.adapters.event_folder import EventFolder

        folder = settings.config_dir / Path(settings.events.folder).expanduser()
        sources.append(EventFolder(folder, clock))
    if settings.events.webhook_port:
        from lefi_tui.adapters.keyring_secrets import KeyringSecrets
        from lefi_tui.adapters.webhook import SECRET, Webhook

        kept = KeyringSecrets(settings.data_dir)
        sources.append(Webhook(settings.events.webhook_port, lambda: kept.get(SECRET), clock))
    return tuple(sources)
