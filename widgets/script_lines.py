"""A piece of a script to be read, not written: its words in the editor's colors."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from rich.style import Style
from rich.text import Text

from widgets.block import wrapped
from widgets.editor_marks import Mark, Marks
from widgets.ink import Ground, Ink, Palette
from widgets.lines import Frame, Page, Row, Span, filled, padded

LINES_MAX = 200  # of one paragraph


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
    """The same as rows of a pane, indented by two cells."""
    return [
        padded([("  ", Ink.TEXT), *_spans(line, marks)], frame) for line, marks in _marked(script)
    ]


def _spans(line: str, marks: Sequence[Mark]) -> list[Span]:
    """One a stretch of letters in one ink; later marks lie on earlier ones."""
    inks = [Ink.TEXT] * len(line)
    for mark in marks:
        inks[mark.start : mark.end] = [mark.ink] * (mark.end - mark.start)
    edges = [at for at in range(len(line)) if not at or inks[at] is not inks[at - 1]]
    return [(line[at:end], inks[at]) for at, end in pairwise([*edges, len(line)])]


def prose_rows(text: str, ink: Ink, frame: Frame) -> list[Row]:
    """A paragraph in as many rows as it takes."""
    lines = wrapped(text, frame.width - 2, LINES_MAX, frame.glyphs.cut)
    return [padded([(f" {line}", ink)], frame) for line in lines]


def read_from(rows: Sequence[Row], frame: Frame) -> Page:
    """As much as fits from line `frame.top` on."""
    top = max(0, min(frame.top, len(rows) - frame.height))
    return filled(list(rows[top : top + frame.height]), frame, top)
