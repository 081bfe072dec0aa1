"""What was: past orders, fills and runs, as the tables hold them. Reads only, beside the writer."""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol

from lefi_tui.core.approval import AskedOrder
from lefi_tui.core.game import Round
from lefi_tui.core.messages import Sizing
from lefi_tui.core.record import Record


class OrderRecord(Record):
    """One order, working or past. Money in the account's currency, quantity in base units."""

    id: str
    account: str
    mode: str  # simulation | dry_run | live
    owner: str
    leg: str
    symbol: str
    side: str
    kind: str
    price: Decimal | None  # the limit; None at market
    quantity: Decimal | None  # None until the venue has fixed it
    filled: Decimal
    average: Decimal | None
    fee: Decimal
    status: str
    reason: str
    created_ns: int
    updated_ns: int


class FillRecord(Record):
    n: int  # the message that brought it
    account: str
    order: str
    owner: str
    symbol: str
    side: str
    price: Decimal
    quantity: Decimal
    fee: Decimal
    reason: str  # order close stop_loss take_profit trail liquidation
    at_ns: int


class FundingRecord(Record):
    n: int
    account: str
    symbol: str
    amount: Decimal  # paid; negative when received
    at_ns: int


class EquityRecord(Record):
    """What an account was worth, by prices that were fresh."""

    n: int
    account: str
    at_ns: int
    equity: Decimal
    free: Decimal
    prices: tuple[tuple[str, Decimal], ...]


Booked = FillRecord | FundingRecord | EquityRecord


class AccountRecord(Record):
    name: str
    currency: str
    cash: Decimal  # at its opening
    mode: str  # simulation | dry_run | live
    venue: str
    sizing: Sizing
    taker: Decimal
    created_ns: int


class RunRecord(Record):
    """One run of one bot, from its start to its stop. `settings` as Lefi text."""

    bot: str
    kind: str
    title: str
    account: str
    run_type: str  # simulation | dry_run | live
    status: str  # active | stopping | terminated
    settings: tuple[tuple[str, str], ...]
    script_version: str
    reason: str
    start_ns: int
    end_ns: int | None


class GameRecord(Record):
    """One game that is over."""

    bot: str
    subscription: str  # bot/start_ns: its session
    account: str
    symbol: str
    round: Round


class TimerRecord(Record):
    """One timer of a bot: its handler, what sets it, and when it was due last."""

    bot: str
    handler: int
    spec: str
    zone: str
    is_active: bool
    last_ns: int | None
    late_ms: int | None


class ApprovalRecord(Record):
    """One question: what it would have sent, what was said, what came of it."""

    id: str
    bot: str
    title: str
    role: str
    orders: tuple[AskedOrder, ...]
    status: str  # pending | approved | declined | expired | withdrawn
    by: str
    reason: str
    outcome: str
    asked_ns: int
    over_ns: int | None


class FlowRecord(Record):
    id: str
    bot: str
    name: str
    amount: Decimal
    unit: str
    due_ms: int
    settled_ns: int | None
    settled_by: str


class FillFilter(Record):
    """Empty fields take all. `since_ns` is included."""

    account: str = ""
    symbol: str = ""
    owner: str = ""
    since_ns: int = 0


class Records(Protocol):
    async def orders(self, limit: int) -> tuple[OrderRecord, ...]:
        """The newest, newest first."""
        ...

    async def fills(self, wanted: FillFilter, limit: int) -> tuple[FillRecord, ...]:
        """The newest that fit, oldest first."""
        ...

    async def booked(self, after_n: int, limit: int) -> tuple[Booked, ...]:
        """Fills, funding and equity samples in the order they happened; about `limit` at most."""
        ...

    async def accounts(self) -> tuple[AccountRecord, ...]:
        """In the order they were opened."""
        ...

    async def schedule(self) -> tuple[TimerRecord, ...]:
        """All timers there ever were, by bot and handler."""
        ...

    async def runs(self, bot: str = "") -> tuple[RunRecord, ...]:
        """Oldest first; of one bot, or of all."""
        ...

    async def approvals(self, limit: int) -> tuple[ApprovalRecord, ...]:
        """The newest that are over, newest first."""
        ...

    async def games(self, limit: int) -> tuple[GameRecord, ...]:
        """The newest that are over, oldest first."""
        ...

    async def flows(self, limit: int) -> tuple[FlowRecord, ...]:
        """Those with the latest dates, in the order of their dates."""
        ...
