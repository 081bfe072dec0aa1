"""A kill's note: written before anything leaves, by whoever is soonest, and into its own file."""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path

import pytest

from lefi_tui.core import messages as m
from lefi_tui.engine.emergency import FILE_NAME, EmergencyLog
from lefi_tui.engine.freeze import Freeze
from lefi_tui.engine.halted import KILL
from lefi_tui.engine.kill_notes import KillNotes
from lefi_tui.ports.errands import ERRANDS
from tests.engine.kill_kit import BookVenue, is_proven, trading
from tests.engine.kit import until


def test_its_note_is_written_while_the_engines_loop_has_no_time_yet(tmp_path: Path) -> None:
    engine, goes_on = trading(tmp_path, BookVenue()), threading.Event()
    assert engine._loop is not None
    engine._loop.call_soon_threadsafe(goes_on.wait, 30.0)
    done = engine.submit(m.Kill(reason="enough"))
    try:
        asyncio.run(until(lambda: b"enough" in (tmp_path / FILE_NAME).read_bytes()))
        assert not done.done()
    finally:
        goes_on.set()
    assert done.result(30).is_accepted
    engine.stop()


def test_who_listened_writes_its_note_and_leaves_with_its_cancels(tmp_path: Path) -> None:
    engine, goes_on = trading(tmp_path, BookVenue()), threading.Event()
    assert engine._loop is not None
    engine._loop.call_soon_threadsafe(goes_on.wait, 30.0)
    noted: list[bool] = []

    def press() -> None:
        ERRANDS.begin()
        engine.submit(m.Kill(reason="enough"))
        noted.append(b"enough" in (tmp_path / FILE_NAME).read_bytes())
        for errand in ERRANDS.due():
            errand()
        noted.append(b"enough" in (tmp_path / FILE_NAME).read_bytes())

    thread = threading.Thread(target=press)
    thread.start()
    thread.join()
    goes_on.set()
    asyncio.run(until(lambda: is_proven(engine)))
    assert noted == [False, True]
    engine.stop()


def test_where_its_disk_fails_nobody_waits_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_self: EmergencyLog, _messages: object) -> None:
        raise OSError("the disk has failed")

    monkeypatch.setattr(EmergencyLog, "taken", failing)
    left: list[str] = []
    notes = KillNotes(tmp_path, Freeze(tmp_path / KILL), lambda: left.append("cancels"))
    assert notes.begin(m.Kill(1, "hand", "it is over and lifted by now")).result(30)
    assert left == []
    notes.close()


def test_a_kill_key_that_is_held_down_takes_one_listener_from_a_disk_that_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on, written = threading.Event(), EmergencyLog.write

    def hanging(log: EmergencyLog, kill: m.Kill) -> bool:
        assert goes_on.wait(60)
        return written(log, kill)

    monkeypatch.setattr(EmergencyLog, "write", hanging)
    notes = KillNotes(tmp_path, Freeze(tmp_path / KILL), lambda: None)
    due: list[int] = []

    def press() -> None:
        ERRANDS.begin()
        for number in range(30):
            notes.begin(m.Kill(number))
        errands = ERRANDS.due()
        due.append(len(errands))
        for errand in errands:
            errand()

    thread = threading.Thread(target=press)
    thread.start()
    asyncio.run(until(lambda: bool(due)))
    goes_on.set()
    thread.join()
    assert due == [1]
    notes.close()


def test_a_log_that_is_closed_writes_into_no_other_file(tmp_path: Path) -> None:
    log = EmergencyLog(tmp_path)
    log.note(m.Kill(1, "hand", "enough"))
    log.close()
    other = os.open(tmp_path / "other", os.O_RDWR | os.O_CREAT)
    assert other == log._handle
    log.taken((m.Kill(1, "hand", "enough"),))
    assert not log.write(m.Kill(2, "hand", "again"))
    assert os.fstat(other).st_size == 0
    os.close(other)
