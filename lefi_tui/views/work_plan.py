"""How long a bot is started for: its work mode and its window, as a person types them in a form.

The rule it keeps: what can't be meant is said beside its field, before anything is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.messages import StartBot, Work
from lefi_tui.core.record import Record
from lefi_tui.views.typed_time import last_ms, moment_ms

NS_PER_MS: Final = 1_000_000
DIGITS_MIN: Final = 9  # of seconds since 1970
WORK, FROM, UNTIL = "work", "from", "until"
HINTS: Final[Mapping[str, str]] = {
    WORK: "recurring, once, or until executed",
    FROM: "2026-01-31T14:00Z; empty: at once",
    UNTIL: "the same, or a day; empty: no end",
}


class WorkPlan(Record):
    work: Work = Work.RECURRING
    from_ns: int = 0  # 0: at once
    until_ns: int = 0  # 0: no end

    def of(self, command: StartBot) -> StartBot:
        return replace(command, work=self.work, from_ns=self.from_ns, until_ns=self.until_ns)


def planned(typed: Mapping[str, str]) -> WorkPlan:
    """Of what `mistakes` has nothing to say about."""
    begins, ends = _ns(moment_ms, typed.get(FROM, "")), _ns(last_ms, typed.get(UNTIL, ""))
    return WorkPlan(Work(typed.get(WORK) or Work.RECURRING), begins, ends)


def mistakes(typed: Mapping[str, str], now_ns: int) -> Mapping[str, str]:
    """By field, in words; empty when the bot can be started so."""
    found: dict[str, str] = {}
    work = typed.get(WORK, "")
    if work and work not in set(Work):
        found[WORK] = f"{work!r} is no way to work; write {', '.join(Work)}"
    for name, read in ((FROM, moment_ms), (UNTIL, last_ms)):
        if words := _unread(read, typed.get(name, "")):
            found[name] = words
    return found or _odd_window(planned(typed), now_ns)


def _odd_window(plan: WorkPlan, now_ns: int) -> Mapping[str, str]:
    if not plan.until_ns:
        return {}
    if plan.until_ns < plan.from_ns:
        return {UNTIL: "it ends before it begins; write a later end"}
    return {UNTIL: "that is in the past; write a later end"} if plan.until_ns < now_ns else {}


def _unread(read: Callable[[str], int], text: str) -> str:
    if text.isdecimal() and len(text) < DIGITS_MIN:  # 2026 would be a moment of 1970
        return f"{text!r} is no time; write 2026-01-31 or 2026-01-31T14:00Z"
    try:
        _ns(read, text)
    except ValueError as error:
        return str(error)
    return ""


def _ns(read: Callable[[str], int], text: str) -> int:
    return read(text) * NS_PER_MS if text else 0
