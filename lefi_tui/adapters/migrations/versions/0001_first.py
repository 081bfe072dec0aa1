"""The first schema: journal, tape, snapshots, and the tables of the entities.

The audit trail is a view of the journal, not a copy of it. A script version can't be changed.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0001"
down_revision: Final = None
branch_labels: Final = None
depends_on: Final = None

AUDIT: Final = """
CREATE VIEW audit AS
SELECT seq, n, at_ns, kind, type,
       coalesce(json_extract(body, '$.by'), json_extract(body, '$.owner'),
                json_extract(body, '$.bot'), '') AS who,
       coalesce(json_extract(body, '$.text'), json_extract(body, '$.reason'),
                json_extract(body, '$.cause'), '') AS why,
       body, hash
FROM journal
"""
IMMUTABLE: Final = """
CREATE TRIGGER script_version_immutable BEFORE UPDATE ON script_version
BEGIN SELECT raise(ABORT, 'a script version is immutable'); END
"""


def upgrade() -> None:
    _account()
    _bot()
    _fill()
    _journal()
    _order()
    _schedule()
    _script()
    _script_version()
    _snapshot()
    _subscription()
    _tape()
    _trade()
    _exchange_setting()
    op.execute(AUDIT)
    op.execute(IMMUTABLE)


def downgrade() -> None:
    raise NotImplementedError("a journal never goes back; restore the copy made before")


def _account() -> None:
    op.create_table(
        "account",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("cash", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("venue", sa.String(), nullable=False),
        sa.Column("sizing", sa.String(), nullable=False),
        sa.Column("maker", sa.String(), nullable=False),
        sa.Column("taker", sa.String(), nullable=False),
        sa.Column("slippage", sa.String(), nullable=False),
        sa.Column("created_ns", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _bot() -> None:
    op.create_table(
        "bot",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("default_settings", sa.String(), nullable=False),
        sa.Column("created_ns", sa.Integer(), nullable=False),
        sa.Column("updated_ns", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", "type"),
    )


def _fill() -> None:
    op.create_table(
        "fill",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("order", sa.String(), nullable=False),
        sa.Column("trade_id", sa.String(), nullable=False),
        sa.Column("trade", sa.String(), nullable=True),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("price", sa.String(), nullable=False),
        sa.Column("quantity", sa.String(), nullable=False),
        sa.Column("fee", sa.String(), nullable=False),
        sa.Column("liquidity", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at_ns", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
        sa.UniqueConstraint("account", "order", "trade_id"),
    )
    op.create_index(op.f("ix_fill_order"), "fill", ["order"], unique=False)


def _journal() -> None:
    op.create_table(
        "journal",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("at_ns", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index(op.f("ix_journal_n"), "journal", ["n"], unique=False)


def _order() -> None:
    op.create_table(
        "order",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("trade", sa.String(), nullable=True),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("site", sa.Integer(), nullable=False),
        sa.Column("leg", sa.String(), nullable=False),
        sa.Column("order_group", sa.String(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("size_kind", sa.String(), nullable=False),
        sa.Column("size_value", sa.String(), nullable=False),
        sa.Column("price", sa.String(), nullable=True),
        sa.Column("quantity", sa.String(), nullable=True),
        sa.Column("filled", sa.String(), nullable=False),
        sa.Column("remaining", sa.String(), nullable=True),
        sa.Column("average", sa.String(), nullable=True),
        sa.Column("cost", sa.String(), nullable=False),
        sa.Column("fee", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("venue_order_id", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_ns", sa.Integer(), nullable=False),
        sa.Column("updated_ns", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_order_status"), "order", ["status"], unique=False)
    op.create_index(op.f("ix_order_trade"), "order", ["trade"], unique=False)


def _schedule() -> None:
    op.create_table(
        "schedule",
        sa.Column("bot", sa.String(), nullable=False),
        sa.Column("handler", sa.Integer(), nullable=False),
        sa.Column("spec", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("last_ns", sa.Integer(), nullable=True),
        sa.Column("late_ms", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("bot", "handler"),
    )


def _script() -> None:
    op.create_table(
        "script",
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("created_ns", sa.Integer(), nullable=False),
        sa.Column("updated_ns", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("title"),
    )


def _script_version() -> None:
    op.create_table(
        "script_version",
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("created_ns", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("version"),
    )


def _snapshot() -> None:
    op.create_table(
        "snapshot",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("tape_n", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )


def _subscription() -> None:
    op.create_table(
        "subscription",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("bot", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("run_type", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("settings", sa.String(), nullable=False),
        sa.Column("script_version", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("start_ns", sa.Integer(), nullable=False),
        sa.Column("end_ns", sa.Integer(), nullable=True),
        sa.Column("updated_ns", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_subscription_bot"), "subscription", ["bot"], unique=False)


def _tape() -> None:
    op.create_table(
        "tape",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("prev_n", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )


def _trade() -> None:
    op.create_table(
        "trade",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("subscription", sa.String(), nullable=True),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("units", sa.String(), nullable=False),
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("stop_loss", sa.String(), nullable=True),
        sa.Column("take_profit", sa.String(), nullable=True),
        sa.Column("created_ns", sa.Integer(), nullable=False),
        sa.Column("updated_ns", sa.Integer(), nullable=False),
        sa.Column("closed_ns", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("trade_open", "trade", ["account", "symbol", "owner", "is_open"], unique=False)


def _exchange_setting() -> None:
    op.create_table(
        "exchange_setting",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("exchange", sa.String(), nullable=False),
        sa.Column("key_reference", sa.String(), nullable=False),
        sa.Column("options", sa.String(), nullable=False),
        sa.Column("created_ns", sa.Integer(), nullable=False),
        sa.Column("updated_ns", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"],
            ["account.name"],
        ),
        sa.PrimaryKeyConstraint("account"),
    )
