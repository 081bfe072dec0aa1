"""What the engine tends to by itself: the old journal, venues that keep silent at a start, old
market records, timers that hang, histories that never came.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from typing import Final

from lefi_tui.core.desk import BotStatus, Desk
from lefi_tui.core.desk.feeding import history_of
from lefi_tui.core.messages import LoadHistory, Told
from lefi_tui.core.tasks import After, At, Await, Did, When
from lefi_tui.engine.jobs import Job
from lefi_tui.engine.key_watch import KeyWatch
from lefi_tui.engine.reconciling import REFUSE_S
from lefi_tui.engine.recovery import verify
from lefi_tui.engine.replay import sealed_segments
from lefi_tui.engine.writer import SingleWriter
from lefi_tui.ports.journal import JournalChangedError, JournalError

NS_PER_DAY: Final = 86_400_000_000_000
TENDED_MS: Final = 60_000
STARTED: Final = "started"
RECONCILED: Final = "reconciled"  # every venue has said what became of its orders
CHECK_S: Final = 3_600.0  # a journal of years, on a slow disk
CHECKS_AGAIN: Final = 3  # where it can't be read for now

_log: Final = logging.getLogger(__name__)


class Tending:
    def __init__(self, writer: SingleWriter) -> None:
        self._writer = writer
        self._warming: frozenset[tuple[str, str]] = frozenset()  # at the last look
        self._unread = 0  # how often the old journal could not be read

    def jobs(self) -> tuple[Job, ...]:
        return (
            Job(
                "journal",
                "check the old journal",
                After(STARTED, retries_max=CHECKS_AGAIN),
                self._check_old,
                limit_s=CHECK_S,
            ),
            Job(
                "venues",
                "hear from venues what became of orders",
                Await(RECONCILED, int(REFUSE_S * 1_000)),
                self._heard_all,
                self._tell_silence,
            ),
            Job("tape", "drop old market records", At("7 * * * *"), self._drop_tape),
            Job("timers", "wake timers that hang", When(TENDED_MS), self._wake_timers),
            Job("history", "ask again for history", When(TENDED_MS), self._ask_again),
            *self._of_keys(),
        )

    def _of_keys(self) -> tuple[Job, ...]:
        world = self._writer.setup.world
        if world.live is None or not world.live.accounts:
            return ()
        return (KeyWatch(world.live, self._writer.inbox, world.clock).job(),)

    async def _check_old(self) -> Did:
        """Rows before the snapshot are verified while the desk trades. A changed one halts it, and
        so does a journal that can't be read however often it is tried."""
        setup, upto = self._writer.setup, self._writer.recovered.verified_from
        try:
            await asyncio.to_thread(verify, setup.journal, upto)
        except JournalError as error:
            self._unread += 1
            if not isinstance(error, JournalChangedError) and self._unread <= CHECKS_AGAIN:
                raise
            self._writer.halt(error)
            return Did.DONE
        self._unread = 0
        await asyncio.to_thread(self.drop_old_tape)
        return Did.DONE

    async def _heard_all(self) -> Did:
        """Feeds begin by themselves then."""
        return Did.DONE

    async def _tell_silence(self) -> Did:
        """It goes on waiting; whoever looks at a desk without prices is told why."""
        writer = self._writer
        accounts = list(writer.reconciling.waiting.values())
        for account in sorted(set(accounts)):
            count = accounts.count(account)
            many = "an order" if count == 1 else f"{count} orders"
            what = f"Its venue has not said what became of {many} since the start"
            why = "until it does, no price is heard and no order is sent; kill and cancel work"
            at_ns = writer.setup.world.clock.now_ns()
            writer.publisher.tell(Told(at_ns, what, account, why, "lefi doctor asks the venue"))
        return Did.DONE

    async def _drop_tape(self) -> Did:
        await asyncio.to_thread(self.drop_old_tape)
        return Did.DONE

    def drop_old_tape(self) -> None:
        setup = self._writer.setup
        oldest = setup.world.clock.now_ns() - setup.tape_days * NS_PER_DAY
        kept = set(setup.journal.segments())
        for row, sealed in sealed_segments(setup.journal):
            if row.at_ns < oldest and sealed.segment in kept:
                setup.journal.drop_segment(sealed.segment)

    async def _wake_timers(self) -> Did:
        effects = self._writer.effects
        stuck = effects.timers.stuck(self._writer.setup.world.clock.now_ns())
        for bot in stuck:
            _log.warning("a timer of %s was due and not carried out; it is now", bot)
            effects.fire(bot)
        return Did.DONE if stuck else Did.NOT_YET

    async def _ask_again(self) -> Did:
        """What a bot waited for at the last look already, and still does."""
        waiting = dict(_histories(self._writer.desk))
        late = [wanted for key, wanted in waiting.items() if key in self._warming]
        self._warming = frozenset(waiting)
        for wanted in late:
            self._writer.effects.carry_out(wanted)
        return Did.DONE if late else Did.NOT_YET


def _histories(desk: Desk) -> Iterator[tuple[tuple[str, str], LoadHistory]]:
    """Each that a bot waits for, by whose and since when: to run, or to take another text."""
    for bot in desk.bots.values():
        needs = bot.needs
        if bot.status is BotStatus.WARMING:
            wanted = LoadHistory(bot.id, bot.account, needs.bars, needs.history_bars)
            yield (bot.id, str(bot.awake_ns)), wanted
        if bot.update is not None and bot.is_alive:
            yield (bot.id, bot.update.tag), history_of(bot, bot.update)
