"""`TransferAmount` at a desk: a person moves the money, by a checklist; it is booked when done.

The rules it keeps: no transfer leaves by itself; one that waits is not planned again; what is
settled moves in the books, but for a wallet whose own entries tell it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lefi_tui.core.bot import OWN_ACCOUNT, Planned
from lefi_tui.core.cash_flow import FlowState, state_of
from lefi_tui.core.desk.valuation import free_cash
from lefi_tui.core.desk.wallets import shifted
from lefi_tui.core.ids import short_id
from lefi_tui.core.ledger import moved
from lefi_tui.core.messages import CashFlowPlanned
from lefi_tui.core.money import ZERO, words
from lefi_tui.core.wallet import OUTSIDE

if TYPE_CHECKING:
    from lefi_tui.core.bot import Intent
    from lefi_tui.core.cash_flow import CashFlow
    from lefi_tui.core.desk.draft import Draft
    from lefi_tui.core.desk.state import BotRecord, Desk

NS_PER_MS = 1_000_000
PLANNED = "planned"  # what becomes of such an order: it is not filled, and not refused
NOT_FREE = "NOT_FREE"
WAITS = "STILL_WORKING"


def refusal(desk: Desk, bot: BotRecord, intent: Intent, at_ns: int) -> tuple[str, str] | None:
    """Code and words of why it is not even planned."""
    source, to = ends(bot, intent)
    amount = ZERO if intent.size is None else intent.size.value
    asked = f"{words(amount)} {intent.unit} asked from {source} to {to}"
    if not (amount.is_finite() and amount > 0):
        return NOT_FREE, f"{asked}: a transfer is above 0."
    known = desk.accounts.get(source)
    if known is not None and known.currency == intent.unit:
        free = free_cash(desk, source, bot.id)
        if amount > free:
            return NOT_FREE, f"{asked}, {words(free)} free. Ask for less, or wait."
    waiting = next((each for each in _waiting(desk, at_ns) if _is_same(each, bot, intent)), None)
    if waiting is not None:
        return WAITS, f"{asked}: {waiting.id} waits for a person already; none is doubled."
    return None


def plan(draft: Draft, bot: BotRecord, intent: Intent, number: int, at_ns: int) -> str:
    """Its cash flow, due now; the words that its run hears."""
    source, to = ends(bot, intent)
    assert intent.size is not None, intent
    name, amount = f"transfer {source} -> {to}", float(intent.size.value)
    flow_id = short_id(f"transfer/{bot.id}/{bot.started_at_ns}/{bot.occasions}/{number}/{at_ns}")
    flow = Planned(name, amount, intent.unit, float(at_ns // NS_PER_MS), 0.0, amount)
    draft.say(CashFlowPlanned(bot.id, flow, at_ns, flow_id, source, to))
    return f"A person moves it: `lefi cashflows` has the checklist of {flow_id}."


def ends(bot: BotRecord, intent: Intent) -> tuple[str, str]:
    """The two accounts by their own names."""
    named = (intent.account, intent.to)
    source, to = (bot.account if each in OWN_ACCOUNT else each for each in named)
    return source, to


def _waiting(desk: Desk, at_ns: int) -> tuple[CashFlow, ...]:
    now_ms = at_ns // NS_PER_MS
    return tuple(
        each
        for each in desk.flows.values()
        if each.source and state_of(each.due_ms, None, now_ms) is not FlowState.MISSED
    )


def _is_same(flow: CashFlow, bot: BotRecord, intent: Intent) -> bool:
    return (flow.bot, flow.source, flow.to, flow.unit) == (bot.id, *ends(bot, intent), intent.unit)


def settled(desk: Desk, flow: CashFlow) -> Desk:
    """Moved by a person: each end is booked, once."""
    for account, amount in ((flow.source, -flow.amount), (flow.to, flow.amount)):
        desk = _booked(desk, account, flow.unit, amount)
    return desk


def _booked(desk: Desk, account: str, unit: str, amount: Decimal) -> Desk:
    books, known = desk.wallets.get(account), desk.accounts.get(account)
    if books is not None and books.has_entries:
        return desk  # the exchange's own ledger tells it, with its time
    lines = moved(account, unit, amount, (OUTSIDE, "cash"))
    desk = replace(desk, ledger=desk.ledger.posted(lines))
    is_own = known is not None and known.currency == unit
    return shifted(desk, account, amount) if is_own else desk
