"""`lefi keys` over bare SSH: kept in a vault, tested, replaced once the exchange takes the new."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.keys.key_exchange import KeyExchange, running
from tests.keys.profile import BareProfile

OLD = {"api_key": "oldKeyOldKeyOldKey1", "secret": "oldSecretOldSecret1"}
NEW = {"api_key": "newKeyNewKeyNewKey2", "secret": "newSecretNewSecret2"}


@pytest.fixture(scope="module")
def exchange() -> Iterator[KeyExchange]:
    with running() as served:
        yield served


@pytest.fixture
def profile(tmp_path: Path, exchange: KeyExchange) -> BareProfile:
    exchange.keys.clear()
    exchange.rights["enableWithdrawals"] = False
    profile = BareProfile(tmp_path / "home", exchange)
    profile.with_passphrase()
    return profile


def test_a_key_is_kept_tested_replaced_and_removed(
    profile: BareProfile, exchange: KeyExchange
) -> None:
    exchange.keys[OLD["api_key"]] = (OLD["secret"], "")
    kept = profile.given(OLD, "keys", "set", "main", "--stdin")
    assert (kept.returncode, kept.stdout) == (0, "")
    assert f"Kept in the vault {profile.home / 'vault.cfg'}." in kept.stderr
    tested = profile.lefi("keys", "test", "main")
    assert tested.returncode == 0, tested.stderr
    assert "may withdraw  no\n" in tested.stdout
    beside = profile.given(NEW, "keys", "set", "main", "--stdin")
    assert "beside the key in force" in beside.stderr
    refused = profile.lefi("keys", "test", "main")
    assert (refused.returncode, "-2015" in refused.stdout) == (1, True)
    assert "waits for its test" in profile.lefi("keys").stdout
    exchange.keys = {NEW["api_key"]: (NEW["secret"], "")}
    assert profile.answer("keys", "test", "main")["is_valid"] is True
    told = profile.lefi("keys", "list").stdout
    assert "tested" in told
    assert "waits for its test" not in told
    assert "gone from the vault" in profile.lefi("keys", "remove", "main").stderr
    assert "main (binanceusdm, live): no key" in profile.lefi("keys").stdout


def test_a_key_that_can_withdraw_trades_nothing_live_unless_its_account_is_typed(
    profile: BareProfile, exchange: KeyExchange
) -> None:
    exchange.keys[OLD["api_key"]] = (OLD["secret"], "")
    exchange.rights["enableWithdrawals"] = True
    profile.given(OLD, "keys", "set", "main", "--stdin")
    assert "--allow-withdrawal main" in profile.lefi("keys", "test", "main").stderr
    assert profile.answer("keys")["rows"][0]["live_refusal"] == "its key can withdraw"
    wrong = profile.lefi("keys", "test", "main", "--allow-withdrawal", "mian")
    assert wrong.returncode == 2
    profile.lefi("keys", "test", "main", "--allow-withdrawal", "main")
    assert profile.answer("keys")["rows"][0]["live_refusal"] == ""


@pytest.mark.parametrize(
    ("account", "given", "words"),
    [
        ("mian", OLD, "Did you mean main?"),
        ("main", {"api_key": "onlyThisHalf"}, "secret is missing"),
        ("main", {**OLD, "apiKey": "x"}, "1 names are not known"),
        ("main", "onlyThisHalf", "no JSON object"),
        ("main", {**OLD, "password": 7}, "password is missing"),
    ],
)
def test_what_can_not_be_a_key_is_refused_without_being_shown(
    account: str, given: object, words: str, profile: BareProfile
) -> None:
    refused = profile.given(given, "keys", "set", account, "--stdin")
    assert refused.returncode == 2
    assert words in refused.stderr
    assert "onlyThisHalf" not in refused.stderr + refused.stdout
    assert not (profile.home / "keys.json").exists()


def test_without_keyring_passphrase_and_terminal_nothing_is_kept_and_the_way_out_is_told(
    tmp_path: Path, exchange: KeyExchange
) -> None:
    profile = BareProfile(tmp_path / "home", exchange)
    refused = profile.given(OLD, "keys", "set", "main", "--stdin")
    assert refused.returncode == 1
    assert "LE701" in refused.stderr
    assert "LEFI_VAULT_PASSPHRASE_FILE" in refused.stderr
    assert not (profile.home / "vault.cfg").exists()
    doctor = profile.lefi("doctor").stdout
    assert "the Secret Service does not answer here" in doctor
    assert "`lefi keys set ACCOUNT` makes it" in doctor


def test_doctor_names_the_store_and_how_to_open_it(profile: BareProfile) -> None:
    def said() -> str:
        lines = profile.lefi("doctor").stdout.splitlines()
        first = next(number for number, line in enumerate(lines) if line[4:].startswith("keyring"))
        return "\n".join(lines[first : first + 2])

    profile.given(OLD, "keys", "set", "main", "--stdin")
    assert said().startswith("ok  keyring    the Secret Service does not answer here")
    assert "its passphrase is in a file" in said()
    profile.with_passphrase("nothing like it")
    told = said()
    assert told.startswith("NO  keyring")
    assert "its passphrase is in a file, and the vault does not open with it" in told
    del profile.environment["LEFI_VAULT_PASSPHRASE_FILE"]
    assert said().startswith("--  keyring")
    assert "it is locked here" in said()
    assert "Next: Open it on the Keys screen (0)" in said()
    profile.environment["LEFI_VAULT_PASSPHRASE_FILE"] = str(profile.home / "nowhere")
    assert said().startswith("NO  keyring    the file of the passphrase can't be read")


def test_a_wrong_passphrase_is_told_by_each_who_needs_the_vault(profile: BareProfile) -> None:
    profile.given(OLD, "keys", "set", "main", "--stdin")
    profile.with_passphrase("four other words here")
    for done in (
        profile.lefi("keys", "test", "main"),
        profile.given(NEW, "keys", "set", "main", "--stdin"),
        profile.lefi("keys", "remove", "main"),
    ):
        assert done.returncode == 1
        assert "LE703 Wrong passphrase" in done.stderr
        assert "four other" not in done.stderr
