"""The picture of what waits for a person, for whoever looks: from the desk, prices and records."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.approval import Approval, AskedOrder, refusal_of
from lefi_tui.core.desk import Desk
from lefi_tui.core.money import from_double
from lefi_tui.core.roles import Who
from lefi_tui.ports.records import ApprovalRecord
from lefi_tui.views.approvals_view import (
    AnsweredRow,
    ApprovalRow,
    ApprovalsView,
    EffectRow,
    effect,
)
from lefi_tui.views.desk_view import DeskView
from lefi_tui.views.fold import ScreenState
from lefi_tui.views.numbers import NS_PER_MS, places_of
from lefi_tui.views.picture import mode_of

PENDING: Final = "pending"


def with_questions(view: DeskView, desk: Desk, who: Who) -> DeskView:
    """How many of them this user can answer, and how long the first can wait."""
    mine = [
        each.deadline_ns
        for each in desk.approvals.values()
        if each.deadline_ns > view.at_ns and not _refused(desk, each, who)
    ]
    if not mine:
        return view
    left_ms = (min(mine) - view.at_ns) // NS_PER_MS
    return replace(view, questions=len(mine), question_left_ms=left_ms)


def _refused(desk: Desk, approval: Approval, who: Who) -> str:
    return refusal_of(approval, who.name, who.role, desk.approval_rules)


def approvals_view(
    desk: Desk, screen: ScreenState, who: Who, now_ns: int, records: Iterable[ApprovalRecord]
) -> ApprovalsView:
    rows = (_row(desk, screen, each, who, now_ns) for each in desk.approvals.values())
    return ApprovalsView(
        now_ns,
        who.name,
        who.role,
        desk.approval_rules.four_eyes,
        tuple(sorted(rows, key=lambda row: row.left_ms)),
        tuple(_answered(each) for each in records if each.status != PENDING),
    )


def _row(desk: Desk, screen: ScreenState, approval: Approval, who: Who, now_ns: int) -> ApprovalRow:
    account = desk.accounts[desk.bots[approval.bot].account]
    return ApprovalRow(
        id=approval.id,
        bot=approval.bot,
        title=approval.title,
        mode=mode_of(account),
        why=tuple(approval.why.splitlines()),
        role=approval.role,
        asked_by=approval.asked_by,
        asked_at_ns=approval.asked_at_ns,
        left_ms=max(0, approval.deadline_ns - now_ns) // NS_PER_MS,
        orders=tuple(_effect(desk, screen, each) for each in approval.orders),
        refusal=_refused(desk, approval, who),
    )


def _effect(desk: Desk, screen: ScreenState, order: AskedOrder) -> EffectRow:
    key = (order.account, order.symbol)
    price = screen.prices.get(key)
    return EffectRow(
        action=order.action,
        symbol=order.symbol,
        account=order.account,
        units=order.units,
        worst=order.price,
        cost=order.cost,
        unit=order.unit,
        refusal=order.refusal,
        asked=order.spot,
        now=None if price is None else from_double(price.quote.last),
        places=places_of(desk.instruments.get(key), float(order.price or 0)),
        terms=order.terms,
    )


def _answered(record: ApprovalRecord) -> AnsweredRow:
    told = (effect(_plain(each)) for each in record.orders)
    return AnsweredRow(
        record.id,
        record.bot,
        ", ".join(told),
        record.status,
        record.by,
        record.reason,
        record.outcome,
        record.over_ns or 0,
    )


def _plain(order: AskedOrder) -> EffectRow:
    about = (order.action, order.symbol, order.account)
    return EffectRow(*about, order.units, order.price, order.cost, order.unit, terms=order.terms)
