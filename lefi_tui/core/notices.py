"""What is told to a person who is not looking: how severe it is, when it may go, what became of it.

The rules are pure: the hour, the zone and the channels come in as data.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from msgspec import field

from lefi_tui.core.quiet_hours import NS, is_quiet
from lefi_tui.core.record import Record

TEXT_MAX: Final = 1_000  # characters of one notice; the smallest service takes a little more
TITLE_MAX: Final = 120
HEARTBEAT: Final = "heartbeat"  # the name under which the address of the outside watcher is kept
SCREEN: Final = "screen"  # these three need no address: the screen itself is the channel
BELL: Final = "bell"
DESKTOP: Final = "desktop"  # OSC 9, where the terminal knows it
BUILT_IN: Final = frozenset({SCREEN, BELL, DESKTOP})


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    URGENT = "urgent"  # passes quiet hours

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS: Final = {Severity.INFO: 0, Severity.WARNING: 1, Severity.URGENT: 2}


class Notice(Record):
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


class Delivery(Record):
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


class NoticeRules(Record):
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
        """Whether only what is urgent may go now."""
        return bool(self.quiet) and is_quiet(self.quiet, self.zone, now_ns)


class Bucket:
    """So many at once, and so many a minute."""

    def __init__(self, burst: int, per_minute: int, taken: Iterable[int] = ()) -> None:
        """`taken`: when, oldest first, before this program ran; one that is started again and
        again must not flood a channel."""
        self._burst = burst
        self._per_ns = per_minute / (60 * NS)
        self._tokens = float(burst)
        self._at_ns = 0
        for at_ns in taken:
            self.take(at_ns)

    def take(self, now_ns: int) -> bool:
        """Whether one more may go now; if so, it is gone."""
        gained = max(0, now_ns - self._at_ns) * self._per_ns
        self._tokens, self._at_ns = min(self._burst, self._tokens + gained), now_ns
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
