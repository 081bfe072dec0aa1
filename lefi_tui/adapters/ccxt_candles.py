"""An exchange's candles: closed ones only, in order, none twice, page by page, gaps left as gaps.

The rules it keeps: the exchange's own clock says whether a candle is closed; a candle that can't
be (high below low, no number) is refused and counted, never mended. A timeframe that the exchange
does not tell is built from a shorter one.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Final

from lefi_tui.adapters.ccxt_link import ExchangeLink
from lefi_tui.adapters.guards import scattered_s
from lefi_tui.core.bars import Bucket, bucket_start
from lefi_tui.core.bot import Bar
from lefi_tui.errors import ExchangeError
from lefi_tui.ports.clock import Clock

NS_PER_MS: Final = 1_000_000
PAGE: Final = 1_000
MEASURED_FOR_NS: Final = 60_000_000_000  # then the exchange is asked for its time again
UNTOLD_MS: Final = 5_000  # a machine's clock is rarely further off
AGAIN_S: Final = (1.0, 2.0, 5.0, 10.0, 30.0)  # between questions that find no answer

_log: Final = logging.getLogger(__name__)


def again_s(failures: int, error: ExchangeError, chance: float) -> float:
    """How long until it is asked again: what it said, and each time longer, half by chance."""
    return max(error.wait_s, scattered_s(AGAIN_S[min(failures, len(AGAIN_S)) - 1], chance))


def whole() -> float:
    """No chance in it: each wait at its longest."""
    return 1.0


class ExchangeCandles:
    """Implements ports.history. `chance` gives 0 to 1."""

    def __init__(
        self, link: ExchangeLink, clock: Clock, chance: Callable[[], float] = whole
    ) -> None:
        self._link = link
        self._clock = clock
        self.chance = chance
        self._frames: dict[int, str] = {}
        self._has: dict[str, bool] = {}
        self._ahead_ms = 0  # the exchange's clock before ours
        self._measured_ns: int | None = None
        self._measuring = asyncio.Lock()
        self.refused = 0  # candles that could not be

    async def now_ms(self) -> int:
        """The exchange's time; of one that does not tell it, as if its clock were behind ours."""
        async with self._measuring:
            await self._describe()
            steady = self._clock.monotonic_ns()
            is_old = self._measured_ns is None or steady - self._measured_ns > MEASURED_FOR_NS
            if is_old and self._has["time"]:
                before = self._clock.now_ns()
                told_ms = await self._link.ask("time")
                between_ns = (before + self._clock.now_ns()) // 2
                self._ahead_ms = told_ms - between_ns // NS_PER_MS
                self._measured_ns = steady
            elif not self._has["time"]:
                self._ahead_ms = -UNTOLD_MS
        return self._clock.now_ns() // NS_PER_MS + self._ahead_ms

    @property
    def ahead_ms(self) -> int:
        return self._ahead_ms

    async def has(self, what: str) -> bool:
        await self._describe()
        return self._has[what]

    async def _describe(self) -> None:
        if not self._has:
            told = await self._link.ask("describe")
            self._frames = {int(ms): name for ms, name in told["frames"].items()}
            self._has = told["has"]

    # ---- candles

    async def bars(
        self, symbol: str, timeframe_ms: int, count: int, before_ms: int
    ) -> tuple[Bar, ...]:
        """Asked again until the exchange answers: a bot that warms up waits with it."""
        failures = 0
        while True:
            try:
                return await self.past(symbol, timeframe_ms, count, before_ms)
            except ExchangeError as error:
                if not error.is_passing:
                    _log.error("no history of %s: %s", symbol, error)
                    return ()
                failures += 1
                await self._clock.sleep(again_s(failures, error, self.chance()))

    async def past(
        self, symbol: str, timeframe_ms: int, count: int, before_ms: int
    ) -> tuple[Bar, ...]:
        end_ms = bucket_start(min(before_ms, await self.now_ms()), timeframe_ms)
        begin_ms = max(end_ms - count * timeframe_ms, 0)
        found: list[Bar] = []
        async for page, _next_ms in self.pages(symbol, timeframe_ms, begin_ms, end_ms):
            found += page
        return tuple(found[-count:] if count else ())

    async def pages(
        self, symbol: str, timeframe_ms: int, from_ms: int, until_ms: int
    ) -> AsyncIterator[tuple[Sequence[Bar], int]]:
        """Closed candles that open at or after `from_ms` and close by `until_ms`; with each page
        the time that it reaches to. A page without a candle is a gap, or a time before the first.
        """
        until_ms = min(until_ms, await self.now_ms())
        told_ms = self._told_frame(symbol, timeframe_ms)
        from_ms = bucket_start(from_ms + timeframe_ms - 1, timeframe_ms)
        making = Bucket(symbol, timeframe_ms)
        while from_ms + told_ms <= until_ms:
            page, from_ms = await self._page(symbol, told_ms, from_ms, until_ms)
            if told_ms != timeframe_ms:
                making, page = _built(making, page, from_ms)
            yield page, from_ms

    def _told_frame(self, symbol: str, timeframe_ms: int) -> int:
        """The longest timeframe that the exchange tells and that ours is made of."""
        fitting = [each for each in self._frames if timeframe_ms % each == 0]
        if not self._has["candles"] or not fitting:
            frames = ", ".join(self._frames.values()) or "none"
            why = f"it tells no candles of {timeframe_ms / 1_000:g} s, nor shorter ones to build on"
            raise ExchangeError(
                f"{why}; it tells {frames}", where=f"{self._link.exchange} {symbol}"
            )
        return max(fitting)

    async def _page(
        self, symbol: str, frame_ms: int, from_ms: int, until_ms: int
    ) -> tuple[list[Bar], int]:
        told = await self._link.ask(
            "candles",
            symbol=symbol,
            frame=self._frames[frame_ms],
            since=from_ms,
            count=min(PAGE, (until_ms - from_ms) // frame_ms),
        )
        rows = sorted(told["rows"])
        page: list[Bar] = []
        next_ms = from_ms
        for row in rows:
            end_ms = row[0] + frame_ms
            if row[0] < next_ms or end_ms > until_ms:
                continue
            next_ms = end_ms
            page += self._sane(symbol, frame_ms, row)
        if next_ms == from_ms:  # nothing here: what comes first lies after what one answer holds
            later = [row[0] for row in rows if row[0] > from_ms]
            next_ms = min(later[0] if later else from_ms + told["most"] * frame_ms, until_ms)
            next_ms = max(bucket_start(next_ms, frame_ms), from_ms + frame_ms)
        return page, next_ms

    def _sane(self, symbol: str, frame_ms: int, row: Sequence[Any]) -> list[Bar]:
        bar = Bar(symbol, frame_ms, *row)
        is_sane = 0 < bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high
        on_time = bucket_start(bar.time_ms, frame_ms) == bar.time_ms
        if is_sane and on_time and math.isfinite(bar.high) and 0 <= bar.volume < math.inf:
            return [bar]
        self.refused += 1
        _log.warning("%s told a candle that can't be: %s", self._link.exchange, row)
        return []


def _built(making: Bucket, page: Sequence[Bar], until_ms: int) -> tuple[Bucket, list[Bar]]:
    """Longer candles from shorter ones; one is told when its time is over."""
    done: list[Bar] = []
    for bar in page:
        if making.is_due(bar.time_ms):
            done.append(making.bar())
            making = making.closed()
        making = making.after(bar)
    if making.is_due(until_ms):
        done.append(making.bar())
        making = making.closed()
    return making, done
