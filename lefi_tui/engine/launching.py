"""Orders leave the moment their turn is durable: from the journal's own thread, by no loop's turn.

The rules it keeps: nothing leaves before the commit; a kill that was asked for meanwhile holds all
of it back; what can't leave this way is sent as always.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from lefi_tui.core.messages import SubmitOrders
from lefi_tui.core.order import Order
from lefi_tui.engine.freeze import Freeze
from lefi_tui.ports.journal import Durable, nothing_more
from lefi_tui.ports.venue import Launch, Preparing, Venue

Orders = tuple[Order, ...]


class Launching:
    def __init__(self, venues: Mapping[str, Venue], freeze: Freeze) -> None:
        self._venues, self._freeze = venues, freeze
        self._ready: dict[tuple[str, ...], Launch] = {}  # by the ids of their orders

    def prepare(self, sends: Iterable[SubmitOrders]) -> Durable:
        """In the loop, before the commit: what it is to call."""
        ready: list[tuple[Orders, Launch]] = []
        for each in sends:
            venue = self._venues.get(each.account)
            launch = venue.prepared(each.orders) if isinstance(venue, Preparing) else None
            if launch is not None:
                launch.claim()
                ready.append((each.orders, launch))
        return self.given(ready)

    def given(self, ready: Sequence[tuple[Orders, Launch]]) -> Durable:
        """Of orders that stand ready already, or have left."""
        if not ready:
            return nothing_more
        self._ready.update({_ids(orders): launch for orders, launch in ready})

        def durable() -> None:
            going = [each for each in ready if all(map(self._freeze.may_leave, each[0]))]
            for first, *others in _by_venue(going):
                first.go(*others)

        return durable

    def has_left(self, orders: Orders) -> bool:
        """Asked once, when they are to be sent; what has not left by then never does by this."""
        launch = self._ready.pop(_ids(orders), None)
        if launch is None:
            return False
        if not launch.has_left:
            launch.drop()
        return launch.has_left

    def drop(self) -> frozenset[str]:
        """The commit failed: what has not left was not decided. Answers the orders that have."""
        for launch in self._ready.values():
            launch.drop()
        self._ready = {ids: each for ids, each in self._ready.items() if each.has_left}
        return frozenset(each for ids in self._ready for each in ids)


def _by_venue(ready: Iterable[tuple[Orders, Launch]]) -> Iterable[list[Launch]]:
    launches: dict[str, list[Launch]] = {}
    for orders, launch in ready:
        launches.setdefault(orders[0].account, []).append(launch)
    return launches.values()


def _ids(orders: Orders) -> tuple[str, ...]:
    return tuple(each.id for each in orders)
