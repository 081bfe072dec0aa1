"""The keyring of the system, as one backend that is named: never the library's own choice.

That choice takes whatever is installed, plain files among it, and asks on the terminal over the
screen. A store that is locked is told so, not waited for: over SSH nobody would see it ask.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from contextlib import closing
from typing import Any, Final

from keyring.backend import KeyringBackend
from keyring.core import load_keyring
from keyring.errors import KeyringError, KeyringLocked

from lefi_tui.core.record import Record
from lefi_tui.ports.secrets import Lock, SecretsError

NAMED: Final = "PYTHON_KEYRING_BACKEND"
# They keep in plain text, keep nothing, or choose for themselves.
REFUSED: Final = ("keyring.backends.null", "keyring.backends.fail", "keyring.backends.chainer")
REFUSED_PACKAGE: Final = "keyrings."
UNLOCK: Final = (
    "Unlock it (log in at the desk, or `gnome-keyring-daemon --replace --unlock`), then try again"
)
OPEN: Final = (
    "Open it in this session: log in at the desk, or `dbus-run-session -- bash` and "
    "`gnome-keyring-daemon --unlock`"
)


class System(Record):
    """What a system has, by name for people and by class."""

    name: str
    module: str
    kind: str = "Keyring"


SYSTEMS: Final[Mapping[str, System]] = {
    "linux": System("the Secret Service", "keyring.backends.SecretService"),
    "darwin": System("the macOS Keychain", "keyring.backends.macOS"),
    "win32": System("the Windows Credential Locker", "keyring.backends.Windows", "WinVaultKeyring"),
}


class Absent(Record):
    """Why a keyring does not answer, and what would make it."""

    why: str
    next_step: str


class SystemStore:
    """One backend; its own words are not told, for they may quote what it was given."""

    def __init__(self, name: str, backend: KeyringBackend, service: str) -> None:
        self.name = name
        self._backend = backend
        self._service = service
        self._troubles: tuple[type[Exception], ...] = (KeyringError, OSError, *_troubles(backend))

    def get(self, reference: str) -> str | None:
        found: str | None = self._asked(reference, "get_password")
        return found

    def put(self, reference: str, secret: str) -> None:
        self._asked(reference, "set_password", secret)

    def remove(self, reference: str) -> None:
        if self._asked(reference, "get_password") is not None:
            self._asked(reference, "delete_password")

    def lock(self) -> Lock:
        return Lock.OPEN

    def unlock(self, passphrase: str) -> None:  # noqa: ARG002 -- it is not ours to open
        raise SecretsError("it takes no passphrase of ours", where=self.name, next_step=UNLOCK)

    def _asked(self, reference: str, what: str, *more: str) -> Any:
        where = f"{self.name}, {self._service}: {reference}"
        try:
            is_locked = _is_locked(self._backend)
            if not is_locked:
                return getattr(self._backend, what)(self._service, reference, *more)
        except KeyringLocked:
            is_locked = True
        except self._troubles as error:
            why = f"the keyring refuses ({type(error).__name__})"
            raise SecretsError(why, where=where) from error
        raise SecretsError("the keyring is locked", where=where, next_step=UNLOCK)


def named_store(name: str, service: str) -> SystemStore:
    """The one that a person named in the environment."""
    try:
        backend = load_keyring(name)
    except (ImportError, AttributeError, ValueError, RuntimeError) as error:
        why = f"there is no such backend ({type(error).__name__})"
        step = f"Correct {NAMED}, or take it out: the store is then chosen by itself"
        raise SecretsError(why, where=f"{NAMED}={name}", next_step=step) from error
    return SystemStore(str(backend.name), backend, service)


def is_refused(name: str) -> bool:
    return name.startswith((*REFUSED, REFUSED_PACKAGE))


def system_store(platform: str, service: str) -> SystemStore | Absent:
    """The keyring of this system, or why it does not answer."""
    system = SYSTEMS.get(platform, SYSTEMS["linux"])
    kind = getattr(importlib.import_module(system.module), system.kind)
    try:
        _ = kind.priority  # the library's own way to ask: it raises where there is none
        backend: KeyringBackend = kind()
        if _is_locked(backend):
            return Absent(f"{system.name} is locked", UNLOCK)
    except _ABSENT:
        return Absent(f"{system.name} does not answer here", OPEN)
    return SystemStore(system.name, backend, service)


# RuntimeError is what `priority` raises; a bus that dies meanwhile breaks in its own ways.
_ABSENT: Final = (RuntimeError, KeyringError, OSError, LookupError)


def _is_locked(backend: KeyringBackend) -> bool:
    """Asked of the Secret Service without asking it to open: its window might be on no screen."""
    if type(backend).__module__ != SYSTEMS["linux"].module:
        return False
    import secretstorage  # noqa: PLC0415 -- there is none on other systems
    from secretstorage.exceptions import SecretStorageException  # noqa: PLC0415 -- the same

    try:
        with closing(secretstorage.dbus_init()) as bus:
            return bool(secretstorage.get_collection_by_alias(bus, "default").is_locked())
    except SecretStorageException as error:
        raise KeyringError(type(error).__name__) from error


def _troubles(backend: KeyringBackend) -> tuple[type[Exception], ...]:
    """What the Secret Service's library raises beside keyring's own errors."""
    if type(backend).__module__ != SYSTEMS["linux"].module:
        return ()
    from secretstorage.exceptions import SecretStorageException  # noqa: PLC0415 -- as above

    return (SecretStorageException,)
