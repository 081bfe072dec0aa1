"""The test's own door: `POST /ACTION` with JSON moves the market, plants faults, reads the books.

Plain HTTP on a port of its own, so that what a test does is never mistaken for a client's call.
The actions are the methods of `Actions`, and of each venue's own (`usdm/price`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aiohttp import web

from tests.exchange.loopback.actions import Actions

if TYPE_CHECKING:
    from tests.exchange.loopback.exchange import LoopbackExchange


class Control:
    def __init__(self, exchange: LoopbackExchange) -> None:
        self._actions = Actions(exchange)

    async def answer(self, request: web.Request) -> web.Response:
        """An action that fails says why: the test then fails with those words."""
        name = request.path.strip("/")
        act = self._actions.find(name)
        if act is None:
            return web.json_response({"failed": f"no action is called {name!r}"})
        try:
            told = act(**json.loads(await request.text() or "{}"))
            if hasattr(told, "__await__"):
                told = await told
        except (ArithmeticError, AssertionError, LookupError, TypeError, ValueError) as error:
            return web.json_response({"failed": f"{name}: {type(error).__name__}: {error}"})
        return web.json_response({"told": told})
