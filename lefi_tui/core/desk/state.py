"""What the desk holds. Working orders only: what is final is in the journal and its tables."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from msgspec import field

from lefi_tui.core.approval import Approval, ApprovalRules
from lefi_tui.core.bot import Answer, Awaited, Bar, BotKind, FillSeen, Needs, Quote, RunTrace
from lefi_tui.core.cash_flow import CashFlow
from lefi_tui.core.checked import Checked
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.kill import NOTHING, KillFacts, KillRules, KillState
from lefi_tui.core.ledger import Ledger
from lefi_tui.core.live_gates import is_real
from lefi_tui.core.messages import AccountReading, Sizing, TradingState, Work
from lefi_tui.core.offers import Offers
from lefi_tui.core.order import Order, Owed
from lefi_tui.core.position import Position
from lefi_tui.core.protection import DeadManState, Guard, ProtectionRules
from lefi_tui.core.record import Record
from lefi_tui.core.risk.facts import Left, Seen, VenueState
from lefi_tui.core.risk.limits import NONE, Limits
from lefi_tui.core.risk.periods import Worth
from lefi_tui.core.risk.release import Release
from lefi_tui.core.wallet import WalletBooks

# A cancel or a fill may come late; a final order is remembered for as many orders as this.
CLOSED_ORDERS_MAX: Final = 512
# Ids of events from outside: at most ten a second come in, and a signature is good for ten minutes.
TAKEN_MAX: Final = 8_192


class BotStatus(StrEnum):
    SCHEDULED = "scheduled"  # its window has not begun
    WARMING = "warming up"  # waits for its history
    RUNNING = "running"
    PAUSED = "paused"  # by a person; no runs until it is resumed
    ASKED = "waits for you"  # after a restart: resume it, or leave it stopped
    STOPPING = "stopping"  # until the venue shows none of its orders
    STOPPED = "stopped"
    FAULTED = "faulted"
    FINALIZED = "finalized"  # its script is done
    EXPIRED = "expired"  # its window has ended


ALIVE: Final = frozenset({BotStatus.WARMING, BotStatus.RUNNING})
HELD: Final = frozenset({BotStatus.SCHEDULED, BotStatus.PAUSED, BotStatus.ASKED})
ENDED: Final = frozenset(
    {BotStatus.STOPPED, BotStatus.FAULTED, BotStatus.FINALIZED, BotStatus.EXPIRED}
)
_ONWARD: Final = ALIVE | {BotStatus.STOPPING}
# Where a bot may go from where it stands; from an end only a new start leads on, with a new record.
TRANSITIONS: Final[Mapping[BotStatus, frozenset[BotStatus]]] = {
    BotStatus.SCHEDULED: _ONWARD,
    BotStatus.WARMING: _ONWARD
    | {BotStatus.PAUSED, BotStatus.ASKED, BotStatus.FAULTED, BotStatus.FINALIZED},
    BotStatus.RUNNING: _ONWARD
    | {BotStatus.PAUSED, BotStatus.ASKED, BotStatus.FAULTED, BotStatus.FINALIZED},
    BotStatus.PAUSED: _ONWARD,
    # Its transaction under way goes on, and may end the script or fail.
    BotStatus.ASKED: _ONWARD | {BotStatus.FAULTED, BotStatus.FINALIZED},
    BotStatus.STOPPING: ENDED | {BotStatus.STOPPING},  # a kill stops what is stopping already
    **{each: frozenset({each}) for each in ENDED},
}


class Update(Record):
    """Another text that a bot is about to take."""

    version: str
    settings: tuple[tuple[str, str], ...]
    title: str
    needs: Needs
    by: str
    at_ns: int
    sites: tuple[tuple[int, int], ...] = ()
    back: tuple[tuple[int, int], ...] | None = None
    bars: tuple[Bar, ...] = ()  # that closed while its history was fetched
    # Newest candle of each kind that the bot had heard when it was asked for.
    heard: Mapping[tuple[str, int], int] = field(default_factory=dict)
    named: str = ""  # as in UpdateBot
    named_before: str = ""

    @property
    def tag(self) -> str:
        """The history that was fetched for it is for no other."""
        return f"{self.version}/{self.at_ns}"


class Origin(Record):
    """The earlier text that sent the order of a place, and its number there. An older program
    knew it of lost places only, and no `run`."""

    version: str
    settings: tuple[tuple[str, str], ...]
    site: int
    run: str = ""  # that sent it: another order may come to stand at the place


class Was(Record):
    """What a bot ran before its last update."""

    version: str
    settings: tuple[tuple[str, str], ...]
    title: str
    named: str = ""  # as in UpdateBot


class Account(Record):
    name: str
    currency: str
    mode: str  # simulation | dry_run | live
    venue: str
    sizing: Sizing
    maker: Decimal
    taker: Decimal
    slippage: Decimal
    reading: AccountReading | None = None  # a simulated venue's own doubles

    @property
    def is_real(self) -> bool:
        """Real money: an exchange that is not its practice market."""
        return is_real(self.mode, self.venue)


class BotRecord(Record):
    """One bot of the desk. `state` belongs to its kind and is opaque here."""

    id: str
    kind: str
    account: str
    mode: str
    version: str
    source: str
    settings: tuple[tuple[str, str], ...]
    title: str
    needs: Needs
    state: Any
    status: BotStatus
    started_at_ns: int
    has_begun: bool = False  # its Start handlers have had their occasion
    occasions: int = 0
    heard: tuple[FillSeen, ...] = ()  # fills that wait for the close of their candle
    seen: Mapping[tuple[str, int], int] = field(default_factory=dict)  # newest bar's time_ms
    at_ms: int = 0
    runs: tuple[RunTrace, ...] = ()
    warming: str = ""
    reason: str = ""
    order_times_ns: tuple[int, ...] = ()
    closes: bool = False  # while it stops: its share of each position goes first
    given_up: tuple[str, ...] = ()  # symbols whose close failed: they stay open
    gave: Mapping[str, float] = field(default_factory=dict)  # newest number of each Emit's field
    answers: tuple[Answer, ...] = ()  # to what its runs wait for, and not heard yet
    awaited: tuple[Awaited, ...] = ()  # what its runs wait for
    reserved: float = 0.0  # free cash that its transactions under way still need
    started_by: str = ""
    work: Work = Work.RECURRING
    from_ns: int = 0
    until_ns: int = 0
    ends: BotStatus = BotStatus.STOPPED  # while it stops: as what
    due: tuple[int, ...] = ()  # handlers that came due while it was warmed
    awake_ns: int = 0  # since when its timers count: its start, or when it went on
    owed: tuple[Owed, ...] = ()  # to be traded back, beside any run
    presses: tuple[int, ...] = ()  # the newest keys that gave it a command
    update: Update | None = None
    was: Was | None = None
    named: str = ""  # what people call its text, where it took it by an update
    # Of working orders that an earlier text sent, by their present places; lost ones are negative.
    gone: Mapping[int, Origin] = field(default_factory=dict)
    ran_ms: int = 0  # of `runs`; `at_ms` may be a later moment, at which no handler ran

    @property
    def is_alive(self) -> bool:
        return self.status in ALIVE

    @property
    def is_fed(self) -> bool:
        """It is told prices, also while it is asked about: a transaction under way needs them."""
        return self.is_alive or self.status is BotStatus.ASKED

    @property
    def is_open(self) -> bool:
        """It runs, or will when its time or a person says so: it can be stopped."""
        return self.status in ALIVE or self.status in HELD


class Taken(Record):
    """What was answered to an event from outside, for when it is sent again."""

    at_ns: int
    refusal: str = ""


class OwnLimits(Record):
    """The limits of one place: of which version, and who set them when."""

    limits: Limits
    version: int
    at_ns: int
    by: str


UNSAVED: Final = frozenset({"kinds", "hearers"})


class AccountState(Record):
    """The trading state of one account, beside the desk's own: the stricter one counts."""

    state: TradingState = TradingState.ACTIVE
    cause: str = ""
    lift: str = ""  # the least role that may lift it
    month: int = 0  # in which it was sent back to demo: once in each


OPEN: Final = AccountState()


class Desk(Record):
    """Everything, frozen. `kinds` is behavior handed in by wiring; `hearers` follow from `bots`."""

    kinds: Mapping[str, BotKind] = field(default_factory=dict)
    hearers: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    limits: Limits = NONE
    accounts: Mapping[str, Account] = field(default_factory=dict)
    instruments: Mapping[tuple[str, str], Instrument] = field(default_factory=dict)
    orders: Mapping[str, Order] = field(default_factory=dict)
    closed: Mapping[str, Order] = field(default_factory=dict)
    booked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # order: its trade ids
    positions: Mapping[tuple[str, str], Position] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    quotes: Mapping[tuple[str, str], Quote] = field(default_factory=dict)
    scripts: Mapping[str, str] = field(default_factory=dict)  # version: text
    bots: Mapping[str, BotRecord] = field(default_factory=dict)
    trading_state: TradingState = TradingState.ACTIVE
    trading_cause: str = ""
    trading_lift: str = ""  # the least role that may lift it
    kill_rules: KillRules | None = None  # none where none were ever set: a kill only cancels
    kill: KillState | None = None  # the newest, until trading is resumed
    kill_facts: KillFacts = NOTHING
    approvals: Mapping[str, Approval] = field(default_factory=dict)  # that wait for a person
    approval_rules: ApprovalRules = field(default_factory=ApprovalRules)
    flows: Mapping[str, CashFlow] = field(default_factory=dict)  # cash flows that are open
    taken: Mapping[str, Taken] = field(default_factory=dict)  # by the id of an event from outside

    own_limits: Mapping[str, OwnLimits] = field(default_factory=dict)  # by place
    releases: tuple[Release, ...] = ()  # of a trader's own calendar
    worths: Mapping[str, Worth] = field(default_factory=dict)  # by account
    seen: Mapping[tuple[str, str], Seen] = field(default_factory=dict)  # what limits look at
    venues: Mapping[str, VenueState] = field(default_factory=dict)  # while the thermostat is on
    stopped: Mapping[tuple[str, str], int] = field(default_factory=dict)  # when a stop filled last
    entered: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # an account's entries
    breached: Mapping[str, int] = field(default_factory=dict)  # account: the day all was closed
    left: Mapping[tuple[str, str], Left] = field(default_factory=dict)  # markets, when left last
    account_states: Mapping[str, AccountState] = field(default_factory=dict)
    checked: Mapping[str, Checked] = field(default_factory=dict)  # accounts beside their venue
    wallets: Mapping[str, WalletBooks] = field(default_factory=dict)  # that are an exchange's
    guards: Mapping[tuple[str, str], Guard] = field(default_factory=dict)  # at exchanges
    dead_men: Mapping[str, DeadManState] = field(default_factory=dict)  # by account
    protection_rules: ProtectionRules = field(default_factory=ProtectionRules)
    offers: Mapping[str, Offers] = field(default_factory=dict)  # by account
    key_refused: Mapping[str, str] = field(default_factory=dict)  # account: what is wrong with it

    def order(self, order_id: str) -> Order | None:
        """A working order, or one that was final not long ago."""
        return self.orders.get(order_id) or self.closed.get(order_id)

    def state_of(self, account: str) -> AccountState:
        """Of one account; ACTIVE where nothing was ever said of it. A key that may not trade
        keeps entries out until a test of it says otherwise."""
        own, why = self.account_states.get(account, OPEN), self.key_refused.get(account, "")
        if not why or own.state is not TradingState.ACTIVE:
            return own
        return AccountState(TradingState.REDUCING, why, month=own.month)

    def lift_of(self, account: str) -> str:
        """The least role that may lift the trading state of an account; of the desk for none."""
        return self.state_of(account).lift if account else self.trading_lift

    def working_of(self, owner: str) -> tuple[Order, ...]:
        return tuple(order for order in self.orders.values() if order.owner == owner)
