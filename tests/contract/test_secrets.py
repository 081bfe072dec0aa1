"""Secrets stay where they were put, in a keyring or in a vault; what is wrong says what to do."""

from __future__ import annotations

import importlib
import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from lefi_tui.adapters import vault as vault_module
from lefi_tui.adapters.keyring_secrets import MARK, KeyringSecrets
from lefi_tui.adapters.secret_backends import NAMED, SYSTEMS
from lefi_tui.adapters.vault import FILE, NAMES_FILE, PASSPHRASE_MIN
from lefi_tui.errors import render
from lefi_tui.ports.secrets import Lock, SecretsError, WrongPassphraseError
from tests.contract.kept_keyring import BACKEND, LOCKED, PLACE

URL = "tgram://123456789:AbCdEfGhIjKl/987654321"
PASSPHRASE = "four quiet words here"
BARE: Mapping[str, str] = {}  # no bus, no keyring, nothing named


@pytest.fixture(autouse=True)
def no_bus(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", NAMED, "LEFI_HOME"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A keyring in a file, which the environment names."""
    file = tmp_path / "keyring"
    monkeypatch.setenv(PLACE, str(file))
    monkeypatch.setenv(NAMED, BACKEND)
    return file


@pytest.fixture
def forgets() -> Callable[[], None]:
    """What another process would know: nothing of what was unlocked here."""
    return vault_module._OPENED.clear


@pytest.fixture
def vault(tmp_path: Path) -> KeyringSecrets:
    kept = KeyringSecrets(tmp_path / "home", BARE)
    kept.unlock(PASSPHRASE)
    return kept


# ---- a keyring that a person named


def test_a_secret_comes_back_until_it_is_removed(ring: Path, tmp_path: Path) -> None:
    secrets = KeyringSecrets(tmp_path)
    assert secrets.get("notify/phone") is None
    secrets.put("notify/phone", URL)
    assert KeyringSecrets(tmp_path).get("notify/phone") == URL
    secrets.remove("notify/phone")
    secrets.remove("notify/phone")
    assert secrets.get("notify/phone") is None
    assert secrets.where() == "kept keyring KeptKeyring"
    assert (secrets.lock(), secrets.why_vault()) == (Lock.OPEN, "")
    assert ring.exists()


@pytest.mark.usefixtures("ring")
def test_each_profile_has_secrets_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    KeyringSecrets(tmp_path).put("notify/phone", URL)
    monkeypatch.setenv("LEFI_HOME", str(tmp_path / "one"))
    assert KeyringSecrets(tmp_path / "one").get("notify/phone") is None
    KeyringSecrets(tmp_path / "one").put("notify/phone", "json://one")
    monkeypatch.setenv("LEFI_HOME", str(tmp_path / "two" / ".." / "one"))
    assert KeyringSecrets(tmp_path / "one").get("notify/phone") == "json://one"
    monkeypatch.delenv("LEFI_HOME")
    assert KeyringSecrets(tmp_path).get("notify/phone") == URL


def test_a_locked_keyring_is_told_in_four_parts_and_without_the_secret(
    ring: Path, tmp_path: Path
) -> None:
    ring.write_text(LOCKED)
    with pytest.raises(SecretsError) as told:
        KeyringSecrets(tmp_path).put("notify/phone", URL)
    words = render(told.value)
    where = "kept keyring KeptKeyring, lefi: notify/phone"
    assert words.startswith(f"LE701 Secrets can't be kept here  {where}\n")
    assert "the keyring is locked" in words
    assert "gnome-keyring-daemon --replace --unlock" in words
    assert "AbCdEf" not in words


@pytest.mark.parametrize("name", ["nowhere.Keyring", "keyring.backends.kwallet.Nothing"])
def test_a_named_backend_that_is_none_is_told(name: str, tmp_path: Path) -> None:
    with pytest.raises(SecretsError, match="no such backend"):
        KeyringSecrets(tmp_path, {NAMED: name}).get("notify/phone")


@pytest.mark.parametrize(
    "name",
    [
        "keyring.backends.null.Keyring",
        "keyring.backends.fail.Keyring",
        "keyring.backends.chainer.ChainerBackend",
        "keyrings.cryptfile.file.PlaintextKeyring",
        "keyrings.alt.file.PlaintextKeyring",
    ],
)
def test_what_keeps_nothing_safe_is_never_used_whoever_names_it(name: str, tmp_path: Path) -> None:
    kept = KeyringSecrets(tmp_path, {NAMED: name})
    assert kept.where() == f"the vault {tmp_path / FILE}"
    assert name in kept.why_vault()
    with pytest.raises(SecretsError, match="no keyring answers"):
        kept.put("notify/phone", URL)
    assert [each.name for each in tmp_path.iterdir() if URL in each.read_text()] == []


def test_each_system_has_one_backend_and_it_is_the_librarys() -> None:
    assert set(SYSTEMS) == {"linux", "darwin", "win32"}
    for system in SYSTEMS.values():
        kind = getattr(importlib.import_module(system.module), system.kind)
        assert issubclass(kind, importlib.import_module("keyring.backend").KeyringBackend)


@pytest.mark.parametrize(
    ("platform", "name"),
    [
        ("linux", "the Secret Service"),
        ("freebsd14", "the Secret Service"),
        ("darwin", "the macOS Keychain"),
        ("win32", "the Windows Credential Locker"),
    ],
)
def test_where_the_systems_keyring_does_not_answer_the_vault_takes_its_place(
    platform: str, name: str, tmp_path: Path
) -> None:
    kept = KeyringSecrets(tmp_path, BARE, platform)
    assert kept.why_vault().startswith(f"{name} does not answer here")
    assert (kept.where(), kept.lock()) == (f"the vault {tmp_path / FILE}", Lock.NEW)


def test_a_profile_whose_keyring_is_gone_is_told_so_and_gets_no_second_store(
    tmp_path: Path,
) -> None:
    (tmp_path / MARK).write_text("the Secret Service\n")
    kept = KeyringSecrets(tmp_path, BARE)
    asks: tuple[Callable[[], object], ...] = (
        kept.where,
        kept.lock,
        lambda: kept.get("keys/main"),
    )
    for ask in asks:
        with pytest.raises(SecretsError, match="keeps the secrets of this profile") as told:
            ask()
    assert f"remove the file {tmp_path / MARK}" in told.value.next_step
    assert not (tmp_path / FILE).exists()


# ---- the vault


def test_a_vault_keeps_what_was_put_for_the_next_process_too(
    vault: KeyringSecrets, forgets: Callable[[], None], tmp_path: Path
) -> None:
    vault.put("keys/main", URL)
    vault.put("notify/phone", "json://one")
    forgets()
    later = KeyringSecrets(tmp_path / "home", BARE)
    assert later.lock() is Lock.LOCKED
    with pytest.raises(SecretsError, match="the vault is locked") as told:
        later.get("keys/main")
    assert "Keys screen" in told.value.next_step
    later.unlock(PASSPHRASE)
    assert (later.get("keys/main"), later.get("notify/phone")) == (URL, "json://one")
    later.remove("keys/main")
    assert (later.get("keys/main"), later.get("notify/phone")) == (None, "json://one")


def test_a_wrong_passphrase_opens_nothing_and_changes_nothing(
    vault: KeyringSecrets, forgets: Callable[[], None], tmp_path: Path
) -> None:
    vault.put("keys/main", URL)
    before = (tmp_path / "home" / FILE).read_bytes()
    forgets()
    later = KeyringSecrets(tmp_path / "home", BARE)
    for wrong in ("four quiet words", ""):
        with pytest.raises(WrongPassphraseError) as told:
            later.unlock(wrong)
    assert render(told.value).startswith("LE703 Wrong passphrase")
    assert PASSPHRASE not in render(told.value)
    assert (tmp_path / "home" / FILE).read_bytes() == before
    assert later.lock() is Lock.LOCKED


def test_a_new_vault_wants_a_passphrase_of_some_length(tmp_path: Path) -> None:
    kept = KeyringSecrets(tmp_path, BARE)
    with pytest.raises(SecretsError, match=f"{PASSPHRASE_MIN} letters"):
        kept.unlock("short")
    assert not (tmp_path / FILE).exists()


def test_the_file_is_for_its_owner_alone_and_holds_nothing_that_can_be_read(
    vault: KeyringSecrets, tmp_path: Path
) -> None:
    before = os.umask(0)
    try:
        vault.put("keys/main", URL)
    finally:
        os.umask(before)
    files = list((tmp_path / "home").iterdir())
    assert {stat.S_IMODE(each.stat().st_mode) for each in files} == {0o600}
    held = b"".join(each.read_bytes() for each in files)
    assert [word for word in (URL, URL[:8], PASSPHRASE) if word.encode() in held] == []


def test_a_write_that_dies_leaves_the_vault_as_it_was(
    vault: KeyringSecrets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault.put("keys/main", URL)
    file = tmp_path / "home" / FILE
    before = file.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        vault.put("keys/main", "another")
    assert file.read_bytes() == before
    assert not list(file.parent.glob("*.new"))


def test_what_another_process_changed_is_read_anew(
    vault: KeyringSecrets, forgets: Callable[[], None], tmp_path: Path
) -> None:
    vault.put("keys/main", URL)
    kept = dict(vault_module._OPENED)
    forgets()
    other = KeyringSecrets(tmp_path / "home", BARE)
    other.unlock(PASSPHRASE)
    other.put("keys/main", "another")
    vault_module._OPENED.update(kept)  # here nothing of it was heard
    assert vault.get("keys/main") == "another"


def read_or_words(kept: KeyringSecrets) -> str | None:
    try:
        kept.unlock(PASSPHRASE)
        return kept.get("keys/main")
    except SecretsError as error:
        return error.why


@pytest.mark.parametrize("place", [0.2, 0.5, 0.9])
def test_a_changed_letter_never_becomes_another_secret(
    place: float, vault: KeyringSecrets, forgets: Callable[[], None], tmp_path: Path
) -> None:
    vault.put("keys/main", URL)
    file = tmp_path / "home" / FILE
    raw = bytearray(file.read_bytes())
    raw[int(len(raw) * place)] ^= 1
    file.write_bytes(raw)
    forgets()
    told = read_or_words(KeyringSecrets(tmp_path / "home", BARE))
    assert told in (URL, None) or "damaged" in told or "was changed" in told


def test_a_vault_that_was_made_anew_is_locked_for_whoever_knew_the_old_one(
    vault: KeyringSecrets, forgets: Callable[[], None], tmp_path: Path
) -> None:
    vault.put("keys/main", URL)
    kept = dict(vault_module._OPENED)
    (tmp_path / "home" / FILE).unlink()
    forgets()
    KeyringSecrets(tmp_path / "home", BARE).unlock("another passphrase")
    vault_module._OPENED.update(kept)  # here nothing of it was heard
    with pytest.raises(SecretsError, match="the vault is locked"):
        vault.put("keys/main", URL)


@pytest.mark.parametrize("text", ["", "[lefi]\n", "no vault at all", "[keyring_2Dsetting]\n"])
def test_a_file_that_is_no_vault_opens_for_nobody_and_stays_as_it_is(
    text: str, tmp_path: Path
) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(WrongPassphraseError, match="damaged, or no vault"):
        KeyringSecrets(tmp_path, BARE).unlock(PASSPHRASE)
    assert (tmp_path / FILE).read_text() == text


# ---- a passphrase that no person types


def test_a_file_opens_the_vault_where_nobody_can_be_asked(
    forgets: Callable[[], None], tmp_path: Path
) -> None:
    file = tmp_path / "pass"
    file.write_text(f"{PASSPHRASE}\n")
    file.chmod(0o600)
    environment = {NAMES_FILE: str(file)}
    kept = KeyringSecrets(tmp_path, environment)
    assert kept.lock() is Lock.OPEN
    kept.put("keys/main", URL)
    forgets()
    assert KeyringSecrets(tmp_path, environment).get("keys/main") == URL
    forgets()
    (tmp_path / "lefi-vault").write_text(PASSPHRASE)
    given = {"CREDENTIALS_DIRECTORY": str(tmp_path)}  # as systemd does it
    assert KeyringSecrets(tmp_path, given).get("keys/main") == URL


def test_a_file_that_others_can_read_or_that_is_not_there_opens_nothing(tmp_path: Path) -> None:
    file = tmp_path / "pass"
    kept = KeyringSecrets(tmp_path, {NAMES_FILE: str(file)})
    with pytest.raises(SecretsError, match="No such file"):
        kept.lock()
    file.write_text(PASSPHRASE)
    file.chmod(0o644)
    with pytest.raises(SecretsError, match=r"others can read .*644") as told:
        kept.put("keys/main", URL)
    assert told.value.next_step == f"chmod 600 {file}"
