"""What the desk knows of a kind of bot: it gets an occasion and a snapshot, and says what it wants.

A bot never sends anything; it answers with intents, notes and its next state, and the desk decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final, Protocol, runtime_checkable

from msgspec import field

from lefi_tui.core.game import Ground, Play, Round
from lefi_tui.core.offers import Want
from lefi_tui.core.order import ExitPlan, Side, Size, TimeInForce
from lefi_tui.core.read_key import ReadKey
from lefi_tui.core.record import Record
from lefi_tui.core.symbol import Named

HELD_UP: Final = "held up"  # status of an undo that trading's state lets not leave yet
STUCK: Final = "stuck"  # kind of a note that asks for a person
OWN_ACCOUNT: Final = frozenset({"", "main"})  # names of the account that a script trades on


class Snapshot(Protocol):
    """Market and account as they stand when a run begins."""

    def read(self, key: ReadKey) -> float: ...

    def is_working(self, site: int) -> bool:
        """Whether an order that this bot sent from this site is not final yet."""
        ...

    def ground(self, symbol: str) -> Ground | None:
        """What a game must know of its market, exactly; None where there is no such market."""
        ...


class Bar(Record):
    """One closed candle. `time_ms` is its opening time; doubles, as the market gave them."""

    symbol: str
    timeframe_ms: int
    time_ms: int
    open: float
    high: float
    low: float
    close: float
    volume: float
    funding: float | None = None  # rate charged at this row's open, where the data has it


class Quote(Record):
    symbol: str
    time_ms: int
    bid: float
    ask: float
    last: float


class Print(Record):
    """A trade print of the market."""

    symbol: str
    time_ms: int
    price: float
    units: float
    side: Side


class FillSeen(Record):
    """A fill of this bot's own order, as its script may read it."""

    order: str
    symbol: str
    side: Side
    price: float
    units: float
    fee: float
    reason: str  # order close stop_loss take_profit trail liquidation
    time_ms: int
    ticket: int = 0  # of the run that waits for its order; 0: none does


Given = float | str | bool  # what a field of a custom event may hold


class Emitted(Record):
    """A custom event: `Emit` sends it, `on Event` hears it."""

    name: str
    fields: tuple[tuple[str, Given], ...] = ()


def numbers_of(events: Iterable[Emitted]) -> tuple[tuple[str, float], ...]:
    """The numbers among their fields: what other bots read by `Indicator`, and the gate."""
    fields = (field for event in events for field in event.fields)
    return tuple((name, float(v)) for name, v in fields if not isinstance(v, (bool, str)))


class Occasion(Record):
    """All that happened at one moment, for one bot. Handlers run in the language's order."""

    at_ms: int
    bars: tuple[Bar, ...] = ()
    quotes: tuple[Quote, ...] = ()
    prints: tuple[Print, ...] = ()
    fills: tuple[FillSeen, ...] = ()
    due: tuple[int, ...] = ()  # numbers of Every and Schedule handlers whose time has come
    events: tuple[Emitted, ...] = ()  # of other bots, or from outside
    commands: tuple[str, ...] = ()  # of the person in front of a manual bot
    started: bool = False
    stopping: bool = False
    answers: tuple[Answer, ...] = ()  # to what its runs wait for
    is_history: bool = False  # steps series and carries out nothing
    is_file: bool = False  # candles are the whole market: closes are prices, timers and all
    is_idle: bool = False  # on a candle file: time passes without a candle
    is_held: bool = False  # a person is asked first: only transactions under way go on
    plays: tuple[Play, ...] = ()  # of the person in front of a game
    doubted: tuple[int, ...] = ()  # tickets of a game's orders that nobody knows of now


class Intent(Record):
    """Wanted, unchecked. `action` is buy, sell, close, cancel, transfer, or protect:
    then `exits` are set anew for what it holds."""

    action: str
    symbol: str
    site: int
    account: str = ""
    size: Size | None = None
    limit: Decimal | None = None
    exits: ExitPlan = field(default_factory=ExitPlan)
    leverage: Decimal | None = None
    is_reduce_only: bool = False
    is_post_only: bool = False
    time_in_force: TimeInForce = TimeInForce.GTC
    is_advised: bool = False  # every gate and adviser is asked first, each verdict recorded
    ticket: int = 0  # of the run that waits until it is final; 0: none does
    is_undo: bool = False  # trades back a step of a transaction that failed
    is_step: bool = False  # of a transaction
    to: str = ""  # account, of a transfer; `account` is where it comes from
    unit: str = ""  # of what is transferred
    of: int = 0  # of a cancel: only the order with this ticket; 0: all of the bot there
    deadline_ms: int | None = None  # canceled after so long (0: never); None: as the policy says
    pair: str = ""  # batch | parallel: an exit that leaves beside the entry just before it


class OrderOutcome(Record):
    """What became of an order that a run waited for, as its script may read it. Price in quote
    per base (NaN when nothing was filled), units in base, cost in quote, fee in the account's."""

    side: Side
    price: float
    units: float
    cost: float
    fee: float
    status: str  # filled canceled refused
    reason: str
    is_filled: bool  # as asked
    leverage: float = 1.0
    sent_ns: int = 0  # by our clock; 0: nobody knows
    accepted_ns: int = 0
    filled_ns: int = 0


class Planned(Record):
    """A cash flow that a script plans: recorded, never moved."""

    name: str
    amount: float  # of `unit`
    unit: str
    due_ms: float
    rate: float  # a year, as a share
    present: float  # what it is worth now


class Note(Record):
    """Words of a bot: print, notify, or signal (an indicator bot's record)."""

    kind: str
    text: str
    channel: str = ""


class Refusal(Record):
    """An intent the bot's own rules stop before the desk sees it (still working, policy rate)."""

    intent: Intent
    code: str
    text: str


class Answer(Record):
    """What a run waited for: an order's outcome, or a person's word."""

    ticket: int
    outcome: OrderOutcome | None = None
    is_approved: bool = False


class ApprovalAsked(Record):
    """What a run asks a person: may it send these? No answer until the deadline is a no."""

    ticket: int
    title: str  # of its handler
    role: str  # "": whoever may
    deadline_ms: int
    orders: tuple[Intent, ...]


class Awaited(Record):
    """What a run waits for, in words, and until when (0: until it is there)."""

    ticket: int
    kind: str  # order · undo · again (an undo that is tried once more) · approval
    what: str
    until_ms: int = 0
    is_half_done: bool = False  # a transaction is under way: it goes on while its bot is held


class RunTrace(Record):
    """One run of one handler: what it was, and why it did or did not act, in words."""

    handler: int
    event: str
    why: str


class ConditionMet(Record):
    """One condition that a run met: where, as written, what it was, and the values in it."""

    line: int
    text: str
    outcome: bool
    values: tuple[tuple[str, str], ...]


class RunSeen(Record):
    """One run carried out again: what it was, and the conditions it met in their order."""

    trace: RunTrace
    conditions: tuple[ConditionMet, ...] = ()


class Decision(Record):
    """What one occasion led to. `state` is the bot's next state, opaque to the desk."""

    state: Any
    intents: tuple[Intent, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    notes: tuple[Note, ...] = ()
    runs: tuple[RunTrace, ...] = ()
    warming: str = ""  # "12 of 26" while a handler warms up
    asked: tuple[ApprovalAsked, ...] = ()
    planned: tuple[Planned, ...] = ()
    emitted: tuple[Emitted, ...] = ()  # its own handlers have heard them already
    is_finalized: bool = False  # the script is done; the bot is carried out no more
    awaited: tuple[Awaited, ...] = ()  # what its runs wait for now
    reserved: float = 0.0  # free cash that its transactions under way still need
    rounds: tuple[Round, ...] = ()  # games that are over now
    fault: str = ""


class Patience(Record):
    """What a script's policy says of its orders. `timeout_ms` counts for market orders and those a
    run waits for (0: none); then `partial` says what becomes of them and of what is filled: keep
    it, cancel (it is traded back), or complete (the order goes on working)."""

    timeout_ms: int = 0
    partial: str = "keep"
    retries: int = 0  # sent again so often where it surely never reached the venue


class Needs(Record):
    """What a bot must be fed and what it may trade."""

    symbols: tuple[str, ...] = ()  # in the order the script names them
    bars: tuple[tuple[str, int], ...] = ()  # (symbol, timeframe_ms) of its candles
    quotes: tuple[str, ...] = ()
    prints: tuple[str, ...] = ()
    timers: tuple[tuple[int, str, str], ...] = ()  # (handler, cron or "every 300000", zone)
    events: tuple[str, ...] = ()  # names of the custom events it hears
    history_bars: int = 0  # candles of each timeframe that warm it
    can_trade: bool = True
    commands: tuple[tuple[str, str], ...] = ()  # name and key: what a person in front of it may say
    starts_only: bool = False  # it has no handler but Start
    patience: Patience = Patience()
    starts: bool = False  # it wants to be told of its start, whether anything else happens or not
    wants: tuple[Want, ...] = ()  # what its orders ask of their markets beside price and size
    is_played: bool = False  # a game: it takes plays, and hears what nobody knows of its orders
    named: tuple[Named, ...] = ()


class BotKind(Protocol):
    """One kind of bot. All functions are pure; `state` is theirs to define."""

    @property
    def name(self) -> str: ...  # automated | manual | indicator

    def refused(self, source: str, settings: Mapping[str, str]) -> str:
        """Why this source can't be started, in words; empty when it can."""
        ...

    def needs(self, source: str, settings: Mapping[str, str]) -> Needs: ...

    def begin(self, source: str, settings: Mapping[str, str]) -> Any: ...

    def rebind(self, state: Any, source: str, settings: Mapping[str, str]) -> Any:
        """The state under changed settings: states stay, indicators begin anew."""
        ...

    def decide(self, state: Any, occasion: Occasion, snapshot: Snapshot) -> Decision: ...

    def why(self, state: Any) -> str:
        """The last run in words: the conditions with the values they had, what was decided."""
        ...

    def encode(self, state: Any) -> Any:
        """The state as plain JSON data, from which `decode` makes the same state."""
        ...

    def decode(self, source: str, settings: Mapping[str, str], data: Any) -> Any: ...


@runtime_checkable
class Played(Protocol):
    """A kind of bot that plays what a person's keys say, while it is armed."""

    def disarmed(self, state: Any, why: str) -> Any:
        """The state with its keys dead, and why."""
        ...


@runtime_checkable
class Explaining(Protocol):
    """A kind of bot whose runs can be told one by one, long after they were."""

    def explain(self, state: Any, occasion: Occasion, snapshot: Snapshot) -> tuple[RunSeen, ...]:
        """The runs that `decide` carries out on the same arguments, with their conditions."""
        ...
