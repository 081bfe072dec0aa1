"""An order group: an entry with its exits and its stop as one thing, sized to what is filled.

Exits are held (we watch and send), sent (resting at the venue as orders of ours) or native (the
venue attaches them to the position). The rule it keeps: exits never exceed what the entry filled.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import Final

from lefi_tui.core.money import ZERO


class Guard(StrEnum):
    """Where the exits live."""

    HELD = "held"
    SENT = "sent"
    NATIVE = "native"


GUARD_MOVES: Final[dict[Guard, frozenset[Guard]]] = {
    Guard.HELD: frozenset({Guard.SENT, Guard.NATIVE}),
    Guard.SENT: frozenset({Guard.HELD, Guard.NATIVE}),
    # A venue that dropped an attached exit leaves us to hold it ourselves.
    Guard.NATIVE: frozenset({Guard.HELD}),
}


@dataclass(frozen=True, slots=True)
class OrderGroup:
    entry: str
    exits: tuple[str, ...]  # targets; any of them may fill in part
    stop: str | None
    guard: Guard
    entered: Decimal = ZERO
    exited: Decimal = ZERO

    @property
    def exit_quantity(self) -> Decimal:
        """What the exits may still trade."""
        return self.entered - self.exited

    def entry_filled(self, quantity: Decimal) -> OrderGroup:
        assert quantity > 0
        return replace(self, entered=self.entered + quantity)

    def exit_filled(self, quantity: Decimal) -> OrderGroup:
        assert 0 < quantity <= self.exit_quantity, "an exit never passes what was entered"
        return replace(self, exited=self.exited + quantity)

    def guarded(self, guard: Guard) -> OrderGroup:
        assert guard in GUARD_MOVES[self.guard], f"{self.guard} -> {guard}"
        return replace(self, guard=guard)

    def orphans(self) -> tuple[str, ...]:
        """Legs that must go when nothing is left to exit: one fills, the others are gone."""
        if self.exit_quantity or not self.entered:
            return ()
        return self.exits if self.stop is None else (*self.exits, self.stop)
