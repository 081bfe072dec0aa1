"""One engine a profile: a lock that the system itself lets go when its holder dies, however."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from lefi_tui.adapters.sqlite_errors import named
from lefi_tui.ports.journal import SecondInstanceError


class InstanceLock:
    """Held from construction to `release`; the file stays, only the lock on it counts."""

    def __init__(self, path: Path) -> None:
        with named(str(path)):
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(self._handle, 32, 0).decode("ascii", "replace").strip()
            os.close(self._handle)
            raise SecondInstanceError(
                f"process {holder or 'unknown'} has it open", where=str(path.parent)
            ) from error
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        os.close(self._handle)
