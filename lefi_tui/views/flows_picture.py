"""The picture of all cash flows, from their records."""

from __future__ import annotations

from lefi_tui.core.cash_flow import state_of
from lefi_tui.ports.records import FlowRecord
from lefi_tui.views.flows_view import FlowRow, FlowsView


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
