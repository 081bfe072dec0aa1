"""Lines of text with ink: columns that fit a width, and the window of rows that fit a height.

All pure: a table is laid out as text and tested as text, without a terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, Generic, TypeVar

from msgspec import field
from rich.cells import cell_len, set_cell_size

from lefi_tui.core.record import Record
from widgets.ink import Glyphs, Ground, Ink

R = TypeVar("R")
Span = tuple[str, Ink]
GAP: Final = " "


class Row(Record):
    """One line of a pane; its spans are as wide as the pane."""

    spans: tuple[Span, ...]
    ground: Ground = Ground.PAPER

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.spans)


class Page(Record):
    """What a pane shows: exactly `height` rows, and the first item it begins with."""

    rows: tuple[Row, ...]
    top: int = 0
    below: int | None = None  # rows of a text that had no room; None: nobody counts them

    @property
    def text(self) -> str:
        return "\n".join(row.text.rstrip() for row in self.rows)


class Frame(Record):
    """Where a pane draws: its size, its cursor (an item's number), and where it stood before."""

    width: int
    height: int
    cursor: int = 0
    top: int = 0
    has_focus: bool = False
    is_pointed: bool = True  # keys act on its cursor also from elsewhere, so it is always shown
    glyphs: Glyphs = field(default_factory=Glyphs)


class Column(Record, Generic[R]):
    """`rank`: 0 stays always, higher goes first when there is no room. `grows` takes the rest."""

    title: str
    width: int
    cell: Callable[[R], Span]
    is_right: bool = False
    rank: int = 0
    grows: bool = False


def fit(text: str, width: int, cut: str, *, is_right: bool = False) -> str:
    """The text in exactly `width` cells; what does not fit ends in the sign for a cut."""
    if text.isascii() and len(text) <= width:
        return text.rjust(width) if is_right else text.ljust(width)
    length = cell_len(text)
    if length > width:
        return set_cell_size(text, max(0, width - 1)) + cut[:width]
    pad = " " * (width - length)
    return pad + text if is_right else text + pad


def chosen(columns: Sequence[Column[R]], width: int) -> list[tuple[Column[R], int]]:
    """The columns that have room, each with its width."""
    kept = list(columns)
    while len(kept) > 1 and _total(kept) > width:
        worst = max(range(len(kept)), key=lambda number: (kept[number].rank, number))
        if not kept[worst].rank:
            break
        del kept[worst]
    spare = max(0, width - _total(kept))
    return [(each, each.width + (spare if each.grows else 0)) for each in kept]


def _total(columns: Sequence[Column[R]]) -> int:
    return sum(each.width + 1 for each in columns)  # one cell before each: the cursor, a gap


def header(title: str, columns: Sequence[tuple[Column[R], int]], frame: Frame) -> Row:
    """The pane's name over its first column, then the names of the others."""
    cut = frame.glyphs.cut
    ink = Ink.TITLE if frame.has_focus else Ink.TEXT
    first = columns[0][1]
    spans: list[Span] = [(GAP, Ink.FAINT), (fit(title, first, cut), ink)]
    for column, width in columns[1:]:
        spans.append((GAP + fit(column.title, width, cut, is_right=column.is_right), Ink.DIM))
    return padded(spans, frame, Ground.HEAD)


def line(item: R, columns: Sequence[tuple[Column[R], int]], frame: Frame, ground: Ground) -> Row:
    spans: list[Span] = []
    for number, (column, width) in enumerate(columns):
        text, ink = column.cell(item)
        before = _mark(ground, frame) if number == 0 else GAP
        spans.append((before + fit(text, width, frame.glyphs.cut, is_right=column.is_right), ink))
    return padded(spans, frame, ground)


def _mark(ground: Ground, frame: Frame) -> str:
    if ground is Ground.MARKED:
        return frame.glyphs.cursor_away
    return frame.glyphs.cursor if ground is Ground.CURSOR else GAP


def padded(spans: Sequence[Span], frame: Frame, ground: Ground = Ground.PAPER) -> Row:
    """The spans, cut or filled to the width of the pane."""
    out: list[Span] = []
    room = frame.width
    for text, ink in spans:
        kept = text if cell_len(text) <= room else fit(text, room, frame.glyphs.cut)
        room -= cell_len(kept)
        if kept:
            out.append((kept, ink))
    if room > 0:
        out.append((" " * room, Ink.TEXT))
    return Row(tuple(out), ground)


def ground_of(number: int, frame: Frame) -> Ground:
    if number != frame.cursor or not (frame.has_focus or frame.is_pointed):
        return Ground.PAPER
    return Ground.CURSOR if frame.has_focus else Ground.MARKED


def window(frame: Frame, count: int, room: int) -> int:
    """The first item to show, so that the cursor is seen and the pane moves as little as it can."""
    last = max(0, count - room)
    top = min(max(frame.top, frame.cursor - room + 1), frame.cursor, last)
    return max(0, top)


def table(
    title: str, columns: Sequence[Column[R]], items: Sequence[R], frame: Frame, empty: str
) -> Page:
    """A header and one line an item; an empty table says in words that it is."""
    if frame.height < 1:
        return Page(())
    fitting = chosen(columns, frame.width)
    room = frame.height - 1
    top = window(frame, len(items), room)
    rows = [header(titled(title, len(items), room), fitting, frame)]
    shown = range(top, min(len(items), top + room))
    rows.extend(line(items[at], fitting, frame, ground_of(at, frame)) for at in shown)
    if not items and room:
        rows.append(padded([(GAP * 2 + empty, Ink.DIM)], frame))
    return filled(rows, frame, top)


def titled(title: str, count: int, room: int) -> str:
    """A pane that can't show all it has says how many there are. The log always has more."""
    return f"{title} {count}" if count > room and title != "Log" else title


def filled(rows: list[Row], frame: Frame, top: int = 0) -> Page:
    """Blank lines down to the end of the pane."""
    missing = frame.height - len(rows)
    rows.extend(padded([], frame) for _ in range(missing))
    return Page(tuple(rows[: frame.height]), top)


def keys_told(told: Iterable[tuple[str, str]]) -> list[Span]:
    """Keys as they are written for people, and what each does."""
    return [span for key, does in told for span in ((f" {key}", Ink.KEY), (f" {does} ", Ink.DIM))]
