"""Candles for a chart: asked of the market's history once, then only those that closed since.

The rule it keeps: a screen never waits for a history. What is known is shown, what is missing is
said, and a history that fails is asked again after a while.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from contextlib import suppress
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from lefi_tui.core.bars import bucket_start
from lefi_tui.core.bot import Bar
from lefi_tui.core.desk import Desk
from lefi_tui.core.ledger import Ledger
from lefi_tui.core.record import Record
from lefi_tui.engine.world import World
from lefi_tui.errors import LefiError
from lefi_tui.ports.history import History
from lefi_tui.ports.records import FillFilter, FillRecord, Records
from lefi_tui.views.candle_parts import candles
from lefi_tui.views.chart_view import ChartView, Mark, frame_name, live, shorter_frames
from lefi_tui.views.fold import Key, Minute, ScreenState
from lefi_tui.views.numbers import NS_PER_MS as MS
from lefi_tui.views.numbers import age
from lefi_tui.views.picture import picture
from lefi_tui.views.queries import CHART_CANDLES_MAX, ChartQuery

SHELVES_MAX: Final = 24  # markets and timeframes whose candles are remembered
BARS_MAX: Final = CHART_CANDLES_MAX + 128  # of one of them
MARKS_MAX: Final = 500
ANSWER_S: Final = 0.3  # a history that needs longer is shown when it has come
AGAIN_MS: Final = 5_000  # until a history that lacks the newest candle is asked again
ASIDE: Final = 64  # candles more than wanted, so that scrolling need not wait

Shelved = tuple[str, str, int]  # account, symbol, timeframe


class _Shelf(Struct):
    """The closed candles of one market and timeframe, as far back as they were asked for."""

    bars: tuple[Bar, ...] = ()
    asked: int = 0  # candles back from the newest of then
    asked_ms: int = 0  # when it was asked last
    next_ms: int = 0  # not asked again before
    failure: str = ""
    fetch: asyncio.Task[None] | None = None

    def missing(self, frame: int, count: int, now_ms: int) -> int:
        """How many candles to ask for, back from now: those that closed since, or all."""
        if count > self.asked or (count and not self.bars):
            return min(count + ASIDE, BARS_MAX)
        if not self.bars:
            return 0
        closed = (bucket_start(now_ms, frame) - self.bars[-1].time_ms) // frame - 1
        return max(0, min(closed, BARS_MAX))

    def put(self, bars: tuple[Bar, ...], asked: int) -> None:
        """The newer word counts."""
        known = {each.time_ms: each for each in (*self.bars, *bars)}
        self.bars = tuple(known[at] for at in sorted(known))[-BARS_MAX:]
        self.asked = max(self.asked, asked)


class _Marked(Record):
    """Fills as they were read; valid while the books are the same."""

    ledger: Ledger
    since_ns: int
    marks: tuple[Mark, ...]


class Charting:
    """Lives in one loop."""

    def __init__(self, world: World, records: Records | None) -> None:
        self._world = world
        self._records = records
        self._shelves: OrderedDict[Shelved, _Shelf] = OrderedDict()
        self._marked: dict[tuple[str, str], _Marked] = {}

    async def answer(
        self, query: ChartQuery, desk: Desk, screen: ScreenState, now_ns: int
    ) -> ChartView:
        market, frame, now_ms = (query.account, query.symbol), query.timeframe_ms, now_ns // MS
        view = ChartView(now_ns, *market, frame)
        if market not in desk.instruments:
            return replace(view, error=f"There is no market {query.symbol} on {query.account}.")
        count = max(1, min(query.count, CHART_CANDLES_MAX))
        whole, parts = await self._told(market, frame, count, now_ms)
        shown = candles(whole.bars[-count:], parts, _seen(screen, market), frame)[-count:]
        since_ms = shown[0].time_ms if shown else now_ms
        view = replace(
            view,
            candles=shown,
            is_forming=bool(shown) and shown[-1].time_ms == bucket_start(now_ms, frame),
            marks=await self._own_fills(market, since_ms * MS, desk),
            error=self._missing(market, frame, whole, now_ms),
        )
        return live(view, picture(screen, desk, now_ns))

    async def _told(
        self, market: Key, frame: int, count: int, now_ms: int
    ) -> tuple[_Shelf, list[Bar]]:
        """Closed candles, and the shorter closed ones that the open candle has had so far."""
        asked, begun_ms = [(frame, count, 0)], bucket_start(now_ms, frame)
        for shorter in shorter_frames(frame):
            asked.append((shorter, (now_ms - begun_ms) // shorter, begun_ms))
            begun_ms = bucket_start(now_ms, shorter)
        whole, *others = await asyncio.gather(
            *(self._closed((*market, each), number, now_ms) for each, number, _ in asked)
        )
        parts = [
            bar
            for shelf, (_, _, since_ms) in zip(others, asked[1:], strict=True)
            for bar in shelf.bars
            if bar.time_ms >= since_ms
        ]
        return whole, parts

    # ---- candles

    async def _closed(self, key: Shelved, count: int, now_ms: int) -> _Shelf:
        """What is known after a short wait; the history may go on telling."""
        shelf = self._shelf(key)
        history = self._world.histories.get(key[0])
        if history is None:
            return shelf
        if shelf.fetch is None and now_ms >= shelf.next_ms:
            wanted = shelf.missing(key[2], count, now_ms)
            if wanted:
                work = self._fetch(shelf, history, key, wanted, now_ms)
                shelf.asked_ms = now_ms
                shelf.fetch = asyncio.get_running_loop().create_task(work)
        if shelf.fetch is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(ANSWER_S):
                    await asyncio.shield(shelf.fetch)
        return shelf

    def _shelf(self, key: Shelved) -> _Shelf:
        shelf = self._shelves.setdefault(key, _Shelf())
        self._shelves.move_to_end(key)
        if len(self._shelves) > SHELVES_MAX:
            self._shelves.popitem(last=False)
        return shelf

    async def _fetch(
        self, shelf: _Shelf, history: History, key: Shelved, count: int, now_ms: int
    ) -> None:
        _, symbol, frame = key
        try:
            bars = await history.bars(symbol, frame, count, now_ms)
            shelf.failure = ""
            shelf.put(bars, count)
        except LefiError as error:
            shelf.failure = error.why
        except OSError as error:
            shelf.failure = str(error)
        finally:
            shelf.fetch = None
            if not shelf.bars or shelf.missing(frame, 0, now_ms):
                shelf.next_ms = now_ms + AGAIN_MS

    def _missing(self, market: Key, frame: int, shelf: _Shelf, now_ms: int) -> str:
        """What a person should know about what is not drawn."""
        account, symbol = market
        if account not in self._world.histories:
            return f"{account} has no history; drawn is what was seen since the start"
        if shelf.failure:
            return f"the history fails: {shelf.failure}; it is asked again"
        waited_ms = 0 if shelf.fetch is None else now_ms - shelf.asked_ms
        if waited_ms >= AGAIN_MS:
            return f"the history has not answered for {age(waited_ms)}"
        if shelf.bars:
            return ""
        if shelf.fetch is not None:
            return "the history has not answered yet"
        return f"the history tells no {frame_name(frame)} candles of {symbol}"

    # ---- fills

    async def _own_fills(self, market: Key, since_ns: int, desk: Desk) -> tuple[Mark, ...]:
        """Read again only when something was booked."""
        if self._records is None:
            return ()
        known = self._marked.get(market)
        if known is None or known.ledger is not desk.ledger or since_ns < known.since_ns:
            fills = await self._records.fills(FillFilter(*market, since_ns=since_ns), MARKS_MAX)
            known = _Marked(desk.ledger, since_ns, tuple(map(_mark, fills)))
            if len(self._marked) >= SHELVES_MAX:
                self._marked.clear()
            self._marked[market] = known
        return tuple(each for each in known.marks if each.at_ns >= since_ns)


def _seen(screen: ScreenState, market: Key) -> tuple[Minute, ...]:
    price = screen.prices.get(market)
    if price is None:
        return ()
    return price.minutes if price.minute is None else (*price.minutes, price.minute)


def _mark(fill: FillRecord) -> Mark:
    told = (fill.at_ns, fill.side, fill.price, fill.quantity, fill.owner, fill.reason, fill.order)
    return Mark(*told)
