"""What the engine tends to by itself: old market records, timers that hang, histories that never
came.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from lefi_tui.core.desk import BotStatus
from lefi_tui.core.messages import LoadHistory
from lefi_tui.core.tasks import At, Did, When
from lefi_tui.engine.jobs import Job
from lefi_tui.engine.replay import sealed_segments
from lefi_tui.engine.writer import SingleWriter

NS_PER_DAY: Final = 86_400_000_000_000
TENDED_MS: Final = 60_000

_log: Final = logging.getLogger(__name__)


class Tending:
    def __init__(self, writer: SingleWriter) -> None:
        self._writer = writer
        self._warming: dict[str, int] = {}  # bots that waited for their history at the last look

    def jobs(self) -> tuple[Job, ...]:
        return (
            Job("tape", "drop old market records", At("7 * * * *"), self._drop_tape),
            Job("timers", "wake timers that hang", When(TENDED_MS), self._wake_timers),
            Job("history", "ask again for history", When(TENDED_MS), self._ask_again),
        )

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
        bots = [b for b in self._writer.desk.bots.values() if b.status is BotStatus.WARMING]
        late = [bot for bot in bots if self._warming.get(bot.id) == bot.awake_ns]
        self._warming = {bot.id: bot.awake_ns for bot in bots}
        for bot in late:
            needs = bot.needs
            wanted = LoadHistory(bot.id, bot.account, needs.bars, needs.history_bars)
            self._writer.effects.carry_out(wanted)
        return Did.DONE if late else Did.NOT_YET
