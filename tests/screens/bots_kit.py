"""A desk fed by hand that also runs scripts and answers about past orders, and its screens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from bots.automated import Automated
from lefi_tui.app import LefiApp
from lefi_tui.core import messages as m
from lefi_tui.core.order import Order
from lefi_tui.ports.records import OrderRecord
from lefi_tui.views.orders_picture import orders_view
from lefi_tui.views.queries import OrdersQuery, Query
from lefi_tui.wiring.script_store import ScriptFolder
from screens.bots import BotsScreen
from screens.manual import ManualScreen
from screens.orders import OrdersScreen
from screens.rooms import Room
from screens.setup import DeskSetup
from tests.screens.hand_fed import HandFed
from tests.screens.test_desk_keys import SHELF, Desk

SCRIPT = """
script "Cross"
/// Market to trade
setting symbol = "BTC/USDT"
/// Candles in the fast average
setting fast = 12 in 2..200
/// Share of free cash per entry
setting size = 25% in 1%..100%
setting pace = 1m in [1m, 5m]
on PriceUpdate(symbol) {
    if Position(symbol) == 0 { Buy(symbol, size, stop_loss = 2%) }
}
"""


class Trader(HandFed):
    """Runs scripts too; orders that are final are remembered for the list."""

    def __init__(self, venue: str = "demo market", mode: str = "dry_run") -> None:
        super().__init__(venue, mode)
        kinds = {**self.desk.kinds, "automated": Automated()}
        self.desk = replace(self.desk, kinds=kinds)

    def run_script(self, bot: str = "cross", source: str = SCRIPT, **chosen: str) -> None:
        command = m.StartBot(bot, "automated", "demo", source, tuple(chosen.items()), "Cross")
        self.tell(replace(command, at_ns=self.now_ns))

    async def ask(self, query: Query) -> Any:
        if not isinstance(query, OrdersQuery):
            return await super().ask(query)
        orders = (*self.desk.orders.values(), *self.desk.closed.values())
        newest = sorted(orders, key=lambda each: -each.placed_at_ns)
        records = (_record(each, self.now_ns) for each in newest)
        return orders_view(records, self.desk.instruments, self.now_ns, query.limit)


def _record(order: Order, now_ns: int) -> OrderRecord:
    terms = order.terms
    return OrderRecord(
        order.id,
        order.account,
        "dry_run",
        order.owner,
        order.leg,
        terms.symbol,
        terms.side.value,
        terms.kind.value,
        terms.limit,
        order.quantity,
        order.filled,
        order.average,
        order.fees,
        order.status.value,
        order.reason,
        order.placed_at_ns,
        now_ns,
    )


def trading() -> Trader:
    """A script that has bought, its stop at the venue, and one that only waits for a price."""
    fed = Trader()
    fed.quote("BTC/USDT", 42_100.0)
    fed.quote("ETH/USDT", 2_250.5)
    fed.run_script()
    fed.later(1)
    fed.quote("BTC/USDT", 42_120.0)
    fed.fill("42120.1")
    fed.later(2)
    fed.quote("BTC/USDT", 42_350.0)
    fed.run_script("waits", SCRIPT.replace("BTC", "ETH"), fast="20")
    fed.later(0.4)
    return fed


@asynccontextmanager
async def opened(
    fed: HandFed, room: str = "", size: tuple[int, int] = (80, 24), scripts: Path | None = None
) -> AsyncIterator[Desk]:
    """The application in one of the two screens, or on the desk."""
    bots = partial(BotsScreen, ScriptFolder(scripts or Path("nowhere")))
    rooms: dict[str, Room] = {"bots": bots, "manual": ManualScreen, "orders": OrdersScreen}
    app = LefiApp(DeskSetup(fed, lambda: SHELF, rooms=rooms))
    async with app.run_test(size=size) as pilot:
        desk = Desk(app, pilot, fed)
        await desk.until(lambda: desk.screen.view is not None)
        if room:
            app.action_go(room)
            await desk.until(lambda: getattr(app.screen, "view", None) is not None)
        yield desk
