"""The chart on the desk by keys: it shows what the engine and the journal say, and follows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from lefi_tui.adapters.sqlite_records import SqliteRecords
from lefi_tui.app import LefiApp
from lefi_tui.core import messages as m
from lefi_tui.core.bot import Bar
from lefi_tui.core.money import nearest_to
from lefi_tui.engine.channel import DirectChannel
from lefi_tui.engine.charting import Charting
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.world import World
from lefi_tui.ports.records import FillFilter
from lefi_tui.settings import load
from lefi_tui.views import numbers
from lefi_tui.views.queries import DeskQuery
from lefi_tui.wiring.demo import build_engine
from screens.setup import DeskSetup
from tests.engine.test_charting import ListHistory
from tests.screens.hand_fed import MS, START_NS, HandFed, busy
from tests.screens.test_desk_keys import Desk, opened

MINUTE = 60_000
NOW_MS = START_NS // MS
BOUGHT = """script "First steps"
state bought = false
policy { rate = 10 per 1m }
on PriceUpdate("BTC/USDT") {
    if not bought {
        Buy("BTC/USDT", 10%, stop_loss = 1%)
        bought = true
    }
}
"""


def header(desk: Desk, market: str) -> str:
    return next((line for line in desk.text.split("\n") if f" {market} " in line), "")


def _plot(desk: Desk) -> str:
    """The chart's own part of the screen's lines."""
    box = desk.screen.chart.region
    return "\n".join(line[box.x :] for line in desk.text.split("\n")[box.y : box.bottom])


@asynccontextmanager
async def trading(folder: Path) -> AsyncIterator[tuple[Desk, Engine]]:
    """The whole program on the demo market, under a pilot."""
    engine, opening = build_engine(load({"LEFI_HOME": str(folder)}).settings, folder)
    engine.start()
    app = LefiApp(DeskSetup(DirectChannel(engine)))
    try:
        for command in opening:
            assert engine.submit(command).result(30).is_accepted
        async with app.run_test(size=(120, 40)) as pilot:
            yield Desk(app, pilot, HandFed()), engine
    finally:
        engine.stop()


@pytest.mark.asyncio
async def test_entry_stop_and_mark_of_a_fill_are_where_the_journal_says(tmp_path: Path) -> None:
    async with trading(tmp_path) as (desk, engine):
        await desk.shows("BTC/USDT 1m ")
        await desk.until(lambda: "volume" in desk.text)
        start = m.StartBot("first", "automated", "demo", BOUGHT)
        assert engine.submit(start).result(30).is_accepted
        await desk.until(lambda: "entry" in _plot(desk) and "stop" in _plot(desk))
        fills = await SqliteRecords(tmp_path).fills(FillFilter("demo", "BTC/USDT"), 10)
        (position,) = engine.answer(DeskQuery()).positions
        assert position.units == sum(each.quantity for each in fills)
        stop = nearest_to(Decimal("0.01"), position.entry * Decimal("0.99"))
        # How a level is drawn hangs on where the market stands; that it is told does not.
        for name, level in (("entry", position.entry), ("stop", stop)):
            lines = [line for line in _plot(desk).split("\n") if name in line]
            assert any(numbers.price(level, 2) in line for line in lines), _plot(desk)
        chart = desk.screen.chart
        await desk.until(lambda: bool(chart.shown and chart.shown.marks))
        await desk.press("end")
        last = fills[-1]
        words = f"first bought {numbers.quantity(last.quantity)} at {numbers.price(last.price, 2)}"
        for _ in range(4):  # a minute may have ended since
            await desk.until(lambda: chart.words[:30] in desk.text)  # the candle under the cursor
            if words in chart.words:
                break
            await desk.press("left")
        await desk.shows(words)


@pytest.mark.asyncio
async def test_the_chart_says_the_price_that_the_prices_say() -> None:
    fed = busy()
    async with opened(fed, (120, 40)) as desk:
        await desk.until(lambda: "C 42,350.0" in header(desk, "BTC/USDT 1m"))
        fed.quote("BTC/USDT", 42_361.5)
        await desk.until(lambda: "C 42,361.5" in header(desk, "BTC/USDT 1m"))
        assert "▸42,361.5" in desk.text
        assert fed.state.prices["demo", "BTC/USDT"].quote.last == 42_361.5
        assert "demo has no history; drawn is what was seen since the start" in desk.text


@pytest.mark.asyncio
async def test_it_follows_the_cursor_of_prices_and_of_positions() -> None:
    async with opened(busy(), (120, 40)) as desk:
        await desk.shows("BTC/USDT 1m ")
        await desk.until(lambda: desk.app.focused is not None)
        desk.screen.boards[0].focus()
        await desk.press("down")
        await desk.shows("ETH/USDT 1m ")
        desk.screen.boards[2].focus()
        await desk.press("down")
        await desk.shows("BTC/USDT:USDT 1m ")


@pytest.mark.asyncio
async def test_v_shows_the_chart_at_80_columns_in_place_of_bots_and_log() -> None:
    fed = busy()
    async with opened(fed) as desk:
        await desk.shows("perp-buyer")
        assert "1m  " not in desk.text
        await desk.press("left")
        await desk.shows("The chart is hidden; v shows it.")
        await desk.press("v")
        await desk.shows("C 42,350.0")
        fed.later(8)
        fed.quote("BTC/USDT", 42_400.0)
        await desk.shows("+14.00")
        lines = desk.text.split("\n")
        assert len(lines) == 24
        assert not any(line.startswith(("┃ Log", "┃ Bots")) for line in lines)
        assert " DEMO " in lines[0]
        await desk.shows("old 8s")
        assert "▸42,400.0" in desk.text
        for key in ("f12 kill", "n new bot", "s stop", "F1 help", "F2-7 screens"):
            assert key in lines[-1]
        await desk.press("s")
        await desk.shows("The bots are hidden: v shows them.")
        assert fed.commands == []
        await desk.press("v")
        await desk.shows("┃ Log")


@pytest.mark.asyncio
async def test_a_screen_too_low_for_the_chart_says_so_and_shows_it_when_it_grows() -> None:
    async with opened(busy(), (60, 16)) as desk:
        await desk.shows("BTC/USDT")
        await desk.press("v")
        await desk.shows("too low for the chart")
        await desk.pilot.resize_terminal(60, 20)
        await desk.shows("BTC/USDT 1m ")


@pytest.mark.asyncio
async def test_plus_and_minus_choose_the_timeframe_and_left_looks_back() -> None:
    fed = busy()
    newest = NOW_MS // MINUTE

    def bar(frame: int, number: int) -> Bar:
        price = 42_000.0 + newest - number
        return Bar("BTC/USDT", frame, number * MINUTE, price, price, price, price, 1.0)

    minutes = [bar(MINUTE, number) for number in range(newest - 300, newest)]
    fives = [bar(5 * MINUTE, number) for number in range(newest - 300, newest) if not number % 5]
    told = {("BTC/USDT", MINUTE): minutes, ("BTC/USDT", 5 * MINUTE): fives}
    fed.charting = Charting(World(fed.clock, histories={"demo": ListHistory(told)}), None)
    async with opened(fed, (120, 40)) as desk:
        await desk.until(lambda: "volume" in desk.text)
        await desk.press("left", "left")
        await desk.until(lambda: "C 42,002.0" in header(desk, "BTC/USDT 1m"))
        await desk.shows("no fill of yours")
        await desk.press("end")
        await desk.until(lambda: "C 42,350.0" in header(desk, "BTC/USDT 1m"))
        await desk.press("minus")
        await desk.until(lambda: "volume" in desk.text and "BTC/USDT 5m " in desk.text)
        await desk.press("plus", "plus")
        await desk.shows("BTC/USDT 1m ")
        await desk.press("left", *["pageup"] * 9)
        await desk.until(lambda: "C 42,091.0" in header(desk, "BTC/USDT 1m"))
