"""What a report reads beside the fills: equity as it was sampled, and funding.

Funding that an older journal holds is written here from its rows; equity was not sampled then.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0002"
down_revision: Final = "0001"
branch_labels: Final = None
depends_on: Final = None

FUNDING_OF_BEFORE: Final = """
INSERT INTO funding (n, account, symbol, amount, at_ns)
SELECT n, json_extract(body, '$.account'), json_extract(body, '$.symbol'),
       json_extract(body, '$.amount'), json_extract(body, '$.at_ns')
FROM journal WHERE type = 'FundingBooked' AND kind = 'event'
"""


def upgrade() -> None:
    op.create_table(
        "equity_sample",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("at_ns", sa.Integer(), nullable=False),
        sa.Column("equity", sa.String(), nullable=False),
        sa.Column("free", sa.String(), nullable=False),
        sa.Column("prices", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_table(
        "funding",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("amount", sa.String(), nullable=False),
        sa.Column("at_ns", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.execute(FUNDING_OF_BEFORE)


def downgrade() -> None:
    raise NotImplementedError("a journal never goes back; restore the copy made before")
