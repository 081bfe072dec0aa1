"""What a kill writes beside the journal: its note, and the HALTED file; on threads of their own, or
on that which heard the kill key, in whose stead another one listens by then.

The rules it keeps: a disk that hangs holds up these threads alone; what is `written` outlives this
process, and what is `synced` its machine too.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

from lefi_tui.core.messages import Kill, TradingState, TradingStateChanged
from lefi_tui.engine.emergency import EmergencyLog, Note
from lefi_tui.engine.freeze import Freeze
from lefi_tui.engine.halted import Halt, HaltFiles
from lefi_tui.ports.errands import ERRANDS

# The engine's loop stands still for so long at most: quicker than to be woken by another thread.
AT_ONCE_S: Final = 0.005
PATIENCE_S: Final = 0.5  # for a disk; then cancels leave, and orders of the kill by their note

_log: Final = logging.getLogger(__name__)


class KillNotes:
    """`begin` may be called from any thread, all else in the engine's loop."""

    def __init__(self, folder: Path, freeze: Freeze, leave: Callable[[], None]) -> None:
        """`leave` sends what stands ready of a kill, from a thread of ours."""
        self._freeze, self._leave = freeze, leave
        self.emergency = EmergencyLog(folder)
        self.files = HaltFiles(folder)
        self._is_noting = False  # a key that is held down holds up one thread of those that listen
        self._disk = ThreadPoolExecutor(1, "emergency")
        self._halts = ThreadPoolExecutor(1, "halted")  # one: what is said later stands there

    def prepare(self) -> Halt | None:
        """At a start: room for the next HALTED, and what there is of the one before."""
        try:
            self.files.prepare()
        except OSError as error:
            _log.error("no room for a HALTED file: %s", error)
        return self.files.read()

    def close(self) -> None:
        for each in (self._disk, self._halts):
            each.shutdown(wait=False, cancel_futures=True)
        self.emergency.close()

    # ---- notes

    def begin(self, kill: Kill) -> Future[bool]:
        """Its note is on its way to the file."""
        written: Future[bool] = Future()
        work = partial(self._note, kill, written)
        is_held_up, self._is_noting = self._is_noting, True
        if is_held_up or not ERRANDS.take(work):
            with suppress(RuntimeError):  # the engine has just ended
                self._disk.submit(work)
        return written

    def is_there_soon(self, note: Future[bool]) -> bool:
        """Whether the file has it, which as a rule it has when this returns."""
        with suppress(TimeoutError):
            note.result(AT_ONCE_S)
        return note.done()

    def _note(self, kill: Kill, written: Future[bool]) -> None:
        is_there = False
        try:
            is_there = self.emergency.write(kill)
            if self._freeze.is_asked_by(kill):
                self._leave()  # these make risk smaller, and the loop that asks may be busy
            else:  # a disk held this up until the journal had it: it may be over and lifted by now
                self.emergency.taken((kill,))
        finally:
            written.set_result(is_there)
            self.emergency.sync()
            self._is_noting = False

    async def written(self, note: Future[bool]) -> None:
        """For a disk that hangs nobody waits long."""
        await asyncio.wait([asyncio.wrap_future(note)], timeout=PATIENCE_S)

    async def synced(self, note: Note) -> bool:
        """Whether it was done in time, and well."""
        return await self._done(lambda: self.emergency.note(note))

    async def _done(self, work: Callable[[], bool]) -> bool:
        done = asyncio.wrap_future(self._disk.submit(work))
        await asyncio.wait([done], timeout=PATIENCE_S)
        return done.done() and done.result()

    # ---- the file

    def halt(self, halt: Halt) -> None:
        self._halts.submit(self._write, halt)

    def follow(self, event: TradingStateChanged) -> None:
        """The file says what the journal says."""
        if event.state is TradingState.HALTED:
            self.halt(Halt(event.cause, event.by, event.at_ns))
        elif event.state is TradingState.ACTIVE:
            self._halts.submit(self.files.clear)

    def _write(self, halt: Halt) -> None:
        try:
            self.files.write(halt)
        except OSError as error:
            _log.error("HALTED can't be written: %s", error)
