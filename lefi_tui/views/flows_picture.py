"""The picture of all cash flows, from their records."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from lefi_tui.core.cash_flow import CashFlow, FlowState, state_of, steps
from lefi_tui.ports.records import FlowRecord
from lefi_tui.views.flows_view import FlowRow, FlowsView


def flows_view(
    records: tuple[FlowRecord, ...], now_ns: int, known: Mapping[str, CashFlow]
) -> FlowsView:
    """`known` are those that are open still."""
    rows = (_row(each, now_ns) for each in records)
    return FlowsView(now_ns, tuple(_with_steps(each, known) for each in rows))


def _with_steps(row: FlowRow, known: Mapping[str, CashFlow]) -> FlowRow:
    is_open = row.id in known and row.state is not FlowState.MISSED
    return replace(row, steps=steps(known[row.id])) if is_open else row


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
