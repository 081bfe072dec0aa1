"""What the Lab is given: the process that simulates, the candles there are, the kept runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from lefi_tui.adapters.candle_store import Extent, Shelf, extent, shelves
from lefi_tui.adapters.script_files import write
from lefi_tui.views.lab_view import DataFile, Ground, Hear, KeptFile, Needs, Question, Run
from lefi_tui.wiring.demo_candles import DemoCandles, length_of
from lefi_tui.wiring.lab_link import WORKER, LabLink

R = TypeVar("R", Ground, Run)
RUNS_ON_DISK_MAX: Final = 100  # the oldest go first


class LabHouse:
    """Implements views.lab_view.Lab. `candles` are those that `lefi data` keeps; `demo` holds the
    demo market's that are made."""

    def __init__(self, folder: Path, candles: Path, demo: Path, worker: str = WORKER) -> None:
        self._folder, self._candles, self._worker = folder, candles, worker
        self._demo = DemoCandles(demo)
        self._link: LabLink | None = None

    def open(self, hear: Hear) -> None:
        self.close()
        self._link = LabLink(hear, self._worker)

    def close(self) -> None:
        if self._link is not None:
            self._link.close()

    def send(self, asked: Question) -> None:
        assert self._link is not None, "whoever asks has opened it"
        self._link.send(asked)

    def end(self) -> None:
        if self._link is not None:
            self._link.end()

    @property
    def pid(self) -> int | None:
        return None if self._link is None else self._link.pid

    # ---- files

    def files(self, needs: Needs | None) -> tuple[KeptFile, ...]:
        there = (*shelves(self._candles), *self._demo.shelves())
        return (
            *(_kept(each, extent(each)) for each in there),
            *self._to_be_made(needs or Needs((), ())),
        )

    def _to_be_made(self, needs: Needs) -> Iterator[KeptFile]:
        length_ms, known = length_of(needs.lengths), self._demo.symbols
        wanted = [each for each in needs.symbols if each in known]
        for symbol in wanted or known[: needs.is_free]:
            shelf = self._demo.shelf(symbol, length_ms)
            if length_ms and not shelf.file.exists():
                yield _kept(shelf, self._demo.extent(length_ms), is_made=False)

    def make(self, kept: Sequence[KeptFile]) -> None:
        for each in kept:
            if not each.is_made:
                shelf = self._demo.shelf(each.file.symbol, each.length_ms)
                self._demo.make(shelf, lambda _done, _of: True)

    def remembered(self) -> Ground:
        return _read(self._folder / "ground.json", Ground) or Ground()

    def remember(self, ground: Ground) -> None:
        _write(self._folder / "ground.json", ground)

    def kept(self) -> tuple[Run, ...]:
        found = (_read(each, Run) for each in self._files_of_runs())
        return tuple(each for each in found if each is not None)

    def keep(self, run: Run) -> None:
        _write(self._folder / "runs" / f"{run.key}.json", run)
        for old in self._files_of_runs()[RUNS_ON_DISK_MAX:]:
            old.unlink(missing_ok=True)

    def _files_of_runs(self) -> list[Path]:
        """The newest first."""
        found = (self._folder / "runs").glob("*.json")
        return sorted(found, key=lambda each: each.stat().st_mtime_ns, reverse=True)


def _write(path: Path, what: Ground | Run) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, msgspec.json.encode(what).decode())


def _read(path: Path, kind: type[R]) -> R | None:
    """None also of what another version has written: it is only a run, and can be made again."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.MsgspecError):
        return None


def _kept(shelf: Shelf, size: Extent, *, is_made: bool = True) -> KeptFile:
    return KeptFile(
        DataFile(str(shelf.file), shelf.symbol),
        shelf.exchange,
        shelf.timeframe_ms,
        size.candles,
        size.from_ms,
        size.to_ms,
        is_made,
    )
