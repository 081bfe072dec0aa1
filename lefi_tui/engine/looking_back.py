"""The desk as it was at some moment: from the nearest snapshot, journal and tape carried out again.

It reads and never writes, works in small steps so that whoever waits can be told how far it is, and
says so where the tape of then is gone or this program decides otherwise than the one of then.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Final

from msgspec import Struct, field

from lefi_tui.core.codec import CodecError
from lefi_tui.core.desk import BotRecord, Desk
from lefi_tui.core.record import Record
from lefi_tui.engine import snapshot
from lefi_tui.engine.fold import Difference, Told, carry_out, told_again
from lefi_tui.engine.standing import Standing
from lefi_tui.ports.journal import JournalReader, SavedDesk

NS_PER_MS: Final = 1_000_000
# A candle is carried out when it comes in: so long after its close it is still looked for.
LATE_NS: Final = 60_000_000_000
ATTEMPTS: Final = 2  # a segment that is sealed meanwhile looks like a gap, once
DECIDING: Final = frozenset({"OrderSubmitted", "OrderDenied", "IntentRefused", "ApprovalRequested"})


class Wanted(Record):
    """`n` names a message; else it is the newest run of that bot or market up to a time."""

    n: int = 0
    bot: str = ""
    account: str = ""
    symbol: str = ""
    since_ms: int = -1  # later than this
    until_ms: int = 0

    def concerns(self, bot: BotRecord) -> bool:
        if self.symbol and (self.account != bot.account or self.symbol not in bot.needs.symbols):
            return False
        return self.bot in {"", bot.id}


class Scene(Record):
    """One message, and the desk as it stood before it."""

    before: Desk
    told: Told


class Found(Struct):
    scenes: dict[str, Scene] = field(default_factory=dict)  # by bot; "" for a message by number
    after: Desk | None = None  # as it stood at the time asked for
    runs: int = 0  # moments at which one of those bots ran, in the time asked for
    untold: Difference | None = None


class LookBack:
    """`steps` carries out a message a step; when it ends, `found` has what there is."""

    def __init__(self, journal: JournalReader, empty: Desk, wanted: Wanted) -> None:
        self._journal = journal
        self._empty = empty
        self._wanted = wanted
        self._acted: set[str] = set()
        self.found = Found()

    def steps(self) -> Iterator[tuple[int, int]]:
        """How many messages are carried out, of how many; more may follow."""
        for _ in range(ATTEMPTS):
            self.found, self._acted = Found(), set()
            segments = self._journal.segments()
            yield from self._search()
            untold = self.found.untold
            if untold is None or not untold.is_gap or segments == self._journal.segments():
                return

    def _search(self) -> Iterator[tuple[int, int]]:
        wanted, journal = self._wanted, self._journal
        if wanted.n:
            upto, end = wanted.n - 1, wanted.n
        else:
            upto = journal.reached(wanted.until_ms * NS_PER_MS).n
            end = self._end(wanted.until_ms * NS_PER_MS + LATE_NS)
        since_n = journal.reached(wanted.since_ms * NS_PER_MS).n if wanted.since_ms > 0 else 0
        while True:
            begin = self._begin(upto)
            yield from self._carry(begin, end)
            if self.found.scenes or self.found.untold or begin.head.n <= since_n:
                return
            last_ms = self._last_run(begin.desk)
            if last_ms is None:
                return
            end = begin.head.n
            upto = min(end - 1, journal.reached(last_ms * NS_PER_MS).n)

    def _end(self, until_ns: int) -> int:
        """The last message that may be of that time: none later has a row before it."""
        reached = self._journal.reached(until_ns)
        with closing(self._journal.rows(reached.seq)) as rows:
            following = next(rows, None)
        if following is not None:
            return following.n
        return max(reached.n, self._journal.tape_head())

    def _begin(self, upto: int) -> Standing:
        """From the nearest snapshot that this program can read."""
        while upto > 0 and (saved := self._journal.snapshot(upto)) is not None:
            standing = self._loaded(saved)
            if standing is not None:
                return standing
            upto = saved.head.n - 1
        return Standing(self._empty)

    def _loaded(self, saved: SavedDesk) -> Standing | None:
        try:
            return snapshot.load(saved, self._empty.kinds)
        except (CodecError, LookupError, TypeError, ValueError):
            return None  # of an older program: the one before it, or the beginning

    def _last_run(self, desk: Desk) -> int | None:
        """When one of those bots ran last before that desk; None where none ever did."""
        times = [
            bot.at_ms for bot in desk.bots.values() if bot.occasions and self._wanted.concerns(bot)
        ]
        return max(times, default=None)

    # ---- carrying out

    def _carry(self, begin: Standing, end: int) -> Iterator[tuple[int, int]]:
        journal, told = self._journal, [Told(0)]

        def story() -> Iterator[Told]:
            for told[0] in told_again(rows, tape):
                if told[0].n > end:
                    return
                yield told[0]

        before, total = begin, end - begin.head.n
        with (
            closing(journal.rows(begin.head.seq)) as rows,
            closing(journal.tape(begin.head.n)) as (tape),
        ):
            for done, carried in enumerate(carry_out(begin, story()), 1):
                self._look(before.desk, carried.standing.desk, told[0])
                if carried.difference is not None:
                    self.found.untold = carried.difference
                    return
                before = carried.standing
                yield done, total
        self.found.after = self.found.after or before.desk

    def _look(self, before: Desk, after: Desk, told: Told) -> None:
        if self._wanted.n:
            if told.n == self._wanted.n:
                self.found.scenes[""] = Scene(before, told)
            return
        if before.bots is after.bots:
            return
        for bot in after.bots.values():
            old = before.bots.get(bot.id)
            if old is not None and old.runs is not bot.runs and self._is_wanted(bot):
                self._take(bot.id, Scene(before, told))

    def _is_wanted(self, bot: BotRecord) -> bool:
        wanted = self._wanted
        return wanted.concerns(bot) and wanted.since_ms < bot.at_ms <= wanted.until_ms

    def _take(self, bot: str, scene: Scene) -> None:
        """The newest; of a candle's many runs the newest that led to something."""
        self.found.runs += 1
        has_acted = any(row.type in DECIDING for row in scene.told.rows)
        if self._wanted.symbol and bot in self._acted and not has_acted:
            return
        if has_acted:
            self._acted.add(bot)
        self.found.scenes[bot] = scene
