"""One entry of the calendar: something is published that moves markets."""

from __future__ import annotations

from typing import Final

from lefi_tui.core.record import Record

HIGH: Final = "high"


class Release(Record):
    at_ms: int
    name: str
    impact: str = HIGH  # high | medium | low
    is_approximate: bool = False
