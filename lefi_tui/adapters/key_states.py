"""What is known of each account's key, without the key: a small file of the profile."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

import msgspec

from lefi_tui.core.key_rights import KeyState
from lefi_tui.errors import FileUnreadableError

FILE: Final = "keys.json"


class KeyStates:
    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE

    def all(self) -> Mapping[str, KeyState]:
        try:
            found = msgspec.json.decode(self._file.read_bytes(), type=dict[str, KeyState])
        except FileNotFoundError:
            return MappingProxyType({})
        except (msgspec.DecodeError, OSError) as error:
            step = "Remove it: the keys stay where they are, and `lefi keys test` writes it anew"
            raise FileUnreadableError(str(error), where=str(self._file), next_step=step) from error
        return MappingProxyType(found)

    def of(self, account: str) -> KeyState:
        return self.all().get(account, KeyState(account))

    def keep(self, state: KeyState) -> None:
        self._write({**self.all(), state.account: state})

    def forget(self, account: str) -> None:
        self._write({name: each for name, each in self.all().items() if name != account})

    def _write(self, states: Mapping[str, KeyState]) -> None:
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = self._file.with_name(f".{FILE}.new")
        handle = os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        try:
            os.write(handle, msgspec.json.encode(dict(states)))
            os.fsync(handle)
        finally:
            os.close(handle)
        beside.replace(self._file)
