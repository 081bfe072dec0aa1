"""All venues behind one CONNECT door on loopback, with one clock, one set of books and of keys."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from lefi_tui.ports.clock import Clock
from tests.exchange.loopback.agenda import TICK_S, Agenda
from tests.exchange.loopback.authority import Authority
from tests.exchange.loopback.books import Books
from tests.exchange.loopback.calls import Calls
from tests.exchange.loopback.control import Control
from tests.exchange.loopback.door import Door, Venue
from tests.exchange.loopback.faults import Faults
from tests.exchange.loopback.keys import ApiKey
from tests.exchange.loopback.market_actions import MarketActions
from tests.exchange.loopback.tunnel import Network, Tunnel
from tests.exchange.okx.venue import OkxVenue
from tests.exchange.spot.actions import SpotActions
from tests.exchange.spot.venue import SpotVenue
from tests.exchange.usdm.actions import UsdmActions
from tests.exchange.usdm.venue import UsdmVenue

SHUTDOWN_S: Final = 0.05
KEYS: Final = (
    ApiKey("planted-key-of-main-7Yq2", "planted-secret-of-main-Zk93", passphrase="planted-pass-Q7"),
    ApiKey("key-that-only-reads", "secret-that-only-reads", can_trade=False, can_transfer=False),
    ApiKey("key-that-withdraws", "secret-that-withdraws", can_withdraw=True),
    ApiKey("key-of-other-account", "secret-of-other-account", account="other"),
)
HOSTS: Final = UsdmVenue.hosts | SpotVenue.hosts | OkxVenue.hosts


class LoopbackExchange:
    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock
        self.port = self.control_port = 0
        self.network = Network(HOSTS)
        self.agenda = Agenda(clock)
        self._authority = Authority()
        self.begin()

    def begin(self) -> None:
        """As if nothing had happened; who was connected is cut off."""
        self.network.cut()
        self.network.begin()
        self.agenda.is_over = True
        self.agenda, self.books = Agenda(self._clock), Books()
        self.calls, self.faults = Calls(), Faults()
        self.keys = {each.key: replace(each) for each in KEYS}
        self.usdm = UsdmVenue(self.agenda, self.books, self.keys, self.faults)
        self.usdm.calls = self.calls
        self.spot = SpotVenue(self.agenda, self.books, self.keys, self.faults)
        self.spot.futures_free = self.usdm.free
        self.okx = OkxVenue(self.agenda, self.books, self.keys, self.faults)
        self.limits = {
            "usdm": self.usdm.limits,
            "spot": self.spot.limits,
            "okx": self.okx.limits,
        }
        self.actions: dict[str, MarketActions] = {
            "usdm": UsdmActions(self.usdm),
            "okx": MarketActions(
                self.agenda, self.okx.markets, self.okx.accounts, self.okx.symbols
            ),
            "spot": SpotActions(self.spot),
        }
        served: tuple[Venue, ...] = (self.usdm, self.spot, self.okx)
        by_host = {host: venue for venue in served for host in venue.hosts}
        self.door = Door(by_host, self.agenda, self.calls, self.faults)

    async def serve(self, ready: Callable[[], None], ends: asyncio.Event, ca: Path) -> None:
        """Until `ends` is set; `ready` is called when everything listens."""
        self._authority.write(ca)
        context = self._authority.context(HOSTS)
        runner = _runner(self._answer)
        await runner.setup()
        serve: Any = runner.server
        loop = asyncio.get_running_loop()
        tunnel = await loop.create_server(
            lambda: Tunnel(self.network, context, serve), "127.0.0.1", 0
        )
        self.port = tunnel.sockets[0].getsockname()[1]
        control = _runner(Control(self).answer)
        await control.setup()
        await web.TCPSite(control, "127.0.0.1", 0).start()
        self.control_port = control.addresses[0][1]
        runs = asyncio.create_task(self._run())
        ready()
        await ends.wait()
        runs.cancel()
        tunnel.close()
        self.network.cut()
        self.agenda.is_over = True
        await Agenda().pause(2 * TICK_S)  # who hangs in an answer goes on
        await control.cleanup()
        await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        return await self.door.answer(request)

    async def _run(self) -> None:
        while True:
            self.agenda.run_due()
            await self.agenda.pause(TICK_S)


def _runner(answer: Any) -> web.AppRunner:
    application = web.Application(client_max_size=10_000_000)
    application.router.add_route("*", "/{path:.*}", answer)
    return web.AppRunner(application, access_log=None, shutdown_timeout=SHUTDOWN_S)
