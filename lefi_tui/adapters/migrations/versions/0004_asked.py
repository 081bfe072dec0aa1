"""What a person is asked and what scripts plan. No older journal tells of either."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0004"
down_revision: Final = "0003"
branch_labels: Final = None
depends_on: Final = None


def upgrade() -> None:
    _approval()
    _cash_flow()


def downgrade() -> None:
    raise NotImplementedError("a journal never goes back; restore the copy made before")


def _approval() -> None:
    op.create_table(
        "approval",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("bot", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("orders", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_ns", sa.Integer(), nullable=False),
        sa.Column("deadline_ns", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("answered_by", sa.String(), nullable=False),
        sa.Column("answer_role", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("over_ns", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_approval_bot", "approval", ["bot"])


def _cash_flow() -> None:
    op.create_table(
        "cash_flow",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("bot", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("amount", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("rate", sa.String(), nullable=False),
        sa.Column("present", sa.String(), nullable=False),
        sa.Column("due_ms", sa.Integer(), nullable=False),
        sa.Column("planned_ns", sa.Integer(), nullable=False),
        sa.Column("settled_ns", sa.Integer(), nullable=True),
        sa.Column("settled_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_cash_flow_bot", "cash_flow", ["bot"])
