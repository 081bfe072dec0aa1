"""What events of protection change."""

from __future__ import annotations

from msgspec.structs import replace

from lefi_tui.core.desk.changing import put
from lefi_tui.core.desk.state import Desk
from lefi_tui.core.messages import GuardKept, ProtectionRulesSet


def kept(desk: Desk, event: GuardKept) -> Desk:
    key = (event.account, event.symbol)
    if event.guard is not None:
        return replace(desk, guards=put(desk.guards, key, event.guard))
    return replace(desk, guards={name: each for name, each in desk.guards.items() if name != key})


def rules_set(desk: Desk, event: ProtectionRulesSet) -> Desk:
    return replace(desk, protection_rules=event.rules)
