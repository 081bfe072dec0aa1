"""The limits as a screen shows them: what one place says, what counts there, how it stands now."""

from __future__ import annotations

from decimal import Decimal

from lefi_tui.core.record import Record


class LimitRow(Record):
    """`own` is what the place itself says, `strictest` what counts there, by whom."""

    name: str
    meaning: str
    own: str = ""
    strictest: str = ""
    said_by: str = ""
    now: str = ""  # of the account, where a check can say it without an order
    is_ok: bool = True


class HeatReason(Record):
    text: str
    factor: Decimal
    symbol: str = ""  # of one market; else of the account


class Heat(Record):
    """The thermostat of an account: what an entry there is multiplied by, and why."""

    account: str
    is_on: bool
    stage: str
    factor: Decimal
    reasons: tuple[HeatReason, ...] = ()


class ReleaseRow(Record):
    at_ms: int
    name: str
    impact: str
    is_approximate: bool


class LimitsView(Record):
    at_ns: int
    place: str
    places: tuple[str, ...]  # where limits may stand, settings first
    rows: tuple[LimitRow, ...]
    heats: tuple[Heat, ...]
    releases: tuple[ReleaseRow, ...] = ()  # of the next 24 hours
    version: int = 0  # of the place; 0: nothing was ever set there
    by: str = ""
    changed_ns: int = 0
