"""Cash flows at the desk: planned by a script, settled by a person in their day.

The rule it keeps: a flow is settled once, not before its date, and not when it is missed.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from lefi_tui.core.cash_flow import FLOWS_MAX, LAST_MS, CashFlow, FlowState, state_of
from lefi_tui.core.desk import transfers
from lefi_tui.core.ids import short_id
from lefi_tui.core.messages import CashFlowPlanned, CashFlowSettled, SettleCashFlow
from lefi_tui.core.money import from_double

if TYPE_CHECKING:
    from lefi_tui.core.bot import Planned
    from lefi_tui.core.desk.draft import Draft
    from lefi_tui.core.desk.state import BotRecord, Desk

NS_PER_MS: Final = 1_000_000


def plan(draft: Draft, bot: BotRecord, planned: tuple[Planned, ...], at_ns: int) -> None:
    for number, flow in enumerate(planned):
        name = f"flow/{bot.id}/{bot.started_at_ns}/{bot.occasions}/{number}"
        flow_id = short_id(name) if _is_whole(flow) else ""
        draft.say(CashFlowPlanned(bot.id, flow, at_ns, flow_id))


def _is_whole(flow: Planned) -> bool:
    """A script may plan an amount or a date that is none: it is told, and can't be settled."""
    return math.isfinite(flow.amount + flow.present) and 0 <= flow.due_ms <= LAST_MS


def settle(draft: Draft, command: SettleCashFlow) -> None:
    refusal = _refused(draft.desk, command)
    if refusal:
        draft.refuse("SettleCashFlow", command.at_ns, refusal)
        return
    flow = draft.desk.flows[command.flow]
    draft.say(CashFlowSettled(flow.id, flow.bot, command.at_ns, command.by))


def _refused(desk: Desk, command: SettleCashFlow) -> str:
    flow = desk.flows.get(command.flow)
    if flow is None:
        return (
            f"No cash flow {command.flow} is open: it was settled, or was never planned. "
            "`lefi cashflows` lists them."
        )
    if flow.sent_ns:
        return (
            f"Cash flow {flow.id} ({flow.name}) was sent to the exchange and is looked for there."
        )
    match state_of(flow.due_ms, None, command.at_ns // NS_PER_MS):
        case FlowState.PLANNED:
            return f"Cash flow {flow.id} ({flow.name}) is not due yet; settle it on its date."
        case FlowState.MISSED:
            return f"Cash flow {flow.id} ({flow.name}) is missed: a day went by after its date."
        case _:
            return ""


# ---- what the events change


def planned(desk: Desk, event: CashFlowPlanned) -> Desk:
    """What was missed before, and the oldest of too many, are in the table alone."""
    if not event.id:
        return desk
    flow = flow_of(event)
    kept = {
        key: each
        for key, each in desk.flows.items()
        if each.sent_ns
        or state_of(each.due_ms, None, event.at_ns // NS_PER_MS) is not FlowState.MISSED
    }
    for oldest in list(kept)[: max(0, len(kept) + 1 - FLOWS_MAX)]:
        del kept[oldest]
    return replace(desk, flows={**kept, flow.id: flow})


def settled(desk: Desk, event: CashFlowSettled) -> Desk:
    left = {key: each for key, each in desk.flows.items() if key != event.flow}
    flow = desk.flows.get(event.flow)
    if flow is not None and flow.source:
        desk = transfers.settled(desk, flow, event.transfer)
    return replace(desk, flows=left)


def flow_of(event: CashFlowPlanned) -> CashFlow:
    flow = event.flow
    return CashFlow(
        id=event.id,
        bot=event.bot,
        name=flow.name,
        amount=from_double(flow.amount),
        unit=flow.unit,
        due_ms=int(flow.due_ms),
        planned_ns=event.at_ns,
        rate=flow.rate,
        present=from_double(flow.present),
        source=event.source,
        to=event.to,
    )
