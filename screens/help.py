"""Help, made from the one table of keys, and what the signs on the desk mean."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import ClassVar

from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from screens.asking import Dialog
from screens.keys import KEYS, Key, bindings

SIGNS = (
    ("DEMO", "a made-up market with made-up money"),
    ("REPLAY", "a recorded market with made-up money"),
    ("DRY", "a real market with made-up money"),
    ("LIVE", "real money"),
    ("old 12s", "no newer price for 12 s: the row is dimmed, its numbers are not to be trusted"),
    ("–", "not known; nothing is invented"),
    ("! ? +", "in the log: refused or failed, doubtful, good"),
)
KEY_WIDTH = 9


class HelpScreen(Dialog):
    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back")]

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="window") as window:
            window.border_title = "Keys"
            window.border_subtitle = "Esc back"
            yield Static(page(KEYS), classes="words")


def page(keys: Iterable[Key]) -> Group:
    """Every key with its tooltip, by group; then the signs."""
    sections = [
        _section(group, ((each.shown, each.tooltip) for each in members))
        for group, members in groupby(keys, key=lambda each: each.group)
    ]
    return Group(*sections, _section("Words and signs", SIGNS))


def _section(title: str, lines: Iterable[tuple[str, str]]) -> Group:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(min_width=KEY_WIDTH, no_wrap=True)
    grid.add_column()
    for left, right in lines:
        grid.add_row(Text(f" {left}", "bold"), Text(right))
    return Group(Text(title, "bold underline"), grid, Text())
