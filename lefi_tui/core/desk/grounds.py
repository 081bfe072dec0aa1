"""Where a game is played: the market as it is listed, and the plans its venue is trusted with.

The rule it keeps: a plan is there where a contract test has shown that no exit of it can open a
position; what a venue does not say it does, it is not asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from lefi_tui.core.desk.closes import closes_of
from lefi_tui.core.desk.in_doubt import with_unknown
from lefi_tui.core.desk.state import Desk
from lefi_tui.core.game import Ground, Plan
from lefi_tui.core.messages import Sizing
from lefi_tui.core.money import EXACT, ZERO, words

# The row of the venue's sheet that a plan asks for.
ASKED: Final[Mapping[Plan, str]] = MappingProxyType({Plan.BATCH: "paired", Plan.PARALLEL: "paired"})


def ground_of(desk: Desk, account: str, symbol: str, owner: str = "") -> Ground | None:
    """As `owner` finds it, who may hold units there."""
    instrument, known = desk.instruments.get((account, symbol)), desk.accounts.get(account)
    if instrument is None or known is None:
        return None
    position = desk.positions.get((account, symbol))
    held = ZERO if position is None else position.shares.get(owner, ZERO)
    taken = _taken(desk, account, symbol, held)
    is_closing = bool(closes_of(desk, account, symbol))
    plans = _plans(desk, account)
    return Ground(instrument, plans, account, known.is_real, taken, held, is_closing=is_closing)


def _taken(desk: Desk, account: str, symbol: str, own: Decimal) -> str:
    """At a venue there is one position a market, whoever opened what of it."""
    others = EXACT.subtract(with_unknown(desk, account).get(symbol, ZERO), own)
    return f"{words(others)} of {symbol} are held there by others" if others else ""


def _plans(desk: Desk, account: str) -> frozenset[Plan]:
    """A paper venue hangs exits on entries, and refuses an exit without a position."""
    if desk.accounts[account].sizing is Sizing.AT_FILL:
        return frozenset({Plan.ON_FILL})
    if desk.accounts[account].mode != "live":
        return frozenset(Plan)
    offers = desk.offers.get(account)
    rows = {plan: None if offers is None else offers.of(what) for plan, what in ASKED.items()}
    offered = {plan for plan, row in rows.items() if row is not None and row.used}
    return frozenset({Plan.ON_FILL, *offered})
