"""The messenger: carries notices from the turns to the outbox, to the disk and to their channels.

The rules it keeps: a turn only hands over; whatever hangs, hangs in a task of its own; a disk that
fails keeps no notice from leaving, it is only not remembered.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from lefi_tui.core.notices import HEARTBEAT, Delivery, Notice, NoticeRules, Severity, State
from lefi_tui.engine.ending import end_all
from lefi_tui.engine.outbox import Outbox
from lefi_tui.ports.clock import Clock
from lefi_tui.ports.journal import JournalError
from lefi_tui.ports.notifier import NotSentError, OutboxStore, Say, Sender, Story
from lefi_tui.views.notices_view import ChannelRow, ErrandAnswer, notices_view
from lefi_tui.views.queries import NoticeErrand, NoticesQuery

NOTICES_MAX: Final = 256  # handed over and not taken in yet; what is urgent finds twice the room
LOOK_S: Final = 0.5  # between two looks at what is due, while anything waits
DONE_MAX: Final = 500  # how far back a notice is found that was given up
BEATS: Final = "signs of life arrive"
STILL: Final = ChannelRow(HEARTBEAT, "no sign of life sent yet", None, 0, 0, 0)
TEST_TITLE: Final = "Lefi: a test"
TEST: Final = "You read this, so notices of this desk reach you here."

_log: Final = logging.getLogger(__name__)


class Messenger:
    """Implements ports.notifier.Notifier; lives in the engine's loop."""

    def __init__(
        self, rules: NoticeRules, store: OutboxStore, sender: Sender, clock: Clock
    ) -> None:
        self._rules = rules
        self._store = store
        self._sender = sender
        self._clock = clock
        self._handed: deque[Notice] = deque()
        self._some = asyncio.Event()
        self._chance = random.SystemRandom()
        self._outbox: Outbox | None = None
        self._has_begun = asyncio.Event()
        self._story: Story | None = None
        self._mark: int | None = None
        self._kept_mark: int | None = None
        self._keeps = asyncio.Lock()
        self._channels: tuple[str, ...] = ()
        self._unkept: dict[int, Delivery] = {}
        self._sends: set[asyncio.Task[None]] = set()
        self._say: Say = lambda _what, _why, _next: None
        self._heart: ChannelRow | None = None
        self.dropped = 0  # found no room here

    # ---- from the engine's turn

    def hand_over(self, notice: Notice) -> None:
        most = 2 * NOTICES_MAX if notice.severity is Severity.URGENT else NOTICES_MAX
        if len(self._handed) >= most:
            self.dropped += 1
            return
        self._handed.append(notice)
        self._some.set()

    # ---- in its own task

    async def run(self, story: Story, is_well: Callable[[], bool], say: Say) -> None:
        self._say, self._story = say, story
        outbox = self._outbox = await self._begin(story)
        self._has_begun.set()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._beat_on(is_well))
            group.create_task(self._carry(outbox))

    async def close(self) -> None:
        await end_all(self._sends)
        await self._sender.close()
        await asyncio.to_thread(self._store.close)

    async def _begin(self, story: Story) -> Outbox:
        """What waited goes on; what the journal holds and nobody took in is taken in now."""
        now_ns = self._clock.now_ns()
        try:
            kept = await asyncio.to_thread(self._store.load)
        except JournalError as error:
            self._say("Notices of before can't be read", error.why, error.next_step)
            outbox = Outbox(self._rules, now_ns)
        else:
            outbox = Outbox(self._rules, now_ns, kept)
            if kept.mark is not None:
                self._mark = kept.mark
                for notice in await asyncio.to_thread(story.since, kept.mark):
                    self.hand_over(notice)
        return outbox

    async def _carry(self, outbox: Outbox) -> None:
        while True:
            await self._look(outbox)
            if outbox.waiting or self._unkept:
                await self._next_look()
            else:
                await self._some.wait()
            self._some.clear()

    async def _next_look(self) -> None:
        """Soon, or at once when there is news."""
        news = asyncio.ensure_future(self._some.wait())
        rest = asyncio.ensure_future(self._clock.sleep(LOOK_S))
        try:
            await asyncio.wait((news, rest), return_when=asyncio.FIRST_COMPLETED)
        finally:
            news.cancel()
            rest.cancel()

    async def _look(self, outbox: Outbox) -> None:
        """One look: take in, choose, keep, and only then send."""
        await self._read_channels()
        now_ns = self._clock.now_ns()
        while self._handed:
            notice = self._handed.popleft()
            if notice.n:
                self._mark = max(self._mark or 0, notice.n)
            outbox.take(notice, self._channels, now_ns)
        due = outbox.due(now_ns)
        await self._keep(outbox)
        for delivery in due:
            task = asyncio.get_running_loop().create_task(self._send(outbox, delivery))
            self._sends.add(task)
            task.add_done_callback(self._sends.discard)

    async def _read_channels(self) -> None:
        """Somebody may have named one meanwhile: from then on is told, not what was before."""
        try:
            found = await asyncio.to_thread(self._store.channels)
            if found and self._mark is None:
                assert self._story is not None, "run first"
                self._mark = await asyncio.to_thread(self._story.head)
        except JournalError as error:
            _log.warning("the names of channels can't be read: %s", error.why)
        else:
            self._channels = tuple(name for name in found if name != HEARTBEAT)

    async def _keep(self, outbox: Outbox) -> None:
        """One at a time, so that what is newer stays."""
        async with self._keeps:
            self._unkept |= {each.id: each for each in outbox.taken_changes()}
            keeping, mark = tuple(self._unkept.values()), self._mark
            if not keeping and (mark == self._kept_mark or not self._channels):
                return
            try:
                await asyncio.to_thread(self._store.keep, keeping, mark)
            except JournalError as error:
                _log.error("notices are not kept: %s", error.why)
                return
            self._kept_mark = mark
            for each in keeping:
                if self._unkept.get(each.id) is each:
                    del self._unkept[each.id]

    async def _send(self, outbox: Outbox, delivery: Delivery) -> None:
        try:
            await self._sender.send(delivery)
        except NotSentError as error:
            after = outbox.failed(
                delivery,
                str(error),
                self._clock.now_ns(),
                self._chance.random(),
                is_unknown=error.is_unknown,
            )
            self._tell(after)
        else:
            outbox.ended(delivery, self._clock.now_ns())
        await self._keep(outbox)
        self._some.set()

    def _tell(self, after: Delivery) -> None:
        """On the screen: the first failure of a notice, and that it was given up."""
        _log.warning("%s did not take a notice: %s", after.channel, after.why)
        if after.state is State.DEAD:
            follow = f"`lefi notify dead requeue {after.id}` sends it again"
            self._say(f"Not delivered to {after.channel}: {after.title}", after.why, follow)
        elif after.attempts == 1:
            self._say(f"{after.channel} does not take notices", after.why, "it is tried again")

    # ---- the outside watcher

    async def _beat_on(self, is_well: Callable[[], bool]) -> None:
        """Only while all is well: an engine that can't write its journal is silent on purpose."""
        while True:
            await self._clock.sleep(self._rules.heartbeat_s)
            if is_well() and HEARTBEAT in await self._named():
                before, why = self._heart, await self._beat()
                if why and (before is None or before.is_well is not False):
                    follow = "it goes on at its interval; this is told once"
                    self._say("The heartbeat does not arrive", why, follow)

    async def _beat(self) -> str:
        """Why it did not arrive; empty when it did."""
        try:
            await self._sender.beat()
        except NotSentError as error:
            _log.warning("the heartbeat did not arrive: %s", error)
            why = str(error)
        else:
            why = ""
        self._heart = ChannelRow(HEARTBEAT, why or BEATS, not why, 0, 0, self._clock.now_ns())
        return why

    async def _named(self) -> tuple[str, ...]:
        try:
            return await asyncio.to_thread(self._store.channels)
        except JournalError:
            return ()

    # ---- what a screen asks

    async def answer(self, query: Any, now_ns: int) -> Any:
        if isinstance(query, NoticesQuery):
            newest = await asyncio.to_thread(self._store.newest, query.limit)
            named = await self._named()
            heart = (self._heart or STILL) if HEARTBEAT in named else None
            return notices_view(newest, named, heart, now_ns, self.dropped)
        assert isinstance(query, NoticeErrand), query
        if query.test == HEARTBEAT:
            return ErrandAnswer(await self._beat() or "The outside watcher has taken it.")
        if query.test:
            key = f"test {query.test} {now_ns}"
            self.hand_over(Notice(key, now_ns, Severity.URGENT, TEST_TITLE, TEST, query.test))
            return ErrandAnswer(f"A test is on its way to {query.test}.")
        return await self._requeue(query.requeue, now_ns)

    async def _requeue(self, number: int, now_ns: int) -> ErrandAnswer:
        newest = await asyncio.to_thread(self._store.newest, DONE_MAX)
        found = next((each for each in newest if each.id == number), None)
        if found is None or found.state is not State.DEAD:
            return ErrandAnswer(f"Notice {number} is not among those given up.")
        if found.channel not in await self._named():
            return ErrandAnswer(f"There is no channel {found.channel}; `lefi notify set` makes it.")
        await self._has_begun.wait()
        assert self._outbox is not None
        self._outbox.requeue(found, now_ns)
        self._some.set()
        return ErrandAnswer(f"Notice {number} goes to {found.channel} once more.")


def test_of(channel: str, now_ns: int) -> Delivery:
    """What is sent past the outbox, where no engine runs."""
    return Delivery(
        id=0,
        key="test",
        channel=channel,
        severity=Severity.INFO,
        title=TEST_TITLE,
        text=TEST,
        at_ns=now_ns,
        state=State.SENDING,
        changed_ns=now_ns,
    )
