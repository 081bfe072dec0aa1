"""What stands around the engine: venues, feeds and history by account; clock, alarm, messenger."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import field

from lefi_tui.core.live_gates import ScriptTests
from lefi_tui.core.record import Record
from lefi_tui.ports.clock import Clock
from lefi_tui.ports.conditions import Conditions
from lefi_tui.ports.depth_feed import DepthFeed
from lefi_tui.ports.event_source import EventSource
from lefi_tui.ports.history import History
from lefi_tui.ports.live_door import LiveDoor
from lefi_tui.ports.market_feed import MarketFeed
from lefi_tui.ports.notifier import Notifier
from lefi_tui.ports.scheduler import Scheduler
from lefi_tui.ports.secrets import Secrets
from lefi_tui.ports.venue import SharedVenue, Venue


class World(Record):
    clock: Clock
    venues: Mapping[str, Venue] = field(default_factory=dict)
    feeds: Mapping[str, MarketFeed] = field(default_factory=dict)
    depths: Mapping[str, DepthFeed] = field(default_factory=dict)  # books as they come
    histories: Mapping[str, History] = field(default_factory=dict)
    conditions: Mapping[str, Conditions] = field(default_factory=dict)  # what limits look at
    scheduler: Scheduler | None = None  # none in virtual time: the driver asks what is due
    notifier: Notifier | None = None
    secrets: Secrets | None = None  # asked in a thread: it may wait
    sources: tuple[EventSource, ...] = ()  # of custom events
    shared: Mapping[str, SharedVenue] = field(default_factory=dict)  # those where others trade too
    live: LiveDoor | None = None  # none where no account's orders leave
    proof: Callable[[str], ScriptTests] | None = None  # runs a text's tests; asked in a thread
