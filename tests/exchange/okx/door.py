"""OKX at its door: its own signatures, its envelope around every answer, its own codes."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from tests.exchange.loopback.agenda import Agenda
from tests.exchange.loopback.arrived import Arrived
from tests.exchange.loopback.ask import Ask, Route
from tests.exchange.loopback.binance import NOBODY
from tests.exchange.loopback.calls import Call
from tests.exchange.loopback.faults import Faults
from tests.exchange.loopback.keys import ApiKey, base64_signature
from tests.exchange.loopback.limits import Limits
from tests.exchange.loopback.refused import RefusedError

WINDOW_MS: Final = 30_000
# The rules of orders are USD-M's; this is how OKX names what breaks them.
CODES: Final = {
    -2019: 51008, -2022: 51169, -4116: 51016, -1111: 51121, -4014: 51121, -4023: 51121,
    -4164: 51020, -4004: 51020, -2013: 51603, -2011: 51400, -1121: 51001, -4140: 51027,
    -2021: 51280, -4028: 59102, -1003: 50011, -4061: 51000, -4015: 51000,
}  # fmt: skip


class OkxDoor:
    hosts: frozenset[str] = frozenset({"www.okx.com", "ws.okx.com"})
    routes: Mapping[str, Route]

    def __init__(self, agenda: Agenda, keys: Mapping[str, ApiKey], faults: Faults) -> None:
        self.agenda, self.keys, self.faults = agenda, keys, faults
        self.limits = Limits()

    def route(self, call: Call) -> Route | None:
        return self.routes.get(f"{call.method} {call.path.removeprefix('/api/v5/')}")

    def api_key(self, headers: Mapping[str, str]) -> str:
        return headers.get("OK-ACCESS-KEY", "")

    def fields(self, query: dict[str, str], body: str) -> dict[str, str]:
        """The first order of a list stands for the call; the whole is under `body`."""
        told = json.loads(body) if body else {}
        first = told[0] if isinstance(told, list) else told
        plain = {name: str(value) for name, value in first.items() if not isinstance(value, list)}
        plain |= {"symbol": plain.get("instId", ""), "side": plain.get("side", "").upper()}
        return {**query, **plain, "body": body} if body else query

    def signed_text(self, asked: Arrived) -> str:
        """Signature, time, passphrase and until when it is good, then what was signed."""
        at = asked.headers.get("OK-ACCESS-TIMESTAMP", "")
        told = [
            asked.headers.get("OK-ACCESS-SIGN", ""),
            at,
            asked.headers.get("OK-ACCESS-PASSPHRASE", ""),
            asked.headers.get("expTime", ""),
            f"{at}{asked.method}{asked.raw_path}{asked.body}",
        ]
        return "\n".join(told)

    def admit(self, call: Call, raw: str) -> Callable[[], Any]:
        now_ms = self.agenda.now_ms()
        call.was_held = self.limits.is_held(now_ms)
        route = self.route(call)
        if route is None:
            raise RefusedError(50404, "Not found", 404)
        self.limits.weigh(now_ms, route.weight)
        key = self._key(call, raw, route) if route.right else NOBODY
        ask = Ask(dict(call.params), now_ms, key, call)

        until_ms = int(raw.split("\n", 4)[3] or 0)

        def carry_out() -> Any:
            if route.is_order and until_ms and self.agenda.now_ms() > until_ms:
                raise RefusedError(51149, "Order timed out. Please try again.")
            told = route.do(self, replace(ask, now_ms=self.agenda.now_ms()))
            failed = [each for each in told if each.get("sCode", "0") != "0"]
            is_none = bool(failed) and len(failed) == len(told)
            code = "1" if is_none else "2" if failed else "0"  # 2: some of a list
            return {"code": code, "msg": "", "data": told}

        return carry_out

    def refusal(self, refused: RefusedError, call: Call) -> Any:
        code = str(CODES.get(refused.code, abs(refused.code)))
        if call.method == "POST" and "/trade/" in call.path and refused.status < 401:
            asked = json.loads(call.params["body"])
            all_of = asked if isinstance(asked, list) else [asked]
            told = {"sCode": code, "sMsg": refused.text, "ordId": ""}
            data = [{**told, "clOrdId": str(each.get("clOrdId", ""))} for each in all_of]
            return {"code": "1", "msg": "All operations failed", "data": data}
        return {"code": code, "msg": refused.text, "data": []}

    def refusal_within(self, ask: Ask, params: Mapping[str, str]) -> RefusedError | None:
        """A fault that meets one order of a list, behind the first, which stands for the call."""
        one = replace(ask.call, params=params, path=ask.call.path + "/one", is_order=False)
        fault = self.faults.pick(one)
        return RefusedError(fault.code, fault.text) if fault is not None else None

    def headers(self, _call: Call) -> dict[str, str]:
        return {}

    def _key(self, call: Call, raw: str, route: Route) -> ApiKey:
        signature, at, passphrase, _, text = raw.split("\n", 4)
        known = self.keys.get(call.api_key)
        if known is None:
            raise RefusedError(50111, "Invalid OK-ACCESS-KEY", 401)
        if passphrase != known.passphrase:
            raise RefusedError(50105, "Request header OK-ACCESS-PASSPHRASE incorrect.", 401)
        if not hmac.compare_digest(signature, base64_signature(known.secret, text)):
            raise RefusedError(50113, "Invalid Sign", 401)
        call.is_signed = True
        at_ms = int(datetime.fromisoformat(at).timestamp() * 1_000)
        if abs(self.agenda.now_ms() - at_ms) > WINDOW_MS:
            raise RefusedError(50102, "Timestamp request expired", 401)
        if not known.may(route.right):
            raise RefusedError(50120, "This API key doesn't have permission", 401)
        return known
