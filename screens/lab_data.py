"""Which candles the Lab runs over: one of the files `lefi data` keeps, or files by their paths."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, OptionList, Static

from lefi_tui.views.lab_view import DataFile, KeptFile
from screens.asking import Dialog
from screens.keys import bindings
from widgets.in_order import Field

ASKED: Final = (
    "Candles to run over. Kept here by `lefi data`, or a CSV by its path; for more than one market "
    "SYMBOL=PATH each, with a comma between."
)


class LabDataScreen(Dialog):
    CSS_PATH = "dialog.tcss"
    AUTO_FOCUS: ClassVar[str | None] = "OptionList, Input"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back")]

    def __init__(
        self,
        kept: Sequence[KeptFile],
        now: Sequence[DataFile],
        choose: Callable[[tuple[DataFile, ...]], None],
    ) -> None:
        super().__init__()
        self._kept, self._choose = kept, choose
        self._list = OptionList(*(each.words for each in kept), markup=False)
        self._list.display = bool(kept)
        self._path = Field(written(now), placeholder="path")

    def compose(self) -> ComposeResult:
        with Vertical(classes="window") as window:
            window.border_title = "Data"
            window.border_subtitle = "Enter takes it   Tab list or path   Esc back"
            yield Static(f"{ASKED}\n", classes="words", markup=False)
            yield self._list
            yield self._path

    def on_mount(self) -> None:
        if not self._kept:
            self._path.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._take((self._kept[event.option_index].file,))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if files := read(event.value):
            self._take(files)

    def _take(self, files: tuple[DataFile, ...]) -> None:
        self.dismiss()
        self._choose(files)


def read(words: str) -> tuple[DataFile, ...]:
    """`a.csv`, or `BTC/USDT=a.csv, ETH/USDT=b.csv`."""
    files = []
    for each in (part.strip() for part in words.split(",") if part.strip()):
        symbol, has_symbol, path = each.rpartition("=")
        files.append(DataFile(str(Path(path).expanduser()), symbol.strip() if has_symbol else ""))
    return tuple(files)


def written(files: Sequence[DataFile]) -> str:
    return ", ".join(f"{each.symbol}={each.path}" if each.symbol else each.path for each in files)
