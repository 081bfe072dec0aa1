"""Who may do what: [roles] and the rules of [approvals], read from `config.toml`.

The rule it keeps: a line that can't be used gives nobody a role, and is named in four parts.
"""

from __future__ import annotations

import pwd
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from lefi_tui.core.approval import ROLES, ApprovalRule
from lefi_tui.errors import SettingsError

ACTIONS: Final = ("buy", "sell", "close", "cancel", "transfer", "any")
RULES_MAX: Final = 100
_OWN: Final = re.compile(r"[a-z][a-z0-9_-]{0,31}")  # a role of the user's own naming
RULE: Final = 'rules = [{ action = "buy", above = "1000", role = "approver" }]'

Problems = tuple[SettingsError, ...]


def roles(table: Any, file: Path) -> tuple[dict[str, str], Problems]:
    """OS user and role."""
    if not isinstance(table, dict):
        step = 'Write [roles] and below it, for example, anna = "approver"'
        return {}, (_problem("roles is a table: [roles]", f"{file}: roles", step),)
    wrong = {user: _role_wrong(role) or _user_wrong(user) for user, role in table.items()}
    step = f"One of {', '.join(ROLES)}, or a name that your scripts ask for"
    problems = tuple(
        _problem(f"{why}; this user has no role", f"{file}: roles.{user}", step)
        for user, why in wrong.items()
        if why
    )
    return {user: role for user, role in table.items() if not wrong[user]}, problems


def rules(table: Any, file: Path) -> tuple[tuple[ApprovalRule, ...], Problems]:
    """The rows of `rules` in [approvals]."""
    rows = table.get("rules", []) if isinstance(table, dict) else []
    where = f"{file}: approvals.rules"
    if not isinstance(rows, list) or len(rows) > RULES_MAX:
        why = f"rules is a list of {RULES_MAX} rows at most"
        return (), (_problem(why, where, f"Write {RULE}"),)
    wrong = [_rule_wrong(row) for row in rows]
    problems = tuple(
        _problem(f"{why}; this row is left out", f"{where}, row {number}", f"Write {RULE}")
        for number, why in enumerate(wrong, 1)
        if why
    )
    kept = (row for row, why in zip(rows, wrong, strict=True) if not why)
    return tuple(_rule(row) for row in kept), problems


def _rule(row: Mapping[str, Any]) -> ApprovalRule:
    return ApprovalRule(row["action"], Decimal(str(row["above"])), row["role"])


def _rule_wrong(row: Any) -> str:
    if not isinstance(row, dict) or set(row) != {"action", "above", "role"}:
        return "a rule has action, above and role, and nothing else"
    if row["action"] not in ACTIONS:
        return f"action is one of {', '.join(ACTIONS)}"
    return _amount_wrong(row["above"]) or _role_wrong(row["role"])


def _amount_wrong(value: Any) -> str:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        amount = Decimal("NaN")
    is_right = not isinstance(value, bool) and amount.is_finite() and amount >= 0
    return "" if is_right else "above is an amount, 0 or more"


def _role_wrong(role: Any) -> str:
    if not isinstance(role, str) or not _OWN.fullmatch(role):
        return "a role is a text of small letters, digits, - and _"
    close = [] if role in ROLES else get_close_matches(role, ROLES, n=1, cutoff=0.75)
    return f"{role} is no role; did you mean {close[0]}?" if close else ""


def _user_wrong(user: str) -> str:
    try:
        pwd.getpwnam(user)
    except (KeyError, ValueError):
        return f"there is no user {user} on this machine"
    return ""


def _problem(why: str, where: str, next_step: str) -> SettingsError:
    return SettingsError(why, where=where, next_step=next_step)
