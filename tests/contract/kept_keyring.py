"""A keyring backend in a file, for machines without one: what `PYTHON_KEYRING_BACKEND` names."""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

PLACE = "LEFI_TEST_KEYRING"  # the file
BACKEND = "tests.contract.kept_keyring.KeptKeyring"
LOCKED = "locked"  # its whole text, when it refuses


class KeptKeyring(KeyringBackend):
    priority = 1.0

    def _kept(self) -> dict[str, str]:
        file = Path(os.environ[PLACE])
        text = file.read_text() if file.exists() else "{}"
        if text == LOCKED:
            raise KeyringLocked
        found = json.loads(text)
        assert isinstance(found, dict)
        return found

    def _keep(self, kept: dict[str, str]) -> None:
        Path(os.environ[PLACE]).write_text(json.dumps(kept))

    def get_password(self, service: str, username: str) -> str | None:
        return self._kept().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._keep({**self._kept(), f"{service} {username}": password})

    def delete_password(self, service: str, username: str) -> None:
        kept = self._kept()
        if kept.pop(f"{service} {username}", None) is None:
            raise PasswordDeleteError
        self._keep(kept)
