"""Games that are over, one row each: the scoreboard reads them. No older journal tells of any."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0005"
down_revision: Final = "0004"
branch_labels: Final = None
depends_on: Final = None


def upgrade() -> None:
    op.create_table(
        "game",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("bot", sa.String(), nullable=False),
        sa.Column("game", sa.Integer(), nullable=False),
        sa.Column("subscription", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("units", sa.String(), nullable=False),
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("exit", sa.String(), nullable=False),
        sa.Column("net", sa.String(), nullable=False),
        sa.Column("fees", sa.String(), nullable=False),
        sa.Column("planned_fees", sa.String(), nullable=False),
        sa.Column("margin", sa.String(), nullable=False),
        sa.Column("ended_by", sa.String(), nullable=False),
        sa.Column("began_ns", sa.Integer(), nullable=False),
        sa.Column("ended_ns", sa.Integer(), nullable=False),
        sa.Column("pressed_ns", sa.Integer(), nullable=False),
        sa.Column("sent_ns", sa.Integer(), nullable=False),
        sa.Column("accepted_ns", sa.Integer(), nullable=False),
        sa.Column("filled_ns", sa.Integer(), nullable=False),
        sa.Column("exit_sent_ns", sa.Integer(), nullable=False),
        sa.Column("exit_accepted_ns", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("n", "bot", "game"),
    )
    op.create_index("ix_game_subscription", "game", ["subscription"])


def downgrade() -> None:
    raise NotImplementedError("a journal never goes back; restore the copy made before")
