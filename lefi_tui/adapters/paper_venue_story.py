"""What a paper venue has said of each order, from its beginning: a look-up tells it again.

The rule it keeps: an id that was seen, or that was answered with "never saw", is never carried
out afterwards.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from lefi_tui.core.messages import (
    Report,
    VenueAccepted,
    VenueCanceled,
    VenueFilled,
    VenueNeverSaw,
    VenueRejected,
)
from lefi_tui.ports.venue import VenueTimeoutError

# Whole stories of final orders that are kept; of older ones the id alone.
STORIES_MAX: Final = 20_000


class Stories:
    def __init__(self, now_ns: int, kept: int = STORIES_MAX) -> None:
        self._kept = kept
        # Ids of one start of the venue differ from those of any other.
        self._prefix = f"{now_ns:x}"
        self._trades = 0
        self._accepted = 0
        self._told: dict[str, list[Report]] = {}
        self._final: deque[str] = deque()
        self._ids_only: set[str] = set()
        self._absent: set[str] = set()
        self._unsaid: list[Report] = []
        self.attempts: dict[str, int] = {}  # how often an id was sent to us, where not once

    def __contains__(self, order: str) -> bool:
        return order in self._told or order in self._ids_only

    def trade_id(self) -> str:
        self._trades += 1
        return f"p{self._prefix}t{self._trades}"

    def venue_order_id(self) -> str:
        self._accepted += 1
        return f"p{self._prefix}o{self._accepted}"

    def sent_ns(self, order: str) -> int:
        """When it left for here; 0 where it did not come by itself."""
        told = (each for each in self._told.get(order, ()) if isinstance(each, VenueAccepted))
        return next((each.sent_ns for each in told), 0)

    def counts_attempt(self, order: str) -> bool:
        """Whether this id was here before; then it is counted and nothing more."""
        if order not in self:
            return False
        self.attempts[order] = self.attempts.get(order, 1) + 1
        return True

    def came_too_late(self, order: str) -> bool:
        """Whether we have sworn that it would never come."""
        return order in self._absent

    def forget_all_but_id(self, order: str) -> None:
        self._ids_only.add(order)

    def say(self, report: Report) -> None:
        self._unsaid.append(report)
        order = getattr(report, "order", "")
        if not order:
            return
        self._told.setdefault(order, []).append(report)
        if is_final(report):
            self._final.append(order)
        if len(self._final) > self._kept:
            oldest = self._final.popleft()
            self._told.pop(oldest, None)
            self._ids_only.add(oldest)

    def take(self) -> tuple[Report, ...]:
        """What was said since the last time."""
        said, self._unsaid = tuple(self._unsaid), []
        return said

    def of(self, order: str, now_ns: int) -> tuple[Report, ...]:
        if order in self._told:
            return tuple(self._told[order])
        if order in self._ids_only:
            raise VenueTimeoutError(f"order {order} is final; its story is too old to be told")
        self._absent.add(order)
        return (VenueNeverSaw(order, now_ns),)


def is_final(report: Report) -> bool:
    if isinstance(report, VenueFilled):
        return report.is_last
    return isinstance(report, (VenueCanceled, VenueRejected))
