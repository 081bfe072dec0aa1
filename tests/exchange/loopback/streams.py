"""What goes wrong on a stream: events skipped, doubled, turned round, late, unreadable, or none.

A muted stream answers pings as ever: only the events are gone.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import WSMsgType, web

from tests.exchange.loopback.agenda import Agenda

GARBAGE: Final = '{"e":"ORDER_TRADE_UPDATE","E":"never","o":{"s":17,"q":"many"'
OUTBOX_MOST: Final = 100_000


@dataclass
class StreamFault:
    """kind: skip dup reorder delay garbage; `what` is an event's name or execution type."""

    kind: str
    what: str = ""
    times: int = 1
    delay_ms: int = 0

    def is_of(self, event: Mapping[str, Any]) -> bool:
        order = event.get("o")
        execution = order.get("x", "") if isinstance(order, dict) else event.get("x", "")
        return self.what in {"", event.get("e", ""), execution}


@dataclass
class StreamFaults:
    agenda: Agenda
    is_mute: bool = False
    refused_until_ms: int = 0
    queue: deque[StreamFault] = field(default_factory=deque)
    _held: str = ""

    def pick(self, event: Mapping[str, Any]) -> StreamFault | None:
        for fault in self.queue:
            if fault.is_of(event):
                fault.times -= 1
                if fault.times <= 0:
                    self.queue.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        self.is_mute, self.refused_until_ms = False, 0
        self.queue.clear()


class Listener:
    """One open connection: what it is subscribed to, and its events in their order."""

    def __init__(self, ws: web.WebSocketResponse, faults: StreamFaults) -> None:
        self.ws = ws
        self.channels: set[str] = set()
        self.owner = self.category = ""
        self.is_combined = False
        self._faults = faults
        self._held: str | None = None
        self._outbox: asyncio.Queue[str] = asyncio.Queue(OUTBOX_MOST)

    def push(self, event: Any, channel: str = "") -> None:
        """An event, after whatever the test has planned for it."""
        if self._faults.is_mute:
            return
        told = {"stream": channel, "data": event} if self.is_combined else event
        text = json.dumps(told)
        fault = self._faults.pick(event) if isinstance(event, dict) else None
        if fault is None:
            self._send(text)
        else:
            self._spoil(text, fault)

    def say(self, told: Any) -> None:
        """An answer to what the client asked: no fault of events meets it."""
        self._outbox.put_nowait(json.dumps(told))

    def word(self, text: str) -> None:
        """An answer that is no JSON."""
        self._outbox.put_nowait(text)

    async def pump(self) -> None:
        while True:
            text = await self._outbox.get()
            if self.ws.closed:
                return
            await self.ws.send_str(text)

    def _send(self, text: str) -> None:
        self._outbox.put_nowait(text)
        if self._held is not None:
            held, self._held = self._held, None
            self._outbox.put_nowait(held)

    def _spoil(self, text: str, fault: StreamFault) -> None:
        if fault.kind == "dup":
            self._send(text)
            self._send(text)
        elif fault.kind == "reorder":
            self._held = text
        elif fault.kind == "garbage":
            self._send(GARBAGE)
            self._send(text)
        elif fault.kind == "delay":
            self._faults.agenda.after(fault.delay_ms, lambda: self._send(text))
        else:
            assert fault.kind == "skip", f"no stream fault is called {fault.kind}"


class Listeners:
    """All open connections of one kind."""

    def __init__(self, agenda: Agenda) -> None:
        self.faults = StreamFaults(agenda)
        self.open: list[Listener] = []
        self.opened = 0

    def is_refused(self) -> bool:
        return self.faults.agenda.now_ms() < self.faults.refused_until_ms

    async def serve(self, request: web.Request, hear: Any, begin: Any = None) -> Any:
        """Until the client goes: `hear(listener, text)` for what it says."""
        ws = web.WebSocketResponse(heartbeat=None)
        await ws.prepare(request)
        listener = Listener(ws, self.faults)
        self.open.append(listener)
        self.opened += 1
        pump = asyncio.create_task(listener.pump())
        if begin is not None:
            begin(listener)
        try:
            async for message in ws:
                if message.type is WSMsgType.TEXT:
                    hear(listener, message.data)
        finally:
            self.open.remove(listener)
            pump.cancel()
        return ws

    async def drop(self) -> None:
        for listener in tuple(self.open):
            await listener.ws.close(code=1011, message=b"going away")
