"""The two files of a kill beside the database: HALTED, which we write, and KILL, a person's.

The rules they keep: a start that finds either is halted, whatever the database says; HALTED has its
room taken when the engine starts, so that a full disk can't refuse it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

from lefi_tui.core.record import Record

HALTED: Final = "HALTED"
KILL: Final = "KILL"
SPARE: Final = ".halted"  # the same file before it is needed
ROOM_BYTES: Final = 4_096
CAUSE_MOST: Final = 1_000  # letters; the journal has the rest


class Halt(Record):
    """Why a start is halted: the cause, who said so, when."""

    cause: str
    by: str
    at_ns: int


class HaltFiles:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._halted, self._spare = folder / HALTED, folder / SPARE
        self.kill_file = folder / KILL

    def prepare(self) -> None:
        """Room for the next HALTED, while there is some."""
        if self._halted.exists() or self._spare.exists():
            return
        handle = os.open(self._spare, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.pwrite(handle, bytes(ROOM_BYTES), 0)
            os.fsync(handle)
        finally:
            os.close(handle)

    def write(self, halt: Halt) -> None:
        """Durable when it returns; raises OSError."""
        said = {"cause": halt.cause[:CAUSE_MOST], "by": halt.by[:CAUSE_MOST], "at_ns": halt.at_ns}
        text = json.dumps(said).encode()[:ROOM_BYTES].ljust(ROOM_BYTES)
        place = self._halted if self._halted.exists() else self._spare
        handle = os.open(place, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.pwrite(handle, text, 0)
            os.fsync(handle)
        finally:
            os.close(handle)
        if place is self._spare:
            self._spare.rename(self._halted)
            self._sync_folder()

    def _sync_folder(self) -> None:
        handle = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def read(self) -> Halt | None:
        """What a start finds; a file that can't be read halts like a whole one."""
        if self.kill_file.exists():
            return Halt(f"the file {self.kill_file} is there", "KILL file", 0)
        if not self._halted.exists():
            return None
        try:
            said = json.loads(self._halted.read_bytes())
            return Halt(str(said["cause"]), str(said["by"]), int(said["at_ns"]))
        except (OSError, ValueError, LookupError, TypeError) as error:
            return Halt(f"the file {self._halted} is there and can't be read: {error}", "engine", 0)

    def clear(self) -> None:
        """Trading was resumed; the room is kept for the next time."""
        if self._halted.exists():
            self._halted.rename(self._spare)
            self._sync_folder()
