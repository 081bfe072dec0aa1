"""What Binance's venues do alike at the door: limits, keys, signatures, time, refusals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qsl

from tests.exchange.loopback.agenda import Agenda
from tests.exchange.loopback.arrived import Arrived
from tests.exchange.loopback.ask import Ask, Route
from tests.exchange.loopback.calls import Call
from tests.exchange.loopback.faults import Faults
from tests.exchange.loopback.keys import ApiKey, check_still_in_time, check_time, signed_key
from tests.exchange.loopback.limits import Limits
from tests.exchange.loopback.refused import RefusedError

NOBODY: Final = ApiKey("", "", can_read=False, can_trade=False, can_transfer=False)
ONE_OF_BATCH: Final = "/batchOrders/one"  # a fault's path for one order of a batch


class BinanceDoor:
    """A venue adds hosts, routes and what they do."""

    hosts: frozenset[str]
    routes: Mapping[str, Route]

    def __init__(self, agenda: Agenda, keys: Mapping[str, ApiKey], faults: Faults) -> None:
        self.agenda, self.keys, self.faults = agenda, keys, faults
        self.limits = Limits()
        self.read_lag_ms = 0  # a question finds nothing that is younger

    def route(self, call: Call) -> Route | None:
        return self.routes.get(f"{call.method} {call.path}")

    def admit(self, call: Call, raw: str) -> Callable[[], Any]:
        """What carries the call out, or what is wrong with it. `raw` is the signed text."""
        now_ms = self.agenda.now_ms()
        call.was_held = self.limits.is_held(now_ms)
        route = self.route(call)
        if route is None:
            raise RefusedError(-5000, f"Path {call.path}, Method {call.method} is invalid", 404)
        self.limits.weigh(now_ms, route.weight)
        key = self._key(call, raw, route, now_ms)
        ask = Ask(dict(call.params), now_ms, key, call)

        def carry_out() -> Any:
            if route.right not in {"", "key"}:
                check_still_in_time(ask.params, self.agenda.now_ms())
            return route.do(self, replace(ask, now_ms=self.agenda.now_ms()))

        return carry_out

    def api_key(self, headers: Mapping[str, str]) -> str:
        return headers.get("X-MBX-APIKEY", "")

    def fields(self, query: dict[str, str], body: str) -> dict[str, str]:
        return query | dict(parse_qsl(body, keep_blank_values=True))

    def signed_text(self, asked: Arrived) -> str:
        """The query and the body one after the other, as Binance reads them."""
        return asked.raw_query + asked.body

    def refusal(self, refused: RefusedError, _call: Call) -> Any:
        return {"code": refused.code, "msg": refused.text}

    def headers(self, call: Call) -> dict[str, str]:
        return self.limits.headers(self.agenda.now_ms(), is_order=call.is_order)

    def refusal_within(self, ask: Ask, params: Mapping[str, str]) -> RefusedError | None:
        """A fault that meets one order of a batch."""
        one = replace(ask.call, params=params, path=ask.call.path + "/one", is_order=False)
        fault = self.faults.pick(one)
        return RefusedError(fault.code, fault.text) if fault is not None else None

    def _key(self, call: Call, raw: str, route: Route, now_ms: int) -> ApiKey:
        if not route.right:
            return NOBODY
        if route.right == "key":
            known = self.keys.get(call.api_key)
            if known is None or not known.may("read"):
                told = "Invalid API-key, IP, or permissions for action."
                raise RefusedError(-2015, told, 401)
            return known
        known = signed_key(self.keys, call.api_key, raw, route.right)
        call.is_signed = True
        check_time(call.params, now_ms)
        return known
