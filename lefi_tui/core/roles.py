"""Who may ask what of the engine: each command with the least role that may send it.

The rules it keeps: a viewer only looks; every other role may kill; what sets the desk up is an
admin's; what the engine says to itself comes in by no door.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from msgspec.structs import replace

from lefi_tui.core import messages as m
from lefi_tui.core.approval import ROLES, may
from lefi_tui.core.record import Record

VIEWER, TRADER, APPROVER, ADMIN = ROLES
NOT_VIEWER: Final = "any role but viewer"
NOBODY: Final = "the engine itself"

# An approval names its own role, so the door asks for less; the desk asks for that one.
LEAST: Final[Mapping[type[m.Command], str]] = MappingProxyType(
    {
        m.Kill: NOT_VIEWER,
        m.AnswerApproval: NOT_VIEWER,
        m.StartBot: TRADER,
        m.StopBot: TRADER,
        m.PauseBot: TRADER,
        m.ResumeBot: TRADER,
        m.GiveCommand: TRADER,
        m.PlayGame: TRADER,
        m.ChangeSettings: TRADER,
        m.UpdateBot: TRADER,
        m.CancelOrder: TRADER,
        m.ClosePosition: TRADER,
        m.PlaceOrder: TRADER,
        m.MoveOrder: TRADER,
        m.ProtectPosition: TRADER,
        m.SayStatement: TRADER,
        m.EmitEvent: TRADER,
        m.Resume: TRADER,
        m.SettleCashFlow: TRADER,
        m.MoveFlow: APPROVER,
        m.AcceptWallet: TRADER,
        m.HandleDead: TRADER,
        m.LookAgain: TRADER,
        m.AdoptOrder: TRADER,
        m.AdoptUnits: TRADER,
        m.DeclareDead: TRADER,
        m.ChangeLimits: ADMIN,
        m.SetLimits: ADMIN,
        m.SetCalendar: ADMIN,
        m.SetKillRules: ADMIN,
        m.SetProtectionRules: ADMIN,
        m.SetApprovalRules: ADMIN,
        m.OpenAccount: ADMIN,
        m.ListInstruments: ADMIN,
        m.ListOffers: ADMIN,
        m.HoldBots: NOBODY,
        m.AdvanceKill: NOBODY,
        m.TakeOrders: NOBODY,
        m.TendProtection: NOBODY,
    }
)


class Who(Record):
    """A user of this machine, as the engine knows them by the credentials of their process."""

    name: str
    role: str = ADMIN
    is_owner: bool = False  # whose engine it is


def refusal_of(who: Who, command: m.Command, lift: str = "") -> str:
    """Why this user may not ask it, in words; empty when they may.

    `lift` is the least role that may resume trading now.
    """
    needed = LEAST.get(type(command), NOBODY)
    if isinstance(command, m.Resume) and lift:
        needed = lift
    if needed == NOT_VIEWER:
        is_allowed = who.role != VIEWER
    else:
        is_allowed = needed != NOBODY and may(who.role, needed)
    if is_allowed:
        return ""
    return (
        f"{type(command).__name__} needs the role {needed}; {who.name} is {who.role}. "
        "The engine's owner gives roles under [roles] in config.toml."
    )


def signed(command: m.Command, who: Who) -> m.Command:
    """The command with who sent it, whatever it says of that itself; its time the turn gives it.

    Else a word with an old time would not be late.
    """
    signature = {"by": who.name, "role": who.role, "at_ns": 0}
    known: dict[str, Any] = {key: each for key, each in signature.items() if hasattr(command, key)}
    return replace(command, **known) if known else command
