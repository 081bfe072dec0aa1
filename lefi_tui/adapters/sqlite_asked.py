"""Approvals and cash flows as tables: what was asked, said and came of it; what was planned."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from lefi_tui.adapters.sqlite_rows import Values, put
from lefi_tui.core import messages as m
from lefi_tui.core.answered import came_of
from lefi_tui.core.codec import text_of, to_plain
from lefi_tui.core.desk.flows import flow_of
from lefi_tui.ports.journal import Change

_OVER: Final = """
UPDATE approval SET status = ?, answered_by = ?, answer_role = ?, reason = ?, outcome = ?,
                    over_ns = ?
WHERE id = ?
"""


def _requested(connection: sqlite3.Connection, _change: Change, event: m.ApprovalRequested) -> None:
    approval = event.approval
    values: Values = {
        "id": approval.id,
        "bot": approval.bot,
        "title": approval.title,
        "why": approval.why,
        "role": approval.role,
        "orders": text_of(to_plain(approval.orders)),
        "asked_by": approval.asked_by,
        "asked_ns": approval.asked_at_ns,
        "deadline_ns": approval.deadline_ns,
        "status": "pending",
        "answered_by": "",
        "answer_role": "",
        "reason": "",
        "outcome": "",
        "over_ns": None,
    }
    put(connection, "approval", values)


def _answered(connection: sqlite3.Connection, change: Change, event: m.ApprovalAnswered) -> None:
    status = "approved" if event.is_approved else "declined"
    said = (status, event.by, event.role, event.reason, came_of(event, change.events))
    connection.execute(_OVER, (*said, event.at_ns, event.approval))


def _ended(connection: sqlite3.Connection, _change: Change, event: m.ApprovalEnded) -> None:
    said = (event.outcome, "", "", "", event.text, event.at_ns, event.approval)
    connection.execute(_OVER, said)


def _planned(connection: sqlite3.Connection, _change: Change, event: m.CashFlowPlanned) -> None:
    if not event.id:
        return  # it has no date or no amount, so nobody can settle it
    flow = flow_of(event)
    values: Values = {
        "id": flow.id,
        "bot": flow.bot,
        "name": flow.name,
        "amount": str(flow.amount),
        "unit": flow.unit,
        "rate": repr(flow.rate),
        "present": str(flow.present),
        "due_ms": flow.due_ms,
        "planned_ns": flow.planned_ns,
        "settled_ns": None,
        "settled_by": "",
    }
    put(connection, "cash_flow", values)


def _settled(connection: sqlite3.Connection, _change: Change, event: m.CashFlowSettled) -> None:
    connection.execute(
        "UPDATE cash_flow SET settled_ns = ?, settled_by = ? WHERE id = ?",
        (event.at_ns, event.by, event.flow),
    )


ASKED: Final[Mapping[type, Callable[[sqlite3.Connection, Change, Any], None]]] = MappingProxyType(
    {
        m.ApprovalRequested: _requested,
        m.ApprovalAnswered: _answered,
        m.ApprovalEnded: _ended,
        m.CashFlowPlanned: _planned,
        m.CashFlowSettled: _settled,
    }
)
