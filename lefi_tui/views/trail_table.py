"""What the audit trail knows of each kind of row: whose story it goes on with, what it changed.

A type that is in none of these tables still has its row: it is named, and belongs to its message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from lefi_tui.core.codec import text_of, to_plain

Change = tuple[str, dict[str, str]]  # what it is about, and all its values as they are now

# Fields that name what a row is about: what it says of that goes on with that one's story.
THREADS: Final = ("order", "approval")
# What answers one of these is still the same run: the order it allows belongs to the question.
ADOPTED: Final = frozenset({"approval"})
# Rows without such a field, by their type: a kill and a stop take many messages.
_BY_TYPE: Final[dict[str, str]] = {
    "KillBegan": "kill",
    "KillStepped": "kill",
    "KillRead": "kill",
    "VenueRead": "kill",
    "AdvanceKill": "kill",
    "FlattenTried": "kill",
    "BotStopping": "stop",
    "CloseOnStopAsked": "stop",
    "BotStopped": "stop",
}
# Each of these begins its story anew: there may have been one before.
BEGINNINGS: Final = frozenset({"KillBegan", "BotStopping"})


def thread_of(told: Any) -> tuple[str, str]:
    """The kind and the name of what a row is about; empty where it is about itself alone."""
    for kind in THREADS:
        about = getattr(told, kind, "")
        if about:
            return kind, str(getattr(about, "id", about))
    kind = _BY_TYPE.get(type(told).__name__, "")
    return (kind, str(getattr(told, "bot", ""))) if kind else ("", "")


# ---- before and after


def values_of(told: Any) -> Iterator[Change]:
    """All that this event sets, thing by thing."""
    values = VALUES.get(type(told).__name__)
    return iter(()) if values is None else values(told)


def _fields(event: Any) -> Iterator[Change]:
    yield type(event).__name__, _texts(event)


def _trading(event: Any) -> Iterator[Change]:
    yield "trading", {"trading": str(event.state)}


def _account_trading(event: Any) -> Iterator[Change]:
    yield f"trading {event.account}", {"trading": str(event.state)}


def _started(event: Any) -> Iterator[Change]:
    yield f"bot {event.bot}", {"bot": "running"}
    yield f"settings {event.bot}", {**dict(event.settings), "script": event.version[:12]}


def _updated(event: Any) -> Iterator[Change]:
    digest = event.version[:12]
    script = f"{event.named}, {digest}" if event.named else digest
    yield f"settings {event.bot}", {**dict(event.settings), "script": script}


def _settings(event: Any) -> Iterator[Change]:
    yield f"settings {event.bot}", dict(event.settings)


def _state(name: str) -> Callable[[Any], Iterator[Change]]:
    def change(event: Any) -> Iterator[Change]:
        yield f"bot {event.bot}", {"bot": name}

    return change


def _texts(event: Any) -> dict[str, str]:
    plain = to_plain(event)
    return {
        name: "none" if value is None else value if isinstance(value, str) else text_of(value)
        for name, value in plain.items()
        if name not in {"at_ns", "by", "reason"}
    }


VALUES: Final[dict[str, Callable[[Any], Iterator[Change]]]] = {
    "LimitsSet": _fields,
    "KillRulesSet": _fields,
    "ProtectionRulesSet": _fields,
    "ApprovalRulesSet": _fields,
    "TradingStateChanged": _trading,
    "AccountStateChanged": _account_trading,
    "BotStarted": _started,
    "SettingsChanged": _settings,
    "BotUpdated": _updated,
    "BotStopping": _state("stopping"),
    "BotStopped": _state("stopped"),
    "BotFaulted": _state("faulted"),
    "BotFinalized": _state("finalized"),
}
# What later rows can't be told without.
REMEMBERED: Final = (
    *VALUES,
    "OrderSubmitted",
    "OrderDenied",
    "ExitPlaced",
    "OrderAdopted",
    "ApprovalRequested",
    "AnswerApproval",
    "KillBegan",
)
# Fields that hold a reason, the nearest to a person's words first.
REASONS: Final = ("reason", "text", "cause")
