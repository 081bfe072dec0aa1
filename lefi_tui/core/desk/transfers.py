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
from lefi_tui.core.desk.changing import put
from lefi_tui.core.desk.valuation import free_cash
from lefi_tui.core.desk.wallets import shifted
from lefi_tui.core.ids import short_id
from lefi_tui.core.ledger import moved
from lefi_tui.core.messages import (
    CashFlowPlanned,
    CashFlowSettled,
    MoveAnswered,
    MoveMoney,
    MoveSent,
    TradingState,
)
from lefi_tui.core.money import ZERO, words
from lefi_tui.core.wallet import OUTSIDE

if TYPE_CHECKING:
    from lefi_tui.core.bot import Intent
    from lefi_tui.core.cash_flow import CashFlow
    from lefi_tui.core.desk.draft import Draft
    from lefi_tui.core.desk.state import BotRecord, Desk
    from lefi_tui.core.messages import MoneyMoved, MoveFlow

NS_PER_MS = 1_000_000
PLANNED = "planned"  # what becomes of such an order: it is not filled, and not refused
MADE = "transfers made"  # their ids: in history one may look like another
MADE_MAX = 64
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
    source, to = (_own(bot, each) for each in named)
    return source, to


def _own(bot: BotRecord, name: str) -> str:
    """ "main" is the bot's account by whatever name, and "main/spot" another wallet of it."""
    account, slash, wallet = name.partition("/")
    return f"{bot.account}{slash}{wallet}" if account in OWN_ACCOUNT else name


def _waiting(desk: Desk, at_ns: int) -> tuple[CashFlow, ...]:
    now_ms = at_ns // NS_PER_MS
    return tuple(
        each
        for each in desk.flows.values()
        if each.source and state_of(each.due_ms, None, now_ms) is not FlowState.MISSED
    )


def _is_same(flow: CashFlow, bot: BotRecord, intent: Intent) -> bool:
    return (flow.bot, flow.source, flow.to, flow.unit) == (bot.id, *ends(bot, intent), intent.unit)


# ---- by the exchange, when a person says so


def route(desk: Desk, flow: CashFlow) -> tuple[str, str, str] | None:
    """The account and its two wallets, "" its own, where both ends are of one login."""
    account, _, source = flow.source.partition("/")
    other, _, to = flow.to.partition("/")
    is_one = account == other and account in desk.wallets and source != to
    return (account, source, to) if is_one else None


def move(draft: Draft, command: MoveFlow) -> None:
    flow = draft.desk.flows.get(command.flow)
    words = _not_moved(draft.desk, command, flow)
    if flow is None or words:
        draft.refuse("MoveFlow", command.at_ns, words)
        return
    draft.say(MoveSent(flow.id, flow.bot, command.at_ns, command.by))
    draft.ask(_effect(draft.desk, draft.desk.flows[flow.id], is_sent=False))


def _not_moved(desk: Desk, command: MoveFlow, flow: CashFlow | None) -> str:
    if flow is None or not flow.source:
        return f"No transfer {command.flow} waits. `lefi cashflows` lists them."
    if flow.sent_ns:
        return f"Transfer {flow.id} was sent already; it is looked for, and never sent again."
    if state_of(flow.due_ms, None, command.at_ns // NS_PER_MS) is FlowState.MISSED:
        return f"Transfer {flow.id} is missed: a day went by. Its script may ask again."
    if route(desk, flow) is None:
        return (
            f"{flow.source} and {flow.to} are no wallets of one login (main and main/spot are): "
            f"move it by the checklist of `lefi cashflows`."
        )
    if desk.trading_state is TradingState.HALTED:
        return f"Trading is halted ({desk.trading_cause}). Resume first."
    return ""


def _effect(desk: Desk, flow: CashFlow, *, is_sent: bool) -> MoveMoney:
    found = route(desk, flow)
    assert found is not None, flow
    account, source, to = found
    ends = (source, to, flow.unit, flow.amount)
    return MoveMoney(account, flow.id, *ends, flow.sent_ns, is_sent, desk.booked.get(MADE, ()))


def looking_for(desk: Desk) -> tuple[MoveMoney, ...]:
    """What was sent and has no last word yet."""
    return tuple(_effect(desk, each, is_sent=True) for each in desk.flows.values() if each.sent_ns)


def answered(draft: Draft, report: MoneyMoved) -> None:
    flow = draft.desk.flows.get(report.flow)
    if flow is None or not flow.sent_ns:
        return
    if report.state == "done":
        by = f"the exchange, transfer {report.transfer}"
        draft.say(CashFlowSettled(flow.id, flow.bot, report.at_ns, by, report.transfer))
        return
    is_known = report.state == "refused"
    draft.say(MoveAnswered(flow.id, flow.bot, report.at_ns, is_known, report.text))


# ---- what the events change


def sent(desk: Desk, event: MoveSent) -> Desk:
    flow = replace(desk.flows[event.flow], sent_ns=event.at_ns)
    return replace(desk, flows=put(desk.flows, flow.id, flow))


def ended(desk: Desk, event: MoveAnswered) -> Desk:
    """Refused, it waits for a person as before."""
    if not event.is_known:
        return desk
    flow = replace(desk.flows[event.flow], sent_ns=0)
    return replace(desk, flows=put(desk.flows, flow.id, flow))


def settled(desk: Desk, flow: CashFlow, transfer: str) -> Desk:
    """Moved by a person or by the exchange: each end is booked, once."""
    if transfer:
        made = (*desk.booked.get(MADE, ()), transfer)[-MADE_MAX:]
        desk = replace(desk, booked=put(desk.booked, MADE, made))
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
