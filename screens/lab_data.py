"""Which candles the Lab runs over: some of those there are, or files by their paths."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, OptionList, Static

from lefi_tui.views.lab_data import DataRow, Shown, columns_of, fitting, needed, rows_of
from lefi_tui.views.lab_view import DataFile, Ground, Lab
from screens.asking import Dialog
from screens.keys import bindings
from widgets.in_order import Field

ASKED: Final = (
    "Below, what `lefi data` keeps here and what the demo market makes; or a CSV by its path, for "
    "more than one market SYMBOL=PATH each, with a comma between."
)
Files = tuple[DataFile, ...]


class LabDataScreen(Dialog):
    CSS_PATH = "dialog.tcss"
    AUTO_FOCUS: ClassVar[str | None] = "OptionList, Input"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back")]

    def __init__(
        self,
        there: Shown,
        now: Files,
        choose: Callable[[Files], None],
        choose_row: Callable[[DataRow], None],
    ) -> None:
        super().__init__()
        self._there, self._choose, self._choose_row = there, choose, choose_row
        head, *lines = columns_of(there.rows)
        self._head = Static(head if lines else "", classes="words dim", markup=False)
        self._list = OptionList(*map(prompt, there.rows, lines), markup=False)
        self._list.display = bool(there.rows)
        self._path = Field(written(now), placeholder="path")

    def compose(self) -> ComposeResult:
        with Vertical(classes="window") as window:
            window.border_title = "Data"
            window.border_subtitle = "Enter takes it   Tab list or path   Esc back"
            yield Static(f"{self._there.words}\n{ASKED}\n", classes="words", markup=False)
            yield self._head
            yield self._list
            yield self._path

    def on_mount(self) -> None:
        if not self._there.rows:
            self._path.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss()
        self._choose_row(self._there.rows[event.option_index])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if files := read(event.value):
            self.dismiss()
            self._choose(files)


def fitted(lab: Lab, text: str, ground: Ground) -> Files:
    """Those that are chosen, or where the script could not run over them the first it could. Reads
    files, and makes those of the demo market."""
    needs = needed(text, ground)
    row = fitting(rows_of(lab.files(needs), needs), ground.files)
    if row is None:
        return ground.files
    lab.make(row.kept)
    return row.files


def prompt(row: DataRow, line: str) -> Text:
    """What does not fit is fainter, and says why."""
    return Text(line, "dim" if row.misfit else "", no_wrap=True, overflow="ellipsis")


def read(words: str) -> Files:
    """`a.csv`, or `BTC/USDT=a.csv, ETH/USDT=b.csv`."""
    files = []
    for each in (part.strip() for part in words.split(",") if part.strip()):
        symbol, has_symbol, path = each.rpartition("=")
        files.append(DataFile(str(Path(path).expanduser()), symbol.strip() if has_symbol else ""))
    return tuple(files)


def written(files: Sequence[DataFile]) -> str:
    return ", ".join(f"{each.symbol}={each.path}" if each.symbol else each.path for each in files)
