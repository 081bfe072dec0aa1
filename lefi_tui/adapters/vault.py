"""Our own vault: an encrypted file in the profile, for machines where no keyring answers.

The rules it keeps: what is on the disk is AES-GCM under a key that Argon2id made of a passphrase;
a change is written beside the file and put in its place at once, under a lock; a passphrase is
kept in the memory of this process alone, and each secret is decrypted once.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import threading
from collections.abc import Callable, Iterator, Mapping
from configparser import Error as ConfigError
from configparser import RawConfigParser
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from msgspec import Struct, field

from lefi_tui.ports.secrets import Lock, SecretsError, WrongPassphraseError
from lefi_tui.redaction import REDACTOR

FILE: Final = "vault.cfg"
# With 64 MiB the second choice of RFC 9106: a quarter of a second. The file does not hold it, so it
# never changes: a vault made with another would open for no passphrase.
TIME_COST: Final = 3
PASSPHRASE_MIN: Final = 8
PASSPHRASE_BYTES_MAX: Final = 1_024
OTHERS: Final = 0o077
NAMES_FILE: Final = "LEFI_VAULT_PASSPHRASE_FILE"
SYSTEMD: Final = "CREDENTIALS_DIRECTORY"
CREDENTIAL: Final = "lefi-vault"
HOW: Final = (
    "Open it on the Keys screen (0) or with `lefi keys`; for `lefi engine` name a file with the "
    f"passphrase in {NAMES_FILE}, or give systemd's LoadCredential={CREDENTIAL}:FILE"
)
DAMAGED: Final = "Put a copy of the file back, or remove it and set the keys again"
NOT_OURS: Final = "the file is damaged, or no vault"
# What the library raises of a file that is none of its own.
UNREADABLE: Final = (ConfigError, LookupError, AttributeError, ValueError, AssertionError)

# As the library writes them: its own section, and what it holds.
MAKER: Final = "keyring_2Dsetting"
MADE: Final = ("password_20reference", "scheme", "version")

Stamp = tuple[int, int, int]


class _Opened(Struct):
    """A vault that was unlocked in this process."""

    ring: Any
    passphrase: str
    maker: str
    known: dict[tuple[str, str], str | None] = field(default_factory=dict)
    stamp: Stamp = (0, 0, 0)

    def __repr__(self) -> str:
        return "_Opened()"


# One a process: a vault that was unlocked on a screen is open for whatever else lives there.
_OPENED: Final[dict[Path, _Opened]] = {}
_TURN: Final = threading.RLock()


class Vault:
    def __init__(self, folder: Path, service: str, environment: Mapping[str, str]) -> None:
        self.file = folder.absolute() / FILE
        self._service = service
        self._environment = environment

    @property
    def name(self) -> str:
        return f"the vault {self.file}"

    @property
    def passphrase(self) -> str:
        """What it was unlocked with in this process, for a process of ours; empty while locked."""
        with _TURN:
            opened = _OPENED.get(self.file)
            return "" if opened is None else opened.passphrase

    def lock(self) -> Lock:
        if not self.file.exists():
            return Lock.NEW if credential(self._environment) is None else Lock.OPEN
        has_way = bool(self.passphrase) or credential(self._environment) is not None
        return Lock.OPEN if has_way else Lock.LOCKED

    def unlock(self, passphrase: str) -> None:
        if len(passphrase) < PASSPHRASE_MIN and not self.file.exists():
            why = f"a passphrase has {PASSPHRASE_MIN} letters at least"
            step = "Take some words; it is asked for once by each process that needs a key"
            raise SecretsError(why, where=self.name, next_step=step)
        REDACTOR.learn(passphrase)
        with _TURN:
            if self.file.exists():  # else made, never on a file that is there
                ring = self._ring(self.file, passphrase)
            else:
                with self._written() as beside:
                    ring = self._ring(beside, passphrase)
            ring.file_path = str(self.file)
            _OPENED[self.file] = _Opened(ring, passphrase, _maker(self.file))

    # ---- secrets

    def get(self, reference: str) -> str | None:
        if not self.file.exists():
            return None
        with _TURN:
            opened = self._opened()
            key = (self._service, reference)
            if key not in opened.known:
                opened.known[key] = self._read(opened, reference)
            found = opened.known[key]
        if found:
            REDACTOR.learn(found)
        return found

    def put(self, reference: str, secret: str) -> None:
        REDACTOR.learn(secret)
        with _TURN:
            opened = self._opened()
            self._changed(opened.ring.set_password, reference, secret)

    def remove(self, reference: str) -> None:
        if self.get(reference) is None:
            return
        with _TURN:
            self._changed(self._opened().ring.delete_password, reference)

    # ---- the file

    def _changed(self, change: Callable[..., None], *change_of: str) -> None:
        """By the ring that is open, on a copy; what it has read is read anew."""
        opened = self._opened()
        with self._written() as beside:
            opened.ring.file_path = str(beside)
            try:
                change(self._service, *change_of)
            finally:
                opened.ring.file_path = str(self.file)

    def _opened(self) -> _Opened:
        opened = _OPENED.get(self.file)
        if opened is not None and self.file.exists() and self._is_same(opened):
            return opened
        given = credential(self._environment)
        if given is None:
            why = "the vault is locked" if self.file.exists() else "no keyring answers, no vault is"
            raise SecretsError(why, where=self.name, next_step=HOW)
        self.unlock(given)
        return _OPENED[self.file]

    def _is_same(self, opened: _Opened) -> bool:
        """Forgets what was read of a file that another process has changed since; no, where it was
        made anew: its passphrase may be another."""
        about = self.file.stat()
        stamp = (about.st_ino, about.st_mtime_ns, about.st_size)
        if stamp == opened.stamp:
            return True
        opened.known.clear()
        opened.stamp = stamp
        return _maker(self.file) == opened.maker

    def _read(self, opened: _Opened, reference: str) -> str | None:
        try:
            found: str | None = opened.ring.get_password(self._service, reference)
        except UNREADABLE as error:
            del _OPENED[self.file]
            why = f"{reference} can't be read: it was changed, or kept under another passphrase"
            raise SecretsError(why, where=self.name, next_step=DAMAGED) from error
        return found

    def _ring(self, file: Path, passphrase: str) -> Any:
        """The library's own object; it never asks, since it is given the passphrase."""
        from keyrings.cryptfile.cryptfile import (  # noqa: PLC0415 -- only where there is a vault
            CryptFileKeyring,
        )

        if file.exists() and not _maker(file):
            # The library would make it anew, for whatever passphrase it is given.
            raise WrongPassphraseError(NOT_OURS, where=self.name, next_step=DAMAGED)
        ring = CryptFileKeyring()
        ring.time_cost = TIME_COST
        ring.file_path = str(file)
        try:
            ring.keyring_key = passphrase
        except UNREADABLE as error:
            why = "the vault does not open with it, or the file is damaged"
            raise WrongPassphraseError(why, where=self.name) from error
        return ring

    @contextmanager
    def _written(self) -> Iterator[Path]:
        """A copy to write to, which takes the file's place when all went well."""
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = self.file.with_name(f".{FILE}.new")
        with _alone(self.file.with_name(f".{FILE}.lock")):
            beside.unlink(missing_ok=True)
            try:
                _copied(self.file, beside)
                yield beside
                _on_disk(beside)
                beside.replace(self.file)
                _on_disk(self.file.parent)
            finally:
                beside.unlink(missing_ok=True)


def _maker(file: Path) -> str:
    """What the library wrote when the vault was made, to tell a passphrase by, and never since;
    empty where it is not all there."""
    config = RawConfigParser()
    try:
        config.read(file)
        written = [config.get(MAKER, each) for each in MADE]
    except UNREADABLE:
        return ""
    return "\n".join(written)


def _copied(file: Path, beside: Path) -> None:
    """Readable by this user alone from its first byte on; none is made of a vault that is not."""
    if file.exists():
        os.close(os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600))
        shutil.copyfile(file, beside)


def _on_disk(place: Path) -> None:
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """One process at a time writes."""
    handle = os.open(place, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


# ---- a passphrase that no person types


def credential(environment: Mapping[str, str]) -> str | None:
    """Of the file that the environment names; the environment itself never holds one."""
    named = environment.get(NAMES_FILE, "")
    if named:
        return _first_line(Path(named).expanduser(), is_ours=True)
    folder = environment.get(SYSTEMD, "")
    file = Path(folder) / CREDENTIAL
    return _first_line(file, is_ours=False) if folder and file.is_file() else None


def _first_line(file: Path, *, is_ours: bool) -> str:
    """What systemd gives is guarded by systemd."""
    try:
        with file.open("rb") as opened:
            mode = stat.S_IMODE(os.fstat(opened.fileno()).st_mode)
            text = opened.read(PASSPHRASE_BYTES_MAX)
    except OSError as error:
        why = f"the file of the passphrase can't be read: {error.strerror}"
        step = f"Correct {NAMES_FILE}, or your right to read it"
        raise SecretsError(why, where=str(file), next_step=step) from error
    if is_ours and mode & OTHERS:
        why = f"others can read the file of the passphrase (mode {mode:o})"
        raise SecretsError(why, where=str(file), next_step=f"chmod 600 {file}")
    lines = text.decode(errors="replace").splitlines()
    return lines[0] if lines else ""
