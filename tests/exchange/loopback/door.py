"""The HTTP door of every venue: notes the call, lets it in, carries it out, spoils the answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from aiohttp import web

from tests.exchange.loopback.agenda import Agenda
from tests.exchange.loopback.arrived import Arrived, arrived
from tests.exchange.loopback.ask import Route
from tests.exchange.loopback.calls import Call, Calls
from tests.exchange.loopback.faults import Fault, Faults
from tests.exchange.loopback.refused import RefusedError
from tests.exchange.loopback.tunnel import reset


class Venue(Protocol):
    """One exchange behind the door, told apart by its hosts."""

    hosts: frozenset[str]

    def route(self, call: Call) -> Route | None: ...
    def admit(self, call: Call, raw: str) -> Callable[[], Any]: ...
    def refusal(self, refused: RefusedError, call: Call) -> Any: ...
    def headers(self, call: Call) -> dict[str, str]: ...
    def api_key(self, headers: Mapping[str, str]) -> str: ...
    def fields(self, query: dict[str, str], body: str) -> dict[str, str]: ...
    def signed_text(self, asked: Arrived) -> str: ...
    async def socket(self, request: web.Request) -> web.WebSocketResponse: ...


@dataclass
class Reply:
    status: int
    body: str
    headers: dict[str, str] = field(default_factory=dict)

    def response(self) -> web.Response:
        kind = "application/json" if self.body[:1] in {"{", "["} else "text/html"
        return web.Response(
            text=self.body, status=self.status, headers=self.headers, content_type=kind
        )


@dataclass
class Broken:
    """The line is cut, in the middle of the answer where there is one."""

    reply: Reply


class Door:
    def __init__(
        self, venues: Mapping[str, Venue], agenda: Agenda, calls: Calls, faults: Faults
    ) -> None:
        self._venues, self._agenda = venues, agenda
        self._calls, self._faults = calls, faults

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self._agenda.run_due()
        venue = self._venues[request.host.partition(":")[0]]
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await venue.socket(request)
        told = await self.answered(await arrived(request))
        return await _cut(request, told.reply) if isinstance(told, Broken) else told.response()

    async def answered(self, asked: Arrived) -> Reply | Broken:
        """Without a wire: what is answered, or that nothing whole is."""
        self._agenda.run_due()
        venue = self._venues[asked.host]
        call = self._noted(venue, asked)
        try:
            carry = venue.admit(call, venue.signed_text(asked))
        except RefusedError as refused:
            return self._refused(venue, call, refused)
        fault = self._faults.pick(call)
        if fault is None:
            return self._carried_out(venue, call, carry)
        if fault.code:
            # A fault's own words come as the venue words what it refuses.
            fault = replace(fault, body=json.dumps(venue.refusal(_refusal(fault), call)))
        return await self._spoilt(fault, lambda: self._carried_out(venue, call, carry))

    def _noted(self, venue: Venue, asked: Arrived) -> Call:
        params = venue.fields(asked.query, asked.body)
        call = Call(
            self._agenda.now_ms(),
            "rest",
            asked.host,
            asked.method,
            asked.path,
            params,
            venue.api_key(asked.headers),
            read_ns=asked.read_ns,
        )
        route = venue.route(call)
        call.is_order = route is not None and route.is_order
        return self._calls.note(call)

    def _carried_out(self, venue: Venue, call: Call, carry: Callable[[], Any]) -> Reply:
        try:
            told = carry()
        except RefusedError as refused:
            return self._refused(venue, call, refused)
        call.was_carried_out, call.status = True, 200
        return Reply(200, json.dumps(told), venue.headers(call))

    def _refused(self, venue: Venue, call: Call, refused: RefusedError) -> Reply:
        call.status, call.code = refused.status, refused.code
        headers = {**venue.headers(call), **refused.headers}
        return Reply(refused.status, json.dumps(venue.refusal(refused, call)), headers)

    # ---- faults

    async def _spoilt(self, fault: Fault, carry: Callable[[], Reply]) -> Reply | Broken:
        if not fault.is_after:
            await self._agenda.pause(fault.hang_s)
        if fault.is_after or not fault.keeps_from_being_done:
            reply = carry()
        else:
            reply = Reply(fault.status, "")
        if fault.is_after:
            await self._agenda.pause(fault.hang_s)
        if fault.is_dropped or fault.is_reset:
            return Broken(reply)
        return self._worded(fault, reply)

    def _worded(self, fault: Fault, reply: Reply) -> Reply:
        headers = {**reply.headers, **fault.headers}
        if fault.is_cut:
            return Reply(reply.status, reply.body[: len(reply.body) // 2], headers)
        if fault.body is not None:
            return Reply(fault.status, fault.body, headers)
        return Reply(reply.status, reply.body, headers)


async def _cut(request: web.Request, reply: Reply) -> web.StreamResponse:
    broken = web.StreamResponse(status=reply.status or 200)
    if reply.body:
        broken.content_length = len(reply.body)
        await broken.prepare(request)
        await broken.write(reply.body[: len(reply.body) // 2].encode())
    if request.transport is not None:
        reset(request.transport)
    return broken


def _refusal(fault: Fault) -> RefusedError:
    return RefusedError(fault.code, fault.text, fault.status)
