"""Secrets of a profile: in the keyring of the system where one answers, else in our own vault.

The rules it keeps: nothing is ever kept in plain text, and where neither works nothing is kept, in
four parts; a profile has one store, and once it has, no other takes its place in silence; each
LEFI_HOME has secrets of its own, under its path. Nobody calls it in the engine's loop.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

from lefi_tui.adapters.secret_backends import (
    NAMED,
    Absent,
    is_refused,
    named_store,
    system_store,
)
from lefi_tui.adapters.vault import Vault
from lefi_tui.ports.secrets import Lock, SecretsError

SERVICE: Final = "lefi"
MARK: Final = "secret-store"  # a file that names what keeps the secrets of a profile
MARK_BYTES_MAX: Final = 200
OR_A_VAULT: Final = "{}. To have a vault instead, remove the file {} and set the keys again"


def service_of(environment: Mapping[str, str]) -> str:
    """The name under which a profile's secrets stand in the keyring."""
    home = environment.get("LEFI_HOME", "")
    return f"{SERVICE} {Path(home).expanduser().resolve()}" if home else SERVICE


class Store(Protocol):
    @property
    def name(self) -> str: ...

    def get(self, reference: str) -> str | None: ...

    def put(self, reference: str, secret: str) -> None: ...

    def remove(self, reference: str) -> None: ...

    def lock(self) -> Lock: ...

    def unlock(self, passphrase: str) -> None: ...


class KeyringSecrets:
    """Implements ports.secrets, for the profile whose data are in `folder`."""

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str] = os.environ,
        platform: str = sys.platform,
    ) -> None:
        self.folder = folder
        self._mark = folder / MARK
        self._environment = environment
        self._platform = platform
        self._service = service_of(environment)
        self._vault = Vault(folder, self._service, environment)

    @property
    def passphrase(self) -> str:
        """Of the vault, for a process of ours; empty where none was given."""
        return self._vault.passphrase

    def get(self, reference: str) -> str | None:
        return self._store().get(reference)

    def put(self, reference: str, secret: str) -> None:
        store = self._store()
        store.put(reference, secret)
        if not isinstance(store, Vault) and self._marked() != store.name:
            self._mark.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._mark.write_text(f"{store.name}\n")

    def remove(self, reference: str) -> None:
        self._store().remove(reference)

    def where(self) -> str:
        """In words; raises SecretsError where the store of this profile does not answer."""
        return self._store().name

    def why_vault(self) -> str:
        """Why no keyring of the system is used; empty where one is."""
        if not isinstance(self._store(), Vault):
            return ""
        named = self._named()
        if named:
            return f"{NAMED} names {named}, which keeps nothing safe"
        found = system_store(self._platform, self._service)
        return found.why if isinstance(found, Absent) else "this profile has a vault already"

    def lock(self) -> Lock:
        return self._store().lock()

    def unlock(self, passphrase: str) -> None:
        self._store().unlock(passphrase)

    # ---- which one

    def _store(self) -> Store:
        """Looked for at each call: a keyring may be opened, or a vault made, meanwhile."""
        named = self._named()
        if named and not is_refused(named):
            return named_store(named, self._service)
        if named or self._vault.file.exists():
            return self._vault
        found = system_store(self._platform, self._service)
        if not isinstance(found, Absent):
            return found
        marked = self._marked()
        if marked:
            why = f"{found.why}, and it keeps the secrets of this profile"
            step = OR_A_VAULT.format(found.next_step, self._mark)
            raise SecretsError(why, where=marked, next_step=step)
        return self._vault

    def _named(self) -> str:
        return self._environment.get(NAMED, "")

    def _marked(self) -> str:
        """What kept them so far; empty for none that is known."""
        try:
            with self._mark.open(encoding="utf-8", errors="replace") as opened:
                return opened.read(MARK_BYTES_MAX).strip()
        except FileNotFoundError:
            return ""
