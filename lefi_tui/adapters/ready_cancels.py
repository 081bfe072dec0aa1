"""A cancel of each order that rests stands ready in the worker, where one word sends it.

Whoever cancels says that word; a kill says all of them at once, from whatever thread it is in: its
cancels wait neither for the engine's loop nor for what that is about.
The rules it keeps: one that stands ready leaves once at most, and its answer is its order's own
cancel's; none is ready for what has ended, nor for what the exchange has not said that it has; what
is not ready, or whose process is gone, is asked as always, and made ready again at the exchange's
next word on it: so is all that a start finds. An order that does not rest gets none: it is over
sooner than anybody would use it.
"""

from __future__ import annotations

import asyncio
import threading
from typing import Final

from lefi_tui.adapters.ccxt_link import ExchangeLink
from lefi_tui.adapters.exchange_orders import KnownOrders
from lefi_tui.adapters.held_questions import HeldQuestion, go

RESTS_S: Final = 0.05  # so long behind its answer: till then a game's exits have the loop first
READY_MAX: Final = 256  # of an account; their numbers are one word
DONE: Final = frozenset({"canceled", "gone"})


class ReadyCancels:
    def __init__(self, link: ExchangeLink, orders: KnownOrders) -> None:
        self._link, self._orders = link, orders
        self._held: dict[str, HeldQuestion] = {}
        self._lock = threading.Lock()  # between the loop and whoever kills

    # ---- in the loop

    def soon(self, order: str) -> None:
        """The exchange has it; if it still works there in a moment, it rests."""
        if self._lacks(order):
            asyncio.get_running_loop().call_later(RESTS_S, self._make, order)

    def _lacks(self, order: str) -> bool:
        """Whether it needs one: what it had may have come to nothing."""
        known, held = self._orders.known.get(order), self._held.get(order)
        works = known is not None and not known.is_over
        return works and (held is None or _is_nothing(held))

    def _make(self, order: str) -> None:
        if not self._lacks(order) or not self._has_room():
            return
        known = self._orders.known[order]
        held = self._link.hold("cancel", symbol=known.symbol, order=order, rank="CANCEL")
        if held is not None:
            with self._lock:
                self._held[order] = held

    def _has_room(self) -> bool:
        """What has its answer stands ready no longer: that of its process's end takes no room."""
        if len(self._held) >= READY_MAX:
            with self._lock:
                self._held = {name: h for name, h in self._held.items() if not h.answer.done()}
        return len(self._held) < READY_MAX

    def over(self, order: str) -> None:
        """It has its end: there is nothing to cancel."""
        held = self._taken(order)
        if held is not None:
            held.drop()

    def gone(self, order: str) -> HeldQuestion | None:
        """Its cancel has left by what stood ready, by now at the latest; None where none did, or
        where it has come to nothing already."""
        held = self._taken(order)
        if held is None or _is_nothing(held):
            return None
        held.go()
        if not held.has_left:
            held.drop()
            return None
        return held

    def _taken(self, order: str) -> HeldQuestion | None:
        with self._lock:
            return self._held.pop(order, None)

    # ---- from any thread

    def go(self) -> None:
        """All of them."""
        with self._lock:
            held = tuple(self._held.values())
        go(held)


def _is_nothing(held: HeldQuestion) -> bool:
    """Whether it is done with, and something may be left to cancel: a refusal, its process's end
    and an answer that was lost say nothing about now."""
    if not held.answer.done():
        return False
    said = held.answer.result()
    return "answer" not in said or said["answer"]["state"] not in DONE
