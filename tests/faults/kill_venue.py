"""A venue in another process whose orders rest half filled, and that ends the engine at a call.

It takes every order as it comes, also one that turns a position over, and remembers each size that
the position has had: what the engine does wrong is seen. A seed decides what fills late.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from lefi_tui.core import messages as m
from lefi_tui.core.order import Order
from tests.faults.far_venue import FarLedger, FarVenue

HALF: Final = Decimal("0.5")
ZERO: Final = Decimal(0)


@dataclass
class Resting:
    order: Order
    left: Decimal
    reports: list[m.Report] = field(default_factory=list)


def _nobody() -> int:
    return 0


@dataclass
class KillLedger(FarLedger):
    """`kills_at` is `CALL WHEN`: cancel, close or read; arrived (and not carried out) or done (and
    not answered). `engine` is the process that it ends then."""

    kills_at: str = ""
    engine: Callable[[], int] = _nobody
    resting: dict[str, Resting] = field(default_factory=dict)
    held: Decimal = ZERO
    seen: list[Decimal] = field(default_factory=list)
    is_calm: bool = False  # nothing fills late any more

    def _at(self, moment: str) -> bool:
        """Whether the engine was ended now; then nobody hears the answer."""
        if moment != self.kills_at:
            return False
        self.kills_at = ""
        with suppress(ProcessLookupError):
            os.kill(self.engine(), signal.SIGKILL)
        return True

    def submit(self, order: Order) -> list[m.Report]:
        is_close = order.terms.is_reduce_only
        if is_close and self._at("close arrived"):
            return []
        with self.lock:
            self.sends[order.id] = self.sends.get(order.id, 0) + 1
            if order.id not in self.resting:
                quantity = order.quantity or ZERO
                accepted = m.VenueAccepted(order.id, 1, f"v-{order.id}")
                self.resting[order.id] = Resting(order, quantity, [accepted])
                self._trade(order.id, quantity if is_close else quantity * HALF)
        if is_close:
            self._at("close done")
        return self.look_up(order.id)

    def _trade(self, order: str, units: Decimal) -> None:
        each = self.resting[order]
        each.left -= units
        self.held += units * each.order.terms.side.sign
        self.seen.append(self.held)
        fill = self._fill(each.order)
        told = f"{fill.trade_id}-{len(each.reports)}", units, not each.left
        fill = replace(fill, trade_id=told[0], quantity=told[1], is_last=told[2], fee=units / 20)
        self.fills[fill.trade_id] = fill
        each.reports.append(fill)

    def look_up(self, order: str) -> list[m.Report]:
        each = self.resting.get(order)
        return [m.VenueNeverSaw(order, 2)] if each is None else list(each.reports)

    def cancel(self, order: str) -> list[m.Report]:
        if self._at("cancel arrived"):
            return []
        with self.lock:
            each = self.resting.get(order)
            if each is not None and each.left:
                if not self.is_calm and self.chance.random() < HALF:  # it overtakes the cancel
                    self._trade(order, each.left * HALF)
                each.left = ZERO
                each.reports.append(m.VenueCanceled(order, 2, "asked"))
        self._at("cancel done")
        return self.look_up(order)

    def working(self) -> list[m.Report]:
        if self._at("read arrived"):
            return []
        return [each.reports[0] for each in self.resting.values() if each.left]


class KillVenue(FarVenue):
    async def cancel(self, orders: tuple[str, ...]) -> tuple[m.Report, ...]:
        out: list[m.Report] = []
        for order in orders:
            out += await self._call({"call": "cancel", "order": order})
        return tuple(out)

    async def working(self) -> tuple[str, ...]:
        told = await self._call({"call": "working"})
        return tuple(each.order for each in told if isinstance(each, m.VenueAccepted))
