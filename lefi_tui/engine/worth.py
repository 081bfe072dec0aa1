"""Answers what a value is worth now: history is asked for once a candle, the run is a thread's.

The rule it keeps: the desk is read, never changed; a question never waits in the engine's turn.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Final

from lefi_tui.core.bars import bucket_start
from lefi_tui.core.bot import Bar, Needs
from lefi_tui.core.desk import Desk
from lefi_tui.core.desk.worth import Asked, near, near_of, needs_of, printed, running
from lefi_tui.engine.world import World
from lefi_tui.errors import LefiError
from lefi_tui.views.distance_view import DistancesView
from lefi_tui.views.numbers import NS_PER_MS
from lefi_tui.views.queries import DistancesQuery, WorthQuery
from lefi_tui.views.statement_view import WorthView

KEPT_MAX: Final = 8  # markets and timeframes whose candles stay until the next one closes

Wanted = tuple[str, str, int]  # account, symbol, timeframe


class Worth:
    """Lives in one loop."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._kept: OrderedDict[Wanted, tuple[int, tuple[Bar, ...]]] = OrderedDict()

    async def answer(self, query: WorthQuery, desk: Desk, now_ns: int) -> WorthView:
        asked = Asked(query.account, query.source, dict(query.settings), now_ns)
        fed = await self._fed(asked, desk)
        if isinstance(fed, str):
            return WorthView(refusal=fed)
        said = await asyncio.to_thread(printed, desk, asked, *fed)
        return WorthView(said.values, said.refusal, said.at_ms)

    async def distances(self, query: DistancesQuery, desk: Desk, now_ns: int) -> DistancesView:
        asked = Asked(query.account, query.source, dict(query.settings), now_ns)
        bot = running(desk, asked, query.bot)
        if bot is not None:
            found = await asyncio.to_thread(near_of, desk, bot)
            return DistancesView(
                found.runs,
                found.refusal,
                bot.account,
                bot.id,
                is_bots=True,
                at_ms=found.at_ms,
                states=found.states,
            )
        fed = await self._fed(asked, desk)
        if isinstance(fed, str):
            return DistancesView((), fed, query.account, query.bot)
        found = await asyncio.to_thread(near, desk, asked, *fed)
        return DistancesView(found.runs, found.refusal, query.account, query.bot, at_ms=found.at_ms)

    async def _fed(self, asked: Asked, desk: Desk) -> tuple[Needs, list[Bar]] | str:
        """What it needs with its candles, or why it can't be asked."""
        needs = await asyncio.to_thread(needs_of, desk, asked)
        if isinstance(needs, str):
            return needs
        try:
            return needs, await self._bars(asked.account, needs, asked.at_ns // NS_PER_MS)
        except (LefiError, OSError) as error:
            why = error.why if isinstance(error, LefiError) else str(error)
            return f"The history of {asked.account} fails: {why}"

    async def _bars(self, account: str, needs: Needs, now_ms: int) -> list[Bar]:
        out: list[Bar] = []
        for symbol, timeframe_ms in needs.bars:
            count = max(1, needs.history_bars)
            out += await self._known((account, symbol, timeframe_ms), count, now_ms)
        return out

    async def _known(self, wanted: Wanted, count: int, now_ms: int) -> tuple[Bar, ...]:
        """The newest closed candles; asked again when one more has closed."""
        account, symbol, timeframe_ms = wanted
        history = self._world.histories.get(account)
        if history is None:
            return ()
        begun_ms = bucket_start(now_ms, timeframe_ms)
        asked_ms, bars = self._kept.get(wanted, (0, ()))
        has_all = bars and bars[-1].time_ms + timeframe_ms == begun_ms and len(bars) >= count
        if asked_ms != begun_ms or not has_all:
            bars = await history.bars(symbol, timeframe_ms, count, now_ms)
            self._kept[wanted] = (begun_ms, bars)
        self._kept.move_to_end(wanted)
        if len(self._kept) > KEPT_MAX:
            self._kept.popitem(last=False)
        return bars[-count:]
