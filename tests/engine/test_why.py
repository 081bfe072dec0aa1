"""Why: any moment of the past is told again with its conditions, verdicts, orders and fills."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from bots.automated import Automated
from lefi_tui.adapters.sqlite_journal import SNAPSHOTS_MAX, SqliteJournal
from lefi_tui.adapters.sqlite_reading import SqliteReading
from lefi_tui.core import messages as m
from lefi_tui.core.codec import decode, from_plain, to_plain
from lefi_tui.core.desk import Desk
from lefi_tui.core.game import Do, Play
from lefi_tui.engine.commits import Pace
from lefi_tui.engine.fold import message_of
from lefi_tui.engine.looking_back import LookBack, Wanted
from lefi_tui.engine.retelling import Retelling
from lefi_tui.engine.witness import witnessed
from lefi_tui.ports.journal import Batch, Head, SavedDesk
from lefi_tui.views.queries import StoryQuery
from lefi_tui.views.story_view import StoryView
from lefi_tui.views.story_words import data, words
from tests.engine.file_run import request, through_the_engine, written
from tests.engine.kit import EMPTY, MemoryVenue, bars, running
from tests.engine.story import Input, MemoryFeed, lockstep, random_inputs, tell
from tests.unit.bots.game_table import Table

MINUTE_MS = 60_000
SYMBOL = "BTC/USDT"
KINDS = Desk(kinds={"automated": Automated()})
# Buys at 106, holds, sells at 90; the minutes between lead to nothing.
PRICES = (100, 101, 106, 107, 104, 90, 91, 92)
SCRIPT = f"""
script "Levels"
on Candle("{SYMBOL}", 1m) {{
    if close > 105 and Position("{SYMBOL}") == 0 {{ Buy("{SYMBOL}", 10%, stop_loss = 50%) }}
    if close < 95 {{ Close("{SYMBOL}") }}
}}
"""


def retold(folder: Path, query: StoryQuery, empty: Desk = KINDS) -> StoryView:
    retelling = Retelling(SqliteReading(folder), empty, query)
    for done, total in retelling.steps():
        assert done <= total
    return retelling.view


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("why")
    candles = [(at, price, price + 1, price - 1, price) for at, price in enumerate(PRICES)]
    file = written(folder / "btc.csv", candles)
    through_the_engine(request(SCRIPT, {SYMBOL: file}), folder / "run")
    return folder / "run"


def order_of(folder: Path, number: int = 0) -> str:
    sent = list(SqliteReading(folder).rows(types=["OrderSubmitted"]))[number]
    event: m.OrderSubmitted = decode(sent.type, sent.version, sent.body)
    return event.order.id


def test_an_order_is_told_from_its_candle_to_its_fill(recorded: Path) -> None:
    view = retold(recorded, StoryQuery(order=order_of(recorded)))
    (bot,) = view.bots
    (run,) = bot.runs
    first, second = run.conditions
    assert (first.line, first.outcome, second.outcome) == (4, True, False)
    assert ("close", "106") in first.values
    (sent,) = view.decided
    assert [each.name for each in sent.verdicts][:2] == ["validity", "trading state"]
    assert all(each.passed for each in sent.verdicts)
    came = " ".join(each.what for each in view.came)
    assert "Bought" in came
    assert "Venue holds stop" in came
    assert "fees" in view.costs[0]
    assert from_plain(StoryView, to_plain(view)) == view  # over the socket it is the same
    text = "\n".join(words(view))
    assert "close > 105" in text
    assert f"lefi audit --run {view.story}" in text
    assert data(view)["correlation_id"] == view.story


def test_an_exit_leads_back_to_the_run_that_asked_for_it(recorded: Path) -> None:
    placed = next(SqliteReading(recorded).rows(types=["ExitPlaced"]))
    event: m.ExitPlaced = decode(placed.type, placed.version, placed.body)
    by_exit = retold(recorded, StoryQuery(order=event.order.id))
    assert by_exit.story == retold(recorded, StoryQuery(order=order_of(recorded))).story


def test_a_moment_without_an_order_says_which_condition_was_not_met(recorded: Path) -> None:
    view = retold(recorded, StoryQuery(bot="bot", until_ms=2 * MINUTE_MS))
    ((run,),) = (each.runs for each in view.bots)
    assert run.trace.why == "no order"
    assert [each.outcome for each in run.conditions] == [False, False]
    assert ("close", "101") in run.conditions[0].values
    assert not view.decided
    assert "running" in view.standing


def test_a_candle_of_the_chart_is_told_by_the_bots_that_read_its_market(recorded: Path) -> None:
    minute = StoryQuery(
        account="main", symbol=SYMBOL, since_ms=2 * MINUTE_MS, until_ms=3 * MINUTE_MS
    )
    assert retold(recorded, minute).decided[0].outcome == "sent"
    other = StoryQuery(account="main", symbol="ETH/USDT", until_ms=3 * MINUTE_MS)
    assert "No handler ran" in retold(recorded, other).others


def test_where_the_tape_is_gone_it_says_so_and_tells_what_the_journal_holds(
    recorded: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(recorded, tmp_path / "run"))
    for segment in (folder / "tape").iterdir():
        segment.unlink()
    view = retold(folder, StoryQuery(bot="bot", until_ms=3 * MINUTE_MS))
    assert "The tape of then is gone" in view.untold
    assert not view.bots
    assert view.decided[0].verdicts
    assert "The tape of then is gone" in retold(folder, StoryQuery(order=order_of(folder))).untold


def test_an_order_that_never_was_and_a_bot_that_never_was_are_said(recorded: Path) -> None:
    assert "no order of this id" in retold(recorded, StoryQuery(order="Lnothing")).untold
    view = retold(recorded, StoryQuery(bot="ghost", until_ms=MINUTE_MS))
    assert view.standing == "There was no bot ghost on this desk then."


# ---- against the small venue in memory


def told(folder: Path, inputs: list[Input], pace: Pace | None = None) -> None:
    feed = MemoryFeed()
    step, journal = lockstep(folder, feed, MemoryVenue(), pace)

    async def live() -> None:
        await tell(step, inputs, feed)
        await step.end()

    asyncio.run(live())
    journal.close()


@pytest.mark.parametrize("every", [10, 100_000])
def test_carried_out_again_each_moment_gives_the_same_orders_and_verdicts(
    tmp_path: Path, every: int
) -> None:
    told(tmp_path, random_inputs(11, 60), Pace(snapshot_events=every))
    reading = SqliteReading(tmp_path)
    sent = [*reading.rows(types=["OrderSubmitted", "OrderDenied"])]
    assert len(sent) > 10
    for row in sent:
        look = LookBack(reading, EMPTY, Wanted(n=row.n))
        assert sum(1 for _ in look.steps()) <= row.n
        scene = look.found.scenes[""]
        step, _ = witnessed(scene.before, message_of(scene.told))
        stored = decode(row.type, row.version, row.body)
        assert stored in step.events


def test_a_segment_that_is_dropped_while_a_story_is_read_is_gone_and_no_error(
    tmp_path: Path,
) -> None:
    told(tmp_path, random_inputs(11, 60), Pace(segment_bytes=2_000))
    journal = SqliteJournal(tmp_path)
    names = journal.segments()
    assert len(names) > 2
    newest = list(journal.rows(types=["OrderSubmitted"]))[-1]
    retelling = Retelling(journal, EMPTY, StoryQuery(story=newest.n))
    for done, _ in retelling.steps():
        if done == 1:  # the segments are named by now, and the first is open
            for name in names[1:]:
                journal.drop_segment(name)
                assert not journal.segment_hash(name)
    journal.close()
    assert "The tape of then is gone" in retelling.view.untold
    assert retelling.view.decided[0].outcome == "sent"


def test_a_denied_order_shows_what_was_asked_and_what_is_allowed(tmp_path: Path) -> None:
    small = m.SetLimits(order_notional_max=Decimal("0.5"))
    told(tmp_path, [small, bars(0, 1.0)])
    denied = next(SqliteReading(tmp_path).rows(types=["OrderDenied"]))
    view = retold(tmp_path, StoryQuery(story=denied.n), EMPTY)
    (decided,) = view.decided
    stopped = [each for each in decided.verdicts if not each.passed]
    assert [each.code for each in stopped] == ["NOTIONAL_EXCEEDS_MAXIMUM"]
    assert "STOPPED NOTIONAL_EXCEEDS_MAXIMUM" in "\n".join(words(view))


def test_what_a_hand_did_is_told_without_carrying_anything_out(tmp_path: Path) -> None:
    told(tmp_path, [bars(0, 1.0), m.ClosePosition("main", SYMBOL, 1, by="anna")])
    by_hand = list(SqliteReading(tmp_path).rows(types=["OrderSubmitted"]))[-1]
    event: m.OrderSubmitted = decode(by_hand.type, by_hand.version, by_hand.body)
    retelling = Retelling(SqliteReading(tmp_path), EMPTY, StoryQuery(order=event.order.id))
    assert not list(retelling.steps())
    assert "close position" in retelling.view.trigger
    assert "anna" in retelling.view.trigger
    assert any("Sold" in each.what for each in retelling.view.came)


def test_a_game_is_told_without_a_text_which_it_never_had() -> None:
    table = Table()
    at_ns = table.now_ms * 1_000_000
    _, (told,) = witnessed(table.desk, m.PlayGame("game", Play(Do.ARM, 0, 1, at_ns), at_ns))
    assert (told.bot, len(told.runs), told.text) == ("game", 1, "")
    assert "by text" not in "\n".join(words(StoryView("Arm", bots=(told,))))


def test_a_running_engine_tells_the_past_and_how_far_it_is(tmp_path: Path) -> None:
    told(tmp_path, random_inputs(11, 60))

    async def asked() -> StoryView:
        sent = next(SqliteReading(tmp_path).rows(types=["OrderSubmitted"]))
        while True:
            view = await engine.ask(StoryQuery(story=sent.n))
            assert isinstance(view, StoryView)
            if view.is_ready:
                return view
            assert view.done <= view.total

    engine = running(tmp_path, MemoryVenue())
    try:
        view = asyncio.run(asked())
    finally:
        engine.stop()
    assert view.decided[0].outcome == "sent"


def test_old_snapshots_thin_out_evenly_and_the_newest_stay(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path)

    async def save(n: int) -> None:
        await journal.commit(Batch(snapshot=SavedDesk(Head(n, n, ""), 0, "{}")))

    async def many() -> None:
        for n in range(1, 401):
            await save(n * 10)

    asyncio.run(many())
    with closing(sqlite3.connect(tmp_path / "desk.sqlite")) as connection:
        kept = [n for (n,) in connection.execute("SELECT n FROM snapshot ORDER BY n")]
    assert len(kept) == SNAPSHOTS_MAX
    assert kept[-3:] == [3_980, 3_990, 4_000]
    gaps = [after - before for before, after in pairwise(kept)]
    assert max(gaps) <= 3 * 4_000 / SNAPSHOTS_MAX
    nearest = journal.snapshot(2_000)
    journal.close()
    assert nearest is not None
    assert 2_000 - max(gaps) <= nearest.head.n <= 2_000
