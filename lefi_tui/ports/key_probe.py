"""Asks an exchange what a key may do; nothing is traded."""

from __future__ import annotations

from typing import Protocol

from lefi_tui.core.key_rights import KeyRights
from lefi_tui.core.record import Record
from lefi_tui.redaction import Secret


class ExchangeKey(Record):
    """`password` is the third part that some exchanges ask for (OKX, KuCoin)."""

    api_key: Secret
    secret: Secret
    password: Secret | None = None


class KeyProbe(Protocol):
    async def probe(self, account: str, key: ExchangeKey) -> KeyRights:
        """An exchange that says no is an answer, in `refusal`; raises nothing of the world."""
        ...
