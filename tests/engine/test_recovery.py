"""A start after any end: the desk is what it would have been, or it says which event differs."""

from __future__ import annotations

import asyncio
import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.core import messages as m
from lefi_tui.core.messages import TradingState
from lefi_tui.engine import snapshot
from lefi_tui.engine.commits import Pace
from lefi_tui.engine.recovery import rebuild_projections, recover, verify
from lefi_tui.engine.replay import replay
from lefi_tui.ports.journal import JournalChangedError, Row
from lefi_tui.views.queries import DeskQuery
from tests.engine.forger import edit
from tests.engine.kit import EMPTY, MemoryVenue, bars, running
from tests.engine.story import Input, MemoryFeed, lockstep, random_inputs, tell


def _tell(folder: Path, inputs: list[Input], pace: Pace | None = None, *, ends: bool = True) -> str:
    """The desk as it stood when this run ended, or was torn off."""
    feed = MemoryFeed()
    step, journal = lockstep(folder, feed, MemoryVenue(), pace)

    async def live() -> str:
        await tell(step, inputs, feed)
        if ends:
            await step.end()
        return snapshot.save(step.durable).body

    body = asyncio.run(live())
    journal.close()
    return body


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(0, 60), st.sampled_from([10, 40, 100_000]))
def test_recovered_is_the_same_as_never_stopped(
    tmp_path_factory: pytest.TempPathFactory, seed: int, count: int, every: int
) -> None:
    folder = tmp_path_factory.mktemp("run")
    body = _tell(folder, random_inputs(seed, count), Pace(snapshot_events=every), ends=False)
    journal = SqliteJournal(folder)
    recovered = recover(journal, EMPTY)
    journal.close()
    assert recovered.difference is None
    assert snapshot.save(recovered.standing).body == body


@pytest.mark.parametrize("every", [10, 100_000])
def test_what_was_decided_keeps_the_limits_it_was_decided_by(tmp_path: Path, every: int) -> None:
    rising = [bars(minute, 1.0, 100.0) for minute in range(6)]
    none, small = m.SetLimits(), m.SetLimits(order_notional_max=Decimal("0.01"))
    inputs: list[Input] = [none, *rising[:3], small, *rising[3:], none]
    body = _tell(tmp_path, inputs, Pace(snapshot_events=every), ends=False)
    journal = SqliteJournal(tmp_path)
    recovered = recover(journal, EMPTY)
    told = {each.type for each in journal.rows()} & {"OrderSubmitted", "OrderDenied"}
    journal.close()
    assert told == {"OrderSubmitted", "OrderDenied"}
    assert recovered.difference is None
    assert snapshot.save(recovered.standing).body == body


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recorded")
    _tell(folder, random_inputs(5, 150))
    return folder


@pytest.fixture
def run(recorded: Path, tmp_path: Path) -> Path:
    """A copy of one recorded run, to be tampered with."""
    copy = tmp_path / "run"
    (copy / "tape").mkdir(parents=True)
    for path in recorded.rglob("*"):
        if path.is_file():
            (copy / path.relative_to(recorded)).write_bytes(path.read_bytes())
    return copy


def _unseal(folder: Path) -> None:
    """Put the tape's rows back into the table, where a test can drop one."""
    journal = SqliteJournal(folder)
    rows = list(journal.tape())
    names = journal.segments()
    for name in names:
        journal.drop_segment(name)
    journal.close()
    with sqlite3.connect(folder / "desk.sqlite") as connection:
        connection.executemany(
            "INSERT INTO tape VALUES (?, ?, ?, ?, ?)",
            [(each.n, each.prev_n, each.type, each.version, each.body) for each in rows],
        )
    connection.close()


def test_a_run_carried_out_again_comes_out_the_same(run: Path) -> None:
    journal = SqliteJournal(run)
    report = replay(journal, EMPTY)
    journal.close()
    assert report.same
    assert report.messages > 100


def test_a_dropped_row_of_the_tape_is_named(run: Path) -> None:
    _unseal(run)
    with sqlite3.connect(run / "desk.sqlite") as connection:
        found = connection.execute("SELECT n FROM tape ORDER BY n LIMIT 1 OFFSET 20").fetchone()
        connection.execute("DELETE FROM tape WHERE n = ?", found)
    connection.close()
    journal = SqliteJournal(run)
    report = replay(journal, EMPTY)
    journal.close()
    assert report.first_difference is not None
    assert report.first_difference.n == found[0]


def test_two_swapped_fills_are_named_even_when_the_chain_was_forged_to_fit(run: Path) -> None:
    def swap(rows: list[Row]) -> list[Row]:
        fills = [i for i, row in enumerate(rows) if row.type == "VenueFilled"][:2]
        first, second = fills
        one, other = rows[first], rows[second]
        rows[first] = replace(one, body=other.body)
        rows[second] = replace(other, body=one.body)
        return rows

    edit(run, swap)
    journal = SqliteJournal(run)
    verify(journal)  # the forged chain fits
    report = replay(journal, EMPTY)
    recovered = recover(journal, EMPTY)
    first = next(row.n for row in journal.rows() if row.type == "VenueFilled")
    journal.close()
    assert report.first_difference is not None
    assert report.first_difference.n == first
    assert recovered.difference == report.first_difference


def test_behind_a_difference_what_was_booked_stays_booked_and_the_start_is_halted(
    run: Path,
) -> None:
    def drop_a_note(rows: list[Row]) -> list[Row]:
        """A tape that tells less: here the stop of a bot that the journal has no command for."""
        index = next(i for i, row in enumerate(rows) if row.type == "BotStopping")
        return [row for row in rows if row.n != rows[index].n or row.kind != "input"]

    whole = SqliteJournal(run)
    before = recover(whole, EMPTY).standing.desk
    whole.close()
    edit(run, drop_a_note)
    with sqlite3.connect(run / "desk.sqlite") as connection:
        connection.execute("DELETE FROM snapshot")
    connection.close()
    engine = running(run, MemoryVenue())
    view = engine.answer(DeskQuery())
    engine.stop()
    assert view.banner.trading_state is TradingState.HALTED
    assert "another story" in view.banner.cause
    assert {row.symbol: row.units for row in view.positions} == {
        symbol: each.units for (_, symbol), each in before.positions.items() if each.units
    }
    journal = SqliteJournal(run)
    again = recover(journal, EMPTY)  # told once: the next start begins behind it
    journal.close()
    assert again.difference is None


def test_a_changed_constant_of_the_script_makes_the_first_other_decision_named(run: Path) -> None:
    journal = SqliteJournal(run)
    same = replay(journal, EMPTY, source_override="1")
    other = replay(journal, EMPTY, source_override="3")
    first = next(row for row in journal.rows() if row.type == "OrderSubmitted")
    journal.close()
    assert same.first_difference is None or same.first_difference.n > first.n  # ema-2 runs "2"
    assert other.first_difference is not None
    assert (other.first_difference.n, other.first_difference.seq) == (first.n, first.seq)


def test_one_changed_digit_is_named_by_its_row(run: Path) -> None:
    with sqlite3.connect(run / "desk.sqlite") as connection:
        seq, body = connection.execute(
            "SELECT seq, body FROM journal WHERE type = 'OrderFilled' LIMIT 1"
        ).fetchone()
        changed = body.replace('"price":"100"', '"price":"101"')
        assert changed != body
        connection.execute("UPDATE journal SET body = ? WHERE seq = ?", (changed, seq))
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    journal = SqliteJournal(run)
    with pytest.raises(JournalChangedError, match=rf"row {seq} \(OrderFilled"):
        verify(journal)
    with pytest.raises(JournalChangedError, match=rf"row {seq} "):
        recover(journal, EMPTY)
    report = replay(journal, EMPTY)
    journal.close()
    assert report.first_difference is not None
    assert report.first_difference.seq == seq


def test_a_removed_row_is_named(run: Path) -> None:
    with sqlite3.connect(run / "desk.sqlite") as connection:
        connection.execute("DELETE FROM journal WHERE seq = 30")
    connection.close()
    journal = SqliteJournal(run)
    with pytest.raises(JournalChangedError, match="row 30 is missing"):
        verify(journal)
    journal.close()


def test_a_changed_segment_of_the_tape_is_named(run: Path) -> None:
    journal = SqliteJournal(run)
    name = journal.segments()[0]
    packed = (run / "tape" / name).read_bytes()
    (run / "tape" / name).write_bytes(packed[:9] + b"\x00" + packed[10:])  # the packer's OS byte
    report = replay(journal, EMPTY)
    journal.close()
    assert report.first_difference is not None
    assert name in report.first_difference.text


def test_the_tables_rebuilt_from_the_journal_are_the_tables_it_kept(run: Path) -> None:
    before = _tables(run)
    journal = SqliteJournal(run)
    asyncio.run(rebuild_projections(journal, EMPTY))
    journal.close()
    assert _tables(run) == before
    assert before["fill"]
    assert before["trade"]
    assert before["subscription"]


def _tables(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    names = ("account", "bot", "subscription", "trade", "order", "fill", "script_version")
    with sqlite3.connect(folder / "desk.sqlite") as connection:
        found = {
            name: connection.execute(f'SELECT * FROM "{name}" ORDER BY 1').fetchall()
            for name in names
        }
    connection.close()
    return found


def test_a_snapshot_of_another_program_is_left_aside(tmp_path: Path) -> None:
    body = _tell(tmp_path, random_inputs(8, 40), Pace(snapshot_events=20), ends=False)
    with sqlite3.connect(tmp_path / "desk.sqlite") as connection:
        connection.execute("UPDATE snapshot SET body = '{\"unheard\":1}'")
    connection.close()
    journal = SqliteJournal(tmp_path)
    recovered = recover(journal, EMPTY)
    journal.close()
    assert recovered.difference is None
    assert snapshot.save(recovered.standing).body == body


def test_a_script_version_can_not_be_changed(run: Path) -> None:
    connection = sqlite3.connect(run / "desk.sqlite")
    with pytest.raises(sqlite3.IntegrityError, match="immutable"):
        connection.execute("UPDATE script_version SET source = 'other'")
    connection.close()


def test_what_a_candle_led_to_is_in_the_audit_view(run: Path) -> None:
    connection = sqlite3.connect(run / "desk.sqlite")
    found = connection.execute("SELECT type, who FROM audit WHERE type = 'BotStarted'").fetchall()
    connection.close()
    assert ("BotStarted", "hand") in found
