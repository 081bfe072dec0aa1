"""What an exchange says of a key, on loopback: Binance USD-M and OKX, and any by its balance.

It checks signatures as they do, remembers each request, and says what a test wants it to say.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from aiohttp import web

from lefi_tui.adapters.system_clock import SystemClock

NS_PER_MS: Final = 1_000_000
REFUSED: Final = {"code": -2015, "msg": "Invalid API-key, IP, or permissions for action."}


class KeyExchange:
    def __init__(self) -> None:
        self.port = 0
        self.keys: dict[str, tuple[str, str]] = {}  # api key: secret, passphrase
        self.rights: dict[str, Any] = {
            "ipRestrict": True,
            "enableReading": True,
            "enableFutures": True,
            "enableSpotAndMarginTrading": False,
            "enableWithdrawals": False,
        }
        self.okx: dict[str, str] = {"perm": "read_only,trade", "ip": "10.0.0.7"}
        self.skew_ms = 0
        self.fault: web.Response | None = None
        self.echoes = False  # a refusal that quotes what it was given
        self.asked: list[str] = []

    def table(self, exchange: str = "binanceusdm") -> dict[str, Any]:
        """The account's ccxt table that leads here."""
        here = f"http://127.0.0.1:{self.port}"
        api: dict[str, str] = {"rest": here}
        if exchange.startswith("binance"):
            api = {"sapi": f"{here}/sapi/v1", "fapiPublic": f"{here}/fapi/v1"}
        return {"urls": {"api": api}, "options": {}, "rateLimit": 1, "timeout": 2_000}

    def now_ms(self) -> int:
        return SystemClock().now_ns() // NS_PER_MS + self.skew_ms

    # ---- answers

    async def _time(self, _: web.Request) -> web.Response:
        return web.json_response({"serverTime": self.now_ms()})

    async def _okx_time(self, _: web.Request) -> web.Response:
        return web.json_response({"code": "0", "data": [{"ts": str(self.now_ms())}]})

    async def _restrictions(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        key = request.headers.get("X-MBX-APIKEY", "")
        query, _, signature = request.query_string.rpartition("&signature=")
        secret = self.keys.get(key, ("", ""))[0]
        wanted = hmac.new(secret.encode(), query.encode(), hashlib.sha256).hexdigest()
        if self.fault is not None:
            return web.Response(status=self.fault.status, text=self.fault.text)
        if not secret or wanted != signature:
            said: dict[str, Any] = dict(REFUSED)
            if self.echoes:
                said["msg"] += f" key={key} signature={signature} for {request.query_string}"
            return web.json_response(said, status=401)
        return web.json_response(self.rights)

    async def _config(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        secret, passphrase = self.keys.get(request.headers.get("OK-ACCESS-KEY", ""), ("", ""))
        signed = f"{request.headers.get('OK-ACCESS-TIMESTAMP', '')}GET{request.path_qs}"
        digest = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
        is_right = request.headers.get("OK-ACCESS-SIGN") == base64.b64encode(digest).decode()
        if not (is_right and request.headers.get("OK-ACCESS-PASSPHRASE") == passphrase):
            said = {"code": "50113", "msg": "Invalid Sign", "data": []}
            return web.json_response(said, status=401)
        return web.json_response({"code": "0", "msg": "", "data": [self.okx]})

    def application(self) -> web.Application:
        made = web.Application()
        made.router.add_get("/fapi/v1/time", self._time)
        made.router.add_get("/sapi/v1/account/apiRestrictions", self._restrictions)
        made.router.add_get("/api/v5/public/time", self._okx_time)
        made.router.add_get("/api/v5/account/config", self._config)
        return made


@contextmanager
def running() -> Iterator[KeyExchange]:
    """In a thread of its own, for processes that ask it."""
    exchange, ready = KeyExchange(), threading.Event()
    loop = asyncio.new_event_loop()
    over: asyncio.Future[None] = loop.create_future()

    async def serve() -> None:
        runner = web.AppRunner(exchange.application())
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        exchange.port = runner.addresses[0][1]
        ready.set()
        await over
        await runner.cleanup()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert ready.wait(60)
    try:
        yield exchange
    finally:
        loop.call_soon_threadsafe(over.set_result, None)
        thread.join()
        loop.close()
