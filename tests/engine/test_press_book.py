"""The press book: whole lines only, and each as it was written."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from lefi_tui.core import messages as m
from lefi_tui.core.game import Do, Play
from lefi_tui.engine.press_book import FILE_NAME, Press, PressBook, line_of
from lefi_tui.ports.journal import Head, TapeRow

PLAY = m.PlayGame("game", Play(Do.BUY, 0, 3, 123), 77, "Ann")
PRESS = Press(
    Head(4, 9, "ab" * 32),
    77,
    PLAY,
    ("a-1", "a-2"),
    (TapeRow(4, 2, "QuoteChanged", 1, "{}"),),
)


def test_the_press_book_tells_what_it_was_told(tmp_path: Path) -> None:
    book = PressBook(tmp_path)
    assert book.last() is None
    assert book.note(line_of(PRESS), PLAY)
    book.close()
    again = PressBook(tmp_path)
    assert again.last() == PRESS
    again.close()


def test_a_torn_line_of_it_is_none(tmp_path: Path) -> None:
    book = PressBook(tmp_path)
    assert book.note(line_of(PRESS), PLAY)
    book.close()
    path = tmp_path / FILE_NAME
    whole = path.read_bytes()
    at = whole.index(b"a-2")
    path.write_bytes(whole[:at] + b"x-2" + whole[at + 3 :])
    again = PressBook(tmp_path)
    assert again.last() is None
    again.close()


def test_what_has_no_room_there_is_not_written(tmp_path: Path) -> None:
    book = PressBook(tmp_path)
    rows = tuple(TapeRow(each, each - 1, "QuoteChanged", 1, "x" * 100) for each in range(1, 900))
    assert not book.note(line_of(replace(PRESS, tape=rows)), PLAY)
    assert book.last() is None
    book.close()
