"""A bot's other text through the engine: whole in journal and tables, the same after any crash."""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.adapters.sqlite_reading import SqliteReading
from lefi_tui.adapters.system_clock import SystemClock, VirtualClock
from lefi_tui.core import messages as m
from lefi_tui.core.desk import BotStatus
from lefi_tui.core.desk.live import version_of
from lefi_tui.core.live_gates import ScriptTests
from lefi_tui.engine import snapshot
from lefi_tui.engine.commits import Pace
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.lockstep import Lockstep
from lefi_tui.engine.recovery import rebuild_projections, recover
from lefi_tui.engine.replay import replay
from lefi_tui.engine.retelling import Retelling
from lefi_tui.engine.setup import Setup
from lefi_tui.engine.world import World
from lefi_tui.simulate.script_tests import outcomes
from lefi_tui.views.bot_view import BotView
from lefi_tui.views.queries import BotQuery, StoryQuery, UpdateQuery
from lefi_tui.views.story_view import StoryView
from lefi_tui.views.story_words import words
from lefi_tui.views.update_view import UpdateView
from tests.engine.kit import ACCOUNT, LIST, OPEN, MemoryVenue, quote, send, setup, until
from tests.engine.story import MINUTE_NS, Input, MemoryFeed
from tests.engine.update_kit import EMPTY, FIRST, SECOND, TEXTS, Waves, closed, started, update


class Run:
    """In virtual time, over a real journal; a copy of it can be taken at any moment."""

    def __init__(
        self, folder: Path, pace: Pace | None = None, venue: MemoryVenue | None = None
    ) -> None:
        self.folder, self.feed, self.clock = folder, MemoryFeed(), VirtualClock(100 * MINUTE_NS)
        self.journal = SqliteJournal(folder)
        waves = Waves()
        waves.gate.set()
        world = World(
            self.clock,
            {ACCOUNT: venue or MemoryVenue()},
            {ACCOUNT: self.feed},
            histories={ACCOUNT: waves},
        )
        told = Setup(self.journal, EMPTY, world, folder, program="test", pace=pace or Pace())
        self.step = Lockstep(told, self.clock)
        self.feed.now = self.clock.now_ns()

    async def tell(self, each: Input) -> None:
        if isinstance(each, m.Command):
            await self.step.send(each)
            return
        self.feed.now += MINUTE_NS
        self.feed.messages, self.feed.minute = (each,), 0
        await self.step.move(self.feed, self.feed.now)

    async def begin(self, source: str = FIRST) -> None:
        await self.step.begin()
        for command in (OPEN, LIST, started(source, self.clock.now_ns())):
            await self.step.send(command)
        await self.tell(quote(100, 100.0))


def inputs(seed: int, count: int) -> list[Input]:
    """Candles, quotes, updates to one of three texts, settings, a pause now and then."""
    chance, minute, told = random.Random(seed), 101, list[Input]()
    for _ in range(count):
        at_ns = minute * MINUTE_NS + 1
        roll = chance.random()
        if roll < 0.6:
            told.append(closed(minute))
            minute += 1
        elif roll < 0.8:
            told.append(update(chance.choice(TEXTS), at_ns))
        elif roll < 0.9:
            told.append(m.ChangeSettings("b", (("fast", str(chance.randint(2, 9))),), at_ns))
        else:
            told.append(chance.choice((m.PauseBot("b", at_ns), m.ResumeBot("b", at_ns))))
    return told


def _recovered(folder: Path) -> str:
    journal = SqliteJournal(folder)
    try:
        found = recover(journal, EMPTY)
        assert found.difference is None, str(found.difference)
        assert replay(journal, EMPTY).same
        return snapshot.save(found.standing).body
    finally:
        journal.close()


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([10, 100_000]))
def test_torn_off_anywhere_it_comes_out_as_it_stood(
    tmp_path_factory: pytest.TempPathFactory, seed: int, every: int
) -> None:
    """The disk is copied after each message, as a kill would leave it."""
    folder = tmp_path_factory.mktemp("run")

    async def live() -> None:
        run = Run(folder, Pace(snapshot_events=every))
        await run.begin()
        for number, each in enumerate(inputs(seed, 30)):
            await run.tell(each)
            if number % 5 == seed % 5:
                torn = tmp_path_factory.mktemp("torn") / "copy"
                shutil.copytree(folder, torn, ignore=shutil.ignore_patterns("*.lock"))
                assert _recovered(torn) == snapshot.save(run.step.durable).body
        run.journal.close()

    asyncio.run(live())


def test_the_stories_that_are_torn_off_hold_updates_of_every_end(tmp_path: Path) -> None:
    told: Counter[str] = Counter()

    async def live(seed: int) -> None:
        run = Run(tmp_path / str(seed))
        await run.begin()
        for each in inputs(seed, 60):
            await run.tell(each)
        told.update(row.type for row in run.journal.rows())
        run.journal.close()

    for seed in range(4):
        asyncio.run(live(seed))
    assert told["BotUpdated"] > 10
    assert told["UpdateBegun"] >= told["BotUpdated"]
    assert told["CommandRefused"]
    assert told["OrderSubmitted"] > 10


def test_the_tables_tell_the_text_it_runs_and_come_out_the_same_when_rebuilt(
    tmp_path: Path,
) -> None:
    async def live() -> None:
        run = Run(tmp_path)
        await run.begin()
        for each in (closed(101), update(SECOND), closed(102)):
            await run.tell(each)
        await run.step.end()
        told = _tables(tmp_path)
        assert [row["script_version"] for row in told["subscription"]] == [version_of(SECOND)]
        assert {row["version"] for row in told["script_version"]} == set(
            map(version_of, (FIRST, SECOND))
        )
        await rebuild_projections(run.journal, EMPTY)
        run.journal.close()
        assert _tables(tmp_path) == told

    asyncio.run(live())


def _tables(folder: Path) -> dict[str, list[dict[str, object]]]:
    connection = sqlite3.connect(folder / "desk.sqlite")
    connection.row_factory = sqlite3.Row
    names = ("bot", "subscription", "script_version")
    told = {
        name: [dict(row) for row in connection.execute(f"SELECT * FROM {name} ORDER BY 1")]
        for name in names
    }
    connection.close()
    return told


# ---- the engine itself


def proof(source: str) -> ScriptTests:
    """In this process: the same tests, without another interpreter's half second."""
    ran = list(outcomes(source, {}))
    failed = tuple(each.name for each in ran if each.unmet)
    return ScriptTests(version_of(source), len(ran) - len(failed), failed)


def engine_of(folder: Path, waves: Waves) -> Engine:
    clock = SystemClock()
    world = World(clock, {ACCOUNT: MemoryVenue()}, histories={ACCOUNT: waves}, proof=proof)
    engine = Engine(setup(folder, world=world, empty=EMPTY))
    engine.start()
    return engine


def look(engine: Engine) -> BotView:
    view = asyncio.run(engine.ask(BotQuery("b")))
    assert isinstance(view, BotView)
    return view


def test_the_engine_runs_its_tests_itself_and_takes_it_when_the_history_is_there(
    tmp_path: Path,
) -> None:
    waves = Waves()
    waves.gate.set()
    engine = engine_of(tmp_path, waves)
    try:
        send(engine, OPEN, LIST, started())
        asyncio.run(until(lambda: engine.desk.bots["b"].status is BotStatus.RUNNING))
        waves.gate.clear()
        lied = m.UpdateBot("b", SECOND, facts=update(FIRST).facts)  # is not believed
        assert engine.submit(lied).result(30).is_accepted
        assert look(engine).updating == version_of(SECOND)[:8]
        assert look(engine).version == version_of(FIRST)[:8]
        waves.gate.set()
        asyncio.run(until(lambda: engine.desk.bots["b"].version == version_of(SECOND)))
        view = look(engine)
        assert view.was is not None
        assert (view.was.version, view.was.source) == (version_of(FIRST)[:8], FIRST)
        back = m.UpdateBot("b", view.was.source, view.was.settings, is_whole=True)
        assert engine.submit(back).result(30).is_accepted
        asyncio.run(until(lambda: engine.desk.bots["b"].version == version_of(FIRST)))
    finally:
        waves.gate.set()
        engine.stop()


def test_a_text_whose_test_fails_is_refused_and_the_preview_said_so(tmp_path: Path) -> None:
    waves = Waves()
    waves.gate.set()
    engine = engine_of(tmp_path, waves)
    wrong = SECOND.replace("expect Buy", "expect no Buy")
    try:
        send(engine, OPEN, LIST, started())
        asyncio.run(until(lambda: engine.desk.bots["b"].status is BotStatus.RUNNING))
        view = asyncio.run(engine.ask(UpdateQuery("b", wrong)))
        assert isinstance(view, UpdateView)
        receipt = engine.submit(m.UpdateBot("b", wrong)).result(30)
        assert not receipt.is_accepted
        assert receipt.text == view.refusal
        assert '"it buys what rises"' in receipt.text
        good = asyncio.run(engine.ask(UpdateQuery("b", SECOND)))
        assert (good.refusal, good.kept, good.tests) == ("", ("seen",), 1)
        assert good.history > 0
        assert look(engine).version == version_of(FIRST)[:8]
    finally:
        engine.stop()


def test_an_engine_that_dies_before_its_history_is_there_takes_it_after_its_start(
    tmp_path: Path,
) -> None:
    waves, torn = Waves(), tmp_path / "torn"
    waves.gate.set()
    engine = engine_of(tmp_path / "first", waves)
    try:
        send(engine, OPEN, LIST, started())
        asyncio.run(until(lambda: engine.desk.bots["b"].status is BotStatus.RUNNING))
        waves.gate.clear()
        send(engine, m.UpdateBot("b", SECOND))
        shutil.copytree(tmp_path / "first", torn, ignore=shutil.ignore_patterns("*.lock"))
    finally:
        waves.gate.set()
        engine.stop()
    again = engine_of(torn, waves)
    try:
        asyncio.run(until(lambda: again.desk.bots["b"].version == version_of(SECOND)))
        bot = again.desk.bots["b"]
        assert (bot.status, bot.update) == (BotStatus.RUNNING, None)
        assert bot.state.slots  # warmed under the other text
    finally:
        again.stop()


def test_the_story_of_a_run_names_the_text_that_decided_it(tmp_path: Path) -> None:
    asked = replace(update(SECOND, 102 * MINUTE_NS), named="version 2 of waves")

    async def live() -> None:
        run = Run(tmp_path)
        await run.begin()
        for each in (closed(101), asked, closed(102)):
            await run.tell(each)
        await run.step.end()
        run.journal.close()

    asyncio.run(live())
    told = [_story(tmp_path, minute * 60_000) for minute in (102, 103)]
    texts = [f"text {version_of(FIRST)[:8]}", "version 2 of waves"]
    assert [each.bots[0].text for each in told] == texts
    assert "  by version 2 of waves" in words(told[1])


def _story(folder: Path, until_ms: int) -> StoryView:
    retelling = Retelling(SqliteReading(folder), EMPTY, StoryQuery(bot="b", until_ms=until_ms))
    for _ in retelling.steps():
        pass
    return retelling.view
