"""A piece of a script to be read, not written: its words in the editor's colors."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from msgspec.structs import replace
from rich.style import Style
from rich.text import Text

from widgets.block import wrapped
from widgets.editor_marks import Mark, Marks
from widgets.ink import Ground, Ink, Palette
from widgets.lines import Frame, Page, Row, Span, filled, padded

LINES_MAX: Final = 200  # of one paragraph
MARGIN: Final = "  "
DEEPER: Final = 8  # than the line that goes on
ROOM_MIN: Final = 8  # cells


def colored(script: str, palette: Palette) -> Text:
    """Its lines; nothing in them is markup."""
    out = Text()
    for line, marks in _marked(script):
        text = Text(line)
        for mark in marks:
            ink = palette.style(mark.ink, Ground.PAPER)
            text.stylize(Style(color=ink.color, bold=ink.bold), mark.start, mark.end)
        out.append_text(text).append("\n")
    return out


def _marked(script: str) -> list[tuple[str, Sequence[Mark]]]:
    lines, marks = script.splitlines(), Marks()
    marks.sync(lines)
    return [(line, marks.of(row)) for row, line in enumerate(lines)]


def script_rows(script: str, frame: Frame) -> list[Row]:
    """The same as rows of a pane, indented by two cells; a line that is too wide goes on below,
    indented deeper."""
    room = max(ROOM_MIN, frame.width - len(MARGIN) - 1)
    return [
        padded([(MARGIN + " " * lead, Ink.TEXT), *_spans(line, marks, (begin, end))], frame)
        for line, marks in _marked(script)
        for begin, end, lead in pieces(line, room)
    ]


def pieces(line: str, room: int) -> Iterator[tuple[int, int, int]]:
    """Where each begins and ends, and how far it is indented; broken at a space where it can be."""
    indent = len(line) - len(line.lstrip())
    begin, lead = 0, 0
    while len(line) - begin > room - lead:
        limit = begin + room - lead
        cut = line.rfind(" ", begin, limit + 1)
        if cut <= max(begin, indent - 1):
            cut = limit
        yield begin, cut, lead
        begin = cut + (line[cut] == " ")
        lead = min(indent + DEEPER, room // 2)
    yield begin, len(line), lead


def _spans(line: str, marks: Sequence[Mark], piece: tuple[int, int]) -> list[Span]:
    """One a stretch of letters in one ink; later marks lie on earlier ones."""
    inks = [Ink.TEXT] * len(line)
    for mark in marks:
        inks[mark.start : mark.end] = [mark.ink] * (mark.end - mark.start)
    begin, end = piece
    edges = [at for at in range(begin, end) if at == begin or inks[at] is not inks[at - 1]]
    return [(line[at:to], inks[at]) for at, to in pairwise([*edges, end])]


def prose_rows(text: str, ink: Ink, frame: Frame) -> list[Row]:
    """A paragraph in as many rows as it takes."""
    lines = wrapped(text, frame.width - 2, LINES_MAX, frame.glyphs.cut)
    return [padded([(f" {line}", ink)], frame) for line in lines]


def hung_rows(line: str, hang: int, ink: Ink, frame: Frame) -> list[Row]:
    """A line that keeps its spaces; what does not fit goes on below, indented so far."""
    room = max(ROOM_MIN, frame.width - 2)
    hanging = " " * min(hang, room // 2)
    lines = textwrap.wrap(line, room, subsequent_indent=hanging, break_on_hyphens=False)
    return [padded([(f" {each}", ink)], frame) for each in lines]


def read_from(rows: Sequence[Row], frame: Frame) -> Page:
    """As much as fits from line `frame.top` on."""
    top = max(0, min(frame.top, len(rows) - frame.height))
    shown = filled(list(rows[top : top + frame.height]), frame, top)
    return replace(shown, below=max(0, len(rows) - top - frame.height))
