"""SQLite's and the disk's refusals, named: what, where, why, and what to do next."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from lefi_tui.ports.journal import (
    JournalError,
    JournalFullError,
    JournalLockedError,
    JournalMalformedError,
    JournalReadOnlyError,
)

# SQLite's primary result codes (the low byte of an extended one), sqlite.org/rescode.html
_BUSY: Final = 5
_LOCKED: Final = 6
_READONLY: Final = 8
_IOERR: Final = 10
_CORRUPT: Final = 11
_FULL: Final = 13
_CANTOPEN: Final = 14
_NOTADB: Final = 26

_DISK: Final = (JournalFullError, "the disk is full, failing, or at a limit of file size")
_RIGHTS: Final = (JournalReadOnlyError, "the file or its folder is read-only for this user")
_HELD: Final = (JournalLockedError, "another program holds it open for writing")
_BROKEN: Final = (JournalMalformedError, "the file is not a whole database any more")
_NAMED: Final[dict[int, tuple[type[JournalError], str]]] = {
    _FULL: _DISK,
    _IOERR: _DISK,
    _READONLY: _RIGHTS,
    _CANTOPEN: _RIGHTS,
    _BUSY: _HELD,
    _LOCKED: _HELD,
    _CORRUPT: _BROKEN,
    _NOTADB: _BROKEN,
}


def name_error(error: sqlite3.Error, where: str) -> JournalError:
    code = getattr(error, "sqlite_errorcode", None)
    kind, why = _NAMED.get(code & 0xFF if isinstance(code, int) else 0, (JournalError, ""))
    said = f"SQLite says: {error}"
    return kind(f"{why} ({said})" if why else said, where=where)


@contextmanager
def named(where: str) -> Iterator[None]:
    """What fails inside comes out as a JournalError."""
    try:
        yield
    except sqlite3.Error as error:
        raise name_error(error, where) from error
    except PermissionError as error:
        raise _of_system(_RIGHTS, error, where) from error
    except OSError as error:
        raise _of_system(_DISK, error, where) from error


def _of_system(known: tuple[type[JournalError], str], error: OSError, where: str) -> JournalError:
    kind, why = known
    return kind(f"{why} ({error.strerror})", where=where)
