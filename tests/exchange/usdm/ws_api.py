"""Orders by WebSocket: the same rules, keys, limits and faults as by REST."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from aiohttp import WSMsgType, web

from tests.exchange.loopback.calls import Call
from tests.exchange.loopback.faults import Fault
from tests.exchange.loopback.limits import MINUTE_MS, TEN_S_MS
from tests.exchange.loopback.refused import RefusedError
from tests.exchange.loopback.tunnel import heard, reset

if TYPE_CHECKING:
    from tests.exchange.usdm.venue import UsdmVenue

HOST: Final = "ws-fapi.binance.com"
METHODS: Final[Mapping[str, tuple[str, str]]] = {
    "order.place": ("POST", "/fapi/v1/order"),
    "order.modify": ("PUT", "/fapi/v1/order"),
    "order.cancel": ("DELETE", "/fapi/v1/order"),
    "order.status": ("GET", "/fapi/v1/order"),
    "algoOrder.place": ("POST", "/fapi/v1/algoOrder"),
    "algoOrder.cancel": ("DELETE", "/fapi/v1/algoOrder"),
    "v2/account.position": ("GET", "/fapi/v3/positionRisk"),
    "v2/account.balance": ("GET", "/fapi/v2/balance"),
    "v2/account.status": ("GET", "/fapi/v3/account"),
    "depth": ("GET", "/fapi/v1/depth"),
    "ticker.price": ("GET", "/fapi/v1/ticker/price"),
    "ticker.book": ("GET", "/fapi/v1/ticker/bookTicker"),
}


async def serve(venue: UsdmVenue, request: web.Request) -> Any:
    ws = web.WebSocketResponse()
    await ws.prepare(request)
    answering: set[asyncio.Task[None]] = set()
    async for message in ws:
        if message.type is WSMsgType.TEXT:
            line = heard(request.transport)
            read_ns = 0 if line is None else line.text_read_ns()
            task = asyncio.create_task(_answer(venue, ws, request, message.data, read_ns))
            answering.add(task)
            task.add_done_callback(answering.discard)
    return ws


async def _answer(
    venue: UsdmVenue, ws: web.WebSocketResponse, request: web.Request, said: str, read_ns: int
) -> None:
    venue.agenda.run_due()
    asked = json.loads(said)
    call = _noted(venue, asked)
    call.read_ns = read_ns
    try:
        carry = venue.admit(call, _signed_text(asked.get("params", {})))
    except RefusedError as refused:
        await _say(ws, _refused(venue, asked, call, refused))
        return
    fault = venue.faults.pick(call)
    if fault is None:
        await _say(ws, _done(venue, asked, call, carry))
        return
    told = await _spoilt(venue, fault, lambda: _done(venue, asked, call, carry), asked)
    if told:
        await _say(ws, told)
    elif request.transport is not None:
        reset(request.transport)


def _noted(venue: UsdmVenue, asked: Mapping[str, Any]) -> Call:
    """Noted as what it does, whatever way it came."""
    method, path = METHODS.get(asked["method"], ("GET", f"/{asked['method']}"))
    params = {name: _word(value) for name, value in asked.get("params", {}).items()}
    now_ms = venue.agenda.now_ms()
    call = Call(now_ms, "ws", HOST, method, path, params, params.get("apiKey", ""))
    route = venue.route(call)
    call.is_order = route is not None and route.is_order
    return venue.calls.note(call)


def _signed_text(params: Mapping[str, Any]) -> str:
    """The parameters by their names, as they were signed."""
    signed = {name: _word(value) for name, value in params.items() if name != "signature"}
    told = "&".join(f"{name}={signed[name]}" for name in sorted(signed))
    return f"{told}&signature={params.get('signature', '')}"


def _word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _done(venue: UsdmVenue, asked: Mapping[str, Any], call: Call, carry: Callable[[], Any]) -> str:
    try:
        told = carry()
    except RefusedError as refused:
        return _refused(venue, asked, call, refused)
    call.was_carried_out, call.status = True, 200
    said = {"id": asked["id"], "status": 200, "result": told, "rateLimits": _used(venue, call)}
    return json.dumps(said)


def _refused(venue: UsdmVenue, asked: Mapping[str, Any], call: Call, refused: RefusedError) -> str:
    call.status, call.code = refused.status, refused.code
    error: dict[str, Any] = {"code": refused.code, "msg": refused.text}
    if wait_s := refused.headers.get("Retry-After"):
        # Here the moment is told, not how long it is until then.
        error["data"] = {"retryAfter": venue.agenda.now_ms() + int(wait_s) * 1_000}
    used = _used(venue, call)
    said = {"id": asked["id"], "status": refused.status, "error": error, "rateLimits": used}
    return json.dumps(said)


def _used(venue: UsdmVenue, call: Call) -> list[dict[str, Any]]:
    """What headers tell by REST."""
    now_ms, most = venue.agenda.now_ms(), venue.limits
    told = [("REQUEST_WEIGHT", "MINUTE", 1, most.weight_1m, most.used_weight(now_ms))]
    if call.is_order:
        for unit, number, limit, span_ms in (
            ("SECOND", 10, most.orders_10s, TEN_S_MS),
            ("MINUTE", 1, most.orders_1m, MINUTE_MS),
        ):
            told.append(("ORDERS", unit, number, limit, most.used_orders(now_ms, span_ms)))
    names = ("rateLimitType", "interval", "intervalNum", "limit", "count")
    return [dict(zip(names, each, strict=True)) for each in told]


async def _spoilt(
    venue: UsdmVenue, fault: Fault, done: Callable[[], str], asked: Mapping[str, Any]
) -> str:
    """The answer's text; nothing where the line breaks."""
    if not fault.is_after:
        await venue.agenda.pause(fault.hang_s)
    told = done() if fault.is_after or not fault.keeps_from_being_done else ""
    if fault.is_after:
        await venue.agenda.pause(fault.hang_s)
    if fault.is_reset or fault.is_dropped:
        return ""
    if fault.is_cut:
        return told[: len(told) // 2]
    if fault.code:
        error = {"code": fault.code, "msg": fault.text}
        return json.dumps({"id": asked["id"], "status": fault.status, "error": error})
    return _worded(fault, asked) if fault.body is not None else told


def _worded(fault: Fault, asked: Mapping[str, Any]) -> str:
    """What HTTP says by its status is an error's status here."""
    body = fault.body or ""
    if not body.startswith("{"):
        body = json.dumps({"code": -1000, "msg": body or "An unknown error occurred."})
    return json.dumps({"id": asked["id"], "status": fault.status, "error": json.loads(body)})


async def _say(ws: web.WebSocketResponse, told: str) -> None:
    if not ws.closed:
        await ws.send_str(told)
