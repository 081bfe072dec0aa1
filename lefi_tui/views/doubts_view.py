"""What is in doubt or not ours, as a person looks at it: each with its evidence and what may be
done about it.
"""

from __future__ import annotations

from enum import StrEnum

from lefi_tui.core.record import Record


class Word(Record):
    """An answer of a venue, how often it came without another one between, and when last."""

    text: str
    at_ns: int
    times: int = 1


class Kind(StrEnum):
    ORDER = "unconfirmed"  # of ours, and no answer says what became of it
    FOREIGN = "not ours"  # an order of another hand
    UNITS = "unknown"  # units that are nobody's of ours, or of ours and gone
    LEGS = "both sides"  # held long and short at once


class DoubtRow(Record):
    """`id` is the order's, the venue's number of another's order, or the market."""

    kind: Kind
    id: str
    account: str
    symbol: str
    what: str
    owner: str
    since_ns: int  # 0 where it is not known
    evidence: tuple[str, ...] = ()

    @property
    def can_adopt(self) -> bool:
        return self.kind in {Kind.FOREIGN, Kind.UNITS}

    @property
    def can_die(self) -> bool:
        return self.kind is Kind.ORDER


class LookedRow(Record):
    """How an account stands beside its venue; `at_ns` is when that last told all it has."""

    account: str
    text: str
    is_known: bool
    at_ns: int = 0


class DoubtsView(Record):
    at_ns: int
    accounts: tuple[LookedRow, ...] = ()  # at which others trade too
    rows: tuple[DoubtRow, ...] = ()
