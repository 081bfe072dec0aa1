"""The Lab in the whole application, over candles of the test's own and real runs."""

from __future__ import annotations

import math
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from queue import SimpleQueue

from textual.pilot import Pilot

from lefi_tui.app import LefiApp
from lefi_tui.simulate.lab import LabRuns
from lefi_tui.simulate.lab_worker import answered
from lefi_tui.views.lab_state import LabState
from lefi_tui.views.lab_view import (
    AskRun,
    AskSweep,
    DataFile,
    Drop,
    Dropped,
    Ended,
    Ground,
    Hear,
    Lab,
    Question,
)
from lefi_tui.wiring.lab import LabHouse
from lefi_tui.wiring.script_store import ScriptFolder
from screens.lab import LabScreen
from screens.setup import DeskSetup
from tests.screens.hand_fed import HandFed
from tests.screens.patience import waited
from widgets.ink import TRUE_COLOR, Palette

WAVE = """script "Wave"

setting low = 100

on Candle("BTC/USDT", 1m) {
    if close < low and Position("BTC/USDT") == 0 { Buy("BTC/USDT", 50%) }
    if close > 104 { Close("BTC/USDT") }
}
"""
START_MS = 1_700_000_040_000


def candles(file: Path, count: int = 600) -> Path:
    """A wave around 102 that rises a little."""
    rows = ["timestamp,open,high,low,close,volume"]
    before = 100.0
    for number in range(count):
        close = round(102 + 4 * math.sin(number / 9) + number / 200, 4)
        high, low = max(before, close) + 0.2, min(before, close) - 0.2
        rows.append(f"{START_MS + number * 60_000},{before},{high:.4f},{low:.4f},{close},1")
        before = close
    file.write_text("\n".join(rows) + "\n")
    return file


class InHouse(LabHouse):
    """The real runs, in a thread of this process instead of one of their own; a test holds them
    back (`gate`), and says when the process would have died."""

    def __init__(self, folder: Path, candles_folder: Path) -> None:
        super().__init__(folder, candles_folder, folder / "demo")
        self.gate = threading.Event()
        self.gate.set()
        self.asked: list[Question] = []
        self.ends = 0
        self._unwanted = 0  # whatever was asked up to this number
        self._questions: SimpleQueue[Question | None] = SimpleQueue()

    def open(self, hear: Hear) -> None:
        self.hear = hear
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self.gate.set()
        self._questions.put(None)

    def send(self, asked: Question) -> None:
        self.asked.append(asked)
        if isinstance(asked, Drop):
            work = [each for each in self.asked if isinstance(each, AskRun | AskSweep)]
            self._unwanted = asked.number
            self.hear(Dropped(work[-1].number))
        else:
            self._questions.put(asked)

    def end(self) -> None:
        self.ends += 1
        self.hear(Ended(0, "its process ended (signal 9)"))

    def _serve(self) -> None:
        runs = LabRuns()
        while (asked := self._questions.get()) is not None:
            self.gate.wait()
            if asked.number > self._unwanted:
                self.hear(answered(runs, asked, _nobody_looks))


def _nobody_looks(_done: int, _of: int) -> None:
    """Progress that is not told."""


class LabDesk:
    def __init__(self, app: LefiApp, pilot: Pilot[int], lab: Lab) -> None:
        self.app, self.pilot, self.lab = app, pilot, lab

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())

    @property
    def screen(self) -> LabScreen:
        return next(each for each in self.app.screen_stack if isinstance(each, LabScreen))

    @property
    def state(self) -> LabState:
        return self.screen.runs.state

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def until(self, true: Callable[[], bool]) -> None:
        await waited(self.pilot, true, lambda: self.text)

    async def shows(self, words: str) -> None:
        await self.until(lambda: words in self.text)

    async def ran(self) -> None:
        """The picture is of the text as it stands."""
        await self.until(lambda: self.state.run is not None and not self.state.is_old)


@asynccontextmanager
async def opened(
    place: Path,
    size: tuple[int, int] = (120, 40),
    palette: Palette = TRUE_COLOR,
    lab: LabHouse | None = None,
    text: str = WAVE,
) -> AsyncIterator[LabDesk]:
    """With a script `wave` that is open, over the candles of a file: those of `wave.csv` there."""
    folder = place / "scripts"
    folder.mkdir(exist_ok=True)
    (folder / "wave.lefi").write_text(text)
    lab = lab or InHouse(place / "lab", place / "candles")
    data = place / "wave.csv"
    lab.remember(Ground((DataFile(str(data if data.exists() else candles(data))),)))
    store = ScriptFolder(folder)
    rooms = {"lab": lambda send, ink: LabScreen(store, lab, send, ink)}
    app = LefiApp(DeskSetup(HandFed(), palette=palette, rooms=rooms))
    async with app.run_test(size=size) as pilot:
        desk = LabDesk(app, pilot, lab)
        app.action_go("lab", "wave")
        await desk.until(lambda: any(isinstance(e, LabScreen) for e in app.screen_stack))
        await desk.shows("wave.lefi")
        await desk.until(lambda: app.focused is desk.screen.editor)
        yield desk


__all__ = ["InHouse", "LabDesk", "candles", "opened"]
