"""What is told to a person who is not looking: how severe it is, when it may go, what became of it.

The rules are pure: the hour, the zone and the channels come in as data.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from lefi_tui.core.schedule import ScheduleError, zone_of

NS: Final = 1_000_000_000
NS_PER_MS: Final = 1_000_000
TEXT_MAX: Final = 1_000  # characters of one notice; the smallest service takes a little more
TITLE_MAX: Final = 120
HEARTBEAT: Final = "heartbeat"  # the name under which the address of the outside watcher is kept
SCREEN: Final = "screen"  # these three need no address: the screen itself is the channel
BELL: Final = "bell"
DESKTOP: Final = "desktop"  # OSC 9, where the terminal knows it
BUILT_IN: Final = frozenset({SCREEN, BELL, DESKTOP})
RESERVED: Final = frozenset({HEARTBEAT, *BUILT_IN})


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    URGENT = "urgent"  # passes quiet hours

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS: Final = {Severity.INFO: 0, Severity.WARNING: 1, Severity.URGENT: 2}


@dataclass(frozen=True, slots=True)
class Notice:
    """`key` is the same whenever the same event is told again; `n` is its message, 0 for none."""

    key: str
    at_ns: int
    severity: Severity
    title: str
    text: str = ""
    channel: str = ""  # as a script named it; empty leaves it to the settings
    n: int = 0


class State(StrEnum):
    PENDING = "pending"  # waits for its turn
    SENDING = "sending"  # under way
    RETRY = "retry"  # failed, and goes again later
    HELD = "held"  # quiet hours or too many: told in the next digest
    SENT = "sent"  # the channel confirmed it
    TOLD = "in digest"  # counted in a digest that took its place
    DEAD = "dead"  # given up; a person may requeue it


FINAL: Final = frozenset({State.SENT, State.TOLD, State.DEAD})


@dataclass(frozen=True, slots=True)
class Delivery:
    """One notice on its way to one channel."""

    id: int
    key: str
    channel: str
    severity: Severity
    title: str
    text: str
    at_ns: int
    state: State
    changed_ns: int
    due_ns: int = 0  # of the next attempt
    attempts: int = 0
    why: str = ""
    is_again: bool = False  # an earlier attempt may have arrived
    is_digest: bool = False

    @property
    def body(self) -> str:
        """What the channel is given."""
        again = "(Sent again: the first one may have arrived.) " if self.is_again else ""
        return f"{again}{self.text or self.title}"


@dataclass(frozen=True, slots=True)
class NoticeRules:
    """What the settings say of notices."""

    default: str = ""  # where info goes; empty: to every channel
    least: Mapping[str, Severity] = field(default_factory=lambda: MappingProxyType({}))
    quiet: str = ""  # "22:00-07:00"; empty: never
    zone: str = "UTC"
    per_minute: int = 6
    burst: int = 5
    digest_s: int = 900
    heartbeat_s: int = 60

    def channels_of(self, notice: Notice, there: Collection[str]) -> tuple[str, ...]:
        """Where it goes. A channel that a script names is asked, whatever its least severity."""
        if notice.channel:
            return () if notice.channel in BUILT_IN else (notice.channel,)
        is_small = notice.severity is Severity.INFO and self.default in there
        wanted = (self.default,) if is_small else sorted(there)
        return tuple(name for name in wanted if notice.severity.rank >= self.least_of(name).rank)

    def least_of(self, channel: str) -> Severity:
        return self.least.get(channel, Severity.INFO)

    def is_quiet(self, now_ns: int) -> bool:
        """Whether only what is urgent may go now, by the clock on the wall of that zone."""
        if not self.quiet:
            return False
        start, end = quiet_minutes(self.quiet)
        local = datetime.fromtimestamp(now_ns // NS, UTC).astimezone(zone_of(self.zone))
        minute = local.hour * 60 + local.minute
        if start <= end:
            return start <= minute < end
        return minute >= start or minute < end


def quiet_minutes(text: str) -> tuple[int, int]:
    """ "22:00-07:00" as minutes of the day."""
    start, dash, end = text.partition("-")
    if not dash:
        raise ScheduleError(f"{text!r} are no hours; write them like 22:00-07:00.")
    return _minute(start, text), _minute(end, text)


def _minute(clock: str, text: str) -> int:
    hour, colon, minute = clock.strip().partition(":")
    numbers = [int(each) for each in (hour, minute) if each.isascii() and each.isdigit()]
    if not colon or len(numbers) != 2 or numbers[0] > 23 or numbers[1] > 59:
        raise ScheduleError(f"{text!r} are no hours; write them like 22:00-07:00.")
    return numbers[0] * 60 + numbers[1]


class Bucket:
    """So many at once, and so many a minute."""

    def __init__(self, burst: int, per_minute: int, now_ns: int, begins_with: float = 1.0) -> None:
        self._burst = burst
        self._per_ns = per_minute / (60 * NS)
        self._tokens = begins_with  # a program that is started again and again must not flood
        self._at_ns = now_ns

    def take(self, now_ns: int) -> bool:
        """Whether one more may go now; if so, it is gone."""
        gained = max(0, now_ns - self._at_ns) * self._per_ns
        self._tokens, self._at_ns = min(self._burst, self._tokens + gained), now_ns
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
