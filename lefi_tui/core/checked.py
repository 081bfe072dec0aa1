"""An account beside its venue: whether the two were compared since the start, and what differs.

The live gate reads it: `is_known` and `differences`. Kept for accounts at which others trade too.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from msgspec import field

from lefi_tui.core.money import words
from lefi_tui.core.reconcile import Leg, TheirOrder
from lefi_tui.core.record import Record


class Unknown(Record):
    """Units of one market that are nobody's of ours; below zero where ours are gone."""

    units: Decimal
    entry: Decimal | None
    at_ns: int  # since when it is seen so
    text: str = ""


class Checked(Record):
    at_ns: int = 0  # of the newest word; 0: not compared since the start
    # Of the newest word at which no order of ours was in doubt: units were compared then.
    agreed_ns: int = 0
    error: str = ""  # why it can't be compared now
    foreign: tuple[TheirOrder, ...] = ()
    unknown: Mapping[str, Unknown] = field(default_factory=dict)  # by symbol
    legs: tuple[Leg, ...] = ()

    @property
    def is_known(self) -> bool:
        return bool(self.at_ns) and not self.error

    def unknown_units(self) -> dict[str, Decimal]:
        return {symbol: each.units for symbol, each in self.unknown.items()}

    @property
    def differences(self) -> tuple[str, ...]:
        """What is not ours there, in words."""
        return (
            *(f"{words(each.units)} of {symbol}" for symbol, each in sorted(self.unknown.items())),
            *(
                f"{each.side} order of {words(each.quantity)} {each.symbol}"
                for each in self.foreign
            ),
            *(
                f"{each.symbol} held on both sides: {words(each.long)} long, "
                f"{words(each.short)} short"
                for each in self.legs
            ),
        )
