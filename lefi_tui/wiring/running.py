"""The engine that runs for this user: which process it is, and how it is told to end.

Its number comes from the socket it listens on, so that no other process is ever meant.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Final

from lefi_tui.errors import EngineAbsentError, RefusedError
from lefi_tui.settings import Loaded
from lefi_tui.wiring.demo import socket_path

# A clean end takes five seconds at most; beyond that something hangs, and a person has to look.
END_S: Final = 15.0
ANSWER_S: Final = 2.0
_PEER: Final = struct.Struct("3i")  # pid, uid, gid of SO_PEERCRED: of whoever listens


def engine_pid(folder: Path) -> int | None:
    """None where no engine answers."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(ANSWER_S)
        try:
            probe.connect(str(socket_path(folder)))
        except OSError:
            return None
        raw = probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
    return int(_PEER.unpack(raw)[0])


def stop_engine(settings: Loaded, say: Callable[[str], None]) -> int:
    """`lefi engine --stop`: returns when its process has ended, and its socket with it."""
    folder = settings.settings.data_dir
    path = socket_path(folder)
    pid = engine_pid(folder)
    if pid is None:
        step = "Nothing is to be ended"
        raise EngineAbsentError("nothing answers", where=str(path), next_step=step)
    process = os.pidfd_open(pid)
    try:
        if engine_pid(folder) == pid:  # still the same: its number can't have gone to another
            signal.pidfd_send_signal(process, signal.SIGTERM)
        has_ended, _, _ = select.select([process], [], [], END_S)
    finally:
        os.close(process)
    if not has_ended:
        why = f"process {pid} was told to end and has not for {END_S:.0f} s"
        step = f"lefi.log in {folder} may say what it waits for; `kill -9 {pid}` loses nothing"
        raise RefusedError(why, where=str(path), next_step=step)
    say(f"The engine (process {pid}) has ended. Its bots go on when it starts again.")
    return 0
