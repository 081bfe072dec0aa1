"""What a proof of a simulation came to."""

from __future__ import annotations

from typing import Final

from lefi_tui.core.record import Record

LOOK_AHEAD: Final = "no look-ahead"
WARM_UP: Final = "warm-up"


class ProofView(Record):
    """`is_proven` is None where there was nothing to prove, or not enough to prove it with."""

    name: str
    way: str  # event | machine
    is_proven: bool | None
    text: str
    at_ms: int | None = None  # opening of the first candle that differs

    @property
    def verdict(self) -> str:
        return {True: "proven", False: "REFUTED", None: "not tried"}[self.is_proven]
