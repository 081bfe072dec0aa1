"""A fill may belong to several: closing a shared position by hand gives each owner its part.

The fills an older journal holds have one owner each; they are taken over as they are.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0003"
down_revision: Final = "0002"
branch_labels: Final = None
depends_on: Final = None

COLUMNS: Final = """
n, account, "order", trade_id, trade, owner, symbol, side, price, quantity, fee, liquidity, reason,
at_ns
"""


def upgrade() -> None:
    op.drop_index("ix_fill_order", table_name="fill")
    op.rename_table("fill", "fill_before")
    op.create_table(
        "fill",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("order", sa.String(), nullable=False),
        sa.Column("trade_id", sa.String(), nullable=False),
        sa.Column("trade", sa.String(), nullable=True),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("price", sa.String(), nullable=False),
        sa.Column("quantity", sa.String(), nullable=False),
        sa.Column("fee", sa.String(), nullable=False),
        sa.Column("liquidity", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at_ns", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("n", "owner"),
        sa.UniqueConstraint("account", "order", "trade_id"),
    )
    op.execute(f"INSERT INTO fill ({COLUMNS}) SELECT {COLUMNS} FROM fill_before")  # noqa: S608 -- of this module
    op.drop_table("fill_before")
    op.create_index("ix_fill_order", "fill", ["order"])


def downgrade() -> None:
    raise NotImplementedError("a journal never goes back; restore the copy made before")
