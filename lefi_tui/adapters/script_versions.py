"""The versions of a script file: kept beside it, each text once under its hash, never changed.

The rules it keeps: a text is on the disk before a line names it; a line that was changed or lost
is found by the chain of hashes and told; a save never fails for the sake of its version.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from errno import ENOSPC
from getpass import getuser
from pathlib import Path
from typing import Any, Final

from msgspec import convert

from lefi_tui.adapters.script_files import read, remove, write
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core.record import Record
from lefi_tui.core.script_version import Version, Versions
from lefi_tui.errors import FileUnreadableError, StorageError, VersionLostError

FOLDER: Final = ".versions"
LIST: Final = "list"
VERSIONS_MAX: Final = 1_000  # of one file: a year of three saves a day; what a bot ran, the journal
ROOM: Final = 100  # how many more there may be before the oldest make room, all at once
NS_PER_MS: Final = 1_000_000
DAMAGED: Final = "its line is damaged"
FIRST: Final = ""  # what the first line stands behind


class _Line(Record):
    version: Version
    seal: str
    fits: bool  # it stands behind the line before it, and nobody has touched it
    raw: bytes


class ScriptVersions:
    """Of one file. Every process that saves it may keep a version at the same time."""

    def __init__(self, file: Path) -> None:
        self._file = file.resolve()
        self._folder = self._file.parent / FOLDER / self._file.name

    def listed(self) -> Versions:
        """Raises FileUnreadableError where the list is there and can't be read."""
        lines = self._lines()
        bad = next((each.version.number for each in lines if not each.fits), 0)
        where = self._folder / LIST
        problem = f"{where}: the line of version {bad} was changed or is damaged" if bad else ""
        gone = lines[0].version.number - 1 if lines else 0
        return Versions(tuple(each.version for each in lines), problem, gone)

    def text(self, version: Version) -> str:
        """As it was kept; raises VersionLostError where it is gone, or not the same any more."""
        path = self._text(version.sha256) if version.sha256 else self._folder / LIST
        next_step = f"Take another version: `lefi versions {self._file.name}` lists them"
        if not version.sha256:
            why = f"the line of version {version.number} is damaged"
            raise VersionLostError(why, where=str(path), next_step=next_step)
        try:
            kept = read(path).text
        except FileUnreadableError as error:
            raise VersionLostError(error.why, where=str(path), next_step=next_step) from None
        if hash_of(kept) != version.sha256:
            why = f"the text of version {version.number} was changed since it was kept"
            raise VersionLostError(why, where=str(path), next_step=next_step)
        return kept

    def keep(self, text: str, how: str = "saved", by: str = "") -> Version:
        """On the disk when this returns. The text of the newest version makes no new one. Raises
        StorageError."""
        try:
            with self._locked():
                return self._keep(plain(text), how, by or getuser())
        except OSError as error:
            why = error.strerror or str(error)
            step = "The script is saved; its next save tries again"
            raise StorageError(why, where=str(self._folder), next_step=step) from None

    # ---- the list

    def _keep(self, text: str, how: str, by: str) -> Version:
        lines, digest = self._lines(), hash_of(text)
        newest = lines[-1] if lines else None
        if newest is not None and newest.version.sha256 == digest and self._is_there(digest, text):
            return newest.version
        write(self._text(digest), text)
        number = 1 if newest is None else newest.version.number + 1
        at_ms = SystemClock().now_ns() // NS_PER_MS
        version = Version(number, at_ms, digest, by, how)
        raw = _written(version, FIRST if newest is None else newest.seal)
        self._append(lines, raw)
        if len(lines) >= VERSIONS_MAX + ROOM:
            self._make_room([*(each.raw for each in lines), raw])
        return version

    def _is_there(self, digest: str, text: str) -> bool:
        path = self._text(digest)
        return path.exists() and read(path).text == text

    def _append(self, lines: list[_Line], raw: bytes) -> None:
        """Behind the last whole line: half a line is what a crash left, and was promised nobody."""
        whole = sum(len(each.raw) for each in lines)
        handle = os.open(self._folder / LIST, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.ftruncate(handle, whole)
            if os.pwrite(handle, raw, whole) < len(raw):
                os.ftruncate(handle, whole)
                raise OSError(ENOSPC, "there is no room for its line")
            os.fsync(handle)
        finally:
            os.close(handle)

    def _make_room(self, lines: list[bytes]) -> None:
        """The oldest leave the list first; a text that no line names is of no use then."""
        kept = lines[-VERSIONS_MAX:]
        write(self._folder / LIST, b"".join(kept).decode())
        named = {_read(each, None).version.sha256 for each in kept}
        for path in self._folder.glob("*.lefi"):
            if path.stem not in named:
                remove(path)

    def _lines(self) -> list[_Line]:
        """Whole lines, each looked at."""
        path = self._folder / LIST
        try:
            raw = path.read_bytes()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise FileUnreadableError(error.strerror or str(error), where=str(path)) from None
        found: list[_Line] = []
        for line in raw.splitlines(keepends=True):
            if not line.endswith(b"\n"):
                break
            before = found[-1] if found else None
            found.append(_read(line, before))
        return found

    # ---- places

    def _text(self, digest: str) -> Path:
        return self._folder / f"{digest}.lefi"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def plain(text: str) -> str:
    """As versions are kept: however an editor ends its lines, it is the same text."""
    return text.replace("\r\n", "\n")


def hash_of(text: str) -> str:
    return hashlib.sha256(plain(text).encode("utf-8", "replace")).hexdigest()


def _written(version: Version, before: str) -> bytes:
    plain_row: dict[str, Any] = {
        "number": version.number,
        "at_ms": version.at_ms,
        "sha256": version.sha256,
        "by": version.by,
        "how": version.how,
        "before": before,
    }
    body = json.dumps(plain_row, ensure_ascii=False)
    return f"{body}\t{_seal(body)}\n".encode()


def _seal(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


def _read(line: bytes, before: _Line | None) -> _Line:
    """One that can't be read at all still has its place, so that the others have theirs."""
    body, _, seal = line.decode("utf-8", "replace").rstrip("\n").partition("\t")
    try:
        row = json.loads(body)
        stands = row.pop("before")
        version = convert(row, Version)
    except (ValueError, TypeError, KeyError, AttributeError):
        number = 1 if before is None else before.version.number + 1
        return _Line(Version(number, 0, "", "", DAMAGED), seal, fits=False, raw=line)
    fits = _seal(body) == seal and (before is None or before.seal == stands)
    return _Line(version, seal, fits, line)
