"""A bot's own view: settings, decisions, shares and money agree with journal and books."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from bots.automated import Automated
from lefi_tui.core import messages as m
from lefi_tui.core.desk import Desk
from lefi_tui.engine.channel import DirectChannel
from lefi_tui.engine.client import SocketChannel
from lefi_tui.engine.engine import Engine
from lefi_tui.views.bot_view import BotView
from lefi_tui.views.orders_view import PastOrderRow, matching
from lefi_tui.views.queries import BotQuery, OrdersQuery
from tests.engine.kit import (
    ACCOUNT,
    KINDS,
    LIST,
    OPEN,
    SYMBOL,
    MemoryVenue,
    bars,
    quote,
    send,
    setup,
    start,
    until,
)
from widgets.past_orders import explain

SCRIPT = """
script "Dip buyer"
/// Market to trade
setting symbol = "BTC/USDT"
/// Buys below this
setting level = 95 in 10..200
setting pace = 1m in [1m, 5m]
on PriceUpdate(symbol) {
    if Spot(symbol) < level and Position(symbol) == 0 { Buy(symbol, 1) }
    if Spot(symbol) > 120 { Close(symbol) }
}
"""
DIP = m.StartBot("dip", "automated", ACCOUNT, SCRIPT, (("level", "99"),), "Dip buyer")


@dataclass(frozen=True)
class Trading:
    engine: Engine
    venue: MemoryVenue
    socket: Path

    async def seen(self) -> BotView:
        view = await DirectChannel(self.engine).ask(BotQuery("dip"))
        assert isinstance(view, BotView)
        return view

    async def until(self, is_so: Callable[[BotView], bool]) -> BotView:
        view = await self.seen()
        while not is_so(view):
            view = await self.seen()
        return view


@asynccontextmanager
async def trading(folder: Path) -> AsyncIterator[Trading]:
    """The dip buyer and another bot hold one unit and a hundredth, bought at 90."""
    venue = MemoryVenue(price=Decimal(90))
    empty = Desk(kinds={**KINDS, "automated": Automated()})
    path = folder / "run" / "engine.sock"
    engine = Engine(setup(folder / "desk", venue, empty=empty), socket=path)
    engine.start()
    try:
        send(engine, OPEN, LIST, DIP, start("other"))
        assert engine.hear(quote(0, 90.0))
        assert engine.hear(bars(0, +1.0, 90.0))
        await until(lambda: len(venue.orders) == 2)
        yield Trading(engine, venue, path)
    finally:
        engine.stop()


@pytest.mark.asyncio
async def test_a_bots_view_tells_its_settings_its_share_and_what_it_earned(tmp_path: Path) -> None:
    async with trading(tmp_path) as now:
        view = await now.until(lambda view: bool(view.shares))
        chosen = [(each.name, each.value, each.default) for each in view.settings]
        assert chosen == [
            ("symbol", '"BTC/USDT"', '"BTC/USDT"'),
            ("level", "99", "95"),
            ("pace", "1m", "1m"),
        ]
        assert (view.settings[1].low, view.settings[1].high) == ("10", "200")
        assert view.settings[2].choices == ("1m", "5m")
        (share,) = view.shares
        assert (share.symbol, share.units, share.entry) == (SYMBOL, Decimal(1), Decimal(90))
        now.venue.price = Decimal(121)
        assert now.engine.hear(quote(1, 121.0))
        view = await now.until(lambda view: not view.shares)
        assert view.earned is not None
        assert (view.earned.realized, view.earned.fees) == (Decimal(31), Decimal("0.1055"))
        assert view.decisions[0].what == "Sold 1 BTC at 121"
        assert view.decisions[-1].what == "Started: Dip buyer"


def _timeless(view: BotView) -> BotView:
    return replace(view, at_ns=0, shares=tuple(replace(each, age_ms=0) for each in view.shares))


@pytest.mark.asyncio
async def test_a_bots_view_is_the_same_over_both_doors(tmp_path: Path) -> None:
    async with trading(tmp_path) as now:
        await now.until(lambda view: bool(view.shares))
        channel = await SocketChannel.open(now.socket)
        there = await channel.ask(BotQuery("dip"))
        nobody = await channel.ask(BotQuery("nobody"))
        await channel.close()
        assert _timeless(there) == _timeless(await now.seen())
        assert not nobody.is_known


@pytest.mark.asyncio
async def test_an_order_that_was_denied_is_listed_with_the_whole_reason(tmp_path: Path) -> None:
    async with trading(tmp_path) as now:
        send(now.engine, start("rich", "100000000"))
        assert now.engine.hear(bars(1, +1.0))
        rows: tuple[PastOrderRow, ...] = ()
        while not rows:
            view = await DirectChannel(now.engine).ask(OrdersQuery())
            rows = matching(view.rows, "denied rich")
        assert "needed with fees" in rows[0].reason
        assert explain(rows[0]).endswith(rows[0].reason)
