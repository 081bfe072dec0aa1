"""The reserved path of cancels: when the journal can't be written, they are noted here and leave.

The file's room is taken when the engine starts, so that a full disk can't refuse it. Each note is
synced before its cancel leaves, and goes into the journal as soon as that can be written.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

from lefi_tui.core.codec import decode, encode
from lefi_tui.core.messages import CancelOrder, Command, Kill

FILE_BYTES: Final = 65_536  # room for four hundred cancels
FILE_NAME: Final = "emergency.log"


class EmergencyLog:
    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME
        self._handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        size = os.fstat(self._handle).st_size
        if size < FILE_BYTES:
            os.pwrite(self._handle, bytes(FILE_BYTES - size), size)
            os.fsync(self._handle)
        self._end = len(self._text())

    def _text(self) -> bytes:
        return os.pread(self._handle, FILE_BYTES, 0).rstrip(b"\x00")

    def note(self, command: Kill | CancelOrder) -> bool:
        """Durable when it returns; False without room, and the cancel leaves all the same."""
        name, version, body = encode(command)
        line = json.dumps([name, version, body]).encode() + b"\n"
        if self._end + len(line) > FILE_BYTES:
            return False
        try:
            os.pwrite(self._handle, line, self._end)
            os.fsync(self._handle)
        except OSError:
            return False
        self._end += len(line)
        return True

    def notes(self) -> tuple[Command, ...]:
        """What left without a commit, oldest first. A line torn by a crash never left."""
        found: list[Command] = []
        for line in self._text().split(b"\n")[:-1]:
            name, version, body = json.loads(line)
            found.append(decode(name, version, body))
        return tuple(found)

    def clear(self) -> None:
        """They are in the journal now."""
        if self._end:
            os.pwrite(self._handle, bytes(self._end), 0)
            os.fsync(self._handle)
            self._end = 0

    def close(self) -> None:
        os.close(self._handle)
