"""What a person sees of the outbox: each channel and how it fares, each notice and its fate."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from lefi_tui.core.notices import FINAL, HEARTBEAT, Delivery, State
from lefi_tui.core.record import Record

WELL = "takes notices"
NEVER = "not used yet"


class ChannelRow(Record):
    """`state` in words; `is_well` is None where nothing was sent yet."""

    name: str
    state: str
    is_well: bool | None
    waiting: int
    dead: int
    at_ns: int  # of the newest attempt; 0 for none


class NoticeRow(Record):
    id: int
    channel: str
    state: State
    severity: str
    title: str
    text: str
    why: str
    attempts: int
    at_ns: int
    due_ns: int  # of the next attempt; 0 where none is set

    @property
    def is_dead(self) -> bool:
        return self.state is State.DEAD


class NoticesView(Record):
    """Newest first. `dropped` found no room and were never kept."""

    at_ns: int
    channels: tuple[ChannelRow, ...] = ()
    rows: tuple[NoticeRow, ...] = ()
    dropped: int = 0


class ErrandAnswer(Record):
    """What came of it, for people."""

    text: str


def notices_view(
    deliveries: Collection[Delivery],
    channels: Iterable[str],
    heart: ChannelRow | None,
    at_ns: int,
    dropped: int,
) -> NoticesView:
    rows = tuple(_row(each) for each in deliveries)
    known = [_channel(name, deliveries) for name in channels if name != HEARTBEAT]
    beats = () if heart is None else (heart,)
    return NoticesView(at_ns, (*known, *beats), rows, dropped)


def _row(each: Delivery) -> NoticeRow:
    return NoticeRow(
        each.id,
        each.channel,
        each.state,
        each.severity.value,
        each.title,
        each.text,
        each.why,
        each.attempts,
        each.at_ns,
        each.due_ns,
    )


def _channel(name: str, deliveries: Collection[Delivery]) -> ChannelRow:
    own = [each for each in deliveries if each.channel == name]
    tried = [each for each in own if each.attempts and each.state is not State.SENDING]
    newest = max(tried, key=lambda each: each.changed_ns, default=None)
    is_well = None if newest is None else newest.state is State.SENT
    state = NEVER if newest is None else WELL if is_well else newest.why
    return ChannelRow(
        name,
        state,
        is_well,
        sum(each.state not in FINAL for each in own),
        sum(each.state is State.DEAD for each in own),
        0 if newest is None else newest.changed_ns,
    )
