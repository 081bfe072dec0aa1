"""The outbox: what is to be told waits here until its channel has confirmed it, or it is given up.

The rules it keeps: one attempt a channel at a time; no more than the bucket allows; what is held
back is counted in one digest, so that sent, held back, given up and still waiting are all that was
asked. Without clock, chance or disk: they come in as data, what changed goes out as data.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from lefi_tui.core.notices import (
    FINAL,
    Bucket,
    Delivery,
    Notice,
    NoticeRules,
    Severity,
    State,
)
from lefi_tui.core.quiet_hours import NS
from lefi_tui.ports.notifier import Kept

ATTEMPTS_MAX: Final = 12  # then it is given up: two hours of a channel that is down
BACK_OFF_S: Final = 2.0  # doubled with each failure of the channel
BACK_OFF_MOST_S: Final = 600.0
WAITING_MAX: Final = 256  # of one channel; more are only counted
EXPIRES_NS: Final = 24 * 3_600 * NS  # news of yesterday is no news
KEYS_MAX: Final = 2_000
QUIET: Final = "quiet hours"
RATE: Final = "too many at once"
NOTHING: Final = Kept()
CUT_SHORT: Final = "the engine ended while it was under way"


class Lane(Struct):
    """One channel: what waits for it, what is under way, how it fares."""

    bucket: Bucket
    waiting: dict[int, Delivery] = field(default_factory=dict)
    under_way: int | None = None
    failures: int = 0  # in a row
    not_before_ns: int = 0
    uncounted: int = 0  # found no room since the last digest


class Outbox:
    """What changes is noted in `changed` and taken away by whoever keeps it."""

    def __init__(self, rules: NoticeRules, now_ns: int, kept: Kept = NOTHING) -> None:
        self._rules = rules
        self._lanes: dict[str, Lane] = {}
        self._keys = dict.fromkeys(kept.keys)
        self._last_id = kept.last_id
        self._changed: dict[int, Delivery] = {}
        self._tried = kept.tried
        for each in kept.open:
            self._lane(each.channel).waiting[each.id] = each
            if each.state is State.SENDING:
                again = replace(each, state=State.RETRY, why=CUT_SHORT, is_again=True)
                self._put(again, now_ns)

    def taken_changes(self) -> tuple[Delivery, ...]:
        """What has changed since the last call."""
        changed, self._changed = self._changed, {}
        return tuple(changed.values())

    @property
    def waiting(self) -> tuple[Delivery, ...]:
        return tuple(each for lane in self._lanes.values() for each in lane.waiting.values())

    @property
    def uncounted(self) -> int:
        """Found no room, and no digest has told of them yet."""
        return sum(lane.uncounted for lane in self._lanes.values())

    # ---- in

    def take(self, notice: Notice, channels: Collection[str], now_ns: int) -> None:
        """Once: the same notice again changes nothing."""
        if notice.key in self._keys:
            return
        self._keys[notice.key] = None
        if len(self._keys) > KEYS_MAX:
            del self._keys[next(iter(self._keys))]
        for channel in self._rules.channels_of(notice, channels):
            state, why = State.PENDING, ""
            if channel not in channels:
                state, why = State.DEAD, f"no such channel; `lefi notify set {channel}`"
            elif not self._has_room(self._lane(channel), notice.severity):
                self._lane(channel).uncounted += 1
                continue
            self._add(notice, channel, state, why, now_ns)

    def _has_room(self, lane: Lane, severity: Severity) -> bool:
        """What is urgent finds twice the room."""
        most = 2 * WAITING_MAX if severity is Severity.URGENT else WAITING_MAX
        return len(lane.waiting) < most

    def _add(self, notice: Notice, channel: str, state: State, why: str, now_ns: int) -> None:
        self._last_id += 1
        self._put(
            Delivery(
                id=self._last_id,
                key=notice.key,
                channel=channel,
                severity=notice.severity,
                title=notice.title,
                text=notice.text,
                at_ns=notice.at_ns,
                state=state,
                changed_ns=now_ns,
                why=why,
            ),
            now_ns,
        )

    def requeue(self, dead: Delivery, now_ns: int) -> None:
        """From its beginning, by a person's word."""
        self._lane(dead.channel).not_before_ns = 0
        self._put(requeued(dead, now_ns), now_ns)

    # ---- out

    def due(self, now_ns: int) -> tuple[Delivery, ...]:
        """What is to be sent now, at most one a channel; it is under way from here on."""
        found = (self._next(lane, now_ns) for lane in self._lanes.values())
        return tuple(each for each in found if each is not None)

    def _next(self, lane: Lane, now_ns: int) -> Delivery | None:
        self._expire(lane, now_ns)
        is_quiet = self._rules.is_quiet(now_ns)
        if is_quiet:
            self._hold(lane, QUIET, now_ns)
        self._digest(lane, now_ns, is_quiet=is_quiet)
        waiting = lane.waiting.values()
        ready = [each for each in waiting if _may_go(each, lane, now_ns, is_quiet=is_quiet)]
        if lane.under_way is not None or not ready:
            return None
        if not lane.bucket.take(now_ns):
            self._hold(lane, RATE, now_ns)
            return None
        # The fewest attempts first: one text that a service refuses does not hold up the others.
        first = min(ready, key=lambda each: (-each.severity.rank, each.attempts, each.id))
        lane.under_way = first.id
        sending = replace(first, state=State.SENDING, attempts=first.attempts + 1, due_ns=0)
        return self._put(sending, now_ns)

    def _hold(self, lane: Lane, why: str, now_ns: int) -> None:
        """What is not urgent and was not tried yet becomes part of the next digest."""
        for each in tuple(lane.waiting.values()):
            is_small = each.severity is not Severity.URGENT and not each.is_digest
            if is_small and each.state is State.PENDING:
                self._put(replace(each, state=State.HELD, why=why), now_ns)

    def _expire(self, lane: Lane, now_ns: int) -> None:
        for each in tuple(lane.waiting.values()):
            if each.state is State.RETRY and now_ns - each.at_ns > EXPIRES_NS:
                self._put(replace(each, state=State.DEAD, why="not sent within a day"), now_ns)

    def ended(self, sent: Delivery, now_ns: int) -> None:
        """The channel has confirmed it."""
        lane = self._lane(sent.channel)
        lane.under_way, lane.failures, lane.not_before_ns = None, 0, 0
        self._put(replace(sent, state=State.SENT, why="", due_ns=0), now_ns)

    def failed(
        self, sent: Delivery, why: str, now_ns: int, jitter: float, *, is_unknown: bool
    ) -> Delivery:
        """`jitter`, 0 to 1, spreads what waits for one service. Given up after the last attempt."""
        lane = self._lane(sent.channel)
        wait_s = min(BACK_OFF_S * 2**lane.failures, BACK_OFF_MOST_S) * (0.5 + jitter)
        lane.under_way, lane.failures = None, min(lane.failures + 1, 32)
        lane.not_before_ns = now_ns + int(wait_s * NS)
        is_over = sent.attempts >= ATTEMPTS_MAX
        after = replace(
            sent,
            state=State.DEAD if is_over else State.RETRY,
            why=why,
            due_ns=0 if is_over else lane.not_before_ns,
            is_again=sent.is_again or is_unknown,
        )
        return self._put(after, now_ns)

    # ---- digests

    def _digest(self, lane: Lane, now_ns: int, *, is_quiet: bool) -> None:
        """One line for all that was held back, when it is time for it."""
        held = [each for each in lane.waiting.values() if each.state is State.HELD]
        if is_quiet or not held or any(each.is_digest for each in lane.waiting.values()):
            return
        age_ns = now_ns - min(each.changed_ns for each in held)
        if age_ns < self._rules.digest_s * NS and all(each.why != QUIET for each in held):
            return
        self._last_id += 1
        newest = held[-1]
        digest = replace(
            newest,
            id=self._last_id,
            key=f"digest {newest.channel} {self._last_id}",
            severity=max((each.severity for each in held), key=lambda each: each.rank),
            title=f"{len(held) + lane.uncounted} notices were held back",
            text=_counted(held, lane.uncounted),
            state=State.PENDING,
            why="",
            is_digest=True,
        )
        lane.uncounted = 0
        for each in held:
            self._put(replace(each, state=State.TOLD, why=f"in digest {digest.id}"), now_ns)
        self._put(digest, now_ns)

    # ---- the one place where anything changes

    def _lane(self, channel: str) -> Lane:
        if channel not in self._lanes:
            tried = (at_ns for name, at_ns in self._tried if name == channel)
            bucket = Bucket(self._rules.burst, self._rules.per_minute, tried)
            self._lanes[channel] = Lane(bucket)
        return self._lanes[channel]

    def _put(self, delivery: Delivery, now_ns: int) -> Delivery:
        changed = replace(delivery, changed_ns=now_ns)
        waiting = self._lane(delivery.channel).waiting
        if delivery.state in FINAL:
            waiting.pop(delivery.id, None)
        else:
            waiting[delivery.id] = changed
        self._changed[delivery.id] = changed
        return changed


def requeued(dead: Delivery, now_ns: int) -> Delivery:
    """As if it had never been tried."""
    assert dead.state is State.DEAD, dead
    return replace(dead, state=State.PENDING, attempts=0, why="requeued", changed_ns=now_ns)


def _may_go(each: Delivery, lane: Lane, now_ns: int, *, is_quiet: bool) -> bool:
    if each.state not in {State.PENDING, State.RETRY}:
        return False
    is_urgent = each.severity is Severity.URGENT
    if is_quiet and not is_urgent:
        return False
    # What is urgent and new does not wait for a channel's back-off.
    return now_ns >= lane.not_before_ns or (is_urgent and not each.attempts)


def _counted(held: Collection[Delivery], uncounted: int) -> str:
    """ "12 notices: 10 info, 2 warning …; the newest: …"."""
    counts = Counter(each.severity for each in held)
    parts = [f"{counts[each]} {each}" for each in Severity if counts[each]]
    parts += [f"{uncounted} that found no room"] if uncounted else []
    reasons = " and ".join(sorted({each.why for each in held}))
    newest = max(held, key=lambda each: (each.at_ns, each.id))
    return f"{', '.join(parts)} ({reasons}). The newest: {newest.title}: {newest.text}".strip(": ")
