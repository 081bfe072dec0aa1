"""The gallery's files: shipped scripts, candles of the demo market, and the runs over them.

The rule it keeps: candles end on one day for good, so a run of one text is the same for ever and is
made once.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import Final

import msgspec

from lefi_tui.adapters.candle_store import Shelf
from lefi_tui.adapters.demo_market import DemoMarket
from lefi_tui.adapters.script_files import write
from lefi_tui.lang.blueprint import Blueprint
from lefi_tui.lang.contract import contract_of
from lefi_tui.lang.contract_words import in_words
from lefi_tui.lang.examine import examined
from lefi_tui.views.gallery import Shipped
from lefi_tui.views.lab_view import AskRun, Busy, DataFile, Ground, Hear, Run
from lefi_tui.views.scripts import ScriptRow
from lefi_tui.wiring.lab_link import LabLink
from lefi_tui.wiring.script_store import ScriptFolder

MARKET: Final = "demo"
SEED: Final = "lefi"
HOUR_MS: Final = 3_600_000  # of a script that names no candles
COUNT: Final = 8_640  # 30 days of 5m, 90 of 15m, 360 of 1h
UNTIL_MS: Final = 1_748_736_000_000  # 2025-06-01
PART: Final = 720  # at a time: the desk ticks on in between
HEAD: Final = "time,open,high,low,close,volume\n"


class GalleryHouse:
    """Implements views.gallery.Gallery."""

    def __init__(self, scripts: ScriptFolder, folder: Path) -> None:
        self._scripts, self._folder = scripts, folder
        self._link: LabLink | None = None
        self._hear: Hear | None = None
        self._files = Lock()

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
        ground = self._ground(shipped)
        with self._files:  # another script's may be under way
            for each in ground.files:
                if not Path(each.path).exists():
                    self._make(number, each, shipped.timeframe_ms)
        if self._link is not None:
            self._link.send(AskRun(number, f"{shipped.row.name}.lefi", shipped.text, ground))

    def _make(self, number: int, file: DataFile, length_ms: int) -> None:
        market, rows = DemoMarket(SEED), [HEAD]
        for done in range(0, COUNT, PART):
            if self._hear is None:
                return
            before = UNTIL_MS - (COUNT - done - PART) * length_ms
            for bar in market.bars(file.symbol, length_ms, PART, before):
                cells = (bar.time_ms, bar.open, bar.high, bar.low, bar.close, bar.volume)
                rows.append(",".join(map(str, cells)) + "\n")
            self._hear(Busy(number, done + PART, COUNT))
        path = Path(file.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, "".join(rows))

    def _ground(self, shipped: Shipped) -> Ground:
        files = [DataFile(str(self._candles(each, shipped)), each) for each in shipped.symbols]
        return Ground(tuple(files), shipped.values)

    def _candles(self, symbol: str, shipped: Shipped) -> Path:
        """As candles of exchanges are named, so that the Lab lists them too."""
        return Shelf(self._folder, MARKET, symbol, shipped.timeframe_ms).file

    def _kept(self, name: str) -> Path:
        return self._folder / f"{name}.json"


def _told(row: ScriptRow, text: str) -> Shipped:
    blueprint = examined(text).blueprint
    assert blueprint is not None, "a shipped script has no errors"
    bounds = tuple(in_words(contract_of(blueprint)))
    values = tuple(_other_markets(blueprint))
    bound = examined(text, settings=dict(values)).blueprint
    assert bound is not None, "a market takes another's place"
    lengths = [each.timeframe_ms for each in blueprint.handlers if each.timeframe_ms]
    return Shipped(
        row,
        blueprint.title or row.name,
        text,
        _says(text),
        bounds,
        tuple(bound.symbols),
        min(lengths, default=HOUR_MS),
        values,
    )


def _other_markets(blueprint: Blueprint) -> Iterator[tuple[str, str]]:
    """For settings with a market that the demo does not have: one that the script has not."""
    market = DemoMarket(SEED).symbols
    free = [each for each in market if each not in blueprint.symbols]
    for each in blueprint.settings:
        if each.kind == "symbol" and each.value.strip('"') not in market:
            yield each.name, f'"{free.pop(0)}"'


def _says(text: str) -> tuple[str, ...]:
    """Its opening comment; what it says of risk is a paragraph of its own."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("//") or line.startswith("///"):
            break
        lines.append(line.removeprefix("//").strip())
    what, risk, dangers = " ".join(lines).partition("Risk: ")
    return tuple(each.strip() for each in (what, f"{risk}{dangers}") if each.strip())
