"""What crosses the socket: one JSON object a line, typed values by the codec.

A request is {"id", "send" | "ask" | "subscribe"}; an answer carries its id, an event has none.
"""

from __future__ import annotations

import json
from typing import Any, Final

from lefi_tui.core.codec import CodecError, decode, encode, from_plain, text_of, to_plain
from lefi_tui.core.messages import AdvanceKill, Command, Event, TakeOrders
from lefi_tui.engine.health import Health, HealthQuery
from lefi_tui.engine.publisher import Published
from lefi_tui.engine.turn import Receipt
from lefi_tui.views.approvals_view import ApprovalsView
from lefi_tui.views.away import AwayView
from lefi_tui.views.book_view import BookView, InsideView
from lefi_tui.views.bot_view import BotView
from lefi_tui.views.chart_view import ChartView
from lefi_tui.views.dead_view import DeadView
from lefi_tui.views.desk_view import DeskView, WhyView
from lefi_tui.views.distance_view import DistancesView
from lefi_tui.views.doubts_view import DoubtsView
from lefi_tui.views.flows_view import FlowsView
from lefi_tui.views.game_view import GameView
from lefi_tui.views.gates_view import GatesView
from lefi_tui.views.kill_view import KillView
from lefi_tui.views.limits_view import LimitsView
from lefi_tui.views.markets_view import MarketsView
from lefi_tui.views.notices_view import ErrandAnswer, NoticesView
from lefi_tui.views.orders_view import OrdersView
from lefi_tui.views.queries import (
    ApprovalsQuery,
    AwayQuery,
    BookQuery,
    BotQuery,
    ChartQuery,
    DeadQuery,
    DeskQuery,
    DistancesQuery,
    DoubtsQuery,
    FlowsQuery,
    GameQuery,
    GatesQuery,
    InsideQuery,
    KillQuery,
    LimitsQuery,
    MarketsQuery,
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
    WalletsQuery,
    WhyQuery,
    WorthQuery,
)
from lefi_tui.views.report_view import ReportView
from lefi_tui.views.schedule_view import ScheduleView
from lefi_tui.views.scores_view import ScoresView
from lefi_tui.views.statement_view import StatementView, WorthView
from lefi_tui.views.story_view import StoryView
from lefi_tui.views.ticket_view import TicketView
from lefi_tui.views.update_view import UpdateView
from lefi_tui.views.wallet_view import WalletsView

LINE_BYTES_MAX: Final = 4_000_000  # a view of a full desk has a tenth of this
# The first line of a connection, or a refusal in its place.
GREETING: Final[dict[str, Any]] = {"lefi": "engine", "wire": 1}
# Each question with the type of its answer: one table for both ends.
QUESTIONS: Final[dict[str, tuple[type[Query], type]]] = {
    "DeskQuery": (DeskQuery, DeskView),
    "AwayQuery": (AwayQuery, AwayView),
    "WhyQuery": (WhyQuery, WhyView),
    "HealthQuery": (HealthQuery, Health),
    "KillQuery": (KillQuery, KillView),
    "DoubtsQuery": (DoubtsQuery, DoubtsView),
    "MarketsQuery": (MarketsQuery, MarketsView),
    "WalletsQuery": (WalletsQuery, WalletsView),
    "DeadQuery": (DeadQuery, DeadView),
    "LimitsQuery": (LimitsQuery, LimitsView),
    "BookQuery": (BookQuery, BookView),
    "GameQuery": (GameQuery, GameView),
    "InsideQuery": (InsideQuery, InsideView),
    "TicketQuery": (TicketQuery, TicketView),
    "BotQuery": (BotQuery, BotView),
    "OrdersQuery": (OrdersQuery, OrdersView),
    "ChartQuery": (ChartQuery, ChartView),
    "ApprovalsQuery": (ApprovalsQuery, ApprovalsView),
    "FlowsQuery": (FlowsQuery, FlowsView),
    "NoticesQuery": (NoticesQuery, NoticesView),
    "NoticeErrand": (NoticeErrand, ErrandAnswer),
    "VaultErrand": (VaultErrand, ErrandAnswer),
    "ReportQuery": (ReportQuery, ReportView),
    "ScheduleQuery": (ScheduleQuery, ScheduleView),
    "ScoresQuery": (ScoresQuery, ScoresView),
    "StatementQuery": (StatementQuery, StatementView),
    "StoryQuery": (StoryQuery, StoryView),
    "GatesQuery": (GatesQuery, GatesView),
    "WorthQuery": (WorthQuery, WorthView),
    "DistancesQuery": (DistancesQuery, DistancesView),
    "UpdateQuery": (UpdateQuery, UpdateView),
}


class WireError(ValueError):
    """A line that is no request; says why."""


def line(data: dict[str, Any]) -> bytes:
    return text_of(data).encode() + b"\n"


def read_line(raw: bytes) -> dict[str, Any]:
    try:
        data = json.loads(raw)
    except ValueError as error:
        raise WireError(f"not JSON: {error}") from error
    if not isinstance(data, dict):
        raise WireError("not an object")
    return data


def command_data(command: Command) -> dict[str, Any]:
    name, version, body = encode(command)
    return {"type": name, "version": version, "body": body}


def read_command(data: Any) -> Command:
    """Only commands come in this way: a report from here would be a forged fill."""
    try:
        command = decode(data["type"], data["version"], data["body"])
    except (CodecError, LookupError, TypeError) as error:
        raise WireError(f"no command: {error}") from error
    if not isinstance(command, Command) or isinstance(command, AdvanceKill | TakeOrders):
        raise WireError(f"{data['type']} is no command of a client")
    return command


def query_data(query: Query) -> dict[str, Any]:
    return {"query": type(query).__name__, "args": to_plain(query)}


def read_query(data: Any) -> Query:
    try:
        kind, _ = QUESTIONS[data["query"]]
        query = from_plain(kind, data["args"])
    except (CodecError, LookupError, TypeError) as error:
        raise WireError(f"no question: {error}") from error
    assert isinstance(query, Query)
    return query


def read_view(query: Query, data: Any) -> Any:
    return from_plain(QUESTIONS[type(query).__name__][1], data)


def read_receipt(data: Any) -> Receipt:
    told = data["is_accepted"], data["text"], data["n"]
    return Receipt(*told, tuple(data.get("orders", ())))


def event_data(published: Published) -> dict[str, Any] | None:
    """Only events cross; a bot's state and the market's stream stay in the engine."""
    if not isinstance(published.event, Event):
        return None
    name, version, body = encode(published.event)
    return {
        "event": name,
        "version": version,
        "body": body,
        "n": published.n,
        "at_ns": published.at_ns,
        "missed": published.missed,
    }


def read_event(data: dict[str, Any]) -> Published:
    event = decode(data["event"], data["version"], data["body"])
    return Published(data["n"], data["at_ns"], event, data["missed"])
