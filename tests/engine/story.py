"""Stories for the engine's tests: a run in virtual time over a small made-up market."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.adapters.system_clock import VirtualClock
from lefi_tui.core import messages as m
from lefi_tui.engine.commits import Pace
from lefi_tui.engine.lockstep import Lockstep
from lefi_tui.engine.setup import Setup
from lefi_tui.engine.world import World
from lefi_tui.ports.market_feed import HearMarket
from tests.engine.kit import ACCOUNT, EMPTY, LIST, OPEN, SYMBOL, MemoryVenue, bars, quote, start

Input = m.Command | m.MarketInput
MINUTE_NS = 60_000_000_000


@dataclass
class MemoryFeed:
    """Tells one message at each moment."""

    messages: Sequence[m.MarketInput] = ()
    minute: int = 0
    now: int = 0
    hear: HearMarket = field(default=lambda _message: None)

    def listen(self, hear: HearMarket) -> None:
        self.hear = hear

    async def watch(self, wanted: m.Watch) -> None:
        assert wanted.account == ACCOUNT

    async def run(self) -> None:
        for message in self.messages:
            self.hear(message)

    def next_ns(self) -> int | None:
        return (self.minute + 1) * MINUTE_NS if self.minute < len(self.messages) else None

    def move(self) -> None:
        self.hear(self.messages[self.minute])
        self.minute += 1


def lockstep(
    folder: Path, feed: MemoryFeed, venue: MemoryVenue, pace: Pace | None = None
) -> tuple[Lockstep, SqliteJournal]:
    clock = VirtualClock(0)
    journal = SqliteJournal(folder)
    world = World(clock, {ACCOUNT: venue}, {ACCOUNT: feed})
    setup = Setup(journal, EMPTY, world, folder, program="test", pace=pace or Pace())
    return Lockstep(setup, clock), journal


async def tell(step: Lockstep, inputs: Sequence[Input], feed: MemoryFeed) -> None:
    """Commands and market input, one after the other, each with all that follows from it."""
    await step.begin()
    for command in (OPEN, LIST, start()):
        await step.send(command)
    for each in (quote(0, 100.0), *inputs):
        if isinstance(each, m.Command):
            await step.send(each)
        else:
            feed.now += MINUTE_NS
            feed.messages, feed.minute = (each,), 0
            await step.move(feed, feed.now)


def random_inputs(seed: int, count: int) -> list[Input]:
    """Candles up and down, quotes, bots started and stopped, closes, cancels, kill and resume."""
    chance = random.Random(seed)
    inputs: list[Input] = []
    for minute in range(count):
        roll = chance.random()
        if roll < 0.6:
            inputs.append(bars(minute, chance.choice((1.0, 2.0, -1.0)), 100.0 + minute % 7))
        elif roll < 0.85:
            inputs.append(quote(minute, 100.0 + chance.random()))
        else:
            inputs.append(_command(chance, minute))
    return inputs


def _command(chance: random.Random, minute: int) -> m.Command:
    at_ns = minute * MINUTE_NS + 1
    bot = chance.choice(("ema-1", "ema-2"))
    return chance.choice(
        (
            m.StopBot(bot, at_ns),
            m.StopBot(bot, at_ns, closes=True),
            m.ClosePosition(ACCOUNT, SYMBOL, at_ns),
            m.StartBot(bot, "pacer", ACCOUNT, "2", (), "Pacer", at_ns),
            m.ChangeSettings(bot, (("note", str(minute)),), at_ns),
            m.Kill(at_ns),
            m.Resume("go on", at_ns),
            *(m.StartBot("ema-1", "pacer", ACCOUNT, "1", (), "Pacer", at_ns) for _ in range(4)),
            m.Resume("go on", at_ns),
            m.CancelOrder("nobody's", at_ns),
        )
    )
