"""The chart's candles, forming candle and fills: the market's own, and nothing invented."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest

from lefi_tui.adapters.demo_market import DemoMarket
from lefi_tui.adapters.demo_market_feed import DemoHistory
from lefi_tui.adapters.sqlite_records import SqliteRecords
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core import messages as m
from lefi_tui.core.bars import bucket_start
from lefi_tui.core.bot import Bar, Quote
from lefi_tui.core.desk import Desk, advance
from lefi_tui.core.instrument import Instrument
from lefi_tui.engine import charting
from lefi_tui.engine.channel import DirectChannel
from lefi_tui.engine.charting import Charting
from lefi_tui.engine.client import SocketChannel
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.world import World
from lefi_tui.errors import ExchangeError
from lefi_tui.ports.history import History
from lefi_tui.ports.records import FillFilter
from lefi_tui.views.chart_view import TIMEFRAMES, Candle, ChartView
from lefi_tui.views.fold import ScreenState, fold
from lefi_tui.views.queries import ChartQuery, DeskQuery
from tests.engine.kit import (
    ACCOUNT,
    BTC,
    LIST,
    OPEN,
    SYMBOL,
    MemoryVenue,
    bars,
    quote,
    send,
    start,
    until,
)
from tests.engine.kit import setup as engine_setup

MINUTE = 60_000
MS = 1_000_000
NOW_MS = 1_763_712_000_000 + 7 * 3_600_000 + 34 * MINUTE + 20_250
PERP = "BTC/USDT:USDT"


@dataclass
class ListHistory:
    """Implements ports.history from a list; it can be away, or slow."""

    told: dict[tuple[str, int], list[Bar]] = field(default_factory=dict)
    asked: list[tuple[int, int]] = field(default_factory=list)  # timeframe, count
    away: str = ""
    hangs: bool = False

    async def bars(
        self, symbol: str, timeframe_ms: int, count: int, before_ms: int
    ) -> tuple[Bar, ...]:
        self.asked.append((timeframe_ms, count))
        if self.hangs:
            await asyncio.Event().wait()
        if self.away:
            raise ExchangeError(self.away)
        known = self.told.get((symbol, timeframe_ms), [])
        return tuple(each for each in known if each.time_ms + timeframe_ms <= before_ms)[-count:]


def minute_bars(first: int, *closes: float) -> list[Bar]:
    return [
        Bar(SYMBOL, MINUTE, (first + n) * MINUTE, each, each + 1, each - 1, each, 2.0)
        for n, each in enumerate(closes)
    ]


@dataclass
class Chart:
    """One account, its history, and what was seen of its prices."""

    history: History | None
    account: str = ACCOUNT
    instruments: tuple[Instrument, ...] = (BTC,)
    screen: ScreenState = field(default_factory=ScreenState)
    records: SqliteRecords | None = None

    def __post_init__(self) -> None:
        opened, _ = advance(Desk(), OPEN)
        self.desk, _ = advance(opened, m.ListInstruments(self.account, self.instruments))
        histories = {} if self.history is None else {self.account: self.history}
        self.charting = Charting(World(SystemClock(), histories=histories), self.records)

    def see(self, at_ms: int, last: float, symbol: str = SYMBOL) -> None:
        message = m.QuoteChanged(self.account, Quote(symbol, at_ms, last, last, last))
        self.screen = fold(self.screen, message)

    async def at(
        self, now_ms: int, frame: int = MINUTE, count: int = 50, symbol: str = SYMBOL
    ) -> ChartView:
        query = ChartQuery(self.account, symbol, frame, count)
        return await self.charting.answer(query, self.desk, self.screen, now_ms * MS)


def told(bar: Bar) -> Candle:
    return Candle(bar.time_ms, bar.open, bar.high, bar.low, bar.close, bar.volume)


@pytest.mark.asyncio
@pytest.mark.parametrize("frame", TIMEFRAMES.values(), ids=list(TIMEFRAMES))
@pytest.mark.parametrize("symbol", ["BTC/USDT", PERP])
async def test_closed_candles_are_the_markets_and_the_open_one_is_what_its_ticks_were(
    monkeypatch: pytest.MonkeyPatch, frame: int, symbol: str
) -> None:
    monkeypatch.setattr(charting, "ANSWER_S", 60.0)  # a busy machine may need more than the screen
    market = DemoMarket()
    chart = Chart(DemoHistory(market), instruments=market.instruments())
    for tick in range(NOW_MS // MINUTE * MINUTE // 250, NOW_MS // 250 + 1):
        quoted = m.QuoteChanged(ACCOUNT, market.quote(symbol, tick))
        chart.screen = fold(chart.screen, quoted)
    view = await chart.at(NOW_MS, frame, 80, symbol)

    closed = market.bars(symbol, frame, 79, NOW_MS)
    assert view.candles[:-1] == tuple(told(each) for each in closed)
    assert (view.error, view.is_forming) == ("", True)
    begun = bucket_start(NOW_MS, frame)
    minutes = market.bars(symbol, MINUTE, (NOW_MS - begun) // MINUTE, NOW_MS)
    ticks = range(NOW_MS // MINUTE * MINUTE // 250, NOW_MS // 250 + 1)
    lasts = [market.quote(symbol, tick).last for tick in ticks]
    forming = view.candles[-1]
    assert forming.time_ms == begun
    assert forming.high == max([*lasts, *(each.high for each in minutes)])
    assert forming.low == min([*lasts, *(each.low for each in minutes)])
    assert forming.close == view.last == lasts[-1]
    assert forming.open == (minutes[0].open if minutes else lasts[0])


@pytest.mark.asyncio
async def test_only_candles_that_closed_since_are_asked_for() -> None:
    history = ListHistory({(SYMBOL, MINUTE): minute_bars(0, *range(100, 300))})
    chart = Chart(history)
    first = await chart.at(150 * MINUTE)
    assert [each.close for each in first.candles] == list(range(200, 250))
    await chart.at(150 * MINUTE + 30_000)
    after = await chart.at(152 * MINUTE)
    assert [each.close for each in after.candles] == list(range(202, 252))
    assert [count for _, count in history.asked[1:]] == [2]


@pytest.mark.asyncio
async def test_scrolling_further_back_than_known_asks_for_more_up_to_the_bound() -> None:
    history = ListHistory({(SYMBOL, MINUTE): minute_bars(0, *range(100, 2_100))})
    chart = Chart(history)
    await chart.at(2_000 * MINUTE)
    view = await chart.at(2_000 * MINUTE, count=400)
    assert len(view.candles) == 400
    view = await chart.at(2_000 * MINUTE, count=5_000)
    assert len(view.candles) == 1_000
    assert len(history.asked) == 3


@pytest.mark.asyncio
async def test_a_gap_of_the_market_stays_a_gap() -> None:
    known = minute_bars(0, 100, 101, 102, 103, 104)
    del known[2]
    view = await Chart(ListHistory({(SYMBOL, MINUTE): known})).at(5 * MINUTE)
    assert [each.time_ms // MINUTE for each in view.candles] == [0, 1, 3, 4]


@pytest.mark.asyncio
async def test_without_a_history_what_was_seen_is_drawn_and_it_says_so() -> None:
    chart = Chart(None)
    for at_ms, last in ((61_000, 100.0), (90_000, 104.0), (119_000, 98.0), (121_000, 99.0)):
        chart.see(at_ms, last)
    view = await chart.at(125_000)
    assert view.candles == (Candle(60_000, 100, 104, 98, 98), Candle(120_000, 99, 99, 99, 99))
    assert "no history" in view.error
    longer = await chart.at(125_000, 5 * MINUTE)
    assert longer.candles == (Candle(0, 100, 104, 98, 99),)


@pytest.mark.asyncio
async def test_a_history_that_fails_is_said_in_words_and_asked_again_after_a_while() -> None:
    history = ListHistory({(SYMBOL, MINUTE): minute_bars(0, 100, 101, 102)}, away="it is mended")
    chart = Chart(history)
    chart.see(3 * MINUTE + 10, 103.0)
    view = await chart.at(3 * MINUTE + 20)
    assert view.error == "the history fails: it is mended; it is asked again"
    assert [each.close for each in view.candles] == [103.0]
    history.away = ""
    await chart.at(3 * MINUTE + 1_000)
    assert len(history.asked) == 1
    view = await chart.at(3 * MINUTE + 6_000)
    assert [each.close for each in view.candles] == [100, 101, 102, 103]
    assert view.error == ""


@pytest.mark.asyncio
async def test_a_minute_the_history_does_not_tell_yet_is_what_was_seen_of_it() -> None:
    chart = Chart(ListHistory({(SYMBOL, MINUTE): minute_bars(0, 100, 101)}))
    chart.see(2 * MINUTE, 102.0)
    chart.see(3 * MINUTE, 103.0)
    view = await chart.at(3 * MINUTE + 500)
    assert [each.close for each in view.candles] == [100, 101, 102, 103]
    assert [each.volume for each in view.candles] == [2.0, 2.0, None, None]


@pytest.mark.asyncio
async def test_no_screen_waits_for_a_history_that_hangs() -> None:
    chart = Chart(ListHistory(hangs=True))
    chart.see(1_000, 100.0)
    view = await chart.at(2_000, 5 * MINUTE)
    assert view.error == "the history has not answered yet"
    assert view.last == 100.0
    later = await chart.at(14_000, 5 * MINUTE)
    assert later.error == "the history has not answered for 12s"


@pytest.mark.asyncio
async def test_an_unknown_market_is_said_not_asked() -> None:
    history = ListHistory()
    view = await Chart(history).at(1_000, symbol="DOGE/EUR")
    assert "no market DOGE/EUR" in view.error
    assert history.asked == []


def test_marks_are_the_fills_of_the_journal_in_process_and_over_the_socket(
    tmp_path: Path,
) -> None:
    async def live() -> None:
        path = tmp_path / "run" / "engine.sock"
        engine = Engine(engine_setup(tmp_path / "desk", MemoryVenue()), socket=path)
        engine.start()
        try:
            send(engine, OPEN, LIST, start())
            here, query = DirectChannel(engine), ChartQuery(ACCOUNT, SYMBOL, MINUTE, 20)
            assert engine.hear(quote(0, 100.0))
            await until(lambda: bool(engine.answer(DeskQuery()).prices))
            assert (await here.ask(query)).marks == ()
            assert engine.hear(bars(0, +1.0))
            await until(lambda: bool(engine.answer(DeskQuery()).positions))
            view = await here.ask(query)
            fills = await SqliteRecords(tmp_path / "desk").fills(FillFilter(ACCOUNT, SYMBOL), 10)
            assert [(each.at_ns, each.side, each.price, each.owner) for each in view.marks] == [
                (each.at_ns, each.side, each.price, each.owner) for each in fills
            ]
            assert [(each.name, each.price) for each in view.levels] == [("entry", 100.0)]
            channel = await SocketChannel.open(path)
            there = await channel.ask(query)
            await channel.close()
            assert (there.marks, there.candles, there.levels) == (
                view.marks,
                view.candles,
                view.levels,
            )
            assert view.marks[0].quantity == Decimal("0.01")
        finally:
            engine.stop()

    asyncio.run(live())
