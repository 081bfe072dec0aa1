"""One line of the script editor as it is drawn: sign, number, words in their colors, mistakes
underlined, the selection and the cursor. Pure, and tested as text.

Nothing of a script reaches the terminal that a terminal would obey: such letters are drawn as dots.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from itertools import groupby

from msgspec.structs import replace
from rich.cells import cell_len

from lefi_tui.core.record import Record
from widgets.editor_marks import Mark
from widgets.ink import Glyphs, Ground, Ink

TAB_CELLS = 4


class Wrong(Record):
    """A stretch of a line that the checker names, in columns."""

    start: int
    end: int
    is_error: bool


class Tried(Enum):
    """What the tests of the script said of a line."""

    NOT = Ink.FAINT
    PASSED = Ink.GAIN
    FAILED = Ink.LOSS
    MISSED = Ink.KEYWORD  # a branch that no test reaches; no color of a mistake

    def sign(self, glyphs: Glyphs) -> str:
        return {
            Tried.NOT: " ",
            Tried.PASSED: glyphs.passed,
            Tried.FAILED: glyphs.failed,
            Tried.MISSED: glyphs.missed,
        }[self]


class Look(Record):
    """All that one line shows; equal looks are drawn once."""

    number: int
    digits: int  # of the last line's number
    text: str
    marks: tuple[Mark, ...]
    wrongs: tuple[Wrong, ...]
    selected: tuple[int, int]
    cursor: int  # -1: not in this line
    brackets: tuple[int, ...]  # columns of the pair at the cursor
    is_current: bool
    left: int  # cells scrolled out of sight
    width: int
    tried: Tried = Tried.NOT


class Face(Record):
    ink: Ink = Ink.TEXT
    ground: Ground = Ground.PAPER
    is_underlined: bool = False
    is_cursor: bool = False


Piece = tuple[str, Face]


def gutter(look: Look, glyphs: Glyphs) -> tuple[Piece, ...]:
    """The worst mistake's sign, the line's number, and behind it what tests said of the line."""
    ground = Ground.HEAD if look.is_current else Ground.PAPER
    sign: Piece = (" ", Face(Ink.FAINT, ground))
    if look.wrongs:
        is_error = any(each.is_error for each in look.wrongs)
        ink = Ink.BAD if is_error else Ink.WARN
        sign = (glyphs.error if is_error else glyphs.warning, Face(ink, ground))
    number = f"{look.number:>{look.digits}}"
    return (
        sign,
        (number, Face(Ink.DIM if look.is_current else Ink.FAINT, ground)),
        (look.tried.sign(glyphs), Face(look.tried.value, ground)),
    )


def pieces(look: Look) -> tuple[Piece, ...]:
    """The words, with one cell behind them for the cursor."""
    text = look.text[: look.left + look.width]
    faces = _faces(look, len(text) + 1)
    out: list[Piece] = []
    at = cell = 0
    for face, run in groupby(faces):
        end = at + len(list(run))
        words = shown(text[at:end], cell) + (" " if end > len(text) else "")
        cell += len(words) if words.isascii() else cell_len(words)
        out.append((words, face))
        at = end
    return tuple(out)


def hidden_at(look: Look, drawn: int, room: int) -> list[int]:
    """The cells of what is seen beyond which the line goes on: the first, the last. `drawn` cells
    its pieces have; the cursor's own cell is never taken."""
    beyond = [0] if look.left and look.text else []
    if drawn - 1 > look.left + room:  # one cell behind the words is the cursor's
        beyond.append(room - 1)
    if not beyond or look.cursor < 0:
        return beyond
    cursor = cell_len(shown(look.text[: look.cursor], 0)) - look.left
    return [each for each in beyond if each != cursor]


def _faces(look: Look, count: int) -> list[Face]:
    """The face of each column: marks first, then what lies on them."""
    plain = Face(ground=Ground.HEAD if look.is_current else Ground.PAPER)
    faces = [plain] * count
    for mark in look.marks:
        face = replace(plain, ink=mark.ink)
        faces[mark.start : mark.end] = [face] * len(faces[mark.start : mark.end])
    for wrong in look.wrongs:
        ink = Ink.LOSS if wrong.is_error else Ink.WARN
        _change(faces, (wrong.start, wrong.end), _wronged(ink))
    for column in look.brackets:
        _change(faces, (column, column + 1), _grounded)
    _change(faces, look.selected, _grounded)
    if 0 <= look.cursor < count:
        faces[look.cursor] = replace(faces[look.cursor], is_cursor=True)
    return faces


def _change(faces: list[Face], span: tuple[int, int], how: Callable[[Face], Face]) -> None:
    for column in range(max(0, span[0]), min(span[1], len(faces))):
        faces[column] = how(faces[column])


def _wronged(ink: Ink) -> Callable[[Face], Face]:
    return lambda face: replace(face, ink=ink, is_underlined=True)


def _grounded(face: Face) -> Face:
    return replace(face, ground=Ground.CURSOR)


def shown(text: str, cell: int) -> str:
    """The text from that cell on, with tabs as spaces and nothing that a terminal obeys."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_letters(text, cell))


def _letters(text: str, cell: int) -> Iterator[str]:
    for letter in text:
        words = letter if letter.isprintable() else "·"
        if letter == "\t":
            words = " " * (TAB_CELLS - cell % TAB_CELLS)
        cell += cell_len(words)
        yield words


def by_line(wrongs: Sequence[tuple[int, Wrong]]) -> dict[int, tuple[Wrong, ...]]:
    """Mistakes with their rows, as each line has them."""
    out: dict[int, tuple[Wrong, ...]] = {}
    for row, wrong in wrongs:
        out[row] = (*out.get(row, ()), wrong)
    return out
