"""Where keys are kept: the keyring or an encrypted file; never the database, never plain text."""

from __future__ import annotations

from typing import Protocol

from lefi_tui.errors import LefiError


class SecretsError(LefiError):
    """The store can't be opened, or refuses; says how to make it work."""

    code = "LE701"
    title = "Secrets can't be kept here"
    usual_next = "Open the keyring of this session, then try again; `lefi doctor` names it"


class Secrets(Protocol):
    def get(self, reference: str) -> str | None:
        """The secret behind a reference such as `main/api_key`; None when there is none."""
        ...

    def put(self, reference: str, secret: str) -> None: ...

    def remove(self, reference: str) -> None:
        """It is gone when this returns, also where there was none."""
        ...

    def where(self) -> str:
        """What keeps them, for people."""
        ...
