"""What a screen may ask and how it reaches the engine: `send` a command, `ask` for one frozen view.

The same two calls work in the engine's own process and over its socket, so a screen can't tell
which it has, and can do nothing else.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, Final, Protocol

from lefi_tui.core.messages import Command, PlaceOrder
from lefi_tui.core.record import Record

ORDERS_MAX: Final = 500  # what a person may scroll and filter through
REPORT_TRADES_MAX: Final = 500  # the same
SCORES_MAX: Final = 50  # sessions of games
NOTICES_MAX: Final = 200  # the same
ANSWERED_MAX: Final = 20  # approvals that are over, below those that wait
FLOWS_MAX: Final = 500  # as of orders
CHART_CANDLES_MAX: Final = 1_000  # what a person may scroll back through
PRINTS_SHOWN: Final = 60  # a tape as high as a tall screen


class Query(Record):
    """Reads; never journaled, never through the inbox."""


class DeskQuery(Query):
    """The whole desk as it stands: answered by a DeskView. `is_watched`: a person sees it."""

    is_watched: bool = False


class AwayQuery(Query):
    """What happened since a person last looked, told once: answered by an AwayView."""


class DeadQuery(Query):
    """What could not be carried out: answered by a DeadView."""


class DoubtsQuery(Query):
    """What is in doubt, or not ours: answered by a DoubtsView."""


class KillQuery(Query):
    """How far a kill is, and what a person looks at before resuming: answered by a KillView."""


class WalletsQuery(Query):
    """What each account has, by currency: answered by a WalletsView."""


class MarketsQuery(Query):
    """What can be traded on each account: answered by a MarketsView."""


class WhyQuery(Query):
    """The last run of a bot, its conditions with their values: answered by a WhyView."""

    bot: str


class StoryQuery(Query):
    """A moment of the past with all that led to it and came of it: answered by a StoryView.

    Of an order, of a story by its number, or else the newest run of a bot or of the bots that read
    a market, later than `since_ms` and not later than `until_ms`.
    """

    order: str = ""
    story: int = 0
    bot: str = ""
    account: str = ""
    symbol: str = ""
    since_ms: int = -1
    until_ms: int = 0


class BotQuery(Query):
    """One bot: settings, decisions, what it holds and earned: answered by a BotView."""

    bot: str


class OrdersQuery(Query):
    """The newest orders, working and past: answered by an OrdersView."""

    limit: int = ORDERS_MAX


class ScheduleQuery(Query):
    """What runs when, of bots and of the engine itself: answered by a ScheduleView."""


class ReportQuery(Query):
    """What came of an account, or of one bot of it, since a time: answered by a ReportView.

    Without an account it is the first that has traded; `trades` bounds the newest that are told.
    """

    bot: str = ""
    since_ns: int = 0
    account: str = ""
    trades: int = REPORT_TRADES_MAX


class ScoresQuery(Query):
    """The sessions of games, the best first: answered by a ScoresView. Of one market, or all."""

    market: str = ""
    limit: int = SCORES_MAX


class ApprovalsQuery(Query):
    """What waits for a person, and what came of the newest answers: by an ApprovalsView."""

    answered: int = ANSWERED_MAX


class FlowsQuery(Query):
    """The cash flows that scripts planned: answered by a FlowsView."""

    limit: int = FLOWS_MAX


class NoticesQuery(Query):
    """The newest notices and how their channels fare: answered by a NoticesView."""

    limit: int = NOTICES_MAX


class NoticeErrand(Query):
    """A word to the outbox: a test of this channel, or this dead notice once more. Nothing of
    trading hangs on it, so it is not journaled. Answered by an ErrandAnswer."""

    test: str = ""
    requeue: int = 0


class VaultErrand(Query):
    """Opens the vault of secrets in the engine's process too, for its owner. Never journaled, never
    shown. Answered by an ErrandAnswer, whose text is why it did not open."""

    passphrase: str

    def __repr__(self) -> str:
        return "VaultErrand()"


class LimitsQuery(Query):
    """The limits of one place and the thermostat: answered by a LimitsView."""

    place: str = "desk"


class GatesQuery(Query):
    """What a start of this text would find there, and start nothing: answered by a GatesView."""

    account: str
    source: str
    settings: tuple[tuple[str, str], ...] = ()
    kind: str = "automated"
    bot: str = ""
    typed: str = ""


class UpdateQuery(Query):
    """What would become of a bot with this text, and nothing is done: answered by an UpdateView."""

    bot: str
    source: str
    settings: tuple[tuple[str, str], ...] = ()
    is_whole: bool = False
    typed: str = ""


class TicketQuery(Query):
    """What an order would come to and what the gate would say: answered by a TicketView."""

    account: str
    symbol: str
    order: PlaceOrder | None = None  # none: the market alone
    number: int = 0  # said back, so that an answer to what was typed before is known as that


class WorthQuery(Query):
    """What an automated script prints as market and account stand now, run once on its newest
    candles; nothing it wants is carried out. Answered by a WorthView."""

    account: str
    source: str
    settings: tuple[tuple[str, str], ...] = ()


class DistancesQuery(Query):
    """How close each condition of a script is to firing: by the last runs of the bot that runs
    this very text, else by a run as a WorthQuery's. Answered by a DistancesView."""

    account: str
    source: str
    settings: tuple[tuple[str, str], ...] = ()
    bot: str = ""  # whose settings these are; empty: any bot of the account that runs the text


class StatementQuery(Query):
    """What a statement would do, before it is said: answered by a StatementView."""

    account: str
    text: str


class ChartQuery(Query):
    """The newest candles of a market with one's own fills on them: answered by a ChartView."""

    account: str
    symbol: str
    timeframe_ms: int
    count: int


class BookQuery(Query):
    """A market's book and newest prints: answered by a BookView. Whoever asks looks at it, so it is
    asked for at the exchange for some seconds; nobody asks, nothing is."""

    account: str
    symbol: str
    prints: int = PRINTS_SHOWN


class InsideQuery(Query):
    """The best bid and ask of a market that is looked at: answered by an InsideView."""

    account: str
    symbol: str


class GameQuery(Query):
    """A game as the person in front of it sees it: answered by a GameView. Without a bot it is the
    first game that runs."""

    bot: str = ""


class Receipt(Protocol):
    """The engine's word on a command: taken (its consequences follow as events), or why not."""

    @property
    def is_accepted(self) -> bool: ...

    @property
    def text(self) -> str: ...

    @property
    def orders(self) -> tuple[str, ...]:
        """By id, those that a person's own order or statement sent."""
        ...


class Channel(Protocol):
    def send(self, command: Command) -> Awaitable[Receipt]: ...

    def ask(self, query: Query) -> Awaitable[Any]: ...
