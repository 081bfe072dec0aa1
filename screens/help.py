"""Help, made from the one table of keys, and what the signs on the desk mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import ClassVar, Final

from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from screens.asking import Dialog
from screens.keys import ALWAYS, SCREENS, Deed, Key, KeyTable, bindings

SIGNS = (
    ("DEMO", "a made-up market with made-up money"),
    ("REPLAY", "a recorded market with made-up money"),
    ("DRY", "a real market with made-up money"),
    ("SANDBOX", "an exchange's practice market"),
    ("LIVE", "real money"),
    ("old 12s", "no newer price for 12 s: the row is dimmed, its numbers are not to be trusted"),
    ("–", "not known; nothing is invented"),
    ("! ? +", "in the log: refused or failed, doubtful, good; before a key: ends, cancels, closes"),
)
KEY_WIDTH = 9
GLANCE_WIDTH = 58
NO_BREAK: Final = "\u00a0"
ACTS: Final = "Trading and changing"
CAREFUL: Final = "Careful: ends, cancels, closes (marked !)"
Line = tuple[str, str, str, Deed]  # how the key is written, what it does, its id, what comes of it
IDS = "The dim words are names for [keys] in config.toml, to move a key."


class HelpScreen(Dialog):
    """How to go about, the keys of what lies below, then what works everywhere and elsewhere."""

    CSS_PATH = "dialog.tcss"
    is_help = True
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back")]

    def __init__(self, table: KeyTable, groups: Sequence[str] = ()) -> None:
        super().__init__()
        self._page = page(table.keys, groups)

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="window") as window:
            window.border_title = "Keys"
            window.border_subtitle = "↑ ↓ scroll   Ctrl+P find   F1 reference   Esc back"
            yield Static(self._page, classes="words")


def page(keys: Iterable[Key], first: Sequence[str] = ()) -> Group:
    """Every key once, with its tooltip and its id, and above them what the ids are for. Of the
    named groups first what looks, then what acts, then what ends or closes something, with what
    does so everywhere."""
    every = tuple(keys)
    here = [key for group in first for key in every if key.group == group]
    own = [key for key in here if key.group not in ALWAYS]
    risky = [key for key in here if key.deed is Deed.RISK]
    told = {
        "Going about": _going_about(every),
        **{
            group: _lines(key for key in own if key.group == group and key.deed is Deed.LOOK)
            for group in first
        },
        ACTS: _lines(key for key in own if key.deed is Deed.ACT),
        CAREFUL: _lines(risky),
    }
    rest: dict[str, list[Key]] = {}
    for key in every:
        if key.group not in first or (key.group in ALWAYS and key not in risky):
            rest.setdefault(key.group, []).append(key)
    sections = [
        *(_section(title, lines) for title, lines in told.items() if lines),
        *(_section(group, _lines(_in_order(members))) for group, members in rest.items()),
    ]
    signs = _section("Words and signs", [(*each, "", Deed.LOOK) for each in SIGNS])
    return Group(Text(f"{IDS}\n", "dim"), *sections, signs)


def _in_order(keys: Iterable[Key]) -> list[Key]:
    return sorted(keys, key=lambda each: each.deed)


def _lines(keys: Iterable[Key]) -> list[Line]:
    return [(each.shown, each.tooltip, each.id, each.deed) for each in keys]


def _going_about(keys: Iterable[Key]) -> list[Line]:
    """The screens and windows at a glance; each is told in full below."""
    safe = [each for each in keys if each.group in ALWAYS and each.deed is not Deed.RISK]
    parts = {
        "Screens": [each for each in safe if each.group == SCREENS],
        "Windows": [each for each in safe if each.group != SCREENS],
    }
    return [(name, _listed(members), "", Deed.LOOK) for name, members in parts.items()]


def _listed(keys: Iterable[Key]) -> str:
    """A key is not torn from its word at the end of a line."""
    words = ",  ".join(
        f"{each.shown}{NO_BREAK}{each.label.replace(' ', NO_BREAK)}" for each in keys
    )
    return "\n".join(wrap(words, GLANCE_WIDTH)).replace(NO_BREAK, " ")


def _section(title: str, lines: Iterable[Line]) -> Group:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(min_width=KEY_WIDTH, no_wrap=True)
    grid.add_column()
    for left, right, name, deed in lines:
        mark = "!" if deed is Deed.RISK else " "
        grid.add_row(Text(f"{mark}{left}", "bold"), Text.assemble(right, (f"  {name}", "dim")))
    return Group(Text(title, "bold underline"), grid, Text())
