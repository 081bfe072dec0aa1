"""The gallery's files: shipped scripts, candles of the demo market, and the runs over them.

The rule it keeps: a run of one text over the demo market's candles is the same for ever, and made
once.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from lefi_tui.adapters.candle_store import Shelf
from lefi_tui.adapters.script_files import write
from lefi_tui.lang.contract import contract_of
from lefi_tui.lang.contract_words import in_words
from lefi_tui.lang.examine import examined
from lefi_tui.views.gallery import Shipped
from lefi_tui.views.lab_data import needs_of
from lefi_tui.views.lab_view import AskRun, Busy, DataFile, Ground, Hear, Run
from lefi_tui.views.scripts import ScriptRow
from lefi_tui.wiring.demo_candles import DemoCandles, length_of
from lefi_tui.wiring.lab_link import LabLink
from lefi_tui.wiring.script_store import ScriptFolder


class GalleryHouse:
    """Implements views.gallery.Gallery."""

    def __init__(self, scripts: ScriptFolder, folder: Path) -> None:
        self._scripts, self._folder = scripts, folder
        self._link: LabLink | None = None
        self._hear: Hear | None = None
        self._candles = DemoCandles(folder)

    def open(self, hear: Hear) -> None:
        self.close()
        self._hear, self._link = hear, LabLink(hear)

    def close(self) -> None:
        if self._link is not None:
            self._link.close()
        self._link = self._hear = None

    # ---- scripts

    def scripts(self) -> tuple[Shipped, ...]:
        rows = [row for row in self._scripts.scripts().rows if row.is_shipped]
        return tuple(_told(row, self._scripts.read(row).text) for row in rows)

    def copy(self, row: ScriptRow) -> str:
        script = self._scripts.read(row)
        return self._scripts.save(script, script.text).row.about

    # ---- runs

    def kept(self, shipped: Shipped) -> Run | None:
        try:
            run = msgspec.json.decode(self._kept(shipped.row.name).read_bytes(), type=Run)
        except (OSError, msgspec.MsgspecError):
            return None  # it was never made, or by another version
        return run if (run.text, run.ground) == (shipped.text, self._ground(shipped)) else None

    def keep(self, run: Run) -> None:
        path = self._kept(run.script.removesuffix(".lefi"))
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, msgspec.json.encode(run).decode())

    def ask(self, number: int, shipped: Shipped) -> None:
        def told(done: int, of: int) -> bool:
            hear = self._hear
            if hear is not None:
                hear(Busy(number, done, of))
            return hear is not None

        for each in self._shelves(shipped):
            if not self._candles.make(each, told):
                return
        if self._link is not None:
            name = f"{shipped.row.name}.lefi"
            self._link.send(AskRun(number, name, shipped.text, self._ground(shipped)))

    def _ground(self, shipped: Shipped) -> Ground:
        files = (DataFile(str(each.file), each.symbol) for each in self._shelves(shipped))
        return Ground(tuple(files))

    def _shelves(self, shipped: Shipped) -> list[Shelf]:
        return [self._candles.shelf(each, shipped.timeframe_ms) for each in shipped.symbols]

    def _kept(self, name: str) -> Path:
        return self._folder / f"{name}.json"


def _told(row: ScriptRow, text: str) -> Shipped:
    blueprint = examined(text).blueprint
    assert blueprint is not None, "a shipped script has no errors"
    bounds = tuple(in_words(contract_of(blueprint)))
    needs = needs_of(blueprint)
    return Shipped(
        row,
        blueprint.title or row.name,
        text,
        _says(text),
        bounds,
        needs.symbols,
        length_of(needs.lengths),
    )


def _says(text: str) -> tuple[str, ...]:
    """Its opening comment; what it says of risk is a paragraph of its own."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("//") or line.startswith("///"):
            break
        lines.append(line.removeprefix("//").strip())
    what, risk, dangers = " ".join(lines).partition("Risk: ")
    return tuple(each.strip() for each in (what, f"{risk}{dangers}") if each.strip())
