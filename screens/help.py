"""Help, made from the one table of keys, and what the signs on the desk mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from screens.asking import Dialog
from screens.keys import Key, KeyTable, bindings

SIGNS = (
    ("DEMO", "a made-up market with made-up money"),
    ("REPLAY", "a recorded market with made-up money"),
    ("DRY", "a real market with made-up money"),
    ("SANDBOX", "an exchange's practice market"),
    ("LIVE", "real money"),
    ("old 12s", "no newer price for 12 s: the row is dimmed, its numbers are not to be trusted"),
    ("–", "not known; nothing is invented"),
    ("! ? +", "in the log: refused or failed, doubtful, good"),
)
KEY_WIDTH = 9
IDS = "The dim word is the id of an action: [keys] in config.toml gives it a key of yours."


class HelpScreen(Dialog):
    """The keys of the screen below first, then what works everywhere."""

    CSS_PATH = "dialog.tcss"
    is_help = True
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back")]

    def __init__(self, table: KeyTable, groups: Sequence[str] = ()) -> None:
        super().__init__()
        self._page = page(table.keys, groups)

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="window") as window:
            window.border_title = "Keys"
            window.border_subtitle = "↑ ↓ scroll   F1 what Lefi can say   Esc back"
            yield Static(self._page, classes="words")


def page(keys: Iterable[Key], first: Sequence[str] = ()) -> Group:
    """Every key with its tooltip and its id for [keys], by group, the named groups first."""
    groups: dict[str, list[Key]] = {group: [] for group in first}
    for each in keys:
        groups.setdefault(each.group, []).append(each)
    sections = [
        _section(group, ((each.shown, each.tooltip, each.id) for each in members))
        for group, members in groups.items()
    ]
    signs = _section("Words and signs", ((*each, "") for each in SIGNS))
    return Group(*sections, signs, Text(IDS, "dim"))


def _section(title: str, lines: Iterable[tuple[str, str, str]]) -> Group:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(min_width=KEY_WIDTH, no_wrap=True)
    grid.add_column()
    for left, right, name in lines:
        grid.add_row(Text(f" {left}", "bold"), Text.assemble(right, (f"  {name}", "dim")))
    return Group(Text(title, "bold underline"), grid, Text())
