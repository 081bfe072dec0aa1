"""A script as a file: read whole, as UTF-8; written whole or not at all.

A crash or a full disk in the middle of a write leaves the file as it was.
"""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import suppress
from pathlib import Path
from threading import get_ident
from typing import Final

from lefi_tui.core.record import Record
from lefi_tui.errors import FileUnreadableError, StorageError

SCRIPT_BYTES_MAX: Final = 1_000_000  # a script has 5 to 100 lines; a market file given by mistake
KEPT: Final = "Nothing is lost: the text stays in the editor. Make room or a way, and save again"


class ScriptFile(Record):
    """`bad_at` is where the text stops being UTF-8; -1 if it never does."""

    path: Path
    text: str
    bad_at: int = -1
    digest: str = ""  # of the bytes as they were read


def read(path: Path) -> ScriptFile:
    """The file, or the reason in four parts. A byte order mark is no part of the text."""
    try:
        with path.open("rb") as file:
            raw = file.read(SCRIPT_BYTES_MAX + 1)
    except OSError as error:
        raise FileUnreadableError(error.strerror or str(error), where=str(path)) from None
    if len(raw) > SCRIPT_BYTES_MAX:
        raise FileUnreadableError(
            f"over {SCRIPT_BYTES_MAX:,} bytes, which no script has",
            where=str(path),
            next_step="Give a script; candles are given with --data",
        )
    digest = hashlib.sha256(raw).hexdigest()
    try:
        return ScriptFile(path, raw.decode("utf-8-sig"), digest=digest)
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8-sig")
        return ScriptFile(path, raw.decode("utf-8-sig", errors="replace"), len(before), digest)


def text_of(path: Path) -> str:
    """The text of a script that is to run."""
    return whole(path).text


def whole(path: Path) -> ScriptFile:
    """A script that is UTF-8 from end to end."""
    script = read(path)
    if script.bad_at >= 0:
        line = script.text.count("\n", 0, script.bad_at) + 1
        why = f"line {line} is not UTF-8"
        raise FileUnreadableError(why, where=str(path), next_step="Save the file as UTF-8")
    return script


def write(path: Path, text: str) -> str:
    """Write beside, flush to the disk, then take the place of the file; its digest.

    Rights and links of an existing file stay. One that may not be written is not replaced either.
    """
    target = path.resolve()
    raw = text.encode("utf-8", "replace")
    if target.exists() and not os.access(target, os.W_OK):
        raise StorageError("the file is read only", where=str(path), next_step=KEPT)
    beside = target.with_name(f".{target.name}.{os.getpid()}.{get_ident()}.part")
    try:
        _write_beside(beside, target, raw)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        why = error.strerror or str(error)
        raise StorageError(why, where=str(path), next_step=KEPT) from None
    return hashlib.sha256(raw).hexdigest()


def _write_beside(beside: Path, target: Path, raw: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
    with beside.open("wb") as file:
        if mode is not None:
            os.fchmod(file.fileno(), mode)
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the name, too, is on the disk
    finally:
        os.close(folder)


def remove(path: Path) -> None:
    """A file that may be gone already."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        why = error.strerror or str(error)
        raise StorageError(why, where=str(path), next_step="Remove the file by hand") from None
