"""A piece of a script to be read, not written: its words in the editor's colors."""

from __future__ import annotations

from rich.style import Style
from rich.text import Text

from widgets.editor_marks import Marks
from widgets.ink import Ground, Palette


def colored(script: str, palette: Palette) -> Text:
    """Its lines; nothing in them is markup."""
    lines, marks, out = script.splitlines(), Marks(), Text()
    marks.sync(lines)
    for row, line in enumerate(lines):
        text = Text(line)
        for mark in marks.of(row):
            ink = palette.style(mark.ink, Ground.PAPER)
            text.stylize(Style(color=ink.color, bold=ink.bold), mark.start, mark.end)
        out.append_text(text).append("\n")
    return out
