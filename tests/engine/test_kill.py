"""A kill ends with a proof, or says what is left; nothing is sent twice, nothing turned over."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from contextlib import closing, nullcontext
from decimal import Decimal
from pathlib import Path

import pytest

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.core import messages as m
from lefi_tui.core.kill import Flatten, KillRules
from lefi_tui.core.messages import TradingState
from lefi_tui.engine.emergency import FILE_NAME
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.halted import HALTED, KILL
from lefi_tui.engine.replay import replay
from tests.engine.kill_kit import (
    BookVenue,
    account_units,
    is_proven,
    kill_of,
    proof,
    trading,
)
from tests.engine.kit import ACCOUNT, EMPTY, LIST, OPEN, SYMBOL, bars, running, send, start, until
from tests.engine.test_halt import held_by_another

PART = Decimal("0.004")  # of the 0.01 that a bot buys
FLAT = re.compile(r"^flat at \d\d:\d\d:\d\d\.\d\d, 0 open orders$")


def _resting(engine: Engine, venue: BookVenue, count: int = 1) -> list[str]:
    assert engine.hear(bars(0, 1.0))
    asyncio.run(until(lambda: len(venue.resting) == count))
    return venue.resting


def _told_the_same(folder: Path) -> None:
    journal = SqliteJournal(folder)
    report = replay(journal, EMPTY)
    journal.close()
    assert report.same, report.first_difference


def _kill(engine: Engine) -> None:
    assert engine.submit(m.Kill(reason="enough")).result(30).is_accepted


def _ends(engine: Engine, venue: BookVenue, seconds: float = 20.0) -> str:
    asyncio.run(until(lambda: is_proven(engine), seconds))
    assert venue.held == account_units(engine)
    assert all(units >= 0 for units in venue.seen), "it was turned over"
    assert max(venue.sends.values()) == 1, "an order was sent twice"
    return proof(engine)


def test_a_kill_cancels_closes_what_the_bot_holds_and_proves_it(tmp_path: Path) -> None:
    venue = BookVenue()
    engine = trading(tmp_path, venue)
    (order,) = _resting(engine, venue)
    venue.fill(order, PART)
    asyncio.run(until(lambda: account_units(engine) == PART))
    _kill(engine)
    assert FLAT.match(_ends(engine, venue))
    assert venue.held == 0
    assert (tmp_path / HALTED).exists()
    send(engine, m.Resume("looked at all of it"))
    asyncio.run(until(lambda: not (tmp_path / HALTED).exists()))
    engine.stop()
    _told_the_same(tmp_path)


@pytest.mark.parametrize("is_slow", [False, True])
def test_its_first_cancel_leaves_when_a_start_behind_a_crash_would_know_of_it(
    tmp_path: Path, *, is_slow: bool
) -> None:
    """By its note; or by the journal, where that is the quicker one."""
    venue, known = BookVenue(), list[bool]()
    engine = trading(tmp_path, venue)
    _resting(engine, venue)
    venue.on_cancel = lambda _venue: known.append(_is_known(tmp_path))
    with engine._running().killing.notes.emergency._lock if is_slow else nullcontext():
        _kill(engine)
        asyncio.run(until(lambda: bool(known)))
    assert FLAT.match(_ends(engine, venue))
    assert known[0]
    engine.stop()


def _is_known(folder: Path) -> bool:
    with closing(sqlite3.connect(folder / "desk.sqlite")) as connection:
        (rows,) = connection.execute("SELECT count(*) FROM journal WHERE type = 'Kill'").fetchone()
    return bool(rows) or '"Kill"' in (folder / FILE_NAME).read_text()


def test_fifty_orders_are_canceled_and_each_is_asked_for_once(tmp_path: Path) -> None:
    venue = BookVenue()
    engine = trading(tmp_path, venue, bots=50)
    orders = _resting(engine, venue, 50)
    _kill(engine)
    assert FLAT.match(_ends(engine, venue))
    assert sorted(venue.cancels) == sorted(orders)
    engine.stop()
    _told_the_same(tmp_path)


@pytest.mark.parametrize("gap", ["on_cancel", "on_close", "on_read"])
def test_a_fill_in_any_gap_is_closed_too_and_nothing_is_turned_over(
    tmp_path: Path, gap: str
) -> None:
    """Before the cancel is carried out, before the closing order is, before it is read back."""
    venue = BookVenue()
    engine = trading(tmp_path, venue)
    (order,) = _resting(engine, venue)
    venue.fill(order, PART)

    def late(there: BookVenue) -> None:
        setattr(there, gap, lambda _venue: None)
        there.fill(order, PART)

    setattr(venue, gap, late)
    _kill(engine)
    assert FLAT.match(_ends(engine, venue))
    assert venue.held == 0
    engine.stop()
    _told_the_same(tmp_path)


def test_a_fill_after_the_proof_opens_the_kill_again(tmp_path: Path) -> None:
    venue = BookVenue()
    engine = trading(tmp_path, venue)
    (order,) = _resting(engine, venue)
    _kill(engine)
    first = _ends(engine, venue)
    venue.fill(order, PART)
    asyncio.run(until(lambda: venue.held == 0 and len(venue.seen) == 2))
    asyncio.run(until(lambda: is_proven(engine) and proof(engine) != first))
    engine.stop()
    _told_the_same(tmp_path)


def test_a_close_that_fills_in_part_is_followed_by_one_for_the_rest(tmp_path: Path) -> None:
    venue = BookVenue(close_part=Decimal("0.001"))
    engine = trading(tmp_path, venue)
    (order,) = _resting(engine, venue)
    venue.fill(order, PART)
    _kill(engine)
    assert FLAT.match(_ends(engine, venue))
    assert venue.seen == [PART, PART - Decimal("0.001"), 0]
    engine.stop()


def test_what_the_hand_holds_stays_and_is_told(tmp_path: Path) -> None:
    venue = BookVenue()
    engine = trading(tmp_path, venue)
    foreign = m.VenueFilled(
        "not-ours",
        "x1",
        1,
        ACCOUNT,
        SYMBOL,
        "buy",
        Decimal(100),
        PART,
        Decimal(0),
        "taker",
        "order",
        is_last=True,
    )
    venue.held = PART
    assert engine.hear(foreign)
    (order,) = _resting(engine, venue)
    venue.fill(order, PART)
    asyncio.run(until(lambda: account_units(engine) == 2 * PART))
    _kill(engine)
    text = _ends(engine, venue)
    assert text.startswith("bots are flat, 0 open orders at ")
    assert "0.004 of BTC/USDT on main (unknown)" in text
    assert venue.held == PART
    engine.stop()


def test_while_another_program_locks_the_database_it_goes_its_whole_way(tmp_path: Path) -> None:
    venue = BookVenue()
    journal = SqliteJournal(tmp_path, busy_timeout_ms=50)
    engine = trading(tmp_path, venue, journal=journal)
    (order,) = _resting(engine, venue)
    venue.fill(order, PART)
    asyncio.run(until(lambda: account_units(engine) == PART))
    with held_by_another(tmp_path):
        _kill(engine)
        asyncio.run(until(lambda: is_proven(engine)))
        assert venue.held == 0
        assert (tmp_path / HALTED).exists()
    asyncio.run(until(lambda: engine._running().killing.shadow is None))
    assert FLAT.match(_ends(engine, venue))
    engine.stop()
    journal = SqliteJournal(tmp_path)
    kinds = [row.type for row in journal.rows()]
    journal.close()
    assert kinds.count("Kill") == kinds.count("TakeOrders") == 1
    _told_the_same(tmp_path)


def test_a_commit_that_hangs_holds_up_no_cancel_and_no_close(tmp_path: Path) -> None:
    """The lock is waited for: nothing has failed yet, and nothing is written."""
    venue = BookVenue()
    engine = trading(tmp_path, venue, journal=SqliteJournal(tmp_path, busy_timeout_ms=20_000))
    (order,) = _resting(engine, venue)
    venue.fill(order, PART)
    asyncio.run(until(lambda: account_units(engine) == PART))
    with held_by_another(tmp_path):
        _kill(engine)
        asyncio.run(until(lambda: is_proven(engine)))
    asyncio.run(until(lambda: engine._running().killing.shadow is None))
    assert FLAT.match(_ends(engine, venue))
    engine.stop()
    _told_the_same(tmp_path)


def test_a_market_that_hangs_is_told_as_it_is_until_it_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lefi_tui.engine.looking_up.CALL_S", 0.2)
    monkeypatch.setattr("lefi_tui.core.desk.killing.CANCEL_WAIT_NS", 300_000_000)
    venue = BookVenue()
    engine = trading(tmp_path, venue)
    (order,) = _resting(engine, venue)
    venue.fill(order, PART)
    asyncio.run(until(lambda: account_units(engine) == PART))
    venue.is_hanging = True
    _kill(engine)

    def tells_all() -> bool:
        state = kill_of(engine)
        left = "" if state is None else " ".join(state.left)
        return f"order {order}" in left and "main can't be read: no answer in 0.2 s" in left

    asyncio.run(until(tells_all))
    assert not is_proven(engine)
    venue.is_hanging = False
    assert FLAT.match(_ends(engine, venue, 40))
    engine.stop()
    _told_the_same(tmp_path)


def test_without_a_note_a_cancel_leaves_and_a_close_does_not_and_both_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lefi_tui.engine.emergency.FILE_BYTES", 16)
    venue = BookVenue()
    engine = trading(tmp_path, venue, journal=SqliteJournal(tmp_path, busy_timeout_ms=50))
    (order,) = _resting(engine, venue)
    venue.fill(order, PART)
    asyncio.run(until(lambda: account_units(engine) == PART))
    with held_by_another(tmp_path):
        _kill(engine)
        asyncio.run(until(lambda: "can't be noted" in " ".join(_left(engine))))
        assert venue.cancels == [order]
        assert venue.held == PART
    asyncio.run(until(lambda: engine._running().killing.shadow is None))
    assert FLAT.match(_ends(engine, venue))
    engine.stop()


def _left(engine: Engine) -> tuple[str, ...]:
    state = kill_of(engine)
    return () if state is None else state.left


# ---- files, starts and resuming


def _state(engine: Engine) -> TradingState:
    return engine._running().desk.trading_state


def test_an_older_database_beside_a_halted_file_starts_halted(tmp_path: Path) -> None:
    venue = BookVenue()
    engine = trading(tmp_path, venue)
    engine.stop()
    saved = {each: each.read_bytes() for each in tmp_path.glob("desk.sqlite*")}
    engine = running(tmp_path, venue)
    send(engine, m.Kill(reason="enough"))
    asyncio.run(until((tmp_path / HALTED).exists))
    engine.stop()
    for path in tmp_path.glob("desk.sqlite*"):
        path.unlink()
    for path, body in saved.items():
        path.write_bytes(body)
    engine = running(tmp_path, venue)
    assert _state(engine) is TradingState.HALTED
    assert engine._running().desk.trading_cause == "enough"
    assert not engine.submit(start("another")).result(30).is_accepted
    engine.stop()


def test_a_start_that_is_halted_writes_the_file_that_a_crash_kept_from_the_disk(
    tmp_path: Path,
) -> None:
    engine = running(tmp_path, BookVenue())
    send(engine, m.Kill(reason="enough"))
    asyncio.run(until((tmp_path / HALTED).exists))
    engine.stop()
    (tmp_path / HALTED).unlink()
    engine = running(tmp_path, BookVenue())
    asyncio.run(until((tmp_path / HALTED).exists))
    assert "enough" in (tmp_path / HALTED).read_text()
    engine.stop()


def test_a_new_database_beside_a_halted_file_that_is_no_json_starts_halted(tmp_path: Path) -> None:
    (tmp_path / HALTED).write_text("?")
    engine = running(tmp_path, BookVenue())
    assert _state(engine) is TradingState.HALTED
    assert "can't be read" in engine._running().desk.trading_cause
    engine.stop()


def test_a_new_database_beside_a_halted_file_reads_the_venues_and_closes_nothing(
    tmp_path: Path,
) -> None:
    (tmp_path / HALTED).write_text("?")
    venue = BookVenue(held=PART)
    engine = running(tmp_path, venue)
    send(engine, OPEN, LIST, m.SetKillRules(KillRules(Flatten.ALL)))
    told = f"{SYMBOL}: the venue of {ACCOUNT} shows {PART}, the books 0"
    asyncio.run(until(lambda: _left(engine) == (told,)))
    venue.held = Decimal(0)
    asyncio.run(until(lambda: is_proven(engine)))
    assert FLAT.match(proof(engine))
    assert venue.sends == {}
    assert _state(engine) is TradingState.HALTED
    engine.stop()
    _told_the_same(tmp_path)


def test_a_kill_file_kills_and_trading_can_not_resume_beside_it(tmp_path: Path) -> None:
    venue = BookVenue()
    engine = trading(tmp_path, venue)
    _resting(engine, venue)
    (tmp_path / KILL).touch()
    assert FLAT.match(_ends(engine, venue))
    refused = engine.submit(m.Resume("go on")).result(30)
    assert not refused.is_accepted
    assert str(tmp_path / KILL) in refused.text
    (tmp_path / KILL).unlink()
    send(engine, m.Resume("the file is gone"))
    assert _state(engine) is TradingState.ACTIVE
    engine.stop()


def test_no_order_leaves_between_the_file_and_the_kill_that_follows(tmp_path: Path) -> None:
    venue = BookVenue()
    engine = running(tmp_path, venue)
    send(engine, OPEN, LIST, start())
    (tmp_path / KILL).touch()
    assert engine.hear(bars(0, 1.0))
    asyncio.run(until(lambda: _state(engine) is TradingState.HALTED))
    engine.stop()
    assert not venue.orders


def test_ten_silent_orders_kill_by_themselves_and_say_why(tmp_path: Path) -> None:
    venue = BookVenue()
    engine = trading(tmp_path, venue)
    send(engine, m.SetKillRules(KillRules(Flatten.BOTS, errors_max=2)))
    (order,) = _resting(engine, venue)
    for number in range(2):
        silent = m.VenueSilent(order, engine._setup.world.clock.now_ns(), f"lost {number}")
        assert engine.hear(silent)
        asyncio.run(until(lambda: len(engine._running().inbox) == 0))
        assert engine.hear(m.VenueAccepted(order, 1, "v"))
    asyncio.run(until(lambda: _state(engine) is TradingState.HALTED))
    desk = engine._running().desk
    assert desk.trading_cause.startswith("venue errors: 2 orders without an answer")
    assert desk.trading_lift == "admin"
    assert FLAT.match(_ends(engine, venue))
    engine.stop()
    _told_the_same(tmp_path)
