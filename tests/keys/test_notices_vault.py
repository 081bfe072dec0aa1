"""Addresses of notices in a vault: a passphrase typed on the desk reaches whatever sends them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from lefi_tui.adapters import vault as vault_module
from lefi_tui.adapters.apprise_link import AppriseLink
from lefi_tui.adapters.keyring_secrets import KeyringSecrets
from lefi_tui.adapters.notice_places import place_of
from lefi_tui.engine.messenger import test_of as a_test_of
from lefi_tui.ports.notifier import NotSentError
from tests.keys.profile import BUS, PASSPHRASE
from tests.notices.services import services


def test_a_notice_waits_for_the_passphrase_and_goes_when_it_was_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in BUS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    kept = KeyringSecrets(tmp_path)
    kept.unlock(PASSPHRASE)

    async def told() -> None:
        link = AppriseLink(kept)
        try:
            await link.send(a_test_of("room", 1))
        finally:
            await link.close()

    with services() as served:
        kept.put(place_of("room"), served.url("tokenOfTheRoom"))
        vault_module._OPENED.clear()  # the next start
        with pytest.raises(NotSentError, match="the vault is locked"):
            asyncio.run(told())
        kept.unlock(PASSPHRASE)
        asyncio.run(told())
        assert served.count("tokenOfTheRoom") == 1
