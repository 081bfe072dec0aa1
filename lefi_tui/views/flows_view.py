"""Cash flows that scripts planned, with what has become of each by now."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from lefi_tui.core.cash_flow import CashFlow, FlowState, state_of
from lefi_tui.ports.records import FlowRecord


@dataclass(frozen=True, slots=True)
class FlowRow:
    id: str
    bot: str
    name: str
    amount: Decimal
    unit: str
    due_ms: int
    state: FlowState
    settled_ns: int | None = None
    settled_by: str = ""


@dataclass(frozen=True, slots=True)
class FlowsView:
    """The next due first."""

    at_ns: int
    rows: tuple[FlowRow, ...]


def flows_view(records: tuple[FlowRecord, ...], now_ns: int) -> FlowsView:
    return FlowsView(now_ns, tuple(_row(each, now_ns) for each in records))


def _row(flow: FlowRecord, now_ns: int) -> FlowRow:
    return FlowRow(
        flow.id,
        flow.bot,
        flow.name,
        flow.amount,
        flow.unit,
        flow.due_ms,
        state_of(flow.due_ms, flow.settled_ns, now_ns // 1_000_000),
        flow.settled_ns,
        flow.settled_by,
    )


def open_row(flow: CashFlow, now_ns: int) -> FlowRow:
    """One that the desk still knows."""
    state = state_of(flow.due_ms, None, now_ns // 1_000_000)
    return FlowRow(flow.id, flow.bot, flow.name, flow.amount, flow.unit, flow.due_ms, state)
