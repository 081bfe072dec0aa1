"""A dated amount that a script plans: planned, due on its date, then settled by hand, or missed.

The rule it keeps: nothing is moved. Which of the four it is hangs on its date, on a person's word
and on the clock of whoever looks, so nothing is journaled when a date comes.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Final

from lefi_tui.core.money import words
from lefi_tui.core.record import Record

GRACE_MS: Final = 86_400_000  # a day: what was not settled by then is missed
LAST_MS: Final = 253_402_300_799_000  # the end of the year 9999
FLOWS_MAX: Final = 1_000  # open ones that a desk knows; the table has all


class FlowState(StrEnum):
    PLANNED = "planned"
    DUE = "due"
    SETTLED = "settled"
    MISSED = "missed"


class CashFlow(Record):
    """`amount` and what it was worth when it was planned (`present`), in `unit`."""

    id: str
    bot: str
    name: str  # of the script's
    amount: Decimal
    unit: str
    due_ms: int
    planned_ns: int
    rate: float = 0.0  # a year, as a share
    present: Decimal = Decimal(0)
    source: str = ""  # of a transfer that a person carries out
    to: str = ""
    sent_ns: int = 0  # it may have been made since then


def state_of(due_ms: int, settled_ns: int | None, now_ms: int) -> FlowState:
    if settled_ns is not None:
        return FlowState.SETTLED
    if now_ms < due_ms:
        return FlowState.PLANNED
    return FlowState.DUE if now_ms < due_ms + GRACE_MS else FlowState.MISSED


def steps(flow: CashFlow) -> tuple[str, ...]:
    """What a person does, one after another, where nothing of ours may move the money."""
    if not flow.source:
        return ()
    amount = f"{words(flow.amount)} {flow.unit}"
    if flow.sent_ns:
        return ("It was sent to the exchange, and is looked for there: nothing is to be done.",)
    move = f"Move {amount} from {flow.source} to {flow.to} where the accounts are."
    if flow.source.partition("/")[0] == flow.to.partition("/")[0]:
        move += f" Or let the exchange do it: `lefi cashflows move {flow.id}`."
    return (
        f"Look that {amount} are free on {flow.source}, and that nothing there needs them.",
        move,
        f"Look that {amount} have come to {flow.to}, whole; a fee on the way is no part of it.",
        f"Say so: `lefi cashflows settle {flow.id}`, within a day of its date.",
    )
