"""Secrets stay where they were put; a keyring that is not there, or locked, says what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from keyring.core import load_keyring

from lefi_tui.adapters.keyring_secrets import KeyringSecrets
from lefi_tui.errors import render
from lefi_tui.ports.secrets import SecretsError
from tests.contract.kept_keyring import BACKEND, LOCKED, PLACE

URL = "tgram://123456789:AbCdEfGhIjKl/987654321"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    file = tmp_path / "keyring"
    monkeypatch.setenv(PLACE, str(file))
    before = keyring.get_keyring()
    keyring.set_keyring(load_keyring(BACKEND))
    yield file
    keyring.set_keyring(before)


def test_a_secret_comes_back_until_it_is_removed(file: Path) -> None:
    secrets = KeyringSecrets()
    assert secrets.get("notify/phone") is None
    secrets.put("notify/phone", URL)
    assert KeyringSecrets().get("notify/phone") == URL
    secrets.remove("notify/phone")
    secrets.remove("notify/phone")
    assert secrets.get("notify/phone") is None
    assert secrets.where() == "kept keyring KeptKeyring"
    assert file.exists()


@pytest.mark.usefixtures("file")
def test_each_profile_has_secrets_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LEFI_HOME", raising=False)
    KeyringSecrets().put("notify/phone", URL)
    monkeypatch.setenv("LEFI_HOME", str(tmp_path / "one"))
    assert KeyringSecrets().get("notify/phone") is None
    KeyringSecrets().put("notify/phone", "json://one")
    monkeypatch.setenv("LEFI_HOME", str(tmp_path / "two" / ".." / "one"))
    assert KeyringSecrets().get("notify/phone") == "json://one"
    monkeypatch.delenv("LEFI_HOME")
    assert KeyringSecrets().get("notify/phone") == URL
    assert keyring.get_password("lefi", "notify/phone") == URL


def test_a_locked_keyring_is_told_in_four_parts_and_without_the_secret(file: Path) -> None:
    file.write_text(LOCKED)
    with pytest.raises(SecretsError) as told:
        KeyringSecrets().put("notify/phone", URL)
    words = render(told.value)
    assert words.startswith("LE701 Secrets can't be kept here  keyring, lefi: notify/phone\n")
    assert "the keyring is locked" in words
    assert "gnome-keyring-daemon --unlock" in words
    assert "AbCdEf" not in words


@pytest.mark.usefixtures("file")
def test_without_a_keyring_nothing_is_kept_and_ssh_is_named() -> None:
    keyring.set_keyring(load_keyring("keyring.backends.fail.Keyring"))
    secrets = KeyringSecrets()
    asks: tuple[Callable[[], object], ...] = (
        lambda: secrets.get("notify/phone"),
        lambda: secrets.put("notify/phone", URL),
        lambda: secrets.remove("notify/phone"),
        secrets.where,
    )
    for ask in asks:
        with pytest.raises(SecretsError) as told:
            ask()
        assert "no keyring answers" in told.value.why
        assert "Over SSH" in told.value.next_step
