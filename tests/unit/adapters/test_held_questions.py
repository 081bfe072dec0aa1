"""A held question goes or is dropped, never both, whichever thread says what when."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from lefi_tui.adapters.held_questions import HeldQuestion, PreparedOrders, WordLine

NUMBER = 7

pytestmark = pytest.mark.asyncio


class SlowLine(WordLine):
    """Its word is there before the thread that says it is back from saying it."""

    def __init__(self) -> None:
        super().__init__()
        self.is_written, self.comes_back = threading.Event(), threading.Event()

    def say(self, word: str) -> bool:
        was_said = super().say(word)
        self.is_written.set()
        self.comes_back.wait(60.0)
        return was_said


@pytest.fixture
def slow() -> Iterator[SlowLine]:
    line = SlowLine()
    os.set_blocking(line.theirs, False)
    yield line
    line.close()
    os.close(line.theirs)


def answer() -> asyncio.Future[dict[str, Any]]:
    return asyncio.get_running_loop().create_future()


async def test_what_goes_while_it_is_dropped_has_left_and_is_not_taken_for_unsent(
    slow: SlowLine,
) -> None:
    held, dropped = HeldQuestion(NUMBER, answer(), slow), list[int]()
    launch = PreparedOrders(held, ("order",), lambda: None)
    launch.ends = lambda: dropped.append(NUMBER)
    goes = threading.Thread(target=launch.go)
    goes.start()
    assert slow.is_written.wait(60.0)
    threading.Timer(0.05, slow.comes_back.set).start()
    launch.drop()
    assert (launch.has_left, dropped, held.answer.cancelled()) == (True, [], False)
    goes.join()
    assert os.read(slow.theirs, 100) == b"7\n"


async def test_what_is_dropped_once_is_given_back_once_and_goes_no_more(slow: SlowLine) -> None:
    slow.comes_back.set()
    held, dropped = HeldQuestion(NUMBER, answer(), slow), list[int]()
    launch = PreparedOrders(held, ("order",), lambda: None)
    launch.ends = lambda: dropped.append(NUMBER)
    launch.drop()
    launch.drop()
    launch.go()
    assert (launch.has_left, dropped, held.answer.cancelled()) == (False, [NUMBER], True)
    assert os.read(slow.theirs, 100) == b"-7\n"


class OneWordLine(WordLine):
    """Told once, it takes nothing more."""

    def say(self, word: str) -> bool:
        was_said = super().say(word)
        self.close()
        return was_said


async def test_what_goes_together_goes_at_one_word_and_what_is_dropped_is_not_in_it() -> None:
    line, later = OneWordLine(), WordLine()
    one, dropped, other = (HeldQuestion(each, answer(), line) for each in (7, 8, 9))
    elsewhere = HeldQuestion(1, answer(), later)
    dropped.is_dropped = True
    launches = [PreparedOrders(e, ("o",), lambda: None) for e in (one, dropped, elsewhere, other)]
    launches[0].go(*launches[1:])
    assert [each.has_left for each in launches] == [True, False, True, True]
    assert (os.read(line.theirs, 100), os.read(later.theirs, 100)) == (b"7\n9\n", b"1\n")
    later.close()
    for each in (line, later):
        os.close(each.theirs)


async def test_a_word_for_a_process_that_is_gone_reaches_nobody_else() -> None:
    line = WordLine()
    os.close(line.theirs)
    held = HeldQuestion(NUMBER, answer(), line)
    line.close()
    pairs = [os.pipe() for _ in range(4)]  # one of them gets the number that the line had
    try:
        held.go()
        assert not held.has_left
        for theirs, ours in pairs:
            os.close(ours)
            assert os.read(theirs, 100) == b""
    finally:
        for theirs, _ in pairs:
            os.close(theirs)
