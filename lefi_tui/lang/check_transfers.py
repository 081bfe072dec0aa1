"""`TransferAmount(from, to, amount)`: money from one account to another.

The rule it keeps: an amount has a unit; a bare number is the account's currency.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lefi_tui.lang import syntax as s
from lefi_tui.lang import types as t
from lefi_tui.lang.scope import Site
from lefi_tui.lang.tree import Transact, X

if TYPE_CHECKING:
    from lefi_tui.lang.check_orders import Orders

ACTION = "transfer"


def transfer(check: Orders, args: dict[str, s.Arg], call: s.Call, result: str) -> Transact:
    source = check.constant_text(args["from"], "An account")
    to = check.constant_text(args["to"], "An account")
    if source == to:
        message = f"Both accounts are `{to}`; a transfer goes to another one."
        raise check.wrong("LF204", args["to"].value.span, message)
    amount, unit = _amount(check, args["amount"])
    site = Site(len(check.shared.sites), ACTION, "", call.span)
    check.shared.sites.append(site)
    return Transact(
        site.number, ACTION, "", source, amount, {}, call.span, result=result, to=to, unit=unit
    )


def _amount(check: Orders, arg: s.Arg) -> tuple[X, str]:
    value = check.value(arg.value)
    kind = check.seen(value)
    if kind.kind in t.OPEN:
        kind = check.shared.bindings.unified(kind, t.amount(check.shared.currency)) or kind
    if kind.kind != "amount":
        message = f"A transfer takes an amount, like 100 {check.shared.currency}; this is {kind}."
        raise check.wrong("LF202", arg.value.span, message)
    return value, kind.base
