"""The reserved path: what leaves without the journal is noted here first.

Cancels, the kill, and the orders by which a kill closes positions. The file's room is taken when
the engine starts, so that a full disk can't refuse it. Each note is synced before what it says
leaves, and stays until the journal has it. A kill's is written before its cancels leave, for those
only make risk smaller, and synced beside them.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from lefi_tui.core.codec import decode, encode
from lefi_tui.core.messages import CancelOrder, Command, Kill, TakeOrders

FILE_BYTES: Final = 262_144  # a thousand cancels, or three hundred closing orders
FILE_NAME: Final = "emergency.log"
CLOSE_S: Final = 0.5

Note = Kill | CancelOrder | TakeOrders


def _said(message: object) -> object:
    """What a message says: a turn gives a cancel its time, the note of it has none."""
    return replace(message, at_ns=0) if isinstance(message, CancelOrder) else message


class EmergencyLog:
    """Used from the engine's loop and from the thread that waits for its disk."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME
        self._handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        self._lock = threading.Lock()
        self._is_open = True
        size = os.fstat(self._handle).st_size
        if size < FILE_BYTES:
            os.pwrite(self._handle, bytes(FILE_BYTES - size), size)
            os.fsync(self._handle)
        self._end = self._text().rfind(b"\n") + 1  # a torn line is written over
        self._open: list[Any] = list(self.notes())  # that no durable turn has carried out

    def _text(self) -> bytes:
        return os.pread(self._handle, FILE_BYTES, 0).rstrip(b"\x00")

    def note(self, command: Note) -> bool:
        """Durable when it returns; False without room, and a cancel leaves all the same."""
        return self.write(command) and self.sync()

    def write(self, command: Note) -> bool:
        """It outlives this process when it returns, and not yet the machine."""
        with self._lock:
            if command in self._open:
                return True
            if not self._is_open:
                return False
            name, version, body = encode(command)
            line = json.dumps([name, version, body]).encode() + b"\n"
            if self._end + len(line) > FILE_BYTES:
                return False
            try:
                os.pwrite(self._handle, line, self._end)
            except OSError:
                return False
            self._end += len(line)
            self._open.append(command)
            return True

    def sync(self) -> bool:
        """Whether all that is written is durable; nobody who writes meanwhile waits for it."""
        try:
            os.fsync(self._handle)
        except OSError:
            return False
        return True

    @property
    def is_empty(self) -> bool:
        return not self._open

    @property
    def open_notes(self) -> tuple[Note, ...]:
        """That no durable turn has carried out."""
        return tuple(self._open)

    def notes(self) -> tuple[Command, ...]:
        """What left without a commit, oldest first. A line torn by a crash never left."""
        found: list[Command] = []
        for line in self._text().split(b"\n")[:-1]:
            name, version, body = json.loads(line)
            found.append(decode(name, version, body))
        return tuple(found)

    def taken(self, messages: Iterable[object]) -> None:
        """These are in the journal now; with the last of them the file is empty again."""
        if not self._open:
            return
        done = [_said(each) for each in messages]
        with self._lock:
            self._open = [each for each in self._open if _said(each) not in done]
            if not self._open and self._is_open:
                os.pwrite(self._handle, bytes(self._end), 0)
                os.fsync(self._handle)
                self._end = 0

    def close(self) -> None:
        """Its number may be another file's from here on; where its disk hangs it stays open."""
        if self._lock.acquire(timeout=CLOSE_S):
            self._is_open = False
            os.close(self._handle)
            self._lock.release()
