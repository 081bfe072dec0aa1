"""Where keys are kept: the keyring or an encrypted file; never the database, never plain text."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from lefi_tui.errors import LefiError


class SecretsError(LefiError):
    """The store can't be opened, or refuses; says how to make it work."""

    code = "LE701"
    title = "Secrets can't be kept here"
    usual_next = "Open the keyring of this session, then try again; `lefi doctor` names it"


class WrongPassphraseError(SecretsError):
    code = "LE703"
    title = "Wrong passphrase"
    usual_next = "Type the one that the vault was made with; nobody can recover it"


class Lock(StrEnum):
    """Whether a passphrase is wanted before anything can be read or kept."""

    OPEN = "open"
    LOCKED = "locked"
    NEW = "new"  # there is no vault yet: the passphrase will be its own


class Secrets(Protocol):
    """May wait for a person, a bus or a slow key: nobody calls it in the engine's loop."""

    def get(self, reference: str) -> str | None:
        """The secret behind a reference such as `keys/main`; None when there is none."""
        ...

    def put(self, reference: str, secret: str) -> None: ...

    def remove(self, reference: str) -> None:
        """It is gone when this returns, also where there was none."""
        ...

    def where(self) -> str:
        """What keeps them, for people."""
        ...

    def lock(self) -> Lock: ...

    def unlock(self, passphrase: str) -> None:
        """For as long as this process lives; makes the vault where there is none."""
        ...
