"""All that enters the desk and all it says: commands, reports and market input; events; effects.

Each class carries its version; `core.codec` writes them as canonical JSON with their type's name.
Commands ask, reports are answers from outside, market messages are input that may be forgotten
after `tape_days`; events are facts, effects are work for the shell.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from lefi_tui.core.approval import Approval, ApprovalRule
from lefi_tui.core.bot import Answer, Awaited, Bar, FillSeen, Given, Planned, Print, Quote, RunTrace
from lefi_tui.core.game import Play, Round
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.key_rights import KeyRights, KeyState
from lefi_tui.core.kill import Flatten, KillRules, KillStage
from lefi_tui.core.live_gates import Gate, LiveFacts
from lefi_tui.core.money import ZERO
from lefi_tui.core.offers import Offers
from lefi_tui.core.order import ExitPlan, Moving, Order, Owed, Side, Size, TimeInForce
from lefi_tui.core.protection import Guard, ProtectionRules
from lefi_tui.core.reconcile import Leg, TheirOrder
from lefi_tui.core.record import Record
from lefi_tui.core.risk.release import Release
from lefi_tui.core.wallet import Drift, Wallet


class Message(Record):
    VERSION: ClassVar[int] = 1


class Command(Message):
    """Asks for something."""


class Report(Message):
    """An answer from outside: venue, scheduler, history."""


class MarketInput(Message):
    """Goes to the tape when a bot consumed it."""


class Event(Message):
    """A fact, in the journal."""


class Transient(Message):
    """A fact that `apply` needs and that the tape can tell again; published, never journaled."""


class Effect(Message):
    """Work for the shell."""


class TradingState(StrEnum):
    ACTIVE = "active"
    REDUCING = "reducing"  # only what makes positions smaller
    HALTED = "halted"  # only cancels


class Sizing(StrEnum):
    AT_FILL = "at_fill"  # the venue fixes units when the order reaches the market (candle files)
    AT_DECISION = "at_decision"  # the desk fixes units from its snapshot (books, exchanges)


class Work(StrEnum):
    """When a bot has done its work."""

    RECURRING = "recurring"  # never: until someone stops it
    ONCE = "once"  # after one run of a handler
    UNTIL_EXECUTED = "until executed"  # when a transaction of its was filled as asked


class Verdict(Record):
    """One check of the gate: what was looked at, what it was, what is allowed."""

    name: str
    value: str
    bound: str
    passed: bool
    code: str = ""  # e.g. NOTIONAL_EXCEEDS_MAXIMUM where it did not pass
    text: str = ""  # the refusal in words: what, where, why, next
    is_soft: bool = False  # it failed, and does not refuse by itself


# ---- commands


class OpenAccount(Command):
    account: str
    currency: str
    cash: Decimal
    mode: str  # simulation | dry_run | live
    venue: str  # what stands behind it, for people: "demo market", "candle file", an exchange
    sizing: Sizing
    maker: Decimal
    taker: Decimal
    slippage: Decimal = ZERO
    read_ns: int = 0  # by the exchange's clock: when it said what the account has
    others: tuple[tuple[str, Decimal], ...] = ()  # what it has beside `currency`
    has_entries: bool = True  # the exchange tells each change of the wallet


class SetLimits(Command):
    """Two limits of the settings, as journals of an older program tell them."""

    order_notional_max: Decimal | None = None
    orders_per_minute_max: int | None = None


class ChangeLimits(Command):
    """Limits of one place, by name and as text; an empty text unsets one.

    `place` is settings (said at every start), desk, account/NAME or bot/NAME.
    """

    place: str
    values: tuple[tuple[str, str], ...]
    is_whole: bool = False  # what is not named is unset
    at_ns: int = 0
    by: str = "hand"
    reason: str = ""


class SetCalendar(Command):
    """The releases of a trader's own calendar, all of them; said at every start."""

    releases: tuple[Release, ...]
    source: str = ""  # the file
    at_ns: int = 0
    by: str = "hand"


class ListInstruments(Command):
    account: str
    instruments: tuple[Instrument, ...]


class ListOffers(Command):
    """What the account's venue offers, as every start of the engine finds it."""

    account: str
    offers: Offers


class StartBot(Command):
    bot: str  # id, [a-z0-9-]{1,40}
    kind: str
    account: str
    source: str  # the script's text (automated) or the indicator's name
    settings: tuple[tuple[str, str], ...] = ()  # name, value as Lefi text
    title: str = ""
    at_ns: int = 0
    by: str = "hand"
    work: Work = Work.RECURRING
    from_ns: int = 0  # of its window; 0: at once
    until_ns: int = 0  # the last moment at which it acts; 0: no end
    typed: str = ""  # the account's name, typed back: asked for where money is real
    facts: LiveFacts | None = None  # the engine's own, whatever a sender says


class StopBot(Command):
    bot: str
    at_ns: int = 0
    by: str = "hand"
    reason: str = "asked"
    closes: bool = False  # its own share of each position first; else they stay


class ChangeSettings(Command):
    bot: str
    settings: tuple[tuple[str, str], ...]
    at_ns: int = 0
    by: str = "hand"


class UpdateBot(Command):
    """Another text for a bot that runs, between two of its events.

    `settings` go with those that were chosen before and that the text still has; when that
    `is_whole`, nothing of before stays chosen.
    """

    bot: str
    source: str
    settings: tuple[tuple[str, str], ...] = ()
    title: str = ""
    at_ns: int = 0
    by: str = "hand"
    is_whole: bool = False
    typed: str = ""  # the account's name, typed back: asked for where money is real
    facts: LiveFacts | None = None  # the engine's own, whatever a sender says
    over: str = ""  # version that it was compared with, where somebody did
    # What people call the text, and the one of before: "version 5 of mine"; "" where unnamed.
    named: str = ""
    named_before: str = ""


class CancelOrder(Command):
    order: str
    at_ns: int = 0
    by: str = "hand"


class ClosePosition(Command):
    """The whole position, whoever holds it, or a part: one reduce-only order at market."""

    account: str
    symbol: str
    at_ns: int = 0
    by: str = "hand"
    share: Decimal | None = None  # of the position, 0 to 1
    units: Decimal | None = None


class PlaceOrder(Command):
    """An order of a person. Its size, or the money that it loses at its stop."""

    account: str
    symbol: str
    side: Side
    size: Size | None = None
    risk: Decimal | None = None  # in quote: units follow from the distance to the stop
    limit: Decimal | None = None  # None: at market
    exits: ExitPlan = ExitPlan()
    time_in_force: TimeInForce = TimeInForce.GTC
    is_reduce_only: bool = False
    is_post_only: bool = False
    leverage: Decimal | None = None
    is_confirmed: bool = False  # what looks like a slip of the finger is meant
    at_ns: int = 0
    by: str = "hand"
    # The engine's own, whatever a sender says: what it knows beside the journal.
    facts: LiveFacts | None = None
    quotes: tuple[Quote, ...] = ()


class MoveOrder(Command):
    """To another price: a limit order of the hand, for what is left of it; a stop or a target."""

    order: str
    ticks: int = 0
    price: Decimal | None = None
    is_confirmed: bool = False
    at_ns: int = 0
    by: str = "hand"
    facts: LiveFacts | None = None  # as of PlaceOrder


class ProtectPosition(Command):
    """Stop, target and trail of an open position, set anew; what it does not name stays."""

    account: str
    symbol: str
    exits: ExitPlan
    at_ns: int = 0
    by: str = "hand"


class SayStatement(Command):
    """One statement of Lefi, carried out once by the hand."""

    account: str
    text: str
    is_confirmed: bool = False
    at_ns: int = 0
    by: str = "hand"
    facts: LiveFacts | None = None  # as of PlaceOrder
    quotes: tuple[Quote, ...] = ()


class Kill(Command):
    at_ns: int = 0
    by: str = "hand"
    reason: str = "kill key"


class SetKillRules(Command):
    """[kill] of the settings, said at every start, when the accounts are open."""

    rules: KillRules
    at_ns: int = 0


class SetProtectionRules(Command):
    """[protection] of the settings, said at every start."""

    rules: ProtectionRules


class TendProtection(Command):
    """What is due of the positions' protection is done: the engine says it when something is."""

    at_ns: int = 0


class AdvanceKill(Command):
    """What is due of the kill now is done: the engine says it whenever something is."""

    at_ns: int = 0


class TakeOrders(Command):
    """Orders of the kill that left without a commit: they are taken into the books, never sent."""

    orders: tuple[Order, ...]
    at_ns: int = 0


class HandleDead(Command):
    """A dead letter is tried again, or dropped."""

    letter: str
    is_again: bool
    at_ns: int = 0
    by: str = "hand"


class LookAgain(Command):
    """Now, not at its time: one order at its venue, or without one the whole account."""

    account: str
    order: str = ""
    at_ns: int = 0
    by: str = "hand"


class AdoptOrder(Command):
    """An order that works at the venue and is none of ours becomes the hand's."""

    account: str
    venue_order_id: str
    at_ns: int = 0
    by: str = "hand"


class AdoptUnits(Command):
    """Units that are nobody's of ours become the hand's; ones that are gone leave the books."""

    account: str
    symbol: str
    at_ns: int = 0
    by: str = "hand"


class DeclareDead(Command):
    """A person's word, with a reason, that nothing will come of an order without an answer."""

    order: str
    reason: str
    at_ns: int = 0
    by: str = "hand"


class Resume(Command):
    """Trading goes on: of the desk, or of one account that was sent back to demo."""

    reason: str
    at_ns: int = 0
    by: str = "hand"
    account: str = ""


class PauseBot(Command):
    """No more runs until it is resumed; its orders and its position stay as they are."""

    bot: str
    at_ns: int = 0
    by: str = "hand"
    reason: str = "asked"


class ResumeBot(Command):
    """A paused bot goes on, or one that waits for a person after a restart."""

    bot: str
    at_ns: int = 0
    by: str = "hand"


class HoldBots(Command):
    """At a start of the engine: what becomes of the bots that ran before it."""

    policy: str  # ask | stop
    at_ns: int = 0
    by: str = "engine"


class GiveCommand(Command):
    """A command of the person in front of a bot, by the name in its `on Command`."""

    bot: str
    name: str
    at_ns: int = 0
    by: str = "hand"
    press: int = 0  # rises with each key of one screen: the same one twice is one; 0: no key


class PlayGame(Command):
    """A key of the person in front of a game."""

    bot: str
    play: Play
    at_ns: int = 0
    by: str = "hand"


class EmitEvent(Command):
    """A custom event from outside. One with an `id` is heard once, however often it is sent."""

    name: str
    fields: tuple[tuple[str, Given], ...] = ()
    id: str = ""
    at_ns: int = 0
    by: str = "hand"


class AnswerApproval(Command):
    """A person's word: once, in time, and with the role that it needs."""

    approval: str
    is_approved: bool
    reason: str = ""
    at_ns: int = 0
    by: str = "hand"
    role: str = "admin"  # of who answers


class SettleCashFlow(Command):
    """A person's word that what a script planned has been paid or received."""

    flow: str
    at_ns: int = 0
    by: str = "hand"


class MoveFlow(Command):
    """A person lets a planned transfer go: by the exchange, between wallets of one login."""

    flow: str
    at_ns: int = 0
    by: str = "hand"


class AcceptWallet(Command):
    """A person has looked why books and wallet differ: the wallet is right."""

    account: str
    reason: str
    at_ns: int = 0
    by: str = "hand"


class SetApprovalRules(Command):
    """The rules of the settings, said at every start."""

    rules: tuple[ApprovalRule, ...] = ()
    four_eyes: bool = False


# ---- reports


class OrderReport(Report, kw_only=True):
    """A venue's word on an order. Its clock is not ours, and what a look-up tells may be old: runs
    and orders that it leads to are of the moment at which the engine heard it."""

    heard_ns: int = 0  # given by its turn; 0 in journals of an older program


class VenueAccepted(OrderReport):
    order: str
    at_ns: int
    venue_order_id: str = ""
    quantity: Decimal | None = None  # units, where the venue has fixed them
    sent_ns: int = 0  # by our clock, when its request's bytes left; 0: nobody knows


class VenueRejected(OrderReport):
    order: str
    at_ns: int
    code: str
    text: str


class VenueFilled(OrderReport):
    """One execution. `order` may be an exit the venue holds for a position (`leg` names it)."""

    order: str
    trade_id: str  # the venue's, unique in the account: a fill is booked once
    at_ns: int
    account: str
    symbol: str
    side: str
    price: Decimal
    quantity: Decimal
    fee: Decimal
    liquidity: str  # maker | taker | none (liquidation)
    reason: str  # order close stop_loss take_profit trail liquidation
    is_last: bool  # the venue's word that the order is filled
    other_fee: Decimal = ZERO  # paid in another currency than the account's; `fee` is then 0
    other_currency: str = ""
    sent_ns: int = 0  # as in VenueAccepted: a fill may overtake that


class VenueCanceled(OrderReport):
    order: str
    at_ns: int
    reason: str
    is_expired: bool = False


class VenueSilent(OrderReport):
    """No usable answer: the order is unconfirmed until it is looked up."""

    order: str
    at_ns: int
    text: str


class VenueNeverSaw(OrderReport):
    """Proof of absence: the venue has no such order and can't come to have it."""

    order: str
    at_ns: int


class VenueRead(Report):
    """What a venue shows while a kill is under way; an `error` where it did not answer."""

    account: str
    at_ns: int  # when it was asked
    working: tuple[str, ...] = ()
    holdings: tuple[tuple[str, Decimal], ...] = ()  # symbol, signed units
    error: str = ""


class VenueViewed(Report):
    """All that works and is held at a venue where others trade too; an `error` where it kept
    silent. Only news of it are told."""

    account: str
    at_ns: int  # when it was asked
    orders: tuple[TheirOrder, ...] = ()
    units: tuple[tuple[str, Decimal], ...] = ()  # symbol, signed
    entries: tuple[tuple[str, Decimal], ...] = ()  # symbol, average price
    legs: tuple[Leg, ...] = ()
    books: tuple[tuple[str, Decimal], ...] = ()  # our units when it was asked
    pending: tuple[str, ...] = ()  # symbols whose difference has not stood long enough
    fills: tuple[VenueFilled, ...] = ()  # of no order of ours, where units of ours are gone
    error: str = ""


class KeyChecked(Report):
    """What is known of an account's key, after a test or a change."""

    account: str
    at_ns: int
    state: KeyState


class FundingCharged(Report):
    account: str
    symbol: str
    at_ns: int
    amount: Decimal  # paid by us; negative when received
    charge_id: str


class WalletMoved(Report):
    """An entry of the exchange's own ledger, beside fills and funding; any kind it may name."""

    account: str
    entry: str  # its id, unique in the account
    kind: str
    currency: str
    amount: Decimal  # that came; negative when it went
    at_ns: int
    symbol: str = ""


class ExitMet(Report):
    """A price has met an exit that this program holds itself."""

    order: str
    price: Decimal
    at_ns: int


class PeakSeen(Report):
    """A price better than any since a trailing stop was set: it follows."""

    account: str
    symbol: str
    price: Decimal
    at_ns: int


class MoneyMoved(Report):
    """What became of a transfer: done, refused, or unknown until it is found out."""

    flow: str
    at_ns: int
    state: str  # done | refused | unknown
    text: str
    transfer: str = ""  # the exchange's name of it


class TimersDue(Report):
    bot: str
    handlers: tuple[int, ...]
    at_ns: int
    late_ms: int = 0  # how long after its time, where the machine slept or was busy
    specs: tuple[str, ...] = ()  # of the handlers: the bot may run another text by now


class HistoryLoaded(MarketInput):
    bot: str
    bars: tuple[Bar, ...]
    at_ns: int
    of: str = ""  # the update that it warms; "": the text that runs


class AccountReading(Record):
    """A simulated venue's own doubles of an account: what scripts see there (simulation.md)."""

    cash: float  # free
    equity: float
    positions: tuple[tuple[str, float, float, float], ...]  # symbol, units, entry, pnl


# ---- market


class BarsClosed(MarketInput):
    """All candles that close at one moment; on candle files with the venue's own doubles."""

    account: str
    at_ms: int
    bars: tuple[Bar, ...]
    reading: AccountReading | None = None
    is_first: bool = False
    is_last: bool = False


class QuoteChanged(MarketInput):
    account: str
    quote: Quote


class TradePrinted(MarketInput):
    account: str
    print: Print


class ConditionsSeen(MarketInput):
    """One market as a limit looks at it, asked for by the engine. What was not told is empty."""

    account: str
    symbol: str
    at_ms: int
    quote: Quote | None = None
    volume_24h: Decimal | None = None  # in quote
    bids: tuple[tuple[Decimal, Decimal], ...] = ()  # price, units; best first
    asks: tuple[tuple[Decimal, Decimal], ...] = ()
    bars: tuple[Bar, ...] = ()  # of an hour, closed since it was asked last


class VenueStateSeen(MarketInput):
    """How an account's venue answers, asked for by the engine while the thermostat is on."""

    account: str
    at_ms: int
    asked: int = 0  # calls of the last ten minutes
    failed: int = 0  # of these
    waiting: int = 0  # commands and reports that wait for their turn
    holdings: tuple[tuple[str, Decimal], ...] | None = None  # signed units; None: it did not say


class DeadManSeen(MarketInput):
    """How the exchange's own dead-man's switch stands; kept when it is another than before."""

    account: str
    at_ms: int
    state: str  # kept | failed | fired | off | none
    seconds: int
    why: str = ""


class FeedStated(MarketInput):
    """How a feed stands, in words for people; no decision rests on it, so it is never kept."""

    account: str
    at_ns: int
    is_waiting: bool  # no prices come until it says otherwise
    what: str
    why: str = ""
    next: str = ""
    is_doubted: bool = False  # what is told is not what was wished for


class OrdersHeard(MarketInput):
    """When a venue last confirmed what works there, for people; never kept, as a feed's words."""

    account: str
    at_ns: int
    confirmed_ns: int
    limit_ms: int  # confirmed longer ago, it is shown as old
    what: str = ""  # words of a change; without them it tells the time only
    why: str = ""
    is_doubted: bool = False


class WalletSeen(MarketInput):
    """What an exchange says the account has now. Kept only where the books say another thing."""

    account: str
    wallet: Wallet
    is_steady: bool  # the same balances as at the reading before
    asked_ns: int = 0  # by our clock


# ---- events


class AccountOpened(Event):
    account: str
    currency: str
    cash: Decimal
    mode: str
    venue: str
    sizing: Sizing
    maker: Decimal
    taker: Decimal
    slippage: Decimal
    read_ns: int = 0  # as in OpenAccount; 0 where no exchange was asked
    others: tuple[tuple[str, Decimal], ...] = ()
    has_entries: bool = True


class LimitsSet(Event):
    order_notional_max: Decimal | None
    orders_per_minute_max: int | None


class LimitsChanged(Event):
    """Who changed which limits of one place, from what to what: name, before, after."""

    place: str
    values: tuple[tuple[str, str, str], ...]
    version: int
    at_ns: int
    by: str
    reason: str = ""


class LimitBreached(Event):
    """A limit whose breach closes what is open; once a day and account."""

    account: str
    limit: str
    value: str
    bound: str
    at_ns: int
    day: int


class AccountStateChanged(Event):
    """One account trades less than the desk, or as it again."""

    account: str
    state: TradingState
    cause: str
    by: str
    at_ns: int
    lift: str = ""  # the least role that may lift it
    month: int = 0  # of the account's days, where the month's drawdown is the cause


class CalendarSet(Event):
    releases: tuple[Release, ...]
    source: str
    at_ns: int
    by: str


class InstrumentsListed(Event):
    account: str
    instruments: tuple[Instrument, ...]


class OffersListed(Event):
    account: str
    offers: Offers


class KeySeen(Event):
    """How an account's key stands; with a `refusal` the account enters no more until the next."""

    account: str
    at_ns: int
    refusal: str = ""
    rights: KeyRights | None = None  # of a test; none where an order told it
    tested_at_ms: int = 0
    order: str = ""  # that the exchange refused for it


class ScriptSaved(Event):
    version: str  # SHA-256 of the text, hex
    title: str
    source: str


class BotStarted(Event):
    bot: str
    kind: str
    account: str
    mode: str
    version: str
    settings: tuple[tuple[str, str], ...]
    title: str
    at_ns: int
    by: str
    work: Work = Work.RECURRING
    from_ns: int = 0
    until_ns: int = 0
    typed: str = ""  # the account's name, as it was typed back for real money
    gates: tuple[Gate, ...] = ()  # all that were open for it


class BotRefused(Event):
    bot: str
    at_ns: int
    text: str
    gates: tuple[Gate, ...] = ()  # of real money: all rows, those that are shut first


class BotStopping(Event):
    """Asked to stop; it is stopped when the venue shows none of its orders."""

    bot: str
    at_ns: int
    by: str
    reason: str
    ends: str = "stopped"  # stopped | expired | finalized


class BotPaused(Event):
    """It has no runs until it is resumed; `asks` when nobody asked for it but a restart."""

    bot: str
    at_ns: int
    by: str
    reason: str
    asks: bool = False


class BotResumed(Event):
    bot: str
    at_ns: int
    by: str


class WindowOpened(Event):
    """A scheduled bot begins."""

    bot: str
    at_ns: int


class CommandGiven(Event):
    bot: str
    name: str
    at_ns: int
    by: str
    press: int = 0


class CloseOnStopAsked(Event):
    """A stopping bot closes its own share of each position before it is stopped."""

    bot: str
    at_ns: int
    by: str


class CloseGivenUp(Event):
    """What of it stays open, and why: a close that failed is not sent again but told."""

    bot: str
    at_ns: int
    text: str
    symbol: str = ""


class BotStopped(Event):
    bot: str
    at_ns: int
    reason: str
    ends: str = "stopped"  # as in BotStopping


class SettingsChanged(Event):
    bot: str
    settings: tuple[tuple[str, str], ...]
    at_ns: int
    by: str
    # As of `BotUpdated`, where loops over a setting number the places anew; None: all as before.
    sites: tuple[tuple[int, int], ...] | None = None
    back: tuple[tuple[int, int], ...] | None = None  # None: by an older program


class UpdateBegun(Event):
    """A bot is to take another text, as soon as what warms it is there. Until then it runs on."""

    bot: str
    version: str
    settings: tuple[tuple[str, str], ...]
    title: str
    at_ns: int
    by: str
    # Of an older program, as of `BotUpdated`; a negative place was lost before, and is there again.
    sites: tuple[tuple[int, int], ...] = ()
    typed: str = ""  # as in BotStarted
    gates: tuple[Gate, ...] = ()
    back: tuple[tuple[int, int], ...] | None = None  # None: by an older program
    named: str = ""  # as in UpdateBot
    named_before: str = ""


class BotUpdated(Event):
    """From here on it runs the other text."""

    bot: str
    version: str
    before: str  # version
    settings: tuple[tuple[str, str], ...]
    at_ns: int
    by: str
    warmed: int = 0  # candles of the past, of the timeframe that has the fewest
    wanted: int = 0  # that its handlers wait for
    named: str = ""  # as in UpdateBot
    named_before: str = ""
    # Places of the text that are still there, old and new: their orders go on being theirs. None:
    # an older program said so when the update began.
    sites: tuple[tuple[int, int], ...] | None = None
    back: tuple[tuple[int, int], ...] = ()  # of orders that an earlier text sent, as `sites`


class UpdateDropped(Event):
    """It goes on with the text it has, and why."""

    bot: str
    version: str
    at_ns: int
    text: str
    named: str = ""  # as in UpdateBot


class CommandRefused(Event):
    command: str
    at_ns: int
    text: str


class EventTaken(Event):
    """A custom event from outside: the bots that heard it, or the reason why none did."""

    id: str
    name: str
    fields: tuple[tuple[str, Given], ...]
    at_ns: int
    by: str
    bots: tuple[str, ...]
    refusal: str = ""


class OrderSubmitted(Event):
    """An order that passed the gate; `order.status` is submitted."""

    order: Order
    verdicts: tuple[Verdict, ...]


class OrderDenied(Event):
    order: Order
    verdicts: tuple[Verdict, ...]
    at_ns: int


class OrderAccepted(Event):
    """By our clock: when it left and when its first word was heard; 0 where nobody knows."""

    order: str
    at_ns: int
    venue_order_id: str
    quantity: Decimal | None
    sent_ns: int = 0
    heard_ns: int = 0


class OrderTimed(Event):
    """When it left and when that was heard, by our clock, of one whose fill came first."""

    order: str
    at_ns: int
    sent_ns: int
    heard_ns: int


class OrderRejected(Event):
    order: str
    at_ns: int
    code: str
    text: str


class OrderFilled(Event):
    """A fill with its owner; `order` is known to the desk."""

    order: str
    trade_id: str
    at_ns: int
    account: str
    symbol: str
    side: str
    price: Decimal
    quantity: Decimal
    fee: Decimal
    liquidity: str
    reason: str
    owner: str
    is_last: bool
    other_fee: Decimal = ZERO  # as in VenueFilled
    other_currency: str = ""
    sent_ns: int = 0  # as in OrderAccepted
    heard_ns: int = 0


class OrderCancelRequested(Event):
    order: str
    at_ns: int
    by: str


class OrderMoving(Event):
    """An order is to stand at another price when its cancel is final; None: no longer."""

    order: str
    moving: Moving | None
    at_ns: int
    by: str


class StatementSaid(Event):
    """A statement of the command line was carried out: what of it is wanted follows."""

    account: str
    text: str
    at_ns: int
    by: str


class OrderCanceled(Event):
    order: str
    at_ns: int
    reason: str
    is_expired: bool = False


class OrderUnconfirmed(Event):
    order: str
    at_ns: int
    text: str


class AccountChecked(Event):
    """Books and venue were compared: since then the differences are what is said of them."""

    account: str
    at_ns: int
    error: str = ""  # why they could not be
    legs: tuple[Leg, ...] = ()  # held on both sides at once


class DifferenceFound(Event):
    """Comparing found what nobody had told of an order of ours: it is looked up."""

    order: str
    at_ns: int
    why: str


class ForeignSeen(Event):
    """The orders that work there and are not ours, all of them."""

    account: str
    orders: tuple[TheirOrder, ...]
    at_ns: int


class UnknownSeen(Event):
    """So many units of a market are nobody's of ours; below zero where ours are gone."""

    account: str
    symbol: str
    units: Decimal
    entry: Decimal | None  # the venue's average price of all that is held
    at_ns: int
    text: str = ""


class OrderDeclaredDead(Event):
    order: str
    at_ns: int
    by: str
    reason: str


class OrderAdopted(Event):
    order: Order
    at_ns: int
    by: str


class UnitsAdopted(Event):
    """Its fills follow: they are how the books learn of it."""

    account: str
    symbol: str
    units: Decimal
    price: Decimal
    at_ns: int
    by: str


class FundingBooked(Event):
    account: str
    symbol: str
    at_ns: int
    amount: Decimal
    charge_id: str


class WalletBooked(Event):
    account: str
    entry: str
    kind: str
    currency: str
    amount: Decimal
    at_ns: int
    book: str  # the other side of it: outside insurance bonus funding fees profit other
    symbol: str = ""


class WalletDiffered(Event):
    """The books and the exchange's wallet say different things; without any they agree again."""

    account: str
    at_ns: int
    drifts: tuple[Drift, ...]


class WalletAccepted(Event):
    """What differed is booked, by a person's word."""

    account: str
    drifts: tuple[Drift, ...]
    reason: str
    at_ns: int
    by: str


class ExitPlaced(Event):
    """A stop, target or trail that the venue holds for a position of ours."""

    order: Order
    at_ns: int


class ExitFired(Event):
    """One that this program held itself was met: it goes to the exchange as a market order."""

    order: str
    quantity: Decimal
    price: Decimal
    at_ns: int


class GuardKept(Event):
    """How a position at an exchange is protected now; None: no longer, it is closed."""

    account: str
    symbol: str
    guard: Guard | None
    at_ns: int


class ProtectionTold(Event):
    """A position lost its stop, has it again, or is closed because it can't have one."""

    account: str
    symbol: str
    state: str  # unprotected | protected | hung again | taken away | closing
    text: str
    at_ns: int
    bare_ns: int = 0  # for how long it has been, or was, without


class DeadManKept(Event):
    """How the dead-man's switch of an account stands from here on."""

    account: str
    state: str
    seconds: int
    why: str
    at_ns: int


class ProtectionRulesSet(Event):
    rules: ProtectionRules


class NoteWritten(Event):
    """A bot's print, notify or signal."""

    bot: str
    kind: str
    text: str
    channel: str
    at_ns: int


class IntentRefused(Event):
    """Stopped by the bot's own rules (still working, rate), with words."""

    bot: str
    action: str
    symbol: str
    site: int
    code: str
    text: str
    at_ns: int


class GameEnded(Event):
    """One game of a bot is over: what it was, what it brought, how quick it was."""

    bot: str
    account: str
    symbol: str
    at_ns: int
    round: Round


class BotFinalized(Event):
    """Its script is done; it is carried out no more."""

    bot: str
    at_ns: int


class ApprovalRulesSet(Event):
    rules: tuple[ApprovalRule, ...]
    four_eyes: bool


class ApprovalRequested(Event):
    approval: Approval


class ApprovalAnswered(Event):
    approval: str
    bot: str
    is_approved: bool
    by: str
    role: str
    reason: str
    at_ns: int


class ApprovalEnded(Event):
    """Nobody answered: it expired, or what asked it is gone."""

    approval: str
    bot: str
    outcome: str  # expired | withdrawn
    text: str
    at_ns: int


class CashFlowPlanned(Event):
    """A dated amount that a script plans; recorded, never moved."""

    bot: str
    flow: Planned
    at_ns: int
    id: str = ""  # by which a person settles it
    source: str = ""  # of a transfer that a person carries out: from this account
    to: str = ""


class CashFlowSettled(Event):
    flow: str
    bot: str
    at_ns: int
    by: str
    transfer: str = ""  # the exchange's name of it, where the exchange did it


class MoveSent(Event):
    """From here on the transfer may have been made: it is never sent again."""

    flow: str
    bot: str
    at_ns: int
    by: str


class MoveAnswered(Event):
    """It was refused, and waits for a person again; or nobody knows yet, and it is looked for."""

    flow: str
    bot: str
    at_ns: int
    is_known: bool
    text: str


class BotFaulted(Event):
    bot: str
    at_ns: int
    text: str


class TradingStateChanged(Event):
    state: TradingState
    cause: str
    by: str
    at_ns: int
    lift: str = "trader"  # the least role that may lift it


class DeadHandled(Event):
    letter: str
    is_again: bool
    by: str
    at_ns: int


class KillRulesSet(Event):
    rules: KillRules


class KillBegan(Event):
    at_ns: int
    by: str
    cause: str
    flatten: Flatten
    text: str


class KillStepped(Event):
    """How far a kill has come. Proven: every venue was read, and shows what was wanted."""

    at_ns: int
    stage: KillStage
    text: str
    left: tuple[str, ...] = ()


class KillRead(Event):
    """What a venue showed the kill."""

    account: str
    at_ns: int
    working: tuple[str, ...]
    holdings: tuple[tuple[str, Decimal], ...]
    error: str


class FlattenTried(Event):
    """The kill sent its order for a position, or the gate stopped it and why."""

    account: str
    symbol: str
    units: Decimal  # signed, of what is to be given back
    at_ns: int
    refusal: str = ""


class TapeSealed(Event):
    """A tape segment is complete: its hash stands in the journal."""

    segment: str
    sha256: str
    first: int
    last: int
    rows: int


class EngineStarted(Event):
    at_ns: int
    program: str  # version of the code
    recovered_to: int  # message number the journal had reached


class EquitySampled(Event):
    """What an account was worth at one moment, and the prices that say so; none of them was stale.

    Marks are market input that is not kept, so the curve of a report is made of these.
    """

    account: str
    at_ns: int
    equity: Decimal
    free: Decimal
    prices: tuple[tuple[str, Decimal], ...]  # of open positions and of what living bots read


# ---- transient


class MarketSeen(Transient):
    """Marks follow the market; bots that ran are in BotRan."""

    message: MarketInput


class ConditionsKept(Transient):
    """What limits look at follows the market."""

    message: ConditionsSeen


class VenueStateKept(Transient):
    """What the thermostat looks at follows the venue."""

    message: VenueStateSeen


class BotRan(Transient):
    """A bot's next state after an occasion. Told again by stepping the tape, so never journaled."""

    bot: str
    state: object
    at_ms: int
    runs: tuple[RunTrace, ...]
    warming: str
    acted: bool
    has_begun: bool
    heard_used: int  # fills that waited for this occasion
    gave: tuple[tuple[str, float], ...] = ()  # numbers of the events it sent, by field
    answers: tuple[Answer, ...] = ()  # that it did not hear yet
    awaited: tuple[Awaited, ...] = ()  # what its runs wait for now
    reserved: float = 0.0


class FillKept(Transient):
    """A fill waits for its bot's next moment: on candle files, the close of its candle."""

    bot: str
    fill: FillSeen


class AnswerKept(Transient):
    """What a run waited for is there; its bot hears it at its next moment."""

    bot: str
    answer: Answer


class OwedKept(Transient):
    """All that a bot still has to trade back, and when."""

    bot: str
    owed: tuple[Owed, ...]


class TimersKept(Transient):
    """Handlers that came due while their bot was warmed: they run when it is."""

    bot: str
    handlers: tuple[int, ...]


class BarsSeen(Transient):
    """The newest candle a bot was given, so that none is given twice."""

    bot: str
    bars: tuple[tuple[str, int, int], ...]  # symbol, timeframe_ms, time_ms


class UpdateFed(Transient):
    """Candles that closed while a history was fetched: the other text hears them behind it."""

    bot: str
    bars: tuple[Bar, ...]


# ---- words alone


class Told(Message):
    """Words for people that neither the desk nor the market said; on the screen, kept nowhere."""

    at_ns: int
    what: str
    where: str
    why: str = ""
    next: str = ""


# ---- effects


class SubmitOrders(Effect):
    account: str
    orders: tuple[Order, ...]


class CancelOrders(Effect):
    account: str
    orders: tuple[str, ...]
    is_risen: bool = False  # they had their end, and work there all the same
    is_again: bool = False  # asked for before, without an answer: with patience


class LookUpOrder(Effect):
    account: str
    order: str
    is_now: bool = False  # also where one waits for its next time


class ViewVenue(Effect):
    """The account is compared with its venue now."""

    account: str


class LetGo(Effect):
    """Nobody asks for this order any more."""

    account: str
    order: str


class TakeOver(Effect):
    """The venue follows this order from now on as one of ours."""

    account: str
    order: Order


class SetTimers(Effect):
    """Feed the scheduler this bot's due dates; empty `timers` clears them."""

    bot: str
    timers: tuple[tuple[int, str, str], ...]


class SetAlarm(Effect):
    """When this bot must be looked at again: the next deadline of what it waits for; 0: none."""

    bot: str
    at_ns: int


class LoadHistory(Effect):
    bot: str
    account: str
    bars: tuple[tuple[str, int], ...]
    count: int
    of: str = ""  # as in HistoryLoaded


class Watch(Effect):
    """The market input the desk wants for an account from now on."""

    account: str
    bars: tuple[tuple[str, int], ...]
    quotes: tuple[str, ...]
    prints: tuple[str, ...]


class MoveMoney(Effect):
    """Between two wallets of one login, "" the account's own; one that was sent is looked for."""

    account: str
    flow: str
    source: str
    to: str
    unit: str
    amount: Decimal
    since_ns: int
    is_sent: bool = False
    known: tuple[str, ...] = ()  # transfers that are booked: it is none of these
