"""What the engine asks outside before real money moves: settings, a script's tests, keys.

Each call may wait for a disk, a bus, a process or an exchange: never in the engine's loop.
"""

from __future__ import annotations

from typing import Protocol

from lefi_tui.core.key_rights import KeyState
from lefi_tui.core.live_gates import LiveFacts


class LiveDoor(Protocol):
    @property
    def accounts(self) -> tuple[str, ...]:
        """Those whose orders leave, to a practice market too."""
        ...

    def facts(self, account: str, source: str) -> LiveFacts:
        """All of one start; its script's tests are run for it."""
        ...

    def standing(self, account: str) -> LiveFacts:
        """Of an order by hand: it has no script, so nothing is run for it."""
        ...

    def key(self, account: str) -> KeyState:
        """What is known of its key, without asking anybody."""
        ...

    def recheck(self, account: str) -> KeyState:
        """Asks the exchange about the key in force; what it does not answer changes nothing.

        Raises SecretsError while the key can't be had.
        """
        ...
