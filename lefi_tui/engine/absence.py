"""When a person last looked, so that the next screen can tell what happened since.

A screen asks ten times a second; a gap of seconds is an absence, and the first screen that asks
after it is told. The time is kept in a small file, because the engine may end in between.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from lefi_tui.views.away import AwayView, Memory, away
from lefi_tui.views.fold import ScreenState

ABSENT_NS: Final = 5_000_000_000  # a screen on a slow line may be silent for so long
TOLD_NS: Final = 10_000_000_000  # the screen that ends an absence asks at once, a second one later
NOTE_NS: Final = 10_000_000_000  # a crash forgets at most so much looking, if nothing happened
NOTE_NEWS_NS: Final = 1_000_000_000  # and so much, if something did
FILE_NAME: Final = "seen"
_log: Final = logging.getLogger(__name__)


class Absence:
    """Asked from the screen's thread and from the engine's."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE_NAME
        self._lock = threading.Lock()
        self._seen = ScreenState()
        self._seen_ns = _read(self._file)
        self._was_closed = self._seen_ns > 0  # the first look after a start ends an absence
        self._is_cut = False
        self._noted_ns = self._seen_ns
        self._noted = 0
        self._ended = AwayView()

    @property
    def seen_ns(self) -> int:
        """0 where nobody has ever looked."""
        return self._seen_ns

    def recall(self, memory: Memory) -> None:
        """After a start: what was on the screen when somebody last looked."""
        self._seen, self._is_cut, self._noted = memory.seen, memory.is_cut, memory.seen.number

    def looked(self, screen: ScreenState, now_ns: int) -> None:
        with self._lock:
            if self._was_closed or (self._seen_ns and now_ns - self._seen_ns > ABSENT_NS):
                self._ended = replace(
                    away(self._seen, screen),
                    since_ns=self._seen_ns,
                    until_ns=now_ns,
                    is_cut=self._is_cut,
                )
            self._seen, self._seen_ns = screen, now_ns
            self._was_closed = self._is_cut = False
            due_ns = NOTE_NS if screen.number == self._noted else NOTE_NEWS_NS
            if now_ns - self._noted_ns >= due_ns:
                self._note()

    def take(self, screen: ScreenState, now_ns: int) -> AwayView:
        """What the absence that has just ended missed; told once."""
        self.looked(screen, now_ns)
        with self._lock:
            ended, self._ended = self._ended, AwayView()
        return ended if now_ns - ended.until_ns < TOLD_NS else AwayView()

    def close(self) -> None:
        with self._lock:
            if self._seen_ns != self._noted_ns:
                self._note()

    def _note(self) -> None:
        self._noted_ns, self._noted = self._seen_ns, self._seen.number
        try:
            self._file.write_text(str(self._seen_ns))
        except OSError as error:  # a full disk: the next start tells what was seen already
            _log.debug("the time of the last look is not kept: %s", error)


def _read(file: Path) -> int:
    try:
        return int(file.read_text())
    except (OSError, ValueError):  # never written, or cut short by a crash
        return 0
