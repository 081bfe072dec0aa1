"""Questions that take a while: answered from records and history beside the turns, never in one.

A screen asks through the same door; it can't tell which questions these are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lefi_tui.core.desk import Desk
from lefi_tui.engine.charting import Charting
from lefi_tui.engine.reporting import Reporting
from lefi_tui.engine.scheduling import Scheduling
from lefi_tui.engine.tracing import Tracing
from lefi_tui.engine.world import World
from lefi_tui.ports.records import Records
from lefi_tui.views.bot_picture import bot_view
from lefi_tui.views.bot_view import BotView
from lefi_tui.views.fold import ScreenState
from lefi_tui.views.notices_view import ErrandAnswer, NoticesView
from lefi_tui.views.orders_picture import orders_view
from lefi_tui.views.orders_view import OrdersView
from lefi_tui.views.queries import (
    BotQuery,
    ChartQuery,
    NoticeErrand,
    NoticesQuery,
    OrdersQuery,
    Query,
    ReportQuery,
    ScheduleQuery,
    StoryQuery,
)
from lefi_tui.views.report_view import ReportView
from lefi_tui.views.schedule_view import ScheduleView


@dataclass(frozen=True, slots=True)
class Sight:
    """What stands now: values that never change, whatever the engine does meanwhile."""

    desk: Desk
    screen: ScreenState
    now_ns: int


class Reading:
    """Lives in the engine's loop."""

    def __init__(self, world: World, records: Records | None, tracing: Tracing) -> None:
        self._world = world
        self._records = records
        self._charting = Charting(world, records)
        self._tracing = tracing
        self._reporting: Reporting | None = None  # reads nothing until somebody asks
        self.scheduling: Scheduling | None = None  # while the engine runs

    async def answer(self, query: Query, sight: Sight) -> Any:
        match query:
            case BotQuery():
                return await self._bot(query, sight)
            case OrdersQuery():
                return await self._orders(query, sight)
            case ChartQuery():
                return await self._charting.answer(query, sight.desk, sight.screen, sight.now_ns)
            case StoryQuery():
                return await self._tracing.answer(query)
            case NoticesQuery() | NoticeErrand():
                return await self._notices(query, sight)
            case ReportQuery() | ScheduleQuery():
                return await self._over_time(query, sight)
            case _:
                raise AssertionError(f"no question of a screen: {query!r}")

    async def _orders(self, query: OrdersQuery, sight: Sight) -> OrdersView:
        records = await self._kept().orders(query.limit + 1)
        return orders_view(records, sight.desk.instruments, sight.now_ns, query.limit)

    async def _notices(self, query: Query, sight: Sight) -> Any:
        notifier = self._world.notifier
        if notifier is None and isinstance(query, NoticesQuery):
            return NoticesView(sight.now_ns)
        if notifier is None:
            return ErrandAnswer("This desk is thrown away with its screen: it tells nobody.")
        return await notifier.answer(query, sight.now_ns)

    async def _bot(self, query: BotQuery, sight: Sight) -> BotView:
        bot = sight.desk.bots.get(query.bot)
        own = None if bot is None else await self._reports().own(bot.account, bot.id)
        return bot_view(sight.desk, sight.screen, query.bot, sight.now_ns, own)

    async def _over_time(
        self, query: ReportQuery | ScheduleQuery, sight: Sight
    ) -> ReportView | ScheduleView:
        if isinstance(query, ReportQuery):
            return await self._reports().answer(query, sight.now_ns)
        assert self.scheduling is not None, "the engine has not started"
        return await self.scheduling.view(sight.desk, sight.now_ns)

    def _reports(self) -> Reporting:
        if self._reporting is None:
            self._reporting = Reporting(self._kept())
        return self._reporting

    def _kept(self) -> Records:
        assert self._records is not None, "this engine was set up without records"
        return self._records
