"""Where keys are kept: the keyring or an encrypted file; never the database, never plain text."""

from __future__ import annotations

from typing import Protocol


class SecretsError(Exception):
    """The store can't be opened or has no such key; says how to make it work."""


class Secrets(Protocol):
    def get(self, reference: str) -> str | None:
        """The secret behind a reference such as `lefi/main/api_key`; None when there is none."""
        ...

    def put(self, reference: str, secret: str) -> None: ...

    def remove(self, reference: str) -> None: ...

    def where(self) -> str:
        """What keeps them, for people."""
        ...
