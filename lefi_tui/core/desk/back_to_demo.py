"""An account that fell too far in its month goes back to demo: it enters no more until lifted.

The rules it keeps: its positions, its exits and what is half done go on to their end, its bots go
on telling what they would do, and only a person with the role that the state names lifts it.
"""

from __future__ import annotations

from typing import Final

from lefi_tui.core.desk import killing, live, valuation
from lefi_tui.core.desk.draft import Draft
from lefi_tui.core.desk.gathering import in_force, is_demo
from lefi_tui.core.desk.orders import cancel_orders
from lefi_tui.core.desk.risk_changes import is_entry
from lefi_tui.core.messages import AccountStateChanged, Resume, TradingState
from lefi_tui.core.risk.looking import percent

BY: Final = "limits"
LIFTED_BY: Final = "admin"  # as a kill that no person asked for


def send_if_fallen(draft: Draft, account: str, at_ns: int) -> None:
    """Once a month: a person who lifts it has seen how far it fell."""
    bound = in_force(draft.desk, account).limits.drawdown_month_demo
    worth = draft.desk.worths.get(account)
    if bound is None or worth is None or is_demo(draft.desk, account):
        return
    known = draft.desk.state_of(account)
    if known.state is not TradingState.ACTIVE or known.month == worth.month:
        return
    below = worth.below(worth.month_peak)
    if below < bound or valuation.old_marks(draft.desk, account, at_ns):
        return
    cause = f"back to demo: {percent(below)} below the month's highest, {percent(bound)} allowed"
    told = (account, TradingState.REDUCING, cause, BY, at_ns, LIFTED_BY, worth.month)
    draft.say(AccountStateChanged(*told))
    mine = [each for each in draft.desk.orders.values() if each.account == account]
    cancel_orders(draft, [each for each in mine if is_entry(draft.desk, each)], at_ns, BY)


def resume(draft: Draft, command: Resume) -> None:
    """The desk, or the account that is named."""
    if not command.account or not command.reason.strip():
        killing.resume(draft, command)
        return
    known = draft.desk.state_of(command.account)
    if known.state is TradingState.ACTIVE:
        text = f"Account {command.account} trades already, or is none; nothing to resume."
        draft.refuse("Resume", command.at_ns, text)
        return
    if not known.lift:
        text = f"Account {command.account} is {known.state} only: {known.cause}."
        text = f"{text} {live.key_next(command.account)}."
        draft.refuse("Resume", command.at_ns, text)
        return
    told = (command.account, TradingState.ACTIVE, command.reason, command.by, command.at_ns)
    draft.say(AccountStateChanged(*told, month=known.month))
