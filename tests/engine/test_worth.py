"""What a line asks has the value that a bot's handler would have, and changes nothing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import numpy as np
import pytest
import talib

from bots.automated import Automated
from lefi_tui.adapters.demo_market import DemoMarket
from lefi_tui.adapters.demo_market_feed import DemoHistory
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core import messages as m
from lefi_tui.core.bot import Bar, Quote
from lefi_tui.core.desk import Desk, advance
from lefi_tui.engine.world import World
from lefi_tui.engine.worth import Worth
from lefi_tui.errors import ExchangeError
from lefi_tui.views.fold import ScreenState, fold
from lefi_tui.views.picture import marked
from lefi_tui.views.queries import StatementQuery, WorthQuery
from lefi_tui.views.statement import read_line
from lefi_tui.views.statement_picture import statement_view
from lefi_tui.views.statement_view import StatementView, WorthView
from tests.engine.kit import ACCOUNT, OPEN, SYMBOL

HOUR = 3_600_000
MS = 1_000_000
NOW_MS = 1_763_712_000_000 + 20_250


@dataclass
class Told:
    """The demo market's history, which counts how often it is asked; it can be away."""

    market: DemoMarket
    asked: list[tuple[str, int, int]] = field(default_factory=list)
    away: str = ""

    async def bars(
        self, symbol: str, timeframe_ms: int, count: int, before_ms: int
    ) -> tuple[Bar, ...]:
        self.asked.append((symbol, timeframe_ms, count))
        if self.away:
            raise ExchangeError(self.away)
        return await DemoHistory(self.market).bars(symbol, timeframe_ms, count, before_ms)


class Asked:
    """A desk with one account on the demo market, and its prices of now."""

    def __init__(self) -> None:
        self.market = DemoMarket()
        self.history = Told(self.market)
        kinds = {"automated": Automated()}
        desk, _ = advance(Desk(kinds=kinds), OPEN)
        desk, _ = advance(desk, m.ListInstruments(ACCOUNT, self.market.instruments()))
        quote = Quote(SYMBOL, NOW_MS, 59_999.0, 60_001.0, 60_000.0)
        self.screen = fold(ScreenState(), m.QuoteChanged(ACCOUNT, quote))
        self.desk = marked(desk, self.screen.prices)
        self.worth = Worth(World(SystemClock(), histories={ACCOUNT: self.history}))

    async def __call__(self, line: str, now_ms: int = NOW_MS) -> WorthView:
        source = read_line(line).question
        assert source, line
        return await self.source(source, now_ms)

    async def source(self, source: str, now_ms: int = NOW_MS) -> WorthView:
        return await self.worth.answer(WorthQuery(ACCOUNT, source), self.desk, now_ms * MS)

    def statement(self, text: str) -> StatementView:
        query = StatementQuery(ACCOUNT, text)
        return statement_view(query, self.screen, self.desk, NOW_MS * MS)


@pytest.mark.asyncio
async def test_an_indicator_has_the_value_that_another_library_finds() -> None:
    asked = Asked()
    view = await asked(f'RSI(Candles("{SYMBOL}", 1h).close, 14)')
    closes = [each.close for each in asked.market.bars(SYMBOL, HOUR, 2_000, NOW_MS)]
    assert view.refusal == ""
    assert float(view.values[0]) == pytest.approx(talib.RSI(np.array(closes), 14)[-1], abs=1e-6)
    assert view.at_ms == NOW_MS // HOUR * HOUR


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("line", "value"),
    [
        (f'Spot("{SYMBOL}")', "60000"),
        (f'Spread("{SYMBOL}") * 2', "4"),
        ("Equity()", "1000000"),
        (f'Position("{SYMBOL}") > 0', "false"),
        ("200 * 25%", "50"),
        ("10% + 1%", "11%"),
    ],
)
async def test_market_account_and_sums_need_no_candle(line: str, value: str) -> None:
    asked = Asked()
    assert await asked(line) == WorthView((value,))
    assert not asked.history.asked


@pytest.mark.asyncio
async def test_candles_are_asked_for_once_until_the_next_one_closes() -> None:
    asked, line = Asked(), f'EMA(Candles("{SYMBOL}", 1h).close, 5)'
    first = await asked(line)
    assert await asked(line, NOW_MS + 5_000) == first
    assert len(asked.history.asked) == 1
    later = await asked(line, NOW_MS + HOUR)
    assert later.at_ms == first.at_ms + HOUR
    assert len(asked.history.asked) == 2


@pytest.mark.asyncio
async def test_a_handler_runs_on_its_newest_candle_and_nothing_it_wants_is_carried_out() -> None:
    asked = Asked()
    before = asked.desk
    body = f'Print(close); Buy("{SYMBOL}", 100 USDT); Print(time.minute)'
    view = await asked.source(f'on Candle("{SYMBOL}", 1h) {{ {body} }}')
    newest = asked.market.bars(SYMBOL, HOUR, 1, NOW_MS)[-1]
    assert [float(view.values[0]), view.values[1]] == [pytest.approx(newest.close), "0"]
    assert asked.desk is before


@pytest.mark.asyncio
async def test_what_can_not_be_asked_says_why() -> None:
    asked = Asked()
    assert "no market DOGE/USDT" in (await asked('Spot("DOGE/USDT")')).refusal
    assert "come so far" in (await asked.source("on Start { if 1 > 2 { Print(1) } }")).refusal
    asked.history.away = "502 Bad Gateway"
    assert "502" in (await asked(f'SMA(Candles("{SYMBOL}", 1h).close, 3)')).refusal


def test_a_statement_is_shown_as_its_tickets_before_it_is_said() -> None:
    asked = Asked()
    view = asked.statement(f'Buy("{SYMBOL}", 600 USDT, stop_loss = 2%); Print("bought")')
    (order,) = view.orders
    assert (view.refusal, view.doubts, view.others) == ("", (), ("print: bought",))
    assert order.worth is not None
    assert float(order.worth) == pytest.approx(600, rel=0.01)
    assert order.at_risk is not None
    assert float(order.at_risk) == pytest.approx(12, rel=0.01)
    far = asked.statement(f'Buy("{SYMBOL}", 0.01 BTC, at = 69000)')
    assert far.doubts
    assert "nothing is held" in asked.statement(f'Close("{SYMBOL}")').others[0]
    assert "0 orders" in asked.statement(f'Cancel("{SYMBOL}")').others[0]
    assert asked.statement(f'Buy("{SYMBOL}", 100 BTC)').refusal
    assert asked.statement('Emit("fear")').refusal


def test_questions_wait_for_no_other() -> None:
    """Two at once ask the history of the same candles; both have their answer."""

    async def both() -> list[WorthView]:
        asked, line = Asked(), f'SMA(Candles("{SYMBOL}", 1h).close, 3)'
        return list(await asyncio.gather(asked(line), asked(line)))

    one, other = asyncio.run(both())
    assert one == other
    assert one.values
