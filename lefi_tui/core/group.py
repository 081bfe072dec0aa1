"""An order group: an entry with its exits and its stop as one thing, sized to what is filled.

Exits are held (we watch and send), sent (resting at the venue as orders of ours) or native (the
venue attaches them to the position). The rules it keeps: exits never trade more than the entry
filled and they have not traded yet; once the stop fires nothing of the group opens again; no leg
outlives its reason.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.money import EXACT, ZERO
from lefi_tui.core.record import Record


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


class OrderGroup(Record):
    entry: str
    exits: tuple[str, ...]  # targets; any of them may fill in part
    stop: str | None
    guard: Guard
    entered: Decimal = ZERO
    exited: Decimal = ZERO
    is_entry_done: bool = False  # filled, canceled, rejected: it brings no more
    is_stopped: bool = False  # the stop has begun to fill

    @property
    def legs(self) -> tuple[str, ...]:
        return self.exits if self.stop is None else (*self.exits, self.stop)

    @property
    def exit_quantity(self) -> Decimal:
        """What each leg may still trade: filled and not yet exited. One fills, all shrink."""
        return EXACT.subtract(self.entered, self.exited)

    def entry_filled(self, quantity: Decimal) -> OrderGroup:
        """Also after its end: a fill may overtake the cancel."""
        assert quantity > 0, f"{self.entry}: a fill of {quantity}"
        return replace(self, entered=EXACT.add(self.entered, quantity))

    def entry_ended(self) -> OrderGroup:
        return replace(self, is_entry_done=True)

    def exit_filled(self, leg: str, quantity: Decimal) -> OrderGroup:
        assert leg in self.legs, f"{leg} is no leg of {self.entry}"
        assert 0 < quantity <= self.exit_quantity, f"{leg}: {quantity} of {self.exit_quantity}"
        return replace(
            self,
            exited=EXACT.add(self.exited, quantity),
            is_stopped=self.is_stopped or leg == self.stop,
        )

    def guarded(self, guard: Guard) -> OrderGroup:
        """The group with its exits elsewhere; an illegal move is a bug and stops the program."""
        assert guard in GUARD_MOVES[self.guard], f"{self.entry}: {self.guard} -> {guard}"
        return replace(self, guard=guard)

    def orphans(self) -> tuple[str, ...]:
        """Orders of the group that must go now; the caller passes over what is final already.

        While the entry works, an exit that has sold all there is waits for more to be filled.
        """
        if self.is_stopped:
            return self.exits if self.is_entry_done else (self.entry, *self.exits)
        if self.is_entry_done and not self.exit_quantity:
            return self.legs
        return ()
