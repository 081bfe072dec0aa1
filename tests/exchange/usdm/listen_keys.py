"""The keys of user streams: one for each account, good for an hour, kept by asking again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tests.exchange.loopback.agenda import Agenda

HOUR_MS: Final = 3_600_000


@dataclass
class ListenKey:
    name: str
    account: str
    until_ms: int


class ListenKeys:
    def __init__(self, agenda: Agenda, expired: Callable[[str, str], None]) -> None:
        """`expired(account, key)` is told once."""
        self._agenda, self._expired = agenda, expired
        self._keys: dict[str, ListenKey] = {}
        self._made = 0
        self.life_ms = HOUR_MS

    def open(self, account: str, now_ms: int) -> str:
        if account not in self._keys:
            self._made += 1
            name = f"listenkey{self._made:04d}{account}"
            self._keys[account] = ListenKey(name, account, 0)
        kept = self.keep(account, now_ms)
        assert kept is not None
        return kept

    def keep(self, account: str, now_ms: int) -> str | None:
        key = self._keys.get(account)
        if key is None:
            return None
        key.until_ms = now_ms + self.life_ms
        self._agenda.after(self.life_ms, lambda: self._look(key))
        return key.name

    def end(self, account: str) -> None:
        """Without a word, as a DELETE does."""
        self._keys.pop(account, None)

    def expire(self, account: str) -> None:
        key = self._keys.pop(account, None)
        if key is not None:
            self._expired(account, key.name)

    def account_of(self, name: str) -> str | None:
        return next((each.account for each in self._keys.values() if each.name == name), None)

    def _look(self, key: ListenKey) -> None:
        if self._keys.get(key.account) is key and key.until_ms <= self._agenda.now_ms():
            self.expire(key.account)
