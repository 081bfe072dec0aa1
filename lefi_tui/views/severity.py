"""Which events are told to a person who is not looking, and how severe each is: one table.

The outbox reads it, and so do bell and desktop notification of a screen that stands beside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from lefi_tui.core import messages as m
from lefi_tui.core.bot import STUCK
from lefi_tui.core.kill import KillStage
from lefi_tui.core.notices import Severity
from lefi_tui.core.wallet import BOOKS, INSURANCE

Weigh = Callable[[Any], Severity | None]


def _always(severity: Severity) -> Weigh:
    return lambda _event: severity


def _note(event: m.NoteWritten) -> Severity | None:
    return {"notify": Severity.INFO, STUCK: Severity.URGENT}.get(event.kind)


def _trading_state(event: m.TradingStateChanged | m.AccountStateChanged) -> Severity:
    return Severity.INFO if event.state is m.TradingState.ACTIVE else Severity.URGENT


def _filled(event: m.OrderFilled) -> Severity | None:
    return Severity.URGENT if event.reason in {"liquidation", "adl"} else None


def _unknown(event: m.UnknownSeen) -> Severity:
    return Severity.URGENT if event.units else Severity.INFO


def _foreign(event: m.ForeignSeen) -> Severity | None:
    return Severity.WARNING if event.orders else None


def _checked(event: m.AccountChecked) -> Severity | None:
    return Severity.WARNING if event.error or event.legs else None


def _stated(event: m.FeedStated) -> Severity | None:
    return Severity.WARNING if event.is_waiting else None


def _paused(event: m.BotPaused) -> Severity | None:
    return Severity.WARNING if event.asks else None


def _wallet_booked(event: m.WalletBooked) -> Severity | None:
    return Severity.WARNING if event.kind not in BOOKS or event.book == INSURANCE else None


def _wallet_differed(event: m.WalletDiffered) -> Severity | None:
    return Severity.WARNING if event.drifts else None


def _key_seen(event: m.KeySeen) -> Severity | None:
    return Severity.URGENT if event.refusal else None


def _kill_stepped(event: m.KillStepped) -> Severity | None:
    return Severity.URGENT if event.stage is KillStage.PROVEN else None


def _approval_ended(event: m.ApprovalEnded) -> Severity | None:
    return Severity.WARNING if event.outcome == "expired" else None


def _planned(event: m.CashFlowPlanned) -> Severity | None:
    return Severity.WARNING if event.source else None


def _protection(event: m.ProtectionTold) -> Severity:
    is_bad = event.state in {"unprotected", "closing"}
    return Severity.URGENT if is_bad else _CALM.get(event.state, Severity.WARNING)


def _dead_man(event: m.DeadManKept) -> Severity | None:
    return {"fired": Severity.URGENT, "failed": Severity.WARNING}.get(event.state)


_CALM: Final = {"protected": Severity.INFO}
# What is not here is told on the screen only.
SEVERITIES: Final[Mapping[type[m.Message], Weigh]] = {
    m.NoteWritten: _note,
    m.OrderDenied: _always(Severity.WARNING),
    m.OrderRejected: _always(Severity.WARNING),
    m.BotRefused: _always(Severity.WARNING),
    m.BotPaused: _paused,
    m.FeedStated: _stated,
    m.Told: _always(Severity.WARNING),
    m.ApprovalEnded: _approval_ended,
    m.ApprovalRequested: _always(Severity.URGENT),
    m.TradingStateChanged: _trading_state,
    m.AccountStateChanged: _trading_state,
    m.KeySeen: _key_seen,
    m.KillStepped: _kill_stepped,
    m.LimitBreached: _always(Severity.URGENT),
    m.BotFaulted: _always(Severity.URGENT),
    m.OrderUnconfirmed: _always(Severity.URGENT),
    m.UnknownSeen: _unknown,
    m.ForeignSeen: _foreign,
    m.DifferenceFound: _always(Severity.WARNING),
    m.AccountChecked: _checked,
    m.ProtectionTold: _protection,
    m.DeadManKept: _dead_man,
    m.CloseGivenUp: _always(Severity.URGENT),
    m.OrderFilled: _filled,
    m.CashFlowPlanned: _planned,
    m.MoveAnswered: _always(Severity.WARNING),
    m.WalletBooked: _wallet_booked,
    m.WalletDiffered: _wallet_differed,
}
JOURNALED: Final = tuple(kind.__name__ for kind in SEVERITIES if issubclass(kind, m.Event))


def severity_of(message: m.Message) -> Severity | None:
    """None where it is no news for a person who is away."""
    weigh = SEVERITIES.get(type(message))
    return None if weigh is None else weigh(message)
