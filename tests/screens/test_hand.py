"""Keys that wait for no screen: played from the thread that reads a real terminal, once each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.terminal import Terminal, opened

TOGGLE, FIELD, ABOVE, DISMISS, F12 = (b"\x14", b"\x19", b"\x02", b"\x14", b"\x1b[24~")
PASTE = b"\x1b[200~nnzn\x1b[201~"


class Game:
    def __init__(self, terminal: Terminal, story: Path) -> None:
        self._terminal, self._story = terminal, story
        self._read = 0

    def press(self, *keys: bytes) -> None:
        for key in keys:
            self._terminal.press(key)

    def until(self, words: str) -> list[str]:
        """What happened since the last call, up to a line that begins so."""
        while True:
            lines = self._story.read_text().splitlines()[self._read :]
            at = next((at for at, line in enumerate(lines) if line.startswith(words)), None)
            if at is not None:
                self._read += at + 1
                return lines[: at + 1]
            assert self._terminal.process.poll() is None, self._terminal.seen[-2000:]
            self._terminal.read(0.02)


@pytest.fixture(scope="module")
def game(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Game]:
    story = tmp_path_factory.mktemp("hand") / "story"
    story.touch()
    with opened(["-m", "tests.screens.child_hand"], {"HAND_STORY": str(story)}) as terminal:
        game = Game(terminal, story)
        game.until("ready")
        terminal.wait_for(b"let go")
        yield game


def test_while_it_is_let_go_keys_go_their_usual_way_by_the_keymap_of_the_person(
    game: Game,
) -> None:
    game.press(b"n", b"z", b"w", b"s")
    assert game.until("usual exit") == ["usual buy", "usual sell", "usual exit"]


def test_a_held_key_is_played_once_in_the_thread_that_reads_and_numbers_rise(game: Game) -> None:
    game.press(TOGGLE)
    game.until("holding")
    game.press(b"n", b"z", b"s", TOGGLE)
    *hits, last = game.until("let go")
    assert last == "let go"
    told = [line.split() for line in hits]
    assert [each[:3] for each in told] == [
        ["hit", "buy", "0"],
        ["hit", "sell", "0"],
        ["hit", "exit", "-1"],
    ]
    assert {each[4] for each in told} == {"False"}
    first = int(told[0][3])
    assert [int(each[3]) for each in told] == [first, first + 1, first + 2]


def test_what_is_pasted_or_typed_into_a_field_or_below_a_dialog_plays_nothing(game: Game) -> None:
    game.press(TOGGLE)
    game.until("holding")
    game.press(PASTE, ABOVE)
    assert game.until("above") == ["above"]
    game.press(b"n", b"z", DISMISS, FIELD)
    assert game.until("field") == ["field "]
    game.press(b"nzs", FIELD)
    assert game.until("field") == ["field nzs"]
    game.press(b"z")
    assert game.until("hit")[-1].startswith("hit sell")
    game.press(TOGGLE)
    game.until("let go")
    game.press(b"n")
    assert game.until("usual") == ["usual buy"]


def test_a_key_behind_one_that_opens_something_goes_where_that_one_leads(game: Game) -> None:
    game.press(TOGGLE)
    game.until("holding")
    for _ in range(3):
        game.press(ABOVE + b"nzs")  # in one read
        told = game.until("above")
        game.press(DISMISS, FIELD)
        told += game.until("field")
        game.press(FIELD)
        told += game.until("field")
        assert [line.split()[0] for line in told] == ["above", "field", "field"]
    game.press(TOGGLE + b"n")
    assert game.until("usual") == ["let go", "usual buy"]


def test_the_kill_key_is_heard_there_whatever_is_in_front_and_sent_once(game: Game) -> None:
    for before, after in (((), ()), ((ABOVE,), (DISMISS,)), ((FIELD,), (FIELD,))):
        game.press(*before, F12, *after, b"n" if before != (FIELD,) else TOGGLE)
        story = game.until("usual" if before != (FIELD,) else "holding")
        assert [line for line in story if line.startswith("sent")] == ["sent Kill False"]
