"""The exchange keys of a profile, for a screen and `lefi keys`: kept, tested, replaced, removed.

The rules it keeps: a key leaves the store only for the exchange; one set over another waits beside
it until the exchange has taken it, and the old one is in force until then.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Final

from msgspec.structs import replace

from lefi_tui.adapters.exchange_key_probe import ExchangeKeyProbe
from lefi_tui.adapters.key_states import KeyStates
from lefi_tui.adapters.keyring_secrets import KeyringSecrets
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core.key_rights import KeyRights, KeyState
from lefi_tui.core.offers import Offers
from lefi_tui.errors import UsageError
from lefi_tui.ports.clock import Clock
from lefi_tui.ports.key_probe import ExchangeKey, KeyProbe
from lefi_tui.ports.secrets import Lock, Secrets, SecretsError
from lefi_tui.redaction import REDACTOR, Secret
from lefi_tui.settings import Settings
from lefi_tui.views.keys_view import KeysView, keys_view
from lefi_tui.wiring.offers import venue_sheet

NS_PER_MS: Final = 1_000_000
PART_MAX: Final = 4_000  # characters: some secrets are private keys


def reference_of(account: str) -> str:
    return f"keys/{account}"


def _next_of(account: str) -> str:
    """Where a key waits that was set over another."""
    return f"keys/{account}/next"


class KeyKeeper:
    """Each call may wait for a person, a bus or an exchange: never in a loop that others need."""

    def __init__(
        self,
        settings: Settings,
        secrets: Secrets | None = None,
        probe: KeyProbe | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._settings = settings
        self.secrets: Secrets = secrets or KeyringSecrets(settings.data_dir)
        self._probe: KeyProbe = probe or ExchangeKeyProbe(settings.accounts)
        self._clock: Clock = clock or SystemClock()
        self._states = KeyStates(settings.data_dir)

    # ---- what a person sees

    def view(self) -> KeysView:
        try:
            store, lock, why = self.secrets.where(), self.secrets.lock(), ""
        except SecretsError as error:
            store, lock, why = "", Lock.LOCKED, f"{error.why}. {error.next_step}"
        accounts = {
            name: (each.exchange, each.mode)
            for name, each in self._settings.accounts.items()
            if each.is_exchange
        }
        return keys_view(accounts, self._states.all(), (store, lock.value, why), self._now_ms())

    def lock(self) -> str:
        return self.secrets.lock().value

    def unlock(self, passphrase: Secret) -> None:
        self.secrets.unlock(passphrase.reveal())

    # ---- keys

    def put(self, account: str, parts: Mapping[str, Any]) -> str:
        """What became of it, in words; raises UsageError and SecretsError."""
        for each in parts.values():
            REDACTOR.learn(str(each))
        self.check(account)
        text = json.dumps(_checked(parts, account))
        had, state = self._kept(account), self._states.of(account)
        store = self.secrets.where()
        if had is None:
            self.secrets.put(reference_of(account), text)
            self._states.keep(KeyState(account, store, self._now_ms()))
            return f"Kept in {store}. `lefi keys test {account}` asks the exchange about it."
        self.secrets.put(_next_of(account), text)
        self._states.keep(replace(state, store=store, new_at_ms=self._now_ms()))
        return (
            f"Kept in {store}, beside the key in force, which stays until the new one has passed "
            f"its test: `lefi keys test {account}`."
        )

    def test(self, account: str) -> KeyRights:
        """Of the key that waits, where one does: once it is valid it takes the old one's place."""
        self.check(account)
        waits = self.secrets.get(_next_of(account))
        text = waits or self._kept(account)
        if text is None:
            step = f"`lefi keys set {account}` asks for it"
            raise UsageError("the account has no key", where=account, next_step=step)
        rights = asyncio.run(self._probe.probe(account, _key_of(text)))
        state = self._states.of(account)
        if waits and not rights.is_valid:
            return rights  # of the key in force nothing new is known
        if waits:
            self.secrets.put(reference_of(account), waits)
            self.secrets.remove(_next_of(account))
            state = KeyState(account, self.secrets.where(), state.new_at_ms)
        tested = replace(state, rights=rights, tested_at_ms=self._now_ms())
        self._states.keep(replace(tested, set_at_ms=tested.set_at_ms or self._now_ms()))
        return rights

    def recheck(self, account: str) -> KeyState:
        """Of the key in force, for whoever watches it; an exchange that does not answer has said
        nothing new."""
        text, state = self._kept(account), self._states.of(account)
        if text is None:
            return state
        rights = asyncio.run(self._probe.probe(account, _key_of(text)))
        if rights.is_valid is None:
            return state
        tested = replace(state, rights=rights, tested_at_ms=self._now_ms())
        self._states.keep(tested)
        return tested

    def allow_withdrawal(self, account: str, typed: str) -> None:
        """A key that may withdraw trades live all the same: the account's name is typed for it."""
        if typed != account:
            why = "the account's name was not typed as it is"
            raise UsageError(why, where=account, next_step=f"Type {account}, or take another key")
        state = self._states.of(account)
        if state.rights is None:
            step = f"`lefi keys test {account}` first"
            raise UsageError("its key was never tested", where=account, next_step=step)
        self._states.keep(replace(state, is_withdrawal_allowed=True))

    def remove(self, account: str) -> str:
        """Also of an account that stands in config.toml no longer."""
        if account not in self._states.all():
            self.check(account)
        self.secrets.remove(reference_of(account))
        self.secrets.remove(_next_of(account))
        self._states.forget(account)
        where = self.secrets.where()
        return f"The key of {account} is gone from {where}. Delete it at the exchange too."

    def offers(self, account: str) -> Offers:
        """The sheet of its venue; no key is asked for it."""
        return venue_sheet(self._settings, account)

    def state(self, account: str) -> KeyState:
        """For a gate: see core.key_rights.live_refusal."""
        return self._states.of(account)

    def key(self, account: str) -> ExchangeKey | None:
        """The one in force, for whatever speaks to the exchange."""
        text = self._kept(account)
        return None if text is None else _key_of(text)

    # ----

    def _kept(self, account: str) -> str | None:
        return self.secrets.get(reference_of(account))

    def _now_ms(self) -> int:
        return self._clock.now_ns() // NS_PER_MS

    def check(self, account: str) -> None:
        """That config.toml has it, on an exchange; raises UsageError."""
        known = self._settings.accounts
        if account not in known:
            close = get_close_matches(account, list(known), n=1)
            step = f"Did you mean {close[0]}?" if close else f"Write [accounts.{account}] into it"
            why = f"config.toml has no account {account}"
            raise UsageError(why, where=str(self._settings.file), next_step=step)
        if not known[account].is_exchange:
            why = "its market is in this program and knows no keys"
            raise UsageError(why, where=account, next_step='Set its exchange = "binanceusdm"')


PARTS: Final = ("api_key", "secret", "password")


def _checked(parts: Mapping[str, Any], account: str) -> dict[str, str]:
    """Names are told when they are wrong, values never."""
    step = 'Give {"api_key": "…", "secret": "…"}, and "password" where the exchange has one'
    odd = sorted(set(parts) - set(PARTS))
    texts = {name: each.strip() for name, each in parts.items() if isinstance(each, str)}
    wrong = [name for name in parts if name not in texts or len(texts[name]) > PART_MAX]
    missing = [name for name in PARTS[:2] if not texts.get(name)]
    if odd or wrong or missing:
        why = f"{len(odd)} names are not known" if odd else f"{(missing + wrong)[0]} is missing"
        raise UsageError(why, where=account, next_step=step)
    return {name: each for name, each in texts.items() if each}


def _key_of(text: str) -> ExchangeKey:
    parts = {name: Secret(each) for name, each in json.loads(text).items()}
    return ExchangeKey(parts["api_key"], parts["secret"], parts.get("password"))
