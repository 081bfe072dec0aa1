"""The kill: what a person set for it, how far one has come, and what may cause one by itself.

The rule it keeps: a kill is over only when every venue was read and says so; until then it tells
exactly what is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Final

from msgspec import field

from lefi_tui.core.money import ZERO
from lefi_tui.core.record import Record

STEPS_MAX: Final = 64  # what a screen shows of one kill; the first ones stay


class Flatten(StrEnum):
    """Which positions a kill closes."""

    BOTS = "bots"  # what bots hold; a person's and unknown ones stay
    ALL = "all"
    NONE = "none"


class KillRules(Record):
    """[kill] of the settings. None: this never causes a kill by itself."""

    flatten: Flatten = Flatten.NONE
    drawdown_max: Decimal | None = None  # a share of the peak of an account's equity
    losses_max: int | None = None  # trades in a row that ended with a loss
    errors_max: int | None = None  # orders without a usable answer, within ten minutes
    spreads_max: int | None = None  # orders stopped for their market's spread, likewise


class KillStage(StrEnum):
    CANCELING = "canceling"
    CLOSING = "closing"  # flattens, and reads back what the venues show
    PROVEN = "proven"


class KillStep(Record):
    at_ns: int
    text: str


class Reading(Record):
    """What a venue showed when it was asked: ids of working orders, signed units by symbol."""

    at_ns: int = 0  # when it was asked
    working: tuple[str, ...] = ()
    holdings: tuple[tuple[str, Decimal], ...] = ()
    error: str = ""


class Try(Record):
    """The newest attempt to flatten one position."""

    at_ns: int
    units: Decimal
    refusal: str = ""


class KillState(Record):
    at_ns: int
    by: str
    cause: str
    flatten: Flatten
    stage: KillStage = KillStage.CANCELING
    steps: tuple[KillStep, ...] = ()
    closing_ns: int = 0  # since when it flattens: an older reading says nothing
    left: tuple[str, ...] = ()  # what still works or is open, and why
    left_ns: int = 0  # when that was said
    read: Mapping[str, Reading] = field(default_factory=dict)  # by account
    tries: Mapping[tuple[str, str], Try] = field(default_factory=dict)  # by account, symbol


class KillFacts(Record):
    """What the automatic causes count, since the rules were set or trading was resumed."""

    losses: int = 0
    results: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)  # of open trades
    errors: tuple[int, ...] = ()  # their times
    spreads: tuple[int, ...] = ()
    peaks: Mapping[str, Decimal] = field(default_factory=dict)  # of each account's equity
    fallen: Mapping[str, Decimal] = field(default_factory=dict)  # share of it that is lost now


NOTHING: Final = KillFacts()


def lost(peak: Decimal, equity: Decimal) -> Decimal:
    return (peak - equity) / peak if peak > ZERO else ZERO
