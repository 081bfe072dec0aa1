"""An order's life: what was asked, what the venue did with it, and the one table of allowed moves.

The rule it keeps: filled <= quantity, and no status is reached that TRANSITIONS does not allow.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Final

from msgspec import field
from msgspec.structs import replace

from lefi_tui.core.money import EXACT, MONEY, ZERO
from lefi_tui.core.record import Record


class Side(StrEnum):
    BUY = "buy"
    SELL = "sell"

    @property
    def opposite(self) -> Side:
        return Side.SELL if self is Side.BUY else Side.BUY

    @property
    def sign(self) -> int:
        return 1 if self is Side.BUY else -1


class OrderKind(StrEnum):
    MARKET = "market"
    LIMIT = "limit"
    STOP = "stop_loss"
    TARGET = "take_profit"
    TRAIL = "trail"


class TimeInForce(StrEnum):
    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"


class SizeKind(StrEnum):
    UNITS = "units"  # of base
    WORTH = "worth"  # of quote, at the fill's price, fee on top
    SHARE = "share"  # of free cash where it opens or enlarges, of the position where it reduces
    ALL = "all"  # the whole position: Close


class Size(Record):
    kind: SizeKind
    value: Decimal = ZERO


class LevelKind(StrEnum):
    PERCENT = "percent"  # a share of the average entry price
    PRICE = "price"  # the level itself; for a trail, the distance


class Level(Record):
    kind: LevelKind
    value: Decimal


class ExitPlan(Record):
    """The exits an entry asks for; each is one per position, for all its units."""

    stop_loss: Level | None = None
    take_profit: Level | None = None
    trail: Level | None = None


class OrderStatus(StrEnum):
    PENDING = "pending"  # decided here, its intent is not yet durable
    SUBMITTED = "submitted"  # durable; on its way to the venue
    ACCEPTED = "accepted"
    PARTIALLY_FILLED = "partially filled"
    FILLED = "filled"
    CANCEL_PENDING = "cancel pending"
    CANCELED = "canceled"
    REJECTED = "rejected"  # by the venue
    DENIED = "denied"  # by us
    EXPIRED = "expired"
    UNCONFIRMED = "unconfirmed"  # sent, and we do not know


_S = OrderStatus
TRANSITIONS: Final[dict[OrderStatus, frozenset[OrderStatus]]] = {
    _S.PENDING: frozenset({_S.SUBMITTED, _S.DENIED, _S.CANCELED}),
    # A fill or a cancel may overtake the acknowledgement.
    _S.SUBMITTED: frozenset(
        {
            _S.ACCEPTED,
            _S.PARTIALLY_FILLED,
            _S.FILLED,
            _S.CANCEL_PENDING,
            _S.CANCELED,
            _S.REJECTED,
            _S.EXPIRED,
            _S.UNCONFIRMED,
        }
    ),
    _S.ACCEPTED: frozenset(
        {
            _S.PARTIALLY_FILLED,
            _S.FILLED,
            _S.CANCEL_PENDING,
            _S.CANCELED,
            _S.EXPIRED,
            _S.REJECTED,  # a conditional order may be refused when it fires
            _S.UNCONFIRMED,
        }
    ),
    _S.PARTIALLY_FILLED: frozenset(
        {
            _S.PARTIALLY_FILLED,
            _S.FILLED,
            _S.CANCEL_PENDING,
            _S.CANCELED,
            _S.EXPIRED,
            _S.UNCONFIRMED,
        }
    ),
    # A cancel that lost the race: the venue says filled, partially or wholly, or still working.
    _S.CANCEL_PENDING: frozenset(
        {
            _S.ACCEPTED,
            _S.PARTIALLY_FILLED,
            _S.FILLED,
            _S.CANCELED,
            _S.EXPIRED,
            _S.REJECTED,
            _S.UNCONFIRMED,
        }
    ),
    # A fill may have overtaken the cancel on the venue's side, so CANCELED is not quite the end.
    _S.CANCELED: frozenset({_S.PARTIALLY_FILLED, _S.FILLED}),
    _S.EXPIRED: frozenset({_S.PARTIALLY_FILLED, _S.FILLED}),
    _S.UNCONFIRMED: frozenset(
        {
            _S.ACCEPTED,
            _S.PARTIALLY_FILLED,
            _S.FILLED,
            _S.CANCEL_PENDING,
            _S.CANCELED,
            _S.REJECTED,
            _S.EXPIRED,
        }
    ),
    _S.FILLED: frozenset(),
    _S.REJECTED: frozenset(),
    _S.DENIED: frozenset(),
}
FINAL: Final = frozenset({_S.FILLED, _S.CANCELED, _S.REJECTED, _S.DENIED, _S.EXPIRED})
WORKING: Final = frozenset(OrderStatus) - FINAL

HAND: Final = "hand"  # owner of what a person did
UNKNOWN: Final = "unknown"  # owner of what we did not do


class OrderTerms(Record):
    """What is asked of the venue: the one shape every venue adapter reads."""

    symbol: str
    side: Side
    kind: OrderKind
    size: Size
    limit: Decimal | None = None
    time_in_force: TimeInForce = TimeInForce.GTC
    is_reduce_only: bool = False
    is_post_only: bool = False
    leverage: Decimal | None = None  # None: as the open position, or 1
    exits: ExitPlan = field(default_factory=ExitPlan)


class Moving(Record):
    """A limit order on its way to another price: canceled, then placed anew for what is left."""

    limit: Decimal
    at_ns: int  # when it was asked for: what ends much later is not placed anew
    less: Decimal = ZERO  # units that an order before it has turned out to have filled


class Order(Record):
    """One order of ours. `quantity` is None until its units are fixed (some venues: at fill)."""

    id: str  # client order id, [A-Za-z0-9]{1,32}
    account: str
    terms: OrderTerms
    owner: str  # a bot's id, HAND or UNKNOWN
    run: str = ""  # correlation: which run of the bot asked for it
    site: int = -1  # numbered effect site of the script; -1 for the hand
    leg: str = "entry"
    group: str = ""
    status: OrderStatus = OrderStatus.PENDING
    quantity: Decimal | None = None
    filled: Decimal = ZERO
    cost: Decimal = ZERO  # sum of price * units over its fills, in quote
    fees: Decimal = ZERO
    venue_order_id: str = ""
    reason: str = ""
    placed_at_ns: int = 0
    is_cancel_asked: bool = False  # survives a silence: what is alive again is canceled again
    ticket: int = 0  # of the run that waits until it is final; 0: none does
    is_undo: bool = False  # trades back a step of a transaction, or what a time limit left of it
    is_advised: bool = False  # the gate asks every adviser too
    deadline_ns: int = 0  # canceled then; 0: it rests
    retries: int = 0  # sent again so often where it surely never reached the venue
    held: Decimal | None = None  # of a transaction's step: its owner's units before it
    trigger: Decimal | None = None  # of an exit at an exchange: the price that fires it
    canceled_by: str = ""  # who asked first that it be canceled
    beside: str = ""  # of an exit that left with it: its entry, which may not be filled yet
    # By our clock: its bytes left, its first word came, its first fill came; 0: nobody knows.
    sent_ns: int = 0
    accepted_ns: int = 0
    filled_ns: int = 0
    moving: Moving | None = None
    moved_from: str = ""  # the order in whose place it stands
    is_unanswered: bool = False  # and stays so when its cancel is asked: that is no answer

    @property
    def is_final(self) -> bool:
        return self.status in FINAL

    @property
    def is_doubted(self) -> bool:
        """Whether nobody knows if its venue has it."""
        return self.is_unanswered or self.status is OrderStatus.UNCONFIRMED

    @property
    def is_step(self) -> bool:
        """Of a transaction: what is not filled of it as asked undoes what is."""
        return self.held is not None

    @property
    def average(self) -> Decimal | None:
        return MONEY.divide(self.cost, self.filled) if self.filled else None

    @property
    def remaining(self) -> Decimal | None:
        return None if self.quantity is None else EXACT.subtract(self.quantity, self.filled)

    def moved_to(self, status: OrderStatus, reason: str = "") -> Order:
        """The order in its next status; an illegal move is a bug and stops the program."""
        assert status in TRANSITIONS[self.status], f"{self.id}: {self.status} -> {status}"
        asked = self.is_cancel_asked or status is OrderStatus.CANCEL_PENDING
        moved = replace(self, status=status, reason=reason or self.reason, is_cancel_asked=asked)
        is_asking = self.is_doubted and status is OrderStatus.CANCEL_PENDING
        return replace(moved, is_unanswered=is_asking or status is OrderStatus.UNCONFIRMED)

    def with_fill(self, price: Decimal, quantity: Decimal, fee: Decimal, *, is_last: bool) -> Order:
        """The order after one execution. Filling more than was ordered is a bug."""
        assert quantity > 0, f"{self.id}: a fill of {quantity}"
        total = EXACT.add(self.filled, quantity)
        ordered = self.quantity if self.quantity is not None else (total if is_last else None)
        assert ordered is None or total <= ordered, f"{self.id}: {total} filled of {ordered}"
        is_whole = is_last or (ordered is not None and total == ordered)
        status = OrderStatus.FILLED if is_whole else OrderStatus.PARTIALLY_FILLED
        is_leaving = self.is_cancel_asked or self.status is OrderStatus.CANCEL_PENDING
        if is_leaving and not self.is_final and not is_whole:
            status = OrderStatus.CANCEL_PENDING  # the cancel is still on its way
        ended = {OrderStatus.CANCELED, OrderStatus.EXPIRED, OrderStatus.FILLED}
        if self.status in ended and not is_whole:
            status = self.status  # a late fill, of what was canceled or before the last one
        moved = self if status is self.status else self.moved_to(status)
        return replace(
            moved,
            quantity=ordered,
            filled=total,
            cost=MONEY.fma(price, quantity, self.cost),
            fees=EXACT.add(self.fees, fee),
            is_unanswered=False,
        )


class Owed(Record):
    """A trade back that failed: what is left of it is sent again at its time."""

    order: Order
    due_ns: int
