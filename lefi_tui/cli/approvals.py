"""`lefi approvals`: what waits for a person, as effects; approved or declined, once and in time."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator
from typing import Any, Final

from msgspec import to_builtins

from lefi_tui.cli.engine_client import with_engine
from lefi_tui.cli.output import Output
from lefi_tui.core.messages import AnswerApproval
from lefi_tui.core.money import words
from lefi_tui.errors import RefusedError, UsageError
from lefi_tui.views import numbers
from lefi_tui.views.approvals_view import (
    AnsweredRow,
    ApprovalRow,
    ApprovalsView,
    EffectRow,
    effect,
)
from lefi_tui.views.queries import ApprovalsQuery, Channel

WHERE: Final = "lefi approvals"


def run(arguments: Namespace, output: Output) -> int:
    answer = _ACTIONS[arguments.action](arguments, output)
    if arguments.json:
        output.value(answer)
    return 0


async def _asked(channel: Channel) -> ApprovalsView:
    view = await channel.ask(ApprovalsQuery())
    assert isinstance(view, ApprovalsView)
    return view


# ---- list and show


def _list(arguments: Namespace, output: Output) -> Any:
    view = with_engine(output, _asked)
    if not arguments.json:
        for line in _listed(view):
            output.line(line)
    return {
        "waiting": [_as_data(row) for row in view.rows],
        "answered": [to_builtins(row) for row in view.answered],
    }


def _listed(view: ApprovalsView) -> Iterator[str]:
    for row in view.rows:
        what = ", ".join(map(effect, row.orders)) or "nothing"
        mine = "" if not row.refusal else f"  (needs {row.role})"
        yield f"{row.id}  {numbers.age(row.left_ms):>5} left  {row.bot:<16} {what}{mine}"
    if not view.rows:
        yield "Nothing waits for a person."
    for over in view.answered[:5]:
        yield f"{over.id}  {over.status} {numbers.moment(over.at_ns)} {over.bot}: {_outcome(over)}"


def _outcome(row: AnsweredRow) -> str:
    by = f" (by {row.by})" if row.by else ""
    return f"{row.what}{by}; {row.outcome}" if row.outcome else f"{row.what}{by}"


def _show(arguments: Namespace, output: Output) -> Any:
    row = _found(with_engine(output, _asked), _named(arguments))
    if not arguments.json:
        for line in told(row):
            output.line(line)
    return _as_data(row)


def told(row: ApprovalRow) -> Iterator[str]:
    yield f"{row.id} of {row.bot} ({row.mode}), {row.title}"
    for order in row.orders:
        yield f"  {effect(order)} on {order.account}"
        yield from _figures(order)
    yield "  why:"
    for line in row.why:
        yield f"    {line}"
    yield f"  {row.role} may answer; {row.asked_by or 'nobody known'} started the bot"
    if row.refusal:
        yield f"  not you: {row.refusal}"
    yield f"  {numbers.age(row.left_ms)} left"


def _figures(order: EffectRow) -> Iterator[str]:
    if order.worst is not None:
        cost = "" if order.cost is None else f", costs at most {words(order.cost)} {order.unit}"
        yield f"    at worst {numbers.price(order.worst, order.places)}{cost}"
    if order.drift is not None:
        asked, now = (numbers.price(each, order.places) for each in (order.asked, order.now))
        yield f"    price when asked {asked}, now {now} ({numbers.share(order.drift)})"
    yield f"    the gate would say: {order.refusal or 'yes'}"


def _as_data(row: ApprovalRow) -> dict[str, Any]:
    orders = [{**to_builtins(each), "drift": each.drift} for each in row.orders]
    return {**to_builtins(row), "mode": row.mode.value, "orders": orders}


def _found(view: ApprovalsView, wanted: str) -> ApprovalRow:
    for row in view.rows:
        if row.id == wanted:
            return row
    known = ", ".join(row.id for row in view.rows) or "none"
    raise RefusedError(
        f"it does not wait; there are: {known}", where=wanted, next_step="lefi approvals"
    )


# ---- approve and decline


def _approve(arguments: Namespace, output: Output) -> Any:
    return _answer(arguments, output, is_approved=True)


def _decline(arguments: Namespace, output: Output) -> Any:
    return _answer(arguments, output, is_approved=False)


def _answer(arguments: Namespace, output: Output, *, is_approved: bool) -> Any:
    wanted = _named(arguments)

    async def answered(channel: Channel) -> str:
        command = AnswerApproval(wanted, is_approved, arguments.reason)
        receipt = await channel.send(command)
        if not receipt.is_accepted:
            raise RefusedError(receipt.text, where=wanted, next_step="Nothing was sent")
        return receipt.text

    outcome = with_engine(output, answered)
    status = "approved" if is_approved else "declined"
    if not arguments.json:
        output.line(f"{wanted} {status}: {outcome}")
    return {"approval": wanted, "status": status, "outcome": outcome}


def _named(arguments: Namespace) -> str:
    if not arguments.approval:
        where = f"{WHERE} {arguments.action}"
        raise UsageError("which one?", where=where, next_step="`lefi approvals` lists them")
    approval: str = arguments.approval
    return approval


_ACTIONS: Final[dict[str, Callable[[Namespace, Output], Any]]] = {
    "list": _list,
    "show": _show,
    "approve": _approve,
    "decline": _decline,
}
