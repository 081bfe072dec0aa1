"""The terminal's readers: whoever heard a press leaves with it, and the other one listens on."""

from __future__ import annotations

import asyncio
import os
import pty
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from msgspec import Struct, field
from textual._xterm_parser import XTermParser
from textual.events import Key
from textual.message import Message

from lefi_tui.ports.errands import ERRANDS
from lefi_tui.terminal.readers import LOOK_S, READERS, Readers
from tests.engine.kit import until

PATIENCE_S = 20.0
MUCH = 3_000


class Heard(Struct):
    """Of a terminal whose `b` is a press that its thread leaves with, and waits for a disk."""

    terminal: int
    keys: list[tuple[str, int]] = field(default_factory=list)  # and the thread that heard it
    left: list[int] = field(default_factory=list)
    disk: threading.Event = field(default_factory=threading.Event)
    failures: list[BaseException] = field(default_factory=list)

    def hear(self, message: Message) -> None:
        if not isinstance(message, Key):
            return
        if message.key == "q":
            raise RuntimeError("a bug at a key")
        self.keys.append((message.key, threading.get_ident()))
        if message.key == "b":
            assert ERRANDS.take(self.leave)
        if message.key == "e":
            assert ERRANDS.take(self.fail)

    def leave(self) -> None:
        assert self.disk.wait(PATIENCE_S)
        self.left.append(threading.get_ident())

    def fail(self) -> None:
        self.left.append(threading.get_ident())
        raise OSError("the disk has failed")

    def type(self, keys: str) -> None:
        os.write(self.terminal, keys.encode())

    def threads(self) -> int:
        return sum(each.name == "keys" for each in threading.enumerate())

    @property
    def typed(self) -> str:
        return "".join(key for key, _ in self.keys)

    def until_typed(self, keys: str) -> None:
        asyncio.run(until(lambda: self.typed == keys))


@contextmanager
def listening() -> Iterator[tuple[Heard, threading.Event, threading.Thread]]:
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    heard, over = Heard(ours), threading.Event()
    readers = Readers(theirs, heard.hear, XTermParser(debug=False))

    def run() -> None:
        try:
            readers.run(over)
        except RuntimeError as error:
            heard.failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield heard, over, thread
    finally:
        heard.disk.set()
        over.set()
        thread.join()
        os.close(ours)
        os.close(theirs)


def test_while_one_waits_for_the_disk_the_other_hears_what_comes() -> None:
    with listening() as (heard, _, _):
        heard.type("b")
        heard.until_typed("b")
        heard.type("k")
        heard.until_typed("bk")
        (_, first), (_, second) = heard.keys
        assert (first != second, heard.left) == (True, [])
        heard.disk.set()
        heard.type("x")
        heard.until_typed("bkx")
        asyncio.run(until(lambda: heard.left == [first]))  # who heard it took it along


def test_where_all_are_held_up_others_come_and_go() -> None:
    with listening() as (heard, _, _):
        heard.type("bbbb")
        heard.until_typed("bbbb")
        heard.type("k")
        heard.until_typed("bbbbk")
        assert heard.left == []
        heard.disk.set()
        asyncio.run(until(lambda: len(heard.left) == 4 and heard.threads() <= READERS))


def test_an_errand_that_fails_is_logged_and_the_next_key_is_heard(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with listening() as (heard, _, _):
        heard.type("eee")
        heard.until_typed("eee")
        heard.type("k")
        heard.until_typed("eeek")
        asyncio.run(until(lambda: caplog.text.count("OSError: the disk has failed") == 3))


def test_one_burst_is_heard_in_its_sequence_whoever_leaves_in_between() -> None:
    with listening() as (heard, _, _):
        heard.disk.set()
        burst = "abcdefghij" * (MUCH // 10)
        for start in range(0, MUCH, 500):
            heard.type(burst[start : start + 500])
        heard.until_typed(burst)
        assert len({thread for _, thread in heard.keys}) >= READERS


def test_an_escape_alone_is_heard_though_nothing_follows() -> None:
    with listening() as (heard, _, _):
        heard.type("\x1b")
        heard.until_typed("escape")


def test_the_end_waits_for_no_disk() -> None:
    with listening() as (heard, over, thread):
        heard.type("b")
        heard.until_typed("b")
        over.set()
        thread.join(PATIENCE_S)
        assert (thread.is_alive(), heard.left) == (False, [])


@pytest.mark.parametrize("before", ["", "b"])
def test_what_ends_a_reader_is_raised_where_they_are_run(before: str) -> None:
    with listening() as (heard, _, thread):
        heard.type(before + "q")
        thread.join(PATIENCE_S)
        assert [str(each) for each in heard.failures] == ["a bug at a key"]


def test_a_terminal_that_has_ended_is_not_read_without_a_pause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    theirs, ours = os.pipe()
    os.close(ours)
    read, reads = os.read, list[int]()

    def counted(fileno: int, most: int) -> bytes:
        reads.append(fileno)
        return read(fileno, most)

    monkeypatch.setattr(os, "read", counted)
    over = threading.Event()
    readers = Readers(theirs, print, XTermParser(debug=False))
    thread = threading.Thread(target=readers.run, args=(over,))
    thread.start()
    assert not over.wait(5 * LOOK_S)
    over.set()
    thread.join(PATIENCE_S)
    os.close(theirs)
    assert 1 <= reads.count(theirs) <= 10


def test_a_thread_that_takes_no_errands_has_them_done_elsewhere() -> None:
    assert not ERRANDS.take(print)
