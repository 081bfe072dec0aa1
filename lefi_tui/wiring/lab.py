"""What the Lab is given: the process that simulates, the candles there are, the kept runs."""

from __future__ import annotations

from pathlib import Path
from typing import Final, TypeVar

import msgspec

from lefi_tui.adapters.candle_store import frame_name, shelves
from lefi_tui.adapters.script_files import write
from lefi_tui.views.lab_view import DataFile, Ground, Hear, KeptFile, Question, Run
from lefi_tui.wiring.lab_link import WORKER, LabLink

R = TypeVar("R", Ground, Run)
RUNS_ON_DISK_MAX: Final = 100  # the oldest go first


class LabHouse:
    """Implements views.lab_view.Lab. `made` holds candles of the demo market, once the gallery
    has made some."""

    def __init__(
        self, folder: Path, candles: Path, worker: str = WORKER, *, made: Path | None = None
    ) -> None:
        self._folder, self._candles, self._worker = folder, candles, worker
        self._made = made
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

    def files(self) -> tuple[KeptFile, ...]:
        made = [] if self._made is None else shelves(self._made)
        return tuple(
            KeptFile(
                DataFile(str(each.file), each.symbol),
                f"{each.exchange}  {each.symbol}  {frame_name(each.timeframe_ms)}",
            )
            for each in (*shelves(self._candles), *made)
        )

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
