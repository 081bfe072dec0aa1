"""Questions that take a while: answered from records and history beside the turns, never in one.

A screen asks through the same door; it can't tell which questions these are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from lefi_tui.core.desk import Desk
from lefi_tui.core.record import Record
from lefi_tui.core.roles import Who
from lefi_tui.engine.charting import Charting
from lefi_tui.engine.live_starts import LiveStarts
from lefi_tui.engine.reporting import Reporting
from lefi_tui.engine.scheduling import Scheduling
from lefi_tui.engine.tracing import Tracing
from lefi_tui.engine.world import World
from lefi_tui.engine.worth import Worth
from lefi_tui.ports.records import Records
from lefi_tui.ports.secrets import SecretsError
from lefi_tui.views.approvals_picture import approvals_view
from lefi_tui.views.approvals_view import ApprovalsView
from lefi_tui.views.bot_picture import bot_view
from lefi_tui.views.bot_view import BotView
from lefi_tui.views.chart_view import ChartView
from lefi_tui.views.distance_view import DistancesView
from lefi_tui.views.flows_picture import flows_view
from lefi_tui.views.flows_view import FlowsView
from lefi_tui.views.fold import ScreenState
from lefi_tui.views.gates_view import GatesView
from lefi_tui.views.notices_view import ErrandAnswer, NoticesView
from lefi_tui.views.orders_picture import orders_view
from lefi_tui.views.orders_view import OrdersView
from lefi_tui.views.picture import marked
from lefi_tui.views.queries import (
    ApprovalsQuery,
    BotQuery,
    ChartQuery,
    DistancesQuery,
    FlowsQuery,
    GatesQuery,
    NoticeErrand,
    NoticesQuery,
    OrdersQuery,
    Query,
    ReportQuery,
    ScheduleQuery,
    ScoresQuery,
    StatementQuery,
    StoryQuery,
    TicketQuery,
    UpdateQuery,
    VaultErrand,
    WorthQuery,
)
from lefi_tui.views.report_view import ReportView
from lefi_tui.views.schedule_view import ScheduleView
from lefi_tui.views.scores import GAMES_READ, Told, scores_view
from lefi_tui.views.scores_view import ScoresView
from lefi_tui.views.statement_picture import statement_view
from lefi_tui.views.statement_view import StatementView, WorthView
from lefi_tui.views.story_view import StoryView
from lefi_tui.views.ticket_picture import ticket_view
from lefi_tui.views.ticket_view import TicketView
from lefi_tui.views.update_view import UpdateView


class Sight(Record):
    """What stands now: values that never change, whatever the engine does meanwhile."""

    desk: Desk
    screen: ScreenState
    now_ns: int
    who: Who  # looks


Way = Callable[[Any, Sight], Awaitable[Any]]


class Reading:
    """Lives in the engine's loop."""

    def __init__(self, world: World, records: Records | None, tracing: Tracing) -> None:
        self._world = world
        self._records = records
        self._charting = Charting(world, records)
        self._worth = Worth(world)
        self.starts = LiveStarts(world)
        self._tracing = tracing
        self._reporting: Reporting | None = None  # reads nothing until somebody asks
        self.scheduling: Scheduling | None = None  # while the engine runs
        self._ways: Final[dict[type[Query], Way]] = {
            ApprovalsQuery: self._approvals,
            BotQuery: self._bot,
            ChartQuery: self._chart,
            DistancesQuery: self._distances,
            FlowsQuery: self._flows,
            GatesQuery: self._gates,
            NoticeErrand: self._notices,
            NoticesQuery: self._notices,
            OrdersQuery: self._orders,
            ReportQuery: self._report,
            ScheduleQuery: self._schedule,
            ScoresQuery: self._scores,
            StatementQuery: self._statement,
            StoryQuery: self._story,
            TicketQuery: self._ticket,
            UpdateQuery: self._update,
            VaultErrand: self._unlock,
            WorthQuery: self._asked_worth,
        }

    async def answer(self, query: Query, sight: Sight) -> Any:
        way = self._ways.get(type(query))
        assert way is not None, f"no question of a screen: {query!r}"
        return await way(query, sight)

    async def _orders(self, query: OrdersQuery, sight: Sight) -> OrdersView:
        records = await self._kept().orders(query.limit + 1)
        return orders_view(records, sight.desk.instruments, sight.now_ns, query.limit)

    async def _approvals(self, query: ApprovalsQuery, sight: Sight) -> ApprovalsView:
        over = await self._kept().approvals(query.answered)
        return approvals_view(sight.desk, sight.screen, sight.who, sight.now_ns, over)

    async def _notices(self, query: Query, sight: Sight) -> Any:
        notifier = self._world.notifier
        if notifier is None and isinstance(query, NoticesQuery):
            return NoticesView(sight.now_ns)
        if notifier is None:
            return ErrandAnswer("This desk is thrown away with its screen: it tells nobody.")
        return await notifier.answer(query, sight.now_ns)

    async def _unlock(self, query: VaultErrand, _sight: Sight) -> ErrandAnswer:
        secrets = self._world.secrets
        if secrets is None:
            return ErrandAnswer("This desk is thrown away with its screen: it keeps no secrets.")
        try:
            await asyncio.to_thread(secrets.unlock, query.passphrase)
        except SecretsError as error:
            return ErrandAnswer(error.why)
        return ErrandAnswer("")

    async def _bot(self, query: BotQuery, sight: Sight) -> BotView:
        bot = sight.desk.bots.get(query.bot)
        own = None if bot is None else await self._reports().own(bot.account, bot.id)
        return bot_view(sight.desk, sight.screen, query.bot, sight.now_ns, own)

    async def _report(self, query: ReportQuery, sight: Sight) -> ReportView:
        return await self._reports().answer(query, sight.now_ns)

    async def _scores(self, query: ScoresQuery, sight: Sight) -> ScoresView:
        kept = self._kept()
        told = Told(await kept.games(GAMES_READ), await kept.runs(), await kept.accounts())
        return await asyncio.to_thread(scores_view, (told,), query, sight.now_ns)

    async def _ticket(self, query: TicketQuery, sight: Sight) -> TicketView:
        return ticket_view(query, sight.screen, sight.desk, sight.now_ns)

    async def _statement(self, query: StatementQuery, sight: Sight) -> StatementView:
        """In a thread: it is compiled, which no turn waits for."""
        return await asyncio.to_thread(
            statement_view, query, sight.screen, sight.desk, sight.now_ns
        )

    async def _asked_worth(self, query: WorthQuery, sight: Sight) -> WorthView:
        seen = marked(sight.desk, sight.screen.prices)
        return await self._worth.answer(query, seen, sight.now_ns)

    async def _distances(self, query: DistancesQuery, sight: Sight) -> DistancesView:
        seen = marked(sight.desk, sight.screen.prices)
        return await self._worth.distances(query, seen, sight.now_ns)

    async def _schedule(self, _query: ScheduleQuery, sight: Sight) -> ScheduleView:
        assert self.scheduling is not None, "the engine has not started"
        return await self.scheduling.view(sight.desk, sight.now_ns)

    async def _chart(self, query: ChartQuery, sight: Sight) -> ChartView:
        return await self._charting.answer(query, sight.desk, sight.screen, sight.now_ns)

    async def _story(self, query: StoryQuery, _sight: Sight) -> StoryView:
        return await self._tracing.answer(query)

    async def _flows(self, query: FlowsQuery, sight: Sight) -> FlowsView:
        records = await self._kept().flows(query.limit)
        return flows_view(records, sight.now_ns, sight.desk.flows)

    async def _gates(self, query: GatesQuery, sight: Sight) -> GatesView:
        return await self.starts.view(query, sight.desk, sight.now_ns)

    async def _update(self, query: UpdateQuery, sight: Sight) -> UpdateView:
        return await self.starts.update_view(query, sight.desk, sight.now_ns)

    def _reports(self) -> Reporting:
        if self._reporting is None:
            self._reporting = Reporting(self._kept())
        return self._reporting

    def _kept(self) -> Records:
        assert self._records is not None, "this engine was set up without records"
        return self._records
