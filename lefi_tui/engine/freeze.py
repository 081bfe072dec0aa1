"""New exposure is refused in memory from the moment a kill is asked for, before anything else.

The rules it keeps: while it is on no order leaves but those of the kill itself; an order that is
known not to have left leaves by no decision of before. Whoever is about to send asks `may_leave`
last of all, also for what was decided and queued before.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from lefi_tui.core.desk.orders import is_flatten
from lefi_tui.core.messages import Kill, SubmitOrders
from lefi_tui.core.order import Order

UNSENT_MAX: Final = 4_096  # ids; what is decided anew is sent, so older ones are history

_log: Final = logging.getLogger(__name__)


class Freeze:
    """Asked from any thread. Without a folder (virtual time) only commands turn it on."""

    def __init__(self, kill_file: Path | None = None) -> None:
        self._kill_file = kill_file
        self._asked: set[Kill] = set()  # and not yet durable
        self._is_halted = False
        self._unsent: dict[str, None] = {}
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

    def is_asked_by(self, kill: Kill) -> bool:
        """Whether this one waits for the journal."""
        with self._lock:
            return kill in self._asked

    @property
    def has_kill_file(self) -> bool:
        """One that can't be looked for counts as there: nothing new leaves."""
        if self._kill_file is None:
            return False
        try:
            return self._kill_file.exists()
        except OSError as error:
            _log.error("the kill file can't be looked for: %s", error)
            return True

    @property
    def is_on(self) -> bool:
        return self._is_halted or bool(self._asked) or self.has_kill_file

    def may_leave(self, order: Order) -> bool:
        return not self.is_unsent(order.id) and (is_flatten(order) or not self.is_on)

    # ---- what has certainly not left

    def never(self, orders: Iterable[str]) -> None:
        """Nor will it: whatever was decided before, and is still on its way."""
        self._unsent.update(dict.fromkeys(orders))
        while len(self._unsent) > UNSENT_MAX:
            del self._unsent[next(iter(self._unsent))]

    def decided(self, orders: Iterable[str]) -> None:
        """Anew: an order of a kill has the same id each time that nothing came of it."""
        for order in orders:
            self._unsent.pop(order, None)

    def is_unsent(self, order: str) -> bool:
        return order in self._unsent


def is_of_a_kill(effect: SubmitOrders) -> bool:
    return all(map(is_flatten, effect.orders))
