"""What a person is asked before a bot may send it: rendered effects, a deadline, who may answer.

The rules it keeps: an approval is answered once, never late, and by somebody whose role allows it;
with four eyes, not by who started the bot.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from lefi_tui.core.record import Record

# Each may do what those before it may.
ROLES: Final = ("viewer", "trader", "approver", "admin")
BAND: Final = Decimal("0.01")  # prices that moved by more are asked about again (lefi.md)


class AskedOrder(Record):
    """One order as it would be sent now. Units in base, price in quote per base, cost in `unit`."""

    action: str  # buy sell close cancel transfer
    symbol: str
    account: str
    units: Decimal | None  # None where they are known at its fill
    price: Decimal | None  # the worst it may be carried out at without being asked about again
    cost: Decimal | None  # at that price, fees included
    unit: str
    refusal: str = ""  # what the gate would say to it now
    spot: Decimal | None = None  # the market's price when it was asked
    terms: str = ""  # leverage, exits and conditions, in words


class Approval(Record):
    """One question. `why` is the run's conditions with the values they had."""

    id: str
    bot: str
    ticket: int
    title: str  # the bot's handler
    why: str
    role: str  # least role or own name that may answer; "": an approver
    deadline_ns: int
    asked_at_ns: int
    orders: tuple[AskedOrder, ...]
    asked_by: str = ""  # who started the bot


class ApprovalRule(Record):
    """What is worth more than `above` (in its own unit) needs this role."""

    action: str  # buy sell close cancel transfer, or any
    above: Decimal
    role: str


class ApprovalRules(Record):
    rows: tuple[ApprovalRule, ...] = ()
    four_eyes: bool = False


def needed_role(asked: str, orders: Sequence[AskedOrder], rules: ApprovalRules) -> str:
    """The strictest of what the script names and of the rules that its orders meet."""
    met = [row.role for row in rules.rows if any(_meets(row, each) for each in orders)]
    wanted = [role for role in (asked or "approver", *met) if role]
    own = [role for role in wanted if role not in ROLES]
    return own[-1] if own else max(wanted, key=ROLES.index)


def _meets(rule: ApprovalRule, order: AskedOrder) -> bool:
    if rule.action not in {"any", order.action}:
        return False
    return order.cost is None or order.cost > rule.above  # an unknown cost may be any


def refusal_of(approval: Approval, by: str, role: str, rules: ApprovalRules) -> str:
    """Why this person can't answer it, in words; empty when they can."""
    if not may(role, approval.role):
        return (
            f"Approval {approval.id} needs the role {approval.role}; {by} is {role}. "
            "Ask somebody who has it; the roles stand under [roles] in config.toml."
        )
    if rules.four_eyes and by == approval.asked_by:
        return (
            f"Approval {approval.id} needs a second person: {by} started bot {approval.bot}. "
            "Four eyes are asked for under [approvals] in config.toml."
        )
    return ""


def may(role: str, needed: str) -> bool:
    """An admin may all; a role of the user's own naming stands for itself alone."""
    if role in {needed, "admin"}:
        return True
    if role not in ROLES or needed not in ROLES:
        return False
    return ROLES.index(role) >= ROLES.index(needed)
