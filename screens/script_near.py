"""How close each condition is, as lines that go to their places in the script."""

from __future__ import annotations

from rich.text import Text

from lefi_tui.errors import shown
from lefi_tui.views.distance_view import DistancesView
from lefi_tui.views.distance_words import CELLS, SCALE, Told, run_words, told
from lefi_tui.views.figures import Places
from widgets.ink import Ink, Palette
from widgets.problems import Finding, ink_style


def near_lines(view: DistancesView, places: Places, palette: Palette) -> list[Finding]:
    """Handler by handler where there are several; what the bars mean comes last."""
    lines: list[Finding] = []
    is_one = len(view.runs) == 1 and not view.runs[0].refusal
    for run in view.runs:
        if not is_one:
            lines.append(_plain(run_words(run, is_bots=view.is_bots), run.line, palette))
        for near in run.rows:
            rows = told(near, places)
            lines += [_line(each, near.line, palette) for each in rows]
    if any(run.rows for run in view.runs):
        lines.append(_plain(SCALE, view.runs[0].line, palette))
    return lines


def _plain(words: str, line: int, palette: Palette) -> Finding:
    return Finding(Text(f" {shown(words, keep='')}", ink_style(palette, Ink.DIM)), line - 1)


def _line(told: Told, line: int, palette: Palette) -> Finding:
    """A gauge, the line's number beside a whole condition, how it stands, and what of."""
    ink = Ink.GAIN if told.is_met else Ink.DIM
    text = Text(f" {bar(told, is_ascii=palette.glyphs.is_ascii)} ", ink_style(palette, ink))
    place = " " * (3 + 2 * told.depth) if told.depth else f"{line:>3}"
    text.append(f"{place} ", ink_style(palette, Ink.DIM))
    text.append(f"{shown(told.state, keep='')}: ", ink_style(palette, Ink.TEXT))
    text.append(shown(told.about, keep=""), ink_style(palette, Ink.DIM))
    return Finding(text, line - 1)


def bar(told: Told, *, is_ascii: bool) -> str:
    full, empty = ("#", ".") if is_ascii else ("█", "░")
    return full * told.cells + empty * (CELLS - told.cells) if told.has_bar else " " * CELLS
