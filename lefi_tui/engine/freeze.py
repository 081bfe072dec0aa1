"""New exposure is refused in memory from the moment a kill is asked for, before anything else.

The rule it keeps: while it is on no order leaves but those of the kill itself. Whoever is about to
send asks `may_leave` last of all, also for what was decided and queued before.
"""

from __future__ import annotations

import threading
from pathlib import Path

from lefi_tui.core.desk.orders import is_flatten
from lefi_tui.core.messages import Kill, SubmitOrders
from lefi_tui.core.order import Order


class Freeze:
    """Asked from any thread. Without a folder (virtual time) only commands turn it on."""

    def __init__(self, kill_file: Path | None = None) -> None:
        self._kill_file = kill_file
        self._asked: set[Kill] = set()  # and not yet durable
        self._is_halted = False
        self._lock = threading.Lock()

    def ask(self, kill: Kill) -> None:
        with self._lock:
            self._asked.add(kill)

    def taken(self, kill: Kill) -> None:
        """Its turn is durable: from here on the desk's own state says it."""
        with self._lock:
            self._asked.discard(kill)

    def follow(self, *, is_halted: bool) -> None:
        """The desk's state, after each turn that changed it."""
        self._is_halted = is_halted

    @property
    def is_asked(self) -> bool:
        """Whether a kill waits for the journal."""
        return bool(self._asked)

    @property
    def has_kill_file(self) -> bool:
        return self._kill_file is not None and self._kill_file.exists()

    @property
    def is_on(self) -> bool:
        return self._is_halted or bool(self._asked) or self.has_kill_file

    def may_leave(self, order: Order) -> bool:
        return is_flatten(order) or not self.is_on


def is_of_a_kill(effect: SubmitOrders) -> bool:
    return all(map(is_flatten, effect.orders))
