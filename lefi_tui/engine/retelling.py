"""Answers a question of the past: of an order, of a message, or of a bot or market at some time.

The work is done in small steps by whoever asks: a command in its own process, the engine beside its
turns. It reads the journal and the tape, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.codec import decode
from lefi_tui.core.desk import Desk
from lefi_tui.core.order import HAND, UNKNOWN
from lefi_tui.engine.looking_back import DECIDING, Found, LookBack, Scene, Wanted
from lefi_tui.engine.storytelling import begun_by, readers_of, standing_of, story, untold
from lefi_tui.ports.journal import JournalReader, Row
from lefi_tui.views import numbers
from lefi_tui.views.queries import StoryQuery
from lefi_tui.views.story_view import StoryView

NS_PER_MS: Final = 1_000_000
FAR_MS: Final = 2**43  # no journal has a later moment: the year 2248
BY_NO_BOT: Final = frozenset({HAND, UNKNOWN})


class Retelling:
    """When `steps` has ended, `view` is the answer."""

    def __init__(self, journal: JournalReader, empty: Desk, query: StoryQuery) -> None:
        self._journal = journal
        self._empty = empty
        self._query = query
        self._title = _title(query)
        self.view = StoryView(self._title)

    def steps(self) -> Iterator[tuple[int, int]]:
        """Messages carried out again, and of how many."""
        if self._query.order:
            yield from self._of_order(self._query.order)
        elif self._query.story:
            yield from self._of_message(self._query.story)
        else:
            yield from self._of_time()

    def _of_order(self, order: str) -> Iterator[tuple[int, int]]:
        row = begun_by(self._journal, order)
        if row is None:
            why = "The journal has no order of this id."
            self.view = StoryView(self._title, untold=why)
            return
        begun = decode(row.type, row.version, row.body).order
        if begun.owner in BY_NO_BOT:  # nothing ran: its own rows tell it all
            self.view = story(self._journal, row.n, self._title, Found(), None)
        else:
            yield from self._of_message(row.n)
        if begun.id != order:
            self.view = replace(self.view, others=f"It hangs on the entry {begun.id}.")

    def _of_message(self, n: int) -> Iterator[tuple[int, int]]:
        look = LookBack(self._journal, self._empty, Wanted(n=n))
        yield from look.steps()
        self.view = story(self._journal, n, self._title, look.found, look.found.scenes.get(""))

    def _of_time(self) -> Iterator[tuple[int, int]]:
        query = self._query
        until_ms = query.until_ms or FAR_MS
        wanted = Wanted(0, query.bot, query.account, query.symbol, query.since_ms, until_ms)
        look = LookBack(self._journal, self._empty, wanted)
        yield from look.steps()
        found = look.found
        scene = _chosen(found)
        if scene is None:
            self.view = self._nothing(found)
            return
        view = story(self._journal, scene.told.n, self._title, found, scene)
        self.view = replace(
            view,
            standing=standing_of(found.after, query.bot, view.at_ns, query.until_ms * NS_PER_MS),
            others=_others(found, query),
        )

    def _nothing(self, found: Found) -> StoryView:
        """No run in that time; where the tape is gone the journal's newest decision is told."""
        query, until_ns = self._query, (self._query.until_ms or FAR_MS) * NS_PER_MS
        view = StoryView(
            self._title, untold=untold(found.untold, None), others="No handler ran in that time."
        )
        if found.untold is not None:
            row = self._decided_before(until_ns)
            view = view if row is None else story(self._journal, row.n, self._title, found, None)
            return replace(view, others="")
        if query.symbol:
            return replace(view, standing=readers_of(found.after, query.account, query.symbol))
        return replace(view, standing=standing_of(found.after, query.bot, 0, until_ns))

    def _decided_before(self, until_ns: int) -> Row | None:
        newest, about = None, self._query.bot or self._query.symbol
        for row in self._journal.rows(types=DECIDING):
            if row.at_ns > until_ns:
                break
            if not about or f'"{about}"' in row.body:
                newest = row
        return newest


def _title(query: StoryQuery) -> str:
    if query.order:
        return f"Order {query.order}"
    if query.story:
        return f"Story #{query.story}"
    if query.symbol:
        begin, end = (numbers.moment(each * NS_PER_MS) for each in (query.since_ms, query.until_ms))
        return f"{query.symbol} from {begin} to {end[-5:]} UTC"
    return query.bot or "The newest run"


def _chosen(found: Found) -> Scene | None:
    """What led to an order before what did not, then the newest."""

    def rank(scene: Scene) -> tuple[bool, int]:
        return any(row.type in DECIDING for row in scene.told.rows), scene.told.n

    return max(found.scenes.values(), key=rank, default=None)


def _others(found: Found, query: StoryQuery) -> str:
    if not query.symbol or found.runs <= 1:
        return ""
    bots = ", ".join(sorted(found.scenes))
    span = numbers.age(query.until_ms - query.since_ms)
    return f"Bots that read it ran {found.runs:,} times in these {span} ({bots}); this one is told."
