"""The test of a key, by a worker process that knows it for as long as the test takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from lefi_tui.adapters.ccxt_link import ExchangeLink
from lefi_tui.core.key_rights import KeyRights
from lefi_tui.errors import ExchangeError
from lefi_tui.ports.key_probe import ExchangeKey
from lefi_tui.settings_tables import AccountSettings

PROBE_S: Final = 45.0  # loading ccxt, and three questions of ten seconds


class ExchangeKeyProbe:
    """Implements ports.key_probe."""

    def __init__(self, accounts: Mapping[str, AccountSettings], probe_s: float = PROBE_S) -> None:
        self._accounts = accounts
        self._probe_s = probe_s

    async def probe(self, account: str, key: ExchangeKey) -> KeyRights:
        settings = self._accounts[account]

        def private() -> dict[str, Any]:
            return {"key": revealed(key), "is_sandbox": settings.mode == "sandbox"}

        link = ExchangeLink(settings.exchange, settings.ccxt.table, self._probe_s, private)
        try:
            async with link:
                said = await link.ask("rights")
        except ExchangeError as error:
            return KeyRights(refusal=f"{error.what}: {error.why}")
        return KeyRights(
            is_valid=said["is_valid"],
            can_trade=said.get("can_trade"),
            can_withdraw=said.get("can_withdraw"),
            ip_restricted=said.get("ip_restricted"),
            clock_offset_ms=said["offset_ms"],
            refusal=said["refusal"],
        )


def revealed(key: ExchangeKey) -> dict[str, str]:
    """As ccxt names the parts."""
    shown = {"apiKey": key.api_key.reveal(), "secret": key.secret.reveal()}
    return shown if key.password is None else {**shown, "password": key.password.reveal()}
