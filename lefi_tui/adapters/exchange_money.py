"""A transfer between wallets of one login: told as done, refused or unknown, and found out later.

The rules it keeps: it is sent once; that it never was is said only when the exchange could not take
it any more and its history does not have it; what its history shows on its way is not done yet.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from lefi_tui.adapters.exchange_exits import Ask
from lefi_tui.adapters.venue_ways import Ways
from lefi_tui.core.messages import MoneyMoved, MoveMoney
from lefi_tui.ports.clock import Clock
from lefi_tui.ports.venue import VenueTimeoutError

NS_PER_MS: Final = 1_000_000
HISTORY_LAG_MS: Final = 30_000  # its history may follow so much later
EARLIER_MS: Final = 5_000  # its clock and ours may differ by so much
# As its client names them or the exchange itself, which some clients let through; one of which no
# status is told stands in the history because it was done.
STATES: Final = {"": "done", "ok": "done", "failed": "refused", "canceled": "refused"}


class Till:
    def __init__(self, ask: Ask, clock: Clock, ways: Ways) -> None:
        self._ask, self._clock, self._ways = ask, clock, ways

    async def move(self, asked: MoveMoney) -> MoneyMoved:
        told = await self._ask("move", asked=_of(asked), rank="ENTRY")
        return self._told(asked, told["state"], told["text"], told.get("transfer", ""))

    async def find_move(self, asked: MoveMoney) -> MoneyMoved:
        since_ms = asked.since_ns // NS_PER_MS - EARLIER_MS
        known = list(asked.known)
        told = await self._ask("find_move", asked=_of(asked), since_ms=since_ms, known=known)
        if told["is_found"]:
            status = told["status"] or ""
            state = STATES.get(status.lower())
            if state is None:
                raise VenueTimeoutError(f"still on its way there: {status}")
            return self._told(asked, state, f"{status or 'found'} there", told["transfer"])
        if told["server_ms"] - since_ms < self._ways.proof_after_ms + HISTORY_LAG_MS + EARLIER_MS:
            raise VenueTimeoutError("not in its history yet, and too early to say it never was")
        return self._told(asked, "refused", "the exchange's history does not have it", "")

    def _told(self, asked: MoveMoney, state: str, text: str, transfer: str) -> MoneyMoved:
        return MoneyMoved(asked.flow, self._clock.now_ns(), state, text, transfer)


def _of(asked: MoveMoney) -> dict[str, Any]:
    amount: Decimal = asked.amount
    return {"source": asked.source, "to": asked.to, "unit": asked.unit, "amount": str(amount)}
