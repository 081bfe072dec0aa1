"""What the thermostat says: the stage it is at, and each reason with its factor."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from lefi_tui.core.money import words
from lefi_tui.core.record import Record

ONE: Final = Decimal(1)
NORMAL: Final = "normal"


class Reason(Record):
    name: str
    text: str
    factor: Decimal


class Thermostat(Record):
    """What entries are multiplied by now, and why."""

    stage: str = NORMAL
    reasons: tuple[Reason, ...] = ()

    @property
    def factor(self) -> Decimal:
        out = ONE
        for each in self.reasons:
            out *= each.factor
        return out

    @property
    def words(self) -> str:
        return "; ".join(f"{each.text} ×{words(each.factor)}" for each in self.reasons)
