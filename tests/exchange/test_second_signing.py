"""An order that was refused for its time is signed anew only while it may still leave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ccxt.async_support as ccxt
import pytest

from lefi_tui.adapters.ccxt_client import Refusal
from lefi_tui.adapters.order_lines import OrderLines
from lefi_tui.adapters.order_socket import Made, OrderSocket, Told
from lefi_tui.adapters.server_clock import ServerClock
from lefi_tui.adapters.system_clock import VirtualClock

LATE = {"code": -1021, "msg": "Timestamp for this request is outside of the recvWindow."}


class ShutDoor:
    """Whoever comes again comes too late."""

    def __init__(self) -> None:
        self.left: list[float] = []

    async def leave(self, weight: float) -> None:
        if self.left:
            raise Refusal("wait", "it would leave too late")
        self.left.append(weight)

    def hear(self, status: int, wait_s: float, body: str) -> None:
        self.heard = status, wait_s, body

    def count(self, limits: list[dict[str, Any]]) -> None:
        self.counted = limits


class LateSocket(OrderSocket):
    sent = 0

    async def ask(
        self, _method: str, _params: Mapping[str, Any], _made: Made | None = None
    ) -> Told:
        self.sent += 1
        return Told(400, None, LATE, [])


@pytest.mark.asyncio
async def test_by_websocket_what_may_leave_no_more_is_not_sent_again() -> None:
    clock, client, door = VirtualClock(10**9), ccxt.binanceusdm(), ShutDoor()
    times = [10_000, *[20_000] * 50]  # theirs was set meanwhile

    async def theirs() -> int:
        return times.pop(0)

    server = ServerClock(clock, theirs)
    lines = OrderLines(client, door, server, clock)
    lines.socket = socket = LateSocket(client, clock, server.now_ms)
    try:
        await lines.leave()
        with pytest.raises(Refusal, match="too late"):
            await lines.ask("order.place", {})
    finally:
        await client.close()
    assert socket.sent == 1
