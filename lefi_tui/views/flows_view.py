"""Cash flows that scripts planned, with what has become of each by now."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from lefi_tui.core.cash_flow import CashFlow, FlowState, state_of, steps
from lefi_tui.core.record import Record


class FlowRow(Record):
    id: str
    bot: str
    name: str
    amount: Decimal
    unit: str
    due_ms: int
    state: FlowState
    settled_ns: int | None = None
    settled_by: str = ""
    steps: tuple[str, ...] = ()  # of a transfer that a person carries out


class FlowsView(Record):
    """The next due first."""

    at_ns: int
    rows: tuple[FlowRow, ...]


def open_row(flow: CashFlow, now_ns: int) -> FlowRow:
    """One that the desk still knows."""
    state = state_of(flow.due_ms, None, now_ns // 1_000_000)
    row = FlowRow(flow.id, flow.bot, flow.name, flow.amount, flow.unit, flow.due_ms, state)
    return replace(row, steps=steps(flow))
