"""One moment of the desk as a story: what began it, what ran on which values, what stopped it.

Told of a moment with an order and of one without; what can't be told any more says so.
"""

from __future__ import annotations

from lefi_tui.core.bot import RunSeen
from lefi_tui.core.messages import Verdict
from lefi_tui.core.record import Record


class BotRuns(Record):
    """What one bot's handlers made of the moment, in the order in which they ran."""

    bot: str
    title: str
    at_ms: int
    runs: tuple[RunSeen, ...]
    state: str = ""  # why nothing ran: it was warming up, stopped, waiting
    text: str = ""  # that decided it: "version 5 of mine", or the first letters of its hash


class Decided(Record):
    """One thing the moment led to: an order that was sent or denied, or one that was held back."""

    what: str
    outcome: str  # sent | denied | held back | told
    why: str
    order: str = ""
    verdicts: tuple[Verdict, ...] = ()


class Came(Record):
    """What came of it later: the venue's words, fills, exits."""

    at_ns: int
    who: str
    what: str
    why: str


class StoryView(Record):
    """`story` is its correlation id, `cause` that of the story that led to it (0: none)."""

    title: str
    at_ns: int = 0
    story: int = 0
    cause: int = 0
    trigger: str = ""
    bots: tuple[BotRuns, ...] = ()
    decided: tuple[Decided, ...] = ()
    came: tuple[Came, ...] = ()
    costs: tuple[str, ...] = ()  # of its orders: filled, average, fee
    leads_to: tuple[int, ...] = ()
    standing: str = ""  # how bot and desk stood then
    others: str = ""  # what else there was in that time and is not told here
    untold: str = ""  # what can't be told, and why
    is_ready: bool = True
    done: int = 0  # messages carried out again, while it is not ready
    total: int = 0
