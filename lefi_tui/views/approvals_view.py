"""What waits for a person, as effects: units, worst price, cost, account, why, how long is left.

The rule it keeps: an expired question is shown as over, however long the engine is silent.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.approval import BAND
from lefi_tui.core.money import words
from lefi_tui.core.record import Record
from lefi_tui.views.desk_view import Mode

URGENT_MS: Final = 60_000  # less is left: the frame says so in the color of an alarm


class EffectRow(Record):
    """One order as it would be sent. `asked` and `now` are the market's price then and now."""

    action: str
    symbol: str
    account: str
    units: Decimal | None
    worst: Decimal | None
    cost: Decimal | None
    unit: str
    refusal: str = ""  # what the gate would say
    asked: Decimal | None = None
    now: Decimal | None = None
    places: int = 2
    terms: str = ""  # leverage, exits and conditions, in words

    @property
    def drift(self) -> float | None:
        """The share by which the price has moved since."""
        if self.asked is None or self.now is None or not self.asked:
            return None
        return float(self.now / self.asked - 1)

    @property
    def is_past_band(self) -> bool:
        """Then a yes leads to another question."""
        return self.drift is not None and abs(self.drift) > BAND


class ApprovalRow(Record):
    id: str
    bot: str
    title: str  # the bot's handler
    mode: Mode
    why: tuple[str, ...]  # the run's conditions with the values they had
    role: str  # who may answer
    asked_by: str  # who started the bot
    asked_at_ns: int
    left_ms: int
    orders: tuple[EffectRow, ...]
    refusal: str = ""  # why whoever looks can't answer it; empty when they can

    @property
    def is_over(self) -> bool:
        return self.left_ms <= 0

    @property
    def is_urgent(self) -> bool:
        return self.left_ms < URGENT_MS


class AnsweredRow(Record):
    """One that is over: who said what, and what came of it."""

    id: str
    bot: str
    what: str
    status: str  # approved | declined | expired | withdrawn
    by: str
    reason: str
    outcome: str
    at_ns: int


class ApprovalsView(Record):
    """`me` and `role` are of whoever looks. Those that wait stand with the nearest end first."""

    at_ns: int
    me: str
    role: str
    four_eyes: bool = False
    rows: tuple[ApprovalRow, ...] = ()
    answered: tuple[AnsweredRow, ...] = ()  # newest first


def later(view: ApprovalsView, silent_ms: int) -> ApprovalsView:
    """The same picture, so much older than when it was taken."""
    if silent_ms <= 0:
        return view
    rows = tuple(replace(row, left_ms=max(0, row.left_ms - silent_ms)) for row in view.rows)
    return replace(view, rows=rows)


def effect(row: EffectRow) -> str:
    """What would be sent, in one line: "buy 49.95 BTC/USDT, stop 2%"."""
    units = "" if row.units is None else f"{words(row.units)} "
    terms = f", {row.terms}" if row.terms else ""
    return f"{row.action} {units}{row.symbol or row.unit}{terms}"
