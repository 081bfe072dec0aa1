"""A venue in another process: its ledger outlives the engine that is killed.

One JSON line a call over a Unix socket. The far side carries out each client order id once,
whatever it is sent, and answers after a wait that a seed decides, so that kills fall between.
"""

from __future__ import annotations

import asyncio
import json
import random
import socketserver
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from lefi_tui.core import messages as m
from lefi_tui.core.codec import decode, encode, from_plain, to_plain
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.order import Order
from lefi_tui.ports.venue import Hear, VenueTimeoutError
from tests.engine.kit import BTC

ANSWER_WAIT_S = 0.02


@dataclass
class FarLedger:
    """What really happened. `sends` counts how often each id arrived."""

    seed: int
    fills: dict[str, m.VenueFilled] = field(default_factory=dict)
    sends: dict[str, int] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def submit(self, order: Order) -> list[m.Report]:
        with self.lock:
            self.sends[order.id] = self.sends.get(order.id, 0) + 1
            if order.id not in self.fills:
                self.fills[order.id] = self._fill(order)
            return self.look_up(order.id)

    def look_up(self, order: str) -> list[m.Report]:
        fill = self.fills.get(order)
        if fill is None:
            return [m.VenueNeverSaw(order, 2)]
        return [m.VenueAccepted(order, 1, f"v-{order}"), fill]

    def cancel(self, order: str) -> list[m.Report]:
        """All it takes is filled at once: nothing is left to cancel."""
        return [each for each in self.look_up(order) if isinstance(each, m.VenueCanceled)]

    def working(self) -> list[m.Report]:
        return []

    def _fill(self, order: Order) -> m.VenueFilled:
        quantity = order.quantity or Decimal(0)
        return m.VenueFilled(
            order=order.id,
            trade_id=f"t-{order.id}",
            at_ns=1,
            account=order.account,
            symbol=order.terms.symbol,
            side=order.terms.side.value,
            price=Decimal(100),
            quantity=quantity,
            fee=quantity / 20,
            liquidity="taker",
            reason="order",
            is_last=True,
        )


class _Handler(socketserver.StreamRequestHandler):
    server: FarVenueServer

    def handle(self) -> None:
        with suppress(ConnectionError):  # the engine was killed
            self._serve(self.server.ledger)

    def _serve(self, ledger: FarLedger) -> None:
        for line in self.rfile:
            call = json.loads(line)
            if call["call"] == "submit":
                order = from_plain(Order, call["order"])
                reports = ledger.submit(order)
                time.sleep(ledger.chance.random() * ANSWER_WAIT_S)
                ledger.answered.add(order.id)
            elif call["call"] == "fills":
                reports = [*ledger.fills.values()]
            elif call["call"] == "cancel":
                reports = ledger.cancel(call["order"])
            elif call["call"] == "working":
                reports = ledger.working()
            else:
                reports = ledger.look_up(call["order"])
            answer = {"id": call["id"], "reports": [encode(report) for report in reports]}
            self.wfile.write(json.dumps(answer).encode() + b"\n")


class FarVenueServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    # At a full queue asyncio takes a Unix socket for connected, and the first send fails. An engine
    # asks for all its orders at once, and on a busy machine five of them fill the usual one.
    request_queue_size = 128

    def __init__(self, path: Path, ledger: FarLedger) -> None:
        super().__init__(str(path), _Handler)
        self.ledger = ledger
        self._thread = threading.Thread(target=self.serve_forever, daemon=True)
        self._thread.start()

    def end(self) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()


class FarVenue:
    """The engine's end: the venue port over that socket, one connection for each call."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def listen(self, hear: Hear) -> None:
        """All it has to say it says in its answers."""

    async def instruments(self) -> tuple[Instrument, ...]:
        return (BTC,)

    async def submit(self, orders: tuple[Order, ...]) -> tuple[m.Report, ...]:
        out: list[m.Report] = []
        for order in orders:
            out += await self._call({"call": "submit", "order": to_plain(order)})
        return tuple(out)

    async def cancel(self, orders: tuple[str, ...]) -> tuple[m.Report, ...]:
        assert orders
        return ()  # all it takes is filled at once

    async def look_up(self, order: str) -> tuple[m.Report, ...]:
        return tuple(await self._call({"call": "look_up", "order": order}))

    async def working(self) -> tuple[str, ...]:
        return ()

    async def holdings(self) -> dict[str, Decimal]:
        held: dict[str, Decimal] = {}
        for each in await self._call({"call": "fills"}):
            assert isinstance(each, m.VenueFilled)
            units = each.quantity if each.side == "buy" else -each.quantity
            held[each.symbol] = held.get(each.symbol, Decimal(0)) + units
        return held

    async def close(self) -> None:
        """Connections end with their calls."""

    async def _call(self, call: dict[str, Any]) -> list[m.Report]:
        try:
            reader, writer = await asyncio.open_unix_connection(str(self._path))
            writer.write(json.dumps({"id": 1, **call}).encode() + b"\n")
            raw = await reader.readline()
            writer.close()
        except OSError as error:
            raise VenueTimeoutError(str(error)) from error
        if not raw:
            raise VenueTimeoutError("the connection ended")
        return [decode(*each) for each in json.loads(raw)["reports"]]
