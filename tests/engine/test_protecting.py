"""What looks after protection goes on, whatever a market says and whatever fails in one round."""

from __future__ import annotations

import asyncio
import math
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.adapters.system_clock import SystemClock, VirtualClock
from lefi_tui.core.bot import Quote
from lefi_tui.core.desk import Desk
from lefi_tui.core.messages import PeakSeen, QuoteChanged
from lefi_tui.engine.protecting import LOOK_S, Protecting
from lefi_tui.engine.publisher import Publisher
from lefi_tui.engine.recovery import recover
from lefi_tui.engine.writer import SingleWriter
from tests.engine.kit import setup
from tests.unit.core.test_guarding import KEY, Story

D = Decimal


def trailed() -> Desk:
    story = Story("trailed")
    story.filled(story.entry)
    return story.desk


def quoted(last: float) -> QuoteChanged:
    return QuoteChanged(KEY[0], Quote(KEY[1], 1_000, last, last, last))


class Looked:
    """A desk with a trailing stop, in virtual time."""

    def __init__(self, folder: Path, desk: Desk) -> None:
        self.clock, self.publisher = VirtualClock(0), Publisher()
        parts = setup(folder, journal=SqliteJournal(folder))
        parts = replace(parts, world=replace(parts.world, clock=self.clock))
        self.writer = SingleWriter(parts, recover(parts.journal, desk), self.publisher)
        self.protecting = Protecting(self.writer)

    def peaks(self) -> list[Decimal]:
        found = self.writer.inbox.reports()
        return [each.price for each in found if isinstance(each, PeakSeen)]

    async def rounds(self, count: int) -> None:
        for _ in range(count):
            self.clock.move_to(self.clock.now_ns() + int(LOOK_S * 1e9))
            for _ in range(5):
                await SystemClock().sleep(0)


@pytest.mark.parametrize("nothing", [math.nan, math.inf, -math.inf])
def test_a_price_that_is_no_number_moves_no_trail_and_ends_none(
    tmp_path: Path, nothing: float
) -> None:
    looked = Looked(tmp_path, trailed())
    for last in (nothing, 63_000.0, nothing):
        looked.protecting.hear(quoted(last))
    looked.protecting.look(1)
    assert looked.peaks() == [D(63_000)]


def test_a_round_that_fails_is_told_once_and_the_next_one_runs(tmp_path: Path) -> None:
    whole = trailed()
    broken = replace(whole.guards[KEY], best=D("sNaN"))
    looked = Looked(tmp_path, replace(whole, guards={KEY: broken}))

    async def live() -> None:
        task = asyncio.get_running_loop().create_task(looked.protecting.run())
        await SystemClock().sleep(0)
        for _ in range(3):
            looked.protecting.hear(quoted(63_000.0))
            await looked.rounds(1)
        assert not task.done()
        assert looked.peaks() == []
        standing = looked.writer.commits.standing
        looked.writer.commits.standing = replace(standing, desk=whole)
        looked.protecting.hear(quoted(63_000.0))
        await looked.rounds(1)
        task.cancel()

    asyncio.run(live())
    assert looked.peaks() == [D(63_000)]
    told = [each.what for each in looked.publisher.screen.log if "protect" in each.what]
    assert told == ["A look at what protects positions failed"]
