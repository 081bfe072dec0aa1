"""Secrets in the keyring of the system: what unlocks it is the user's log-in, not a file of ours.

The rules it keeps: no keyring means no secret is kept, in four parts, and never a plain file in its
place; each LEFI_HOME has secrets of its own, under its path. A call may wait for a person to unlock
it, so nobody calls it in the engine's loop.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import keyring
from keyring.backends.fail import Keyring as NoKeyring
from keyring.errors import KeyringError, KeyringLocked, NoKeyringError

from lefi_tui.ports.secrets import SecretsError

SERVICE: Final = "lefi"
NONE_HERE: Final = (
    "Over SSH there is usually none: start one in this session with `dbus-run-session -- bash` and "
    "`gnome-keyring-daemon --unlock`, or name a backend in PYTHON_KEYRING_BACKEND"
)
UNLOCK: Final = "Unlock it (log in at the desk, or `gnome-keyring-daemon --unlock`), then try again"


def service_of(environment: Mapping[str, str]) -> str:
    """The name under which a profile's secrets stand in the keyring."""
    home = environment.get("LEFI_HOME", "")
    return f"{SERVICE} {Path(home).expanduser().resolve()}" if home else SERVICE


class KeyringSecrets:
    """Implements ports.secrets, for the profile that this process belongs to."""

    def __init__(self) -> None:
        self._service = service_of(os.environ)

    def get(self, reference: str) -> str | None:
        try:
            return keyring.get_password(self._service, reference)
        except KeyringError as error:
            raise self._refused(error, reference) from error

    def put(self, reference: str, secret: str) -> None:
        try:
            keyring.set_password(self._service, reference, secret)
        except KeyringError as error:
            raise self._refused(error, reference) from error

    def remove(self, reference: str) -> None:
        try:
            if keyring.get_password(self._service, reference) is not None:
                keyring.delete_password(self._service, reference)
        except KeyringError as error:
            raise self._refused(error, reference) from error

    def where(self) -> str:
        """The backend's own name; raises SecretsError where there is none."""
        backend = keyring.get_keyring()
        if isinstance(backend, NoKeyring):
            raise SecretsError("no keyring answers", where="keyring", next_step=NONE_HERE)
        return str(backend.name)

    def _refused(self, error: KeyringError, reference: str) -> SecretsError:
        """Without the library's own words: they may quote what it was given."""
        where = f"keyring, {self._service}: {reference}"
        if isinstance(error, NoKeyringError):
            return SecretsError("no keyring answers", where=where, next_step=NONE_HERE)
        if isinstance(error, KeyringLocked):
            return SecretsError("the keyring is locked", where=where, next_step=UNLOCK)
        return SecretsError(f"the keyring refuses ({type(error).__name__})", where=where)
