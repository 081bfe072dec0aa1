"""A notifier: carries a bot's words to a person. Trading never waits for it."""

from __future__ import annotations

from typing import Protocol

from lefi_tui.core.messages import DeliverNote


class Notifier(Protocol):
    async def deliver(self, note: DeliverNote) -> None:
        """Carry one note; raises OSError when the channel can't be reached."""
        ...
