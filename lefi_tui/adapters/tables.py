"""The tables: the journal and its tape, and what users and reports read of them.

The journal is the truth. The others are projections, written in the same transaction as the rows
they come from, and can be rebuilt from it. Money is text: SQLite has no exact decimals. A key or a
secret never stands here, only the name under which the keyring holds it.
"""

from __future__ import annotations

from typing import ClassVar, Final

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel


class JournalLine(SQLModel, table=True):
    __tablename__: ClassVar[str] = "journal"
    seq: int = Field(primary_key=True)
    n: int = Field(index=True)
    kind: str
    type: str
    version: int
    body: str
    at_ns: int
    hash: str


class TapeLine(SQLModel, table=True):
    __tablename__: ClassVar[str] = "tape"
    n: int = Field(primary_key=True)
    prev_n: int
    type: str
    version: int
    body: str


class SnapshotLine(SQLModel, table=True):
    __tablename__: ClassVar[str] = "snapshot"
    n: int = Field(primary_key=True)
    seq: int
    hash: str
    tape_n: int
    body: str


class AccountLine(SQLModel, table=True):
    __tablename__: ClassVar[str] = "account"
    name: str = Field(primary_key=True)
    currency: str
    cash: str
    mode: str
    venue: str
    sizing: str
    maker: str
    taker: str
    slippage: str
    created_ns: int


class ExchangeSettingLine(SQLModel, table=True):
    __tablename__: ClassVar[str] = "exchange_setting"
    account: str = Field(primary_key=True, foreign_key="account.name")
    exchange: str
    key_reference: str  # the name under which the keyring holds key and secret
    options: str = "{}"
    created_ns: int
    updated_ns: int


class BotLine(SQLModel, table=True):
    __tablename__: ClassVar[str] = "bot"
    name: str = Field(primary_key=True)
    type: str = Field(primary_key=True)  # automated | manual | indicator
    version: str
    default_settings: str = "{}"
    created_ns: int
    updated_ns: int


class SubscriptionLine(SQLModel, table=True):
    """One run of one bot, from its start to its stop."""

    __tablename__: ClassVar[str] = "subscription"
    id: str = Field(primary_key=True)
    bot: str = Field(index=True)
    type: str
    title: str
    account: str
    run_type: str  # simulation | dry_run | live
    status: str  # active | stopping | terminated
    settings: str
    script_version: str
    reason: str = ""
    start_ns: int
    end_ns: int | None = None
    updated_ns: int


class TradeLine(SQLModel, table=True):
    """From flat to flat, of one owner. `subscription` is empty for what the hand did."""

    __tablename__: ClassVar[str] = "trade"
    __table_args__ = (Index("trade_open", "account", "symbol", "owner", "is_open"),)
    id: str = Field(primary_key=True)
    subscription: str | None = None
    account: str
    symbol: str
    owner: str
    side: str
    is_open: bool
    units: str
    entry: str
    stop_loss: str | None = None
    take_profit: str | None = None
    created_ns: int
    updated_ns: int
    closed_ns: int | None = None


class OrderLine(SQLModel, table=True):
    __tablename__: ClassVar[str] = "order"
    id: str = Field(primary_key=True)  # client order id
    trade: str | None = Field(default=None, index=True)
    account: str
    mode: str
    owner: str
    run: str
    site: int
    leg: str
    order_group: str
    symbol: str
    side: str
    kind: str
    size_kind: str
    size_value: str
    price: str | None = None
    quantity: str | None = None
    filled: str
    remaining: str | None = None
    average: str | None = None
    cost: str
    fee: str
    status: str = Field(index=True)
    venue_order_id: str
    reason: str
    created_ns: int
    updated_ns: int


class FillLine(SQLModel, table=True):
    __tablename__: ClassVar[str] = "fill"
    __table_args__ = (UniqueConstraint("account", "order", "trade_id"),)
    n: int = Field(primary_key=True)  # the message that brought it
    owner: str = Field(primary_key=True)  # a close by hand may give several owners their part
    account: str
    order: str = Field(index=True)
    trade_id: str  # the venue's
    trade: str | None = None
    symbol: str
    side: str
    price: str
    quantity: str
    fee: str
    liquidity: str
    reason: str
    at_ns: int


class EquitySampleLine(SQLModel, table=True):
    """What an account was worth; `prices` is a JSON list of symbol and price, each price text."""

    __tablename__: ClassVar[str] = "equity_sample"
    n: int = Field(primary_key=True)  # its message
    account: str
    at_ns: int
    equity: str
    free: str
    prices: str


class FundingLine(SQLModel, table=True):
    __tablename__: ClassVar[str] = "funding"
    n: int = Field(primary_key=True)  # the message that brought it
    account: str
    symbol: str
    amount: str  # paid; negative when received
    at_ns: int


class ScriptLine(SQLModel, table=True):
    __tablename__: ClassVar[str] = "script"
    title: str = Field(primary_key=True)
    version: str  # the newest
    created_ns: int
    updated_ns: int


class ScriptVersionLine(SQLModel, table=True):
    """Immutable: a trigger refuses to change one."""

    __tablename__: ClassVar[str] = "script_version"
    version: str = Field(primary_key=True)  # SHA-256 of the text
    title: str
    source: str
    created_ns: int


class ScheduleLine(SQLModel, table=True):
    __tablename__: ClassVar[str] = "schedule"
    bot: str = Field(primary_key=True)
    handler: int = Field(primary_key=True)
    spec: str
    zone: str
    is_active: bool
    last_ns: int | None = None
    late_ms: int | None = None


class ApprovalLine(SQLModel, table=True):
    """`orders` is a JSON list of what would have been sent, money as text."""

    __tablename__: ClassVar[str] = "approval"
    id: str = Field(primary_key=True)
    bot: str = Field(index=True)
    title: str
    why: str
    role: str
    orders: str
    asked_by: str
    asked_ns: int
    deadline_ns: int
    status: str  # pending | approved | declined | expired | withdrawn
    answered_by: str
    answer_role: str
    reason: str
    outcome: str
    over_ns: int | None = None


class CashFlowLine(SQLModel, table=True):
    """Planned, due or missed hangs on the clock of whoever reads it."""

    __tablename__: ClassVar[str] = "cash_flow"
    id: str = Field(primary_key=True)
    bot: str = Field(index=True)
    name: str
    amount: str
    unit: str
    rate: str
    present: str
    due_ms: int
    planned_ns: int
    settled_ns: int | None = None
    settled_by: str


class GameLine(SQLModel, table=True):
    """One game that is over. Times by our clock, in nanoseconds; 0: nobody knows."""

    __tablename__: ClassVar[str] = "game"
    n: int = Field(primary_key=True)  # the message that brought it
    bot: str = Field(primary_key=True)
    game: int = Field(primary_key=True)
    subscription: str = Field(index=True)  # the session
    account: str
    symbol: str
    side: str
    result: str  # won | lost | even | missed
    plan: str
    units: str
    entry: str
    exit: str
    net: str
    fees: str
    planned_fees: str
    margin: str
    ended_by: str
    began_ns: int
    ended_ns: int
    pressed_ns: int
    sent_ns: int
    accepted_ns: int
    filled_ns: int
    exit_sent_ns: int
    exit_accepted_ns: int


# What the migrations are compared with; importing it is importing all tables.
METADATA: Final = SQLModel.metadata
