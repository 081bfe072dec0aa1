"""One entry of the calendar: something is published that moves markets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

HIGH: Final = "high"


@dataclass(frozen=True, slots=True)
class Release:
    at_ms: int
    name: str
    impact: str = HIGH  # high | medium | low
    is_approximate: bool = False
